"""What an interrupted run has finished and need not compute again: beside the parts, until the run is published.

A part counts as finished when its note is there; the note is written last, after its files are on disk.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from doudi.lake.home import write_whole
from doudi.published.manifest import File
from doudi.published.schema import PARTS

FOLDER, BASE = "kept", "base"


@dataclass(frozen=True)
class PartResult:
    """What is told of a part: its files by name, `people`: see `population.Population`, `unknowns`: rule -> subjects left unknown,
    `filled`: see `quality.Filled`, `alerts`: what is counted -> value -> alerts."""

    files: Mapping[str, File]
    people: Mapping[str, Sequence[int]] = field(default_factory=dict)
    unknowns: Mapping[str, int] = field(default_factory=dict)
    filled: Mapping[str, Mapping[str, list[int]]] = field(default_factory=dict)
    alerts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    def rows(self, table: str) -> int:
        """The rows of one of its tables."""
        return sum(file.rows or 0 for name, file in self.files.items() if name.endswith(f"/{table}.parquet"))


class Kept:
    """The notes in the folder of a run that is being made."""

    def __init__(self, folder: Path) -> None:
        self._run, self.folder = folder, folder / FOLDER
        self.folder.mkdir(exist_ok=True)

    def stand_on(self, base: str) -> None:
        """From now on parts are computed from this base (empty: from nothing); what was finished on another base is thrown away."""
        path = self.folder / BASE
        if (path.read_text("utf-8") if path.exists() else "") != base:
            for note in self.folder.glob("*.json"):
                note.unlink()
            shutil.rmtree(self._run / PARTS, ignore_errors=True)  # files of a base may be among them, which must not be written to
            write_whole(path, base.encode())

    def finished(self) -> dict[str, PartResult]:
        """Part -> its result."""
        return {path.stem: _read(path) for path in sorted(self.folder.glob("*.json"))}

    def note(self, results: Mapping[str, PartResult]) -> None:
        """Note that these parts are finished."""
        for result in results.values():
            _flush(self._run / name for name in result.files)
        for part, result in results.items():
            write_whole(self.folder / f"{part}.json", json.dumps(asdict(result), ensure_ascii=False).encode())

    def remove(self) -> None:
        """Take the notes away: the run is complete."""
        shutil.rmtree(self.folder)


def _read(path: Path) -> PartResult:
    content = json.loads(path.read_bytes())
    content["files"] = {name: File(**file) for name, file in content["files"].items()}
    return PartResult(**content)


def _flush(paths: Iterable[Path]) -> None:
    for path in paths:
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
