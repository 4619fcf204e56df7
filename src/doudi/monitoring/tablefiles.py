"""Writes exports row by row: CSV that a spreadsheet opens, XLSX, Parquet. The file appears whole or not at all.

A cell that a spreadsheet would take for a formula is written as text: in CSV with an apostrophe before it, in XLSX as a string cell.
"""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter

FORMATS = ("csv", "xlsx", "parquet")
FORMULA = ("=", "+", "-", "@", "\t", "\r")
SHEET_ROWS = 1_000_000
"""Rows on one sheet; more go to further sheets (the format's limit is 1,048,576)."""
BATCH = 20_000

Row = Sequence[str]


class Out(Protocol):
    """Where rows go."""

    def write(self, row: Row) -> None: ...


def write_table_file(path: Path, form: str, columns: Sequence[str], rows: Iterable[Row]) -> int:
    """Write a file of text columns in one of FORMATS; returns the number of rows. Only a few rows are in memory at a time."""
    count = 0
    with _whole(path) as made, _OUTS[form](made, columns) as out:
        for row in rows:
            out.write(row)
            count += 1
    return count


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".tmp-", dir=path.parent) as folder:
        made = Path(folder) / path.name
        yield made
        made.replace(path)


class _Csv:
    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        self._stream = path.open("w", encoding="utf-8-sig", newline="")
        self._writer = csv.writer(self._stream)
        self._writer.writerow(columns)

    def __enter__(self) -> _Csv:
        return self

    def write(self, row: Row) -> None:
        self._writer.writerow([f"'{cell}" if cell.startswith(FORMULA) else cell for cell in row])

    def __exit__(self, *_: object) -> None:
        self._stream.close()


class _Xlsx:
    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        self._book = xlsxwriter.Workbook(str(path), options)
        self._text = self._book.add_format({"num_format": "@"})
        self._head = self._book.add_format({"bold": True, "num_format": "@"})
        self._columns = columns
        self._new_sheet()

    def __enter__(self) -> _Xlsx:
        return self

    def _new_sheet(self) -> None:
        self._sheet = self._book.add_worksheet()
        self._sheet.set_column(0, len(self._columns) - 1, 20, self._text)
        self._sheet.freeze_panes(1, 0)
        for at, column in enumerate(self._columns):
            self._sheet.write_string(0, at, column, self._head)
        self._row = 0

    def write(self, row: Row) -> None:
        if self._row == SHEET_ROWS:
            self._new_sheet()
        self._row += 1
        for at, cell in enumerate(row):
            self._sheet.write_string(self._row, at, cell, self._text)

    def __exit__(self, *_: object) -> None:
        self._book.close()


class _Parquet:
    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        self._schema = pa.schema([pa.field(column, pa.string()) for column in columns])
        self._writer = pq.ParquetWriter(path, self._schema, compression="zstd")
        self._rows: list[Row] = []

    def __enter__(self) -> _Parquet:
        return self

    def write(self, row: Row) -> None:
        self._rows.append(row)
        if len(self._rows) >= BATCH:
            self._flush()

    def _flush(self) -> None:
        arrays = [pa.array([row[at] for row in self._rows], pa.string()) for at in range(len(self._schema))]
        self._writer.write_table(pa.Table.from_arrays(arrays, schema=self._schema))
        self._rows = []

    def __exit__(self, *_: object) -> None:
        self._flush()
        self._writer.close()


_OUTS = {"csv": _Csv, "xlsx": _Xlsx, "parquet": _Parquet}
