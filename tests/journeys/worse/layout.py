"""The lines of a sheet: a header as an office writes it, its rows, and the furniture between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random
from typing import Any

from tests.journeys.worse.clothes import as_cell, as_text
from tests.journeys.worse.records import Column, Dataset, Row

_IDS = ("身份证号", "身份证号码", "公民身份号码", "公民身份证号码", "证件号码")
_EXTRA: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("序号", ()),
    ("备注", ("", "", "", "待补充材料", "已核", "见附件", "单位：元", "合计见附表")),
    ("录入时间", ("2026-10-28 10:21:33",)),
    ("经办人", ("刘经办", "陈某", "")),
    ("乡镇", ("伏口镇", "湄江镇", "茅塘镇", "蓝田街道")),
    ("村（社区）", ("石门村", "向阳社区", "")),
    ("开户行", ("农商银行", "")),
    ("年龄", ("34", "71")),
    ("", ()),
    ("审核意见", ("同意", "")),
    ("政治面貌", ("群众", "")),
    ("批次", ("1", "2")),
)
_NOTES = (
    "注：本表数据由业务系统导出，如有疑问请与我单位联系。",
    "说明：1.金额单位为元；2.空白表示没有。",
    "填表人：张三　　审核人：李四　　联系电话：0738-4412345",
    "备注：名单已公示7天，无异议。",
    "制表日期：2026年10月28日",
    "※ 以上数据不含外县人员。",
    "本页以下空白",
    "（盖章）",
)
_TOTALS = ("合计", "总计", "合 计", "小计", "本页小计", "累计")


@dataclass
class Line:
    """One line of a sheet; `row` is None for furniture."""

    cells: list[Any]
    row: Row | None = None
    wide: bool = False


@dataclass
class Sheet:
    """Lines from the top. `header` and `last_header` are the indexes of the header's first and last line; `merged` are (top, left, bottom, right)."""

    name: str
    lines: list[Line] = field(default_factory=list)
    header: int = 0
    last_header: int = 0
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden: bool = False


class Style:
    """How one office writes one file: the order of its columns, their headers and forms, the columns nobody asked for."""

    def __init__(self, dataset: Dataset, random: Random, *, typed: bool, named: bool = False) -> None:
        """`typed`: numbers and dates are such; `named`: the form names its columns itself, so that none may be unnamed or stand twice."""
        self._random, self._typed = random, typed
        columns = list(dataset.columns)
        if random.random() < 0.6:
            random.shuffle(columns)
        self.columns: list[Column | tuple[str, tuple[str, ...]]] = list(columns)
        for extra in random.sample(_EXTRA, random.choice((0, 0, 1, 2, 4))):
            if extra[0] or not named:
                self.columns.insert(0 if extra[0] == "序号" else random.randrange(len(self.columns) + 1), extra)
        self.headers = [_header(each, dataset, random) for each in self.columns]
        self._forms = [random.randrange(1000) for _ in self.columns]

    def cells(self, row: Row, number: int) -> list[Any]:
        """The cells of a row."""
        return [self._cell(at, each, row, number) for at, each in enumerate(self.columns)]

    def _cell(self, at: int, each: Column | tuple[str, tuple[str, ...]], row: Row, number: int) -> Any:
        if not isinstance(each, Column):
            return number if each[0] == "序号" else self._random.choice(each[1]) if each[1] else ""
        value = row.values[each.name]
        if not row.dress and each.type in ("id18", "name"):
            return value
        return (as_cell if self._typed else as_text)(each, value, self._forms[at], self._random)

    def total(self, word: str, rows: Sequence[Row]) -> list[Any]:
        """A line of sums: the word in the first column, in that of the ID or in that of the name; a count; amounts."""
        cells: list[Any] = [""] * len(self.columns)
        people = [at for at, each in enumerate(self.columns) if isinstance(each, Column) and each.type in ("id18", "name")]
        for at, each in enumerate(self.columns):
            if isinstance(each, Column) and each.type == "money":
                amount = sum((row.values[each.name] for row in rows if isinstance(row.values[each.name], Decimal)), Decimal(0))
                cells[at] = float(amount) if self._typed else f"{amount:,.2f}"
        place = self._random.choice((0, *people[:2]))
        cells[place] = word
        free = [at for at in people if at != place]
        if free and self._random.random() < 0.5:
            cells[self._random.choice(free)] = self._random.choice((f"共{len(rows)}条", f"{len(rows)}人", str(len(rows))))
        return cells


