"""ZIP archives of deliveries: all members checked to the last byte before the first one is taken, then unpacked one by one."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO

from doudi.intake.readers.model import Limits
from doudi.intake.readers.refusals import BLANK, refused
from doudi.intake.readers.unzip import check_members, opened, pieces


@dataclass(frozen=True)
class Member:
    """A file in an archive: its name there, its place in the archive's list, its size in bytes."""

    name: str
    index: int
    size: int


def members(stream: BinaryIO, limits: Limits) -> list[Member]:
    """The files in an archive, in its order. Each was unpacked once, and size and checksum were right.

    Raises FileRefused, for the archive as a whole, if any of them is damaged or beyond the limits, or if there is none.
    """
    with opened(stream) as archive:
        found = []
        places = {id(entry): index for index, entry in enumerate(archive.infolist())}
        total = limits.unpacked_bytes
        for entry, name in check_members(archive, limits):
            for piece in pieces(archive, entry, total):
                total -= len(piece)
            found.append(Member(name, places[id(entry)], entry.file_size))
    if not found:
        raise refused(BLANK, "压缩包里没有文件")
    return found


@contextmanager
def unpacked(stream: BinaryIO, member: Member, limits: Limits) -> Iterator[BinaryIO]:
    """A member's bytes in an unnamed temporary file: nothing of it stays on disk, even if the process is killed."""
    with tempfile.TemporaryFile() as copy:
        with opened(stream) as archive:
            for piece in pieces(archive, archive.infolist()[member.index], limits.unpacked_bytes):
                copy.write(piece)
        copy.seek(0)
        yield copy
