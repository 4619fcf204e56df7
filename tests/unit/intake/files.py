"""What the intake tests share: streams, rows of a sheet, workbooks made in memory."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from typing import Any, BinaryIO

import openpyxl
import pytest

from doudi.intake.readers.model import LIMITS, Batch, FileRefused, Limits, Opened
from doudi.intake.readers.opening import open_table
from doudi.intake.readers.sniff import sniff


def open_bytes(content: bytes, limits: Limits = LIMITS) -> Opened:
    """Sniff and open, as intake does."""
    stream = io.BytesIO(content)
    return open_table(stream, sniff(stream, len(content)), limits)


def rows_of(opened: Opened, sheet: int = 0) -> list[tuple[int, list[str]]]:
    """(row number, cells) of every row of a sheet."""
    return [row for batch in opened.sheets[sheet].batches() for row in zip(batch.rows, batch.cells, strict=True)]


def broken_of(opened: Opened, sheet: int = 0) -> dict[int, str]:
    """Row number -> why it could not be read."""
    return {batch.rows[at]: fault for batch in opened.sheets[sheet].batches() for at, fault in batch.broken.items()}


def marks_of(opened: Opened, sheet: int = 0) -> dict[tuple[int, int], str]:
    """(row number, column from 0) -> mark."""
    return {(batch.rows[at], column): mark for batch in opened.sheets[sheet].batches() for (at, column), mark in batch.marks.items()}


def all_batches(opened: Opened, sheet: int = 0) -> list[Batch]:
    return list(opened.sheets[sheet].batches())


def read_all(content: bytes, limits: Limits) -> None:
    """Open a file and read every row of it."""
    for sheet in open_bytes(content, limits).sheets:
        for _ in sheet.batches():
            pass


def refusal(content: bytes, limits: Limits = LIMITS) -> str:
    """The code with which a file is refused; reading all of it counts."""
    with pytest.raises(FileRefused) as caught:
        read_all(content, limits)
    assert str(caught.value).isprintable()
    assert caught.value.fault.todo, "a refusal says what to do"
    return caught.value.fault.code


def workbook(rows: Iterable[Iterable[Any]], change: Callable[[Any], None] | None = None) -> bytes:
    """An XLSX of one sheet; `change` may do more to it."""
    book = openpyxl.Workbook()
    sheet = book.active
    for row in rows:
        sheet.append(list(row))
    if change:
        change(sheet)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def stream_of(content: bytes) -> BinaryIO:
    return io.BytesIO(content)
