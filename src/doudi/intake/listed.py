"""Which line of which manifest speaks for a file: by its name, else by a name that differs only in how it is written."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath

from doudi.intake.manifest import MANIFEST_ENTRY, MANIFEST_MISSING_FILE, Entry, Manifest, file_key
from doudi.kernel.errors import Fault

_SUFFIX = re.compile(r"\.(?:csv|tsv|txt|xlsx?|xlsm|et|jsonl?|ndjson|parquet|zip)$")
_SEPARATORS = re.compile(r"[\s_.·\-—]+")


def entries_of(names: Sequence[str], manifests: Mapping[PurePosixPath, Manifest], name_of_manifest: str) -> tuple[dict[str, Entry], list[Fault]]:
    """File -> its line in the nearest manifest that lists it, and what is to be said of lines without a file.

    `names` and the folders of `manifests` are relative to the same place. A line that names no file there belongs to the one file that no line
    names, if their last parts are equal without case, width, separators and ending: the line alone says when the file was sent.
    """
    found = {name: entry for name in names if (entry := _exact(name, manifests))}
    there = {file_key(name) for name in names}
    faults: list[Fault] = []
    for folder, manifest in sorted(manifests.items()):
        left = [entry for key, entry in manifest.entries.items() if file_key(str(folder / key)) not in there]
        free = [name for name in names if name not in found and folder in PurePosixPath(name).parents]
        alike = _alike(left, free)
        for entry in left:
            where, name = f"{folder / name_of_manifest} 第 {entry.line} 行", alike.get(entry.line)
            if name is None:
                faults.append(Fault(MANIFEST_MISSING_FILE, f"清单里的文件“{entry.file}”没有收到", where, todo="请向报送部门核实"))
            else:
                found[name] = entry
                faults.append(Fault(MANIFEST_ENTRY, f"清单里写作“{entry.file}”，收到的是“{name}”，按同一份文件处理", where))
    return found, faults


def _exact(name: str, manifests: Mapping[PurePosixPath, Manifest]) -> Entry | None:
    path = PurePosixPath(name)
    for folder in path.parents:
        manifest = manifests.get(folder)
        if manifest and (entry := manifest.entry_for(path.relative_to(folder).as_posix())):
            return entry
    return None


def _alike(entries: Iterable[Entry], names: Iterable[str]) -> dict[int, str]:
    """Line of the manifest -> file, where exactly one of each is written alike."""
    lines: dict[str, list[int]] = defaultdict(list)
    files: dict[str, list[str]] = defaultdict(list)
    for entry in entries:
        lines[_plain(file_key(entry.file))].append(entry.line)
    for name in names:
        files[_plain(name)].append(name)
    return {lines[key][0]: files[key][0] for key in lines if len(lines[key]) == len(files.get(key, ())) == 1}


def _plain(name: str) -> str:
    last = unicodedata.normalize("NFKC", PurePosixPath(name).name).casefold()
    return _SEPARATORS.sub("", _SUFFIX.sub("", last))
