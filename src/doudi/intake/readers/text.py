"""Which encoding a text file is in - found by decoding all of it, not by guessing - and its physical lines."""

from __future__ import annotations

import codecs
import io
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from doudi.intake.readers.model import MEBI, Limits
from doudi.intake.readers.refusals import BINARY, ENCODING, SAVE_AS, TOO_LARGE, refused

_UTF8_TRIPLE = re.compile(rb"[\xe0-\xef][\x80-\xbf]{2}")
_SURE = 4
"""So many three-byte UTF-8 characters before the first fault make the file a damaged UTF-8 one: GB18030 text fails at its first characters."""


@dataclass(frozen=True)
class Encoding:
    """`codec` is Python's name. `cut`: the file ends in the middle of a character, so its last line is not whole."""

    codec: str
    cut: bool = False


def detect(stream: BinaryIO) -> Encoding:
    """The encoding of the whole stream: UTF-16 or UTF-8 by mark, else UTF-8 if all of it decodes, else GB18030 if all of it decodes.

    Raises FileRefused with the byte position and the line where decoding fails, or where a NUL makes it no text.
    """
    stream.seek(0)
    head = stream.read(4)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _whole(stream, "utf-16", nul=True)
    fault = _first_fault(stream, "utf-8")
    if fault is None:
        return Encoding("utf-8-sig" if head.startswith(codecs.BOM_UTF8) else "utf-8")
    if fault.cut:
        return Encoding("utf-8-sig" if head.startswith(codecs.BOM_UTF8) else "utf-8", cut=True)
    if head.startswith(codecs.BOM_UTF8) or fault.triples >= _SURE:
        raise _undecodable("UTF-8", fault)
    return _whole(stream, "gb18030")


@dataclass(frozen=True)
class _Broken:
    at: int
    line: int
    cut: bool
    triples: int


def _whole(stream: BinaryIO, codec: str, *, nul: bool = False) -> Encoding:
    fault = _first_fault(stream, codec, nul=nul)
    if fault is None or fault.cut:
        return Encoding(codec, cut=fault is not None)
    raise _undecodable("UTF-16" if codec == "utf-16" else "UTF-8 和 GB18030", fault)


def _undecodable(name: str, fault: _Broken) -> Exception:
    where = f"第 {fault.at + 1} 个字节（第 {fault.line} 行）"
    return refused(ENCODING, f"{where}不是 {name} 编码的文字", why="文件损坏，或混用了不同编码", todo="请重新导出为 UTF-8 的 CSV 后报送")


def _first_fault(stream: BinaryIO, codec: str, *, nul: bool = False) -> _Broken | None:
    """The first undecodable place, None if there is none. Reads in pieces of one MiB. Raises FileRefused at a NUL unless `nul`."""
    stream.seek(0)
    decoder = codecs.getincrementaldecoder(codec)("strict")
    at, lines, triples = 0, 1, 0
    while chunk := stream.read(MEBI):
        if not nul and b"\x00" in chunk:
            raise refused(BINARY, f"第 {at + chunk.index(0) + 1} 个字节是空字符，不是文本表格", why="可能是二进制文件，或传输中损坏", todo=SAVE_AS)
        held = len(decoder.getstate()[0])
        try:
            decoder.decode(chunk)
        except UnicodeDecodeError as error:
            own = max(0, error.start - held)
            seen = chunk[:own]
            return _Broken(at + error.start - held, lines + seen.count(b"\n"), False, triples + len(_UTF8_TRIPLE.findall(seen)))
        at += len(chunk)
        lines += chunk.count(b"\n")
        if triples < _SURE:
            triples += len(_UTF8_TRIPLE.findall(chunk))
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return _Broken(at, lines, True, triples)
    return None


class Lines:
    """The physical lines of a text stream with their numbers from 1, ends kept; lines can be given back.

    Raises FileRefused for a line longer than the limit: it is held in memory.
    """

    def __init__(self, stream: BinaryIO, encoding: Encoding, limits: Limits) -> None:
        stream.seek(0)
        errors = "replace" if encoding.cut else "strict"
        self._text = io.TextIOWrapper(_Unclosed(stream), encoding=encoding.codec, errors=errors, newline="")
        self._limit = limits.line_chars
        self._back: deque[tuple[int, str]] = deque()
        self._number = 0

    def __iter__(self) -> Iterator[tuple[int, str]]:
        return self

    def __next__(self) -> tuple[int, str]:
        if self._back:
            return self._back.popleft()
        line = self._text.readline(self._limit)
        if not line:
            raise StopIteration
        self._number += 1
        if len(line) >= self._limit:
            raise refused(TOO_LARGE, f"第 {self._number} 行太长（超过 {self._limit:,} 个字符）", why="可能缺少换行，或不是表格")
        return self._number, line

    def give_back(self, lines: list[tuple[int, str]]) -> None:
        """Lines to be read again, in their order, before the rest."""
        self._back.extendleft(reversed(lines))


class _Unclosed(io.BufferedIOBase):
    """Passes reads on; closing (which TextIOWrapper does when it is dropped) leaves the stream open."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1, /) -> bytes:
        return self._stream.read(-1 if size is None else size)

    def read1(self, size: int = -1, /) -> bytes:
        return self._stream.read(MEBI if size < 0 else size)
