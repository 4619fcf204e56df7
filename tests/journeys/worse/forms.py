"""Writers: a sheet's lines as CSV, workbook, JSON lines or Parquet.

Each returns the number under which the form knows each line (None: not a line of it).
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter
import xlwt
from tests.journeys.worse.layout import Line, Sheet

Numbers = list[int | None]

DELIMITERS = {"csv": ",", "tsv": "\t", "semicolon": ";", "bar": "|"}
ENCODINGS = ("utf-8", "utf-8-sig", "gb18030", "gb18030", "utf-16")


def write_text(path: Path, sheet: Sheet, kind: str, random: Random, *, cut: bool = False) -> Numbers:
    """Delimited text. `cut`: the last line breaks off without a line end."""
    ending = random.choice(("\r\n", "\n"))
    quoting = csv.QUOTE_ALL if random.random() < 0.2 else csv.QUOTE_MINIMAL
    bare = random.random() < 0.5  # titles and blank lines without delimiters behind them
    text, numbers, at = "", list[int | None](), 1
    for line in sheet.lines:
        cells = [_plain(cell) for cell in line.cells]
        if bare and line.row is None and not any(cells[1:]):
            cells = cells[:1] if cells[0] else []
        piece = io.StringIO()
        csv.writer(piece, delimiter=DELIMITERS[kind], lineterminator=ending, quoting=quoting).writerow(cells)
        numbers.append(at)
        at += piece.getvalue().count("\n")
        text += piece.getvalue()
    if cut:
        text = _cut(text.removesuffix(ending), DELIMITERS[kind], random)
    elif random.random() < 0.3 and _is_surely_whole([_plain(line.cells[-1]) for line in sheet.lines]):
        text = text.removesuffix(ending)
    path.write_bytes(text.encode(random.choice(ENCODINGS)))
    return numbers


def _is_surely_whole(column: Sequence[str]) -> bool:
    """Whether the last cell of a column cannot be taken for one that was cut: `75.10` under amounts such as `75.10元` can."""
    *others, last = column
    return last in others or not last[-1:].isdigit()


def _cut(text: str, delimiter: str, random: Random) -> str:
    """The text without the larger part of its last line, but with enough to see that there was one."""
    start = text.rindex("\n") + 1
    cells = text[start:].split(delimiter)
    keep = delimiter.join(cells[: random.randint(2, max(2, len(cells) // 2))])
    return text[:start] + keep[: max(4, len(keep) - 1)].rstrip('"')


def _plain(cell: Any) -> str:
    return "" if cell is None else str(cell)


def write_lines(path: Path, sheet: Sheet, random: Random, *, cut: bool = False) -> Numbers:
    """JSON lines: data rows only. Empty values are null, "", or left out."""
    header = [str(text) for text in sheet.lines[sheet.header].cells]
    records, numbers = list[str](), list[int | None]()
    for line in sheet.lines:
        numbers.append(len(records) + 1 if line.row else None)
        if line.row:
            record = {name: _jsonable(cell) for name, cell in zip(header, line.cells, strict=True)}
            if random.random() < 0.5:
                record = {name: cell for name, cell in record.items() if cell not in ("", None)}
            records.append(json.dumps(record, ensure_ascii=random.random() < 0.3))
    text = "\n".join(records)
    path.write_text(text[: -len(records[-1]) // 2] if cut else text + random.choice(("\n", "")), "utf-8")
    return numbers


def _jsonable(cell: Any) -> Any:
    return cell.date().isoformat() if isinstance(cell, datetime) else cell


def write_parquet(path: Path, sheet: Sheet, random: Random) -> Numbers:
    """Parquet: data rows only; columns have types where all their values have one."""
    header = [str(text) for text in sheet.lines[sheet.header].cells]
    rows = [line for line in sheet.lines if line.row]
    columns = [_column([line.cells[at] for line in rows], random) for at in range(len(header))]
    pq.write_table(pa.table(columns, names=header), path, row_group_size=random.choice((50, 10_000)))
    numbers, count = list[int | None](), 0
    for line in sheet.lines:
        count += line.row is not None
        numbers.append(count if line.row else None)
    return numbers


def _column(cells: Sequence[Any], random: Random) -> pa.Array:
    filled = [None if cell in ("", None) else cell for cell in cells]
    kinds = {type(cell) for cell in filled if cell is not None}
    if kinds == {float}:
        if random.random() < 0.5:
            return pa.array([None if cell is None else Decimal(f"{cell:.2f}") for cell in filled], pa.decimal128(14, 2))
        return pa.array(filled, pa.float64())
    if kinds == {datetime}:
        days = [None if cell is None else cell.date() for cell in filled]
        return pa.array(days, pa.date32()) if random.random() < 0.5 else pa.array(filled, pa.timestamp(random.choice(("ms", "us", "ns"))))
    if kinds == {int}:
        return pa.array(filled, random.choice((pa.int64(), pa.float64())) if max(c or 0 for c in filled) < 10**15 else pa.int64())
    if kinds == {bool}:
        return pa.array(filled, pa.bool_())
    texts = pa.array([None if cell is None else _parquet_text(cell) for cell in filled], pa.string())
    return texts.dictionary_encode() if random.random() < 0.2 else texts


def _parquet_text(cell: Any) -> str:
    return cell.date().isoformat() if isinstance(cell, datetime) else str(cell)


def write_xlsx(path: Path, sheets: Sequence[Sheet], random: Random) -> list[Numbers]:
    """A workbook of several sheets."""
    with xlsxwriter.Workbook(path) as book:
        day = book.add_format({"num_format": random.choice(("yyyy-mm-dd", "yyyy/m/d", 'yyyy"年"m"月"d"日"'))})
        wide = book.add_format({"align": "center", "bold": True})
        for sheet in sheets:
            page = book.add_worksheet(sheet.name)
            if sheet.hidden:
                page.hide()
            merged = {place[:2] for place in sheet.merged}
            for at, line in enumerate(sheet.lines):
                for column, cell in enumerate(line.cells):
                    if cell in ("", None) or (at, column) in merged:
                        continue
                    _put(page, at, column, cell, day)
                if line.wide and len(line.cells) > 1:
                    page.merge_range(at, 0, at, len(line.cells) - 1, line.cells[0], wide)
            for top, left, bottom, right in sheet.merged:
                cell = sheet.lines[top].cells[left]
                page.merge_range(top, left, bottom, right, "")
                _put(page, top, left, cell, day)
    return [list(range(1, len(sheet.lines) + 1)) for sheet in sheets]


def _put(page: Any, at: int, column: int, cell: Any, day: Any) -> None:
    if isinstance(cell, datetime | date):
        page.write_datetime(at, column, cell, day)
    elif isinstance(cell, bool):
        page.write_boolean(at, column, cell)
    elif isinstance(cell, int | float):
        page.write_number(at, column, cell)
    else:
        page.write_string(at, column, cell)


def write_xls(path: Path, sheets: Sequence[Sheet], random: Random) -> list[Numbers]:
    """An old workbook."""
    book = xlwt.Workbook(encoding="utf-8")
    day = xlwt.easyxf(num_format_str=random.choice(("yyyy-mm-dd", "yyyy/m/d")))
    for sheet in sheets:
        page = book.add_sheet(sheet.name, cell_overwrite_ok=True)
        page.visibility = 1 if sheet.hidden else 0
        for at, line in enumerate(sheet.lines):
            for column, cell in enumerate(line.cells):
                if cell not in ("", None):
                    page.write(at, column, cell, day) if isinstance(cell, datetime) else page.write(at, column, cell)
            if line.wide and len(line.cells) > 1:
                page.write_merge(at, at, 0, len(line.cells) - 1, line.cells[0])
        for top, left, bottom, right in sheet.merged:
            page.write_merge(top, bottom, left, right, sheet.lines[top].cells[left])
    book.save(str(path))
    return [list(range(1, len(sheet.lines) + 1)) for sheet in sheets]


def zip_gbk(path: Path, members: Sequence[tuple[str, bytes]], *, gbk: bool) -> None:
    """An archive; `gbk`: the names as Chinese Windows writes them, without saying so."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            if gbk:
                entry = _OldName(name)
                entry.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(entry, content)
            else:
                archive.writestr(name, content)


class _OldName(zipfile.ZipInfo):
    """A member whose name is written in GBK, without the mark of UTF-8."""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:
        return self.filename.encode("gbk"), self.flag_bits & ~0x800


def furniture(texts: Sequence[Sequence[Any]], name: str, *, hidden: bool = False) -> Sheet:
    """A sheet that holds no rows: instructions, a code list."""
    return Sheet(name, [Line(list(cells)) for cells in texts], hidden=hidden)
