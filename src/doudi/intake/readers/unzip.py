"""Archives, looked at before they are opened: sizes as declared and as they really are, names, passwords, copies, checksums.

Nothing is ever unpacked under a member's own name, but a name that points outside, or stands twice, is no honest archive.
"""

from __future__ import annotations

import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from doudi.intake.readers.model import MEBI, Limits
from doudi.intake.readers.refusals import BROKEN, ENCRYPTED, TOO_LARGE, UNSAFE_NAME, refused

FAULTS = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError, MemoryError, OverflowError, KeyError)
"""What the standard library raises for damaged archives, RuntimeError and KeyError included; LZMAError is an Exception of its own."""


@contextmanager
def opened(stream: BinaryIO) -> Iterator[zipfile.ZipFile]:
    """The archive in a stream; everything that goes wrong inside becomes FileRefused."""
    try:
        stream.seek(0)
        with zipfile.ZipFile(stream) as archive:
            yield archive
    except FAULTS as error:
        raise refused(BROKEN, "压缩包（或 XLSX）不完整或已损坏", why=str(error)[:80]) from None
    except Exception as error:
        if type(error).__name__ == "LZMAError":
            raise refused(BROKEN, "压缩包不完整或已损坏", why=str(error)[:80]) from None
        raise


def check_members(archive: zipfile.ZipFile, limits: Limits) -> list[tuple[zipfile.ZipInfo, str]]:
    """The members that are files, each with its name as text. Nothing is read yet.

    Raises FileRefused for passwords, links, names that leave the archive or stand twice, too many members, sizes and ratios beyond the limits.
    """
    entries = archive.infolist()
    if len(entries) > limits.members:
        raise refused(TOO_LARGE, f"压缩包里有 {len(entries):,} 个文件，最多 {limits.members:,} 个")
    found: dict[str, zipfile.ZipInfo] = {}
    total = 0
    for entry in entries:
        name = member_name(entry)
        if _leaves(name):
            raise refused(UNSAFE_NAME, "压缩包里有指向外部的文件名", todo="请用常用压缩软件重新打包")
        if name.endswith("/"):
            continue
        if entry.flag_bits & 0x1:
            raise refused(ENCRYPTED, "压缩包加了密码", todo="请去掉密码后重新报送")
        if stat.S_ISLNK(entry.external_attr >> 16):
            raise refused(UNSAFE_NAME, "压缩包里有链接，不是文件", todo="请用常用压缩软件重新打包")
        if name in found:
            raise refused(BROKEN, f"压缩包里有两个同名文件“{name[:60]}”", todo="请改名后重新打包")
        total += entry.file_size
        if entry.file_size > limits.ratio_from and entry.file_size > limits.ratio * max(1, entry.compress_size):
            raise refused(TOO_LARGE, f"压缩包里的文件声称解压后有 {entry.file_size:,} 字节，是压缩后的 {limits.ratio} 倍以上", why="疑似压缩炸弹")
        if total > limits.unpacked_bytes:
            raise refused(TOO_LARGE, f"压缩包声称解压后超过 {limits.unpacked_bytes:,} 字节", todo="请分成几个文件报送")
        found[name] = entry
    return [(entry, name) for name, entry in found.items()]


def member_name(entry: zipfile.ZipInfo) -> str:
    """A member's name: UTF-8 where it says or is so, else GB18030 (what Chinese Windows writes without saying so); `/` between folders."""
    name = entry.filename
    if not entry.flag_bits & 0x800:
        try:
            raw = entry.orig_filename.encode("cp437")
        except UnicodeEncodeError:
            raw = b""
        name = next((text for codec in ("utf-8", "gb18030") if (text := _decoded(raw, codec))), name)
    return name.split("\x00")[0].replace("\\", "/").removeprefix("./")


def _decoded(raw: bytes, codec: str) -> str:
    """The text of a name; "" if it is not in `codec`. Chinese is three bytes in UTF-8: a name that has only pairs of bytes (失业, 联通 in GBK are
    valid as such) is not in it."""
    try:
        text = raw.decode(codec)
    except UnicodeDecodeError:
        return ""
    return "" if codec == "utf-8" and "\x7f" < max(text, default="") < "\u0800" else text


def _leaves(name: str) -> bool:
    return name.startswith("/") or ".." in name.split("/") or name[1:2] == ":" or not name.strip("/ ")


def pieces(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, limit: int) -> Iterator[bytes]:
    """The member's bytes, unpacked piece by piece, its checksum checked at the end. Raises FileRefused beyond `limit` bytes."""
    seen = 0
    with archive.open(entry) as member:
        while piece := member.read(MEBI):
            seen += len(piece)
            if seen > limit:
                raise refused(TOO_LARGE, f"解压后超过 {limit:,} 字节", todo="请分成几个文件报送")
            yield piece
    if seen != entry.file_size:
        raise refused(BROKEN, "解压后的大小与压缩包里声明的不符")