def _header(each: Column | tuple[str, tuple[str, ...]], dataset: Dataset, random: Random) -> str:
    if not isinstance(each, Column):
        return each[0]
    text = each.header
    if each.name == "person_id" and random.random() < 0.3:
        owner = next((text.removesuffix(word) for word in _IDS if text.endswith(word)), None)
        text = owner + random.choice(_IDS) if owner is not None else text
    if each.type == "money" and random.random() < 0.5:
        text += random.choice(("（元）", "(元)", "（单位：元）", "(单位:元)", "【元】", "（人民币元）"))
    chance = random.random()
    if chance < 0.15:
        text = " ".join(text)
    elif chance < 0.25:
        text = random.choice((f"*{text}", f"{text}*", f"＊{text}", f" {text} ", f"{text}\u3000", f"{text}："))
    elif chance < 0.3:
        text = random.choice((f"{text}（必填）", f"{text}(选填)")) if "(" not in text and "（" not in text else text
    elif chance < 0.35 and len(text) > 3:
        text = f"{text[:2]}\n{text[2:]}"
    return text


def lay_out(dataset: Dataset, rows: Sequence[Row], random: Random, style: Style, *, place: str, name: str, level: int, book: bool) -> Sheet:
    """A sheet of rows. `level` 0: no furniture; 1: titles and a total; 2: everything. `book`: cells may be merged."""
    sheet = Sheet(name)
    width = len(style.headers)
    if level and random.random() < 0.7:
        for text in _titles(dataset, place, random):
            sheet.lines.append(Line([text, *[""] * (width - 1)], wide=book and random.random() < 0.7))
    if level > 1 and random.random() < 0.2:
        sheet.lines.append(Line([""] * width))
    sheet.header = sheet.last_header = len(sheet.lines)
    if book and level > 1 and random.random() < 0.3:
        _two_rows(sheet, style, random)
    else:
        sheet.lines.append(Line(list(style.headers)))
    for at, row in enumerate(rows, start=1):
        sheet.lines.append(Line(style.cells(row, at), row))
        if level > 1 and at < len(rows) and random.random() < min(0.05, 6 / len(rows)):
            sheet.lines += _between(style, rows[:at], random, width)
    if level:
        sheet.lines += _below(style, rows, random, width)
    if book and level > 1:
        _merge_equal(sheet, style)
    return sheet


def _titles(dataset: Dataset, place: str, random: Random) -> list[str]:
    titles = [
        random.choice(
            (f"{place}{dataset.title}情况表", f"{place}{dataset.title}明细表（2026年10月）", f"{place}低保、特困、失业人员及{dataset.title}花名册")
        )
    ]
    if random.random() < 0.7:
        titles.append(
            random.choice(
                (f"填报单位：{place}　　填报日期：2026年10月28日　　金额单位：元", "单位：元", "（截至2026年10月31日）", "报送单位（盖章）：")
            )
        )
    return titles


def _two_rows(sheet: Sheet, style: Style, random: Random) -> None:
    """Some neighbouring columns under one word; the others merged over both rows."""
    top, width = len(sheet.lines), len(style.headers)
    upper, lower = list(style.headers), [""] * width
    start = random.randrange(max(1, width - 2))
    end = min(width, start + random.randint(2, 3))
    if end - start > 1:
        for at in range(start, end):
            upper[at], lower[at] = "", style.headers[at]
        upper[start] = random.choice(("基本信息", "有关情况", "个人及项目信息"))
        sheet.merged.append((top, start, top, end - 1))
    sheet.merged += [(top, at, top + 1, at) for at in range(width) if not start <= at < end]
    sheet.lines += [Line(list(upper)), Line(list(lower))]
    sheet.last_header = top + 1


def _between(style: Style, rows: Sequence[Row], random: Random, width: int) -> list[Line]:
    kind = random.randrange(4)
    if kind == 0:
        return [Line([""] * width)]
    if kind == 1:
        return [Line(style.total(random.choice(("小计", "本页小计", "合计")), rows))]
    if kind == 2:
        return [Line(list(style.headers))]
    return [Line([""] * width), Line(list(style.headers))]


def _below(style: Style, rows: Sequence[Row], random: Random, width: int) -> list[Line]:
    found: list[Line] = []
    if random.random() < 0.5:
        found.append(Line(style.total(random.choice(_TOTALS), rows)))
    for text in random.sample(_NOTES, random.choice((0, 1, 2))):
        found.append(Line([text, *[""] * (width - 1)]))
    if random.random() < 0.3:
        found += [Line([""] * width)] * random.randint(1, 3)
    return found


def _merge_equal(sheet: Sheet, style: Style) -> None:
    """Household numbers that stand in neighbouring rows become one merged cell."""
    at = next((at for at, each in enumerate(style.columns) if isinstance(each, Column) and each.name == "household_no"), None)
    if at is None:
        return
    start = sheet.last_header + 1
    while start < len(sheet.lines):
        end = start
        line = sheet.lines[start]
        while line.row and end + 1 < len(sheet.lines) and (other := sheet.lines[end + 1]).row and other.cells[at] == line.cells[at]:
            end += 1
        if end > start and line.cells[at]:
            sheet.merged.append((start, at, end, at))
            for below in sheet.lines[start + 1 : end + 1]:
                below.cells[at] = ""
        start = end + 1
