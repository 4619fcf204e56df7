"""The files of a sending: found in a folder, or a single one; copied so that nobody changes them while they are read; archives taken apart."""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from doudi.intake.listed import entries_of
from doudi.intake.manifest import Entry, Manifest, read_manifest
from doudi.intake.names import MEMBER, is_hidden, is_reading_matter
from doudi.intake.readers.archive import members, unpacked
from doudi.intake.readers.model import MEBI, FileRefused, Limits
from doudi.intake.readers.refusals import NESTED, TOO_LARGE, refused
from doudi.intake.readers.sniff import sniff
from doudi.kernel.errors import DoudiError, Fault, code

FOLDER_MISSING = code("intake_nothing_there", "没有这个文件或目录")
FILE_UNREADABLE = code("intake_unreadable", "文件没有读取权限，或读取失败")

MANIFEST = "manifest.csv"
LEFT_OUT_FOLDERS = {"truth"}
"""The right answers beside a sample are no delivery."""


@dataclass(frozen=True)
class Delivered:
    """A file to take. `name` is its place below the folder given, `/` between folders; `entry` its line in a manifest."""

    name: str
    path: Path
    entry: Entry | None = None


@dataclass
class Found:
    """What lies in a folder: files to take in the order of their names; what is left out, and why (Chinese); faults of the manifests."""

    files: list[Delivered] = field(default_factory=list)
    left_out: list[tuple[str, str]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


@dataclass(frozen=True)
class Part:
    """Bytes that are one table file: a file of the sending, or a member of an archive (`outer.zip!inner.csv`).

    `content` is their SHA-256 in hexadecimal. `refusal` is set, and `form` empty, if they cannot be opened.
    """

    name: str
    stream: BinaryIO
    size: int
    content: str
    entry: Entry | None
    form: str = ""
    refusal: FileRefused | None = None


def find_files(place: Path) -> Found:
    """The files below a folder, or the one file given. Raises DoudiError if there is none, or if a manifest cannot be read."""
    if place.is_file():
        return _single(place)
    if not place.is_dir():
        raise DoudiError(Fault(FOLDER_MISSING, "没有这个文件或目录", str(place), todo="请核对路径"))
    found = Found()
    manifests: dict[PurePosixPath, Manifest] = {}
    for name, path in _walk(place, found):
        inner = PurePosixPath(name)
        if inner.name.lower() == MANIFEST:
            manifests[inner.parent] = _manifest(path, name)
        else:
            found.files.append(Delivered(name, path))
    entries, faults = entries_of([each.name for each in found.files], manifests, MANIFEST)
    found.faults = [fault for _, manifest in sorted(manifests.items()) for fault in manifest.faults] + faults
    left_out = {each.name for each in found.files if each.name not in entries and is_reading_matter(each.name)}
    found.left_out += [(each.name, "说明文件，不是报送数据") for each in found.files if each.name in left_out]
    found.files = [replace(each, entry=entries.get(each.name)) for each in found.files if each.name not in left_out]
    return found


def _single(path: Path) -> Found:
    beside = path.parent / MANIFEST
    manifest = _manifest(beside, MANIFEST) if beside.is_file() and path.name.lower() != MANIFEST else Manifest()
    return Found([Delivered(path.name, path, manifest.entry_for(path.name))])


def _walk(place: Path, found: Found) -> Iterator[tuple[str, Path]]:
    for folder, folders, names in os.walk(place):
        folders[:] = sorted(name for name in folders if not is_hidden(name) and name not in LEFT_OUT_FOLDERS)
        for name in sorted(names):
            path = Path(folder) / name
            inner = path.relative_to(place).as_posix()
            if is_hidden(name):
                continue
            if not path.is_file():
                found.left_out.append((inner, "不是普通文件"))
                continue
            yield inner, path


def _manifest(path: Path, name: str) -> Manifest:
    try:
        with path.open("rb") as stream:
            return read_manifest(stream, path.stat().st_size, name)
    except OSError as error:
        raise DoudiError(Fault(FILE_UNREADABLE, "清单读取失败", name, why=error.strerror or "", todo="请检查文件权限")) from error


@contextmanager
def parts_of(delivered: Delivered, folder: Path, limits: Limits) -> Iterator[Iterator[Part]]:
    """The parts of a file, in the order of their names, each valid until the next. The copy is an unnamed file in `folder`.

    Raises DoudiError if the file cannot be read from disk.
    """
    with tempfile.TemporaryFile(dir=folder) as copy:
        try:
            size, content = _copy(delivered.path, copy, limits)
        except OSError as error:
            raise DoudiError(Fault(FILE_UNREADABLE, "文件读取失败", delivered.name, why=error.strerror or "", todo="请检查文件权限")) from error
        whole = Part(delivered.name, copy, size, content, delivered.entry)
        yield _parts(whole, limits)


def _copy(path: Path, copy: BinaryIO, limits: Limits) -> tuple[int, str]:
    """Copies at most a byte more than the limit. Returns the file's size and its SHA-256; of a file beyond the limit, of its beginning."""
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as source:
        if not stat.S_ISREG(os.fstat(source.fileno()).st_mode):
            raise OSError("not a regular file")
        while size <= limits.file_bytes and (piece := source.read(MEBI)):
            size += len(piece)
            digest.update(piece)
            copy.write(piece)
        size = max(size, os.fstat(source.fileno()).st_size)
    if size > limits.file_bytes:
        copy.truncate(0)
        digest.update(f"{size}".encode())
    copy.flush()
    return size, digest.hexdigest()


def _parts(whole: Part, limits: Limits) -> Iterator[Part]:
    try:
        if whole.size > limits.file_bytes:
            raise refused(TOO_LARGE, f"文件有 {whole.size:,} 字节，最多 {limits.file_bytes:,} 字节", todo="请拆分后报送")
        form = sniff(whole.stream, whole.size)
        inside = members(whole.stream, limits) if form == "zip" else []
    except FileRefused as refusal:
        yield replace(whole, refusal=refusal)
        return
    if form != "zip":
        yield replace(whole, form=form)
        return
    kept = [member for member in inside if not any(is_hidden(part) or part in LEFT_OUT_FOLDERS for part in PurePosixPath(member.name).parts)]
    listing = Manifest()
    for member in kept:
        if PurePosixPath(member.name).name.lower() == MANIFEST:
            with unpacked(whole.stream, member, limits) as stream:
                try:
                    listing = read_manifest(stream, member.size, f"{whole.name}{MEMBER}{member.name}")
                except FileRefused as refusal:
                    yield replace(whole, refusal=refusal)
                    return
    for member in sorted(kept, key=lambda each: each.name):
        name = f"{whole.name}{MEMBER}{member.name}"
        entry = listing.entry_for(member.name) or listing.entry_for(PurePosixPath(member.name).name)
        if PurePosixPath(member.name).name.lower() == MANIFEST or (entry is None and is_reading_matter(member.name)):
            continue
        with unpacked(whole.stream, member, limits) as stream:
            yield _member(Part(name, stream, member.size, _digest(stream), _merged(entry, whole.entry)))


def _member(part: Part) -> Part:
    try:
        form = sniff(part.stream, part.size)
        if form == "zip":
            raise refused(NESTED, "压缩包里还有压缩包", todo="请只压缩一层后重新报送")
    except FileRefused as refusal:
        return replace(part, refusal=refusal)
    return replace(part, form=form)


def _digest(stream: BinaryIO) -> str:
    stream.seek(0)
    digest = hashlib.file_digest(stream, "sha256")  # type: ignore[arg-type]
    stream.seek(0)
    return digest.hexdigest()


def _merged(inner: Entry | None, outer: Entry | None) -> Entry | None:
    """What the archive's own manifest says of a member, completed by what the outer one says of the archive; its row count is not a member's."""
    if outer is None or inner is None:
        return inner or (replace(outer, rows_claimed=None) if outer else None)
    return replace(
        inner,
        dataset=inner.dataset or outer.dataset,
        period=inner.period or outer.period,
        sent_at=inner.sent_at or outer.sent_at,
    )
