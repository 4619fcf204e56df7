"""XLS, the workbook format before 2007, read by a program apart (`xlschild`) whose memory and time are bounded."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import weakref
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

import orjson

from doudi.intake.readers.model import MEBI, Batch, Limits, Opened, Sheet
from doudi.intake.readers.refusals import BROKEN, SAVE_AS, TOO_LARGE, refused
from doudi.intake.readers.workbook import batched, clip

_SECONDS = 120
_MEMORY = 1536 * MEBI
_OUTPUT = 1024 * MEBI


def open_oldbook(stream: BinaryIO, limits: Limits) -> Opened:
    """All worksheets in the workbook's order. Raises FileRefused for damaged and oversized workbooks."""
    size = stream.seek(0, 2)
    if size > limits.book_bytes:
        raise refused(TOO_LARGE, f"工作簿有 {size:,} 字节，最多 {limits.book_bytes:,} 字节", todo="请拆分，或改用 CSV 报送")
    lines = _converted(stream)
    sheets: list[Sheet] = []
    at = 0
    lines.seek(0)
    while (line := lines.readline()) not in (b'"end"\n', b""):
        at += len(line)
        if line.startswith(b"{"):
            about = orjson.loads(line)
            sheets.append(Sheet(about["sheet"], _batches(lines, at, about, limits), hidden=about["hidden"]))
    opened = Opened("xls", tuple(sheets))
    weakref.finalize(opened, lines.close)
    return opened


def _converted(stream: BinaryIO) -> BinaryIO:
    """An unnamed temporary file with the program's output: it vanishes with this process."""
    stream.seek(0)
    lines = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as what was opened
    try:
        _convert(stream, lines)
    except BaseException:
        lines.close()
        raise
    return lines


def _convert(stream: BinaryIO, lines: BinaryIO) -> None:
    command = [sys.executable, "-m", "doudi.intake.readers.xlschild", str(_MEMORY), str(_SECONDS), str(_OUTPUT)]
    with tempfile.TemporaryFile() as copy:
        while piece := stream.read(MEBI):
            copy.write(piece)
        copy.seek(0)
        try:
            done = subprocess.run(command, stdin=copy, stdout=lines, stderr=subprocess.DEVNULL, timeout=2 * _SECONDS, check=False)  # noqa: S603
        except subprocess.TimeoutExpired:
            raise refused(BROKEN, "旧版 XLS 工作簿读取超时", todo=SAVE_AS) from None
    if done.returncode == 3:
        raise refused(TOO_LARGE, "旧版 XLS 工作簿展开后过大", todo=SAVE_AS)
    lines.seek(-min(6, lines.seek(0, 2)), 2)
    if done.returncode != 0 or lines.read() != b'"end"\n':
        raise refused(BROKEN, "旧版 XLS 工作簿不完整、已损坏或过大，读不出来", todo=SAVE_AS)


def _batches(lines: BinaryIO, at: int, about: dict[str, Any], limits: Limits) -> Callable[[], Iterator[Batch]]:
    def rows() -> Iterator[list[str]]:
        place = at
        while True:
            lines.seek(place)
            line = lines.readline()
            if not line.startswith(b"["):
                return
            place += len(line)
            yield orjson.loads(line)

    def batches() -> Iterator[Batch]:
        merges = [((top, left), (bottom, right)) for (top, left), (bottom, right) in about["merges"]]
        last = max((bottom for _, (bottom, _) in merges), default=0)
        yield from batched(rows(), clip(merges, min(last + 1, 65_536), limits), {}, about["width"])

    return batches
