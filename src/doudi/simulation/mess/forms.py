"""How one office writes one file: its columns, its headers, its forms of dates and amounts; and the files themselves."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter

from doudi.contracts.model import Contract, Field
from doudi.kernel.months import show_month
from doudi.simulation.mess.records import Record
from doudi.standards import codelists

KINDS = ("csv", "csv", "csv", "tsv", "txt", "xlsx", "xlsx", "jsonl", "parquet", "zip")
_MOST_IN_A_BOOK = 20_000


@dataclass(frozen=True)
class Sheet:
    """The lines of a file: text cells; `records` the record of each line, None for a header, title, total or note (named in `furniture`)."""

    header: list[str]
    lines: list[list[str]]
    records: list[Record | None]
    furniture: list[str]


class Style:
    """The habits of one file."""

    def __init__(self, contract: Contract, random: Random) -> None:
        self.contract, self._random = contract, random
        self.fields = list(contract.fields)
        if random.random() < 0.5:
            random.shuffle(self.fields)
        self.headers = [self._header(each) for each in self.fields]
        self._date, self._month, self._money, self._bool, self._code = (random.randrange(8) for _ in range(5))

    def cells(self, record: Record) -> list[str]:
        """The texts of a row."""
        return [record.raw.get(each.name, self._text(each, record.values[each.name])) for each in self.fields]

    def _header(self, each: Field) -> str:
        text = self._random.choice(each.headers) if self._random.random() < 0.2 and each.type in ("id18", "name") else each.header
        if each.type == "money" and self._random.random() < 0.4:
            text += self._random.choice(("（元）", "(元)", "（单位：元）"))
        lot = self._random.random()
        return f"*{text}" if lot < 0.08 else f"{text} " if lot < 0.16 else " ".join(text) if lot < 0.2 else text

    def _text(self, each: Field, value: Any) -> str:
        if value is None:
            return ""
        if each.type == "date":
            return _date(value, self._date)
        if each.type == "month":
            return _month(value, self._month)
        if each.type == "money":
            return _money(value, self._money)
        if each.type == "bool":
            return ("是" if value else "否") if self._bool % 2 else str(int(value))
        if each.type == "code" and each.code_list and self._code < 3:
            return codelists()[each.code_list].label(value)
        return str(value)


def _date(day: date, form: int) -> str:
    forms = (f"{day:%Y-%m-%d}", f"{day:%Y%m%d}", f"{day.year}/{day.month}/{day.day}", f"{day.year}年{day.month}月{day.day}日")
    return forms[form % len(forms)]


def _month(month: int, form: int) -> str:
    text = show_month(month)
    return (text.replace("-", ""), text, f"{text[:4]}年{int(text[5:])}月")[form % 3]


def _money(fen: int, form: int) -> str:
    yuan = f"{fen // 100}.{fen % 100:02d}"
    return (yuan, f"{fen // 100:,}.{fen % 100:02d}", f"{yuan}元", yuan)[form % 4]


def lay_out(contract: Contract, records: Sequence[Record], random: Random, place: str, kind: str) -> Sheet:
    """The lines of a file; only sheets and texts have titles, totals and notes."""
    style, furnished = Style(contract, random), kind in ("csv", "xlsx", "txt")
    sheet = Sheet(style.headers, [], [], [])
    if furnished and random.random() < 0.25:
        _add(sheet, [f"{place}{contract.title}情况表"], None, "title")
    _add(sheet, style.headers, None, "")
    for record in records:
        _add(sheet, style.cells(record), record, "")
    if furnished and records and random.random() < 0.2:
        _add(sheet, ["合计", *[""] * (len(style.headers) - 2), f"共{len(records)}条"], None, "total")
    if furnished and random.random() < 0.15:
        _add(sheet, ["注：本表数据由业务系统导出。"], None, "note")
    return sheet


def _add(sheet: Sheet, cells: list[str], record: Record | None, furniture: str) -> None:
    sheet.lines.append(cells)
    sheet.records.append(record)
    sheet.furniture.append(furniture)


def write(folder: Path, stem: str, sheet: Sheet, kind: str, random: Random) -> tuple[str, list[int | None]]:
    """Write a file; returns its name as answers call it, and the row number of each line (None: no row of this form)."""
    if kind == "xlsx" and len(sheet.lines) > _MOST_IN_A_BOOK:
        kind = "csv"
    if kind in ("jsonl", "parquet"):
        return _write_records(folder, stem, sheet, kind)
    if kind == "xlsx":
        return _write_book(folder, stem, sheet)
    text = io.StringIO()
    csv.writer(text, delimiter="," if kind in ("csv", "zip") else "\t", lineterminator=random.choice(("\r\n", "\n"))).writerows(sheet.lines)
    content = text.getvalue().encode(random.choice(("utf-8", "utf-8-sig", "gb18030")) if kind != "zip" else "gb18030")
    numbers: list[int | None] = list(range(1, len(sheet.lines) + 1))
    if kind != "zip":
        (folder / f"{stem}.{kind}").write_bytes(content)
        return f"{stem}.{kind}", numbers
    inner = zipfile.ZipInfo(f"{stem}_1.csv", (2026, 10, 31, 8, 0, 0))
    with zipfile.ZipFile(folder / f"{stem}.zip", "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr(inner, content, zipfile.ZIP_DEFLATED)
    return f"{stem}.zip!{stem}_1.csv", numbers


def _write_records(folder: Path, stem: str, sheet: Sheet, kind: str) -> tuple[str, list[int | None]]:
    rows = [cells for cells, record in zip(sheet.lines, sheet.records, strict=True) if record is not None]
    name = f"{stem}.{kind}"
    if kind == "jsonl":
        lines = (json.dumps(dict(zip(sheet.header, (cell or None for cell in cells), strict=True)), ensure_ascii=False) for cells in rows)
        (folder / name).write_text("".join(f"{line}\n" for line in lines), "utf-8")
    else:
        columns = [pa.array([cells[at] or None for cells in rows], pa.string()) for at in range(len(sheet.header))]
        pq.write_table(pa.table(columns, names=sheet.header), folder / name)
    count, numbers = 0, list[int | None]()
    for record in sheet.records:
        count += record is not None
        numbers.append(count if record is not None else None)
    return name, numbers


def _write_book(folder: Path, stem: str, sheet: Sheet) -> tuple[str, list[int | None]]:
    book = xlsxwriter.Workbook(str(folder / f"{stem}.xlsx"), {"in_memory": True, "strings_to_numbers": False})
    book.set_properties({"created": datetime(2026, 10, 31)})  # noqa: DTZ001 - the same bytes each time
    page = book.add_worksheet("Sheet1")
    for row, cells in enumerate(sheet.lines):
        page.write_row(row, 0, cells)
    book.close()
    return f"{stem}.xlsx", list(range(1, len(sheet.lines) + 1))
