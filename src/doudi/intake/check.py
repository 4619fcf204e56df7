"""Rows of a delivery judged: accepted and typed, or refused with every reason; optional values emptied and reported.

Works column by column within a batch. Whose row a damaged citizen ID is, is not decided here: such rows are accepted, and what identity needs
to decide it is handed on apart (`people`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pyarrow as pa

from doudi.contracts.checks import CompiledContract
from doudi.contracts.headers import other_unit
from doudi.contracts.model import Field
from doudi.identity.stamp import Stamper
from doudi.intake.furniture import Furniture, Kind, plain
from doudi.intake.people import People
from doudi.intake.readers.model import CELL_ERROR, CELL_FORMULA, CELL_MERGED, ROW_NOT_JSON, ROW_QUOTE, ROW_TRUNCATED, Batch
from doudi.intake.readers.refusals import refused as file_refused
from doudi.intake.recognise import UNIT, Table
from doudi.intake.secondtable import SecondTable
from doudi.intake.typed import row_schema, typed_columns
from doudi.kernel.errors import code

ROW_SHAPE = code("row_shape", "一行的列数比表头多")
SECOND_TABLE = code("file_second_table", "一张工作表里有两张表，表头不同")
VALUE_AMBIGUOUS = code("value_ambiguous", "同一项有两列，内容不同")

_SAYS = {
    CELL_ERROR: "单元格是错误值",
    CELL_FORMULA: "单元格是公式，而且没有计算结果",
    CELL_MERGED: "金额在纵向合并的单元格里，看不出属于哪一行",
    ROW_QUOTE: "这一行的引号不成对，读不出各列",
    ROW_NOT_JSON: "这一行不是 JSON 对象",
    ROW_TRUNCATED: "这一行不完整，文件在此处中断",
    ROW_SHAPE: "这一行的列数比表头多，内容可能错位",
}


class Remark(NamedTuple):
    """Something wrong with one row. `column` is the header concerned, "" for the row as a whole; the message shows no identity."""

    row: int
    code: str
    column: str
    message: str


@dataclass
class Judged:
    """One batch judged: accepted rows in the columns of `rows.parquet`, faults of refused rows (the first of a row is its reason), issues."""

    accepted: pa.RecordBatch
    refused: list[Remark]
    issues: list[Remark]


@dataclass
class Tally:
    """What stood in a table: data rows by outcome, and furniture by kind."""

    delivered: int = 0
    accepted: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    """Refused rows by their (first) reason."""
    issues: Counter[str] = field(default_factory=Counter)
    furniture: Counter[str] = field(default_factory=Counter)

    @property
    def refused(self) -> int:
        """Rows refused."""
        return sum(self.reasons.values())


@dataclass
class _Faults:
    """Faults by row index of a batch, in the order found; and issues."""

    refused: dict[int, list[tuple[str, str, str]]] = field(default_factory=dict)
    issues: list[tuple[int, str, str, str]] = field(default_factory=list)

    def refuse(self, at: int, kind: str, column: str, message: str) -> None:
        self.refused.setdefault(at, []).append((kind, column, message))


class Checker:
    """Judges the rows of one table. `stamper` gives the one for the next batch; `people` collects what identity needs; `tally` counts.

    `is_header` says whether any contract has a column of a name.
    """

    def __init__(
        self, table: Table, compiled: CompiledContract, stamper: Callable[[], Stamper], people: People, is_header: Callable[[str], bool]
    ) -> None:
        self._table, self._compiled, self._stamper = table, compiled, stamper
        columns = table.match.columns
        self._fields = [(each, columns[each.name]) for each in compiled.contract.fields if each.name in columns]
        of_type = compiled.contract.of_type
        ids = [columns[each.name] for each in of_type("id18") if each.name in columns]
        names = [columns[each.name] for each in of_type("name") if each.name in columns]
        self._furniture = Furniture(table.found, ids, names, columns.values())
        self._second = SecondTable(table, compiled.contract, is_header)
        self._first = max(table.found.rows, default=0) + 1
        self._width = len(table.found.header)
        self._schema = row_schema(compiled.contract)
        self._people = people
        self.tally = Tally()

    def judge(self, batches: Iterable[Batch]) -> Iterator[Judged]:
        """Every batch judged. Raises FileRefused if a note declares another unit of money, or if a second table begins."""
        for batch in batches:
            if kept := self._data_rows(batch):
                yield self._judge(batch, kept)

    def _data_rows(self, batch: Batch) -> list[int]:
        """The indexes of the rows that are data; furniture is counted, and looked through for a unit of money."""
        kept: list[int] = []
        is_usual, first = self._furniture.is_usual, self._first
        for at, (row, cells) in enumerate(zip(batch.rows, batch.cells, strict=True)):
            if row < first and self._table.sheet.header is None:
                continue
            kind = "" if is_usual(cells) else self._kind(batch, at)
            if not kind:
                kept.append(at)
                continue
            self.tally.furniture[kind] += 1
            if kind in ("note", "total", "title"):
                _check_unit(row, cells)
        return kept

    def _kind(self, batch: Batch, at: int) -> Kind:
        """What an unusual row is. Raises FileRefused if it is the header of a second table."""
        cells, broken = batch.cells[at], at in batch.broken
        kind = self._furniture.kind(cells, wide=at in batch.wide) if cells or not broken else ""
        if kind == "blank" and broken:
            return ""  # the file breaks off behind the row's running number
        if kind in ("", "header") and (header := self._second.header(cells)):
            if header == "other":
                todo = "请把几张表分开，每张工作表（或文件）只放一张后重新报送"
                raise file_refused(SECOND_TABLE, f"第 {batch.rows[at]} 行又是一个表头，各列的位置与前面的表头不同", todo=todo)
            return "header"
        return kind

    def _judge(self, batch: Batch, kept: Sequence[int]) -> Judged:
        rows = [batch.rows[at] for at in kept]
        faults = _Faults()
        cells = self._shaped(batch, kept, faults)
        delivered: dict[str, list[str]] = {}
        for each, at in self._fields:
            delivered[each.name] = [row[at] for row in cells]
        structural = frozenset(faults.refused)
        self._marked(batch, kept, delivered, faults)
        self._ambiguous(cells, delivered, faults)
        for at in structural:  # what stands in the wrong place is not judged by that place
            faults.refused[at] = faults.refused[at][:1]
        values = self._converted(delivered, faults, structural)
        good = [at for at in range(len(rows)) if at not in faults.refused]
        accepted_rows = [rows[at] for at in good]
        if len(good) < len(rows):
            values = {name: [column[at] for at in good] for name, column in values.items()}
        self._check_rows(values, good, faults)
        typed = typed_columns(self._compiled.contract, accepted_rows, values, self._stamper(), self._people)
        self._count(rows, good, faults)
        arrays = [pa.array(typed[name], kind) for name, kind in zip(self._schema.names, self._schema.types, strict=True)]
        refused = [Remark(rows[at], *fault) for at in sorted(faults.refused) for fault in faults.refused[at]]
        issues = [Remark(rows[at], *issue) for at, *issue in sorted(faults.issues, key=lambda issue: issue[0]) if at not in faults.refused]
        return Judged(pa.RecordBatch.from_arrays(arrays, schema=self._schema), refused, issues)

    def _shaped(self, batch: Batch, kept: Sequence[int], faults: _Faults) -> list[list[str]]:
        """The data rows brought to the header's width; rows that cannot be laid under it are refused."""
        width = self._width
        shaped: list[list[str]] = []
        for index, at in enumerate(kept):
            cells = batch.cells[at]
            if fault := batch.broken.get(at):
                faults.refuse(index, fault, "", _SAYS[fault])
            elif len(cells) > width and any(cell.strip() for cell in cells[width:]):
                faults.refuse(index, ROW_SHAPE, "", f"{_SAYS[ROW_SHAPE]}：表头 {width} 列，本行 {len(cells)} 列")
            elif len(cells) < width and self._lacks_required(cells):
                faults.refuse(index, ROW_TRUNCATED, "", f"这一行不完整：表头 {width} 列，本行只有 {len(cells)} 列，必填的列没有内容")
            shaped.append(cells if len(cells) == width else [*cells[:width], *[""] * (width - len(cells))])
        return shaped

    def _lacks_required(self, cells: Sequence[str]) -> bool:
        return any(each.required and at >= len(cells) for each, at in self._fields)

    def _marked(self, batch: Batch, kept: Sequence[int], delivered: dict[str, list[str]], faults: _Faults) -> None:
        """Cells without a value of their own: the row is refused where the value is required, else the value is emptied."""
        if not batch.marks:
            return
        index_of = {at: index for index, at in enumerate(kept)}
        field_at = {at: each for each, at in self._fields}
        for (at, column), mark in batch.marks.items():
            index, each = index_of.get(at), field_at.get(column)
            if index is None or each is None or (mark == CELL_MERGED and each.type != "money"):
                continue
            self._void(each, index, mark, delivered, faults)

    def _void(self, each: Field, index: int, kind: str, delivered: dict[str, list[str]], faults: _Faults) -> None:
        delivered[each.name][index] = ""
        if each.required:
            faults.refuse(index, kind, each.header, f"{each.header}：{_SAYS[kind]}")
        else:
            faults.issues.append((index, kind, each.header, f"{each.header}：{_SAYS[kind]}，已置空"))

    def _ambiguous(self, cells: list[list[str]], delivered: dict[str, list[str]], faults: _Faults) -> None:
        """A field with several columns: the one that is filled counts; where two differ, nobody can say which."""
        for name, places in self._table.match.duplicates.items():
            each = self._compiled.contract.field(name)
            for index, row in enumerate(cells):
                found = {plain(row[at]): row[at] for at in places if row[at].strip()}
                if len(found) > 1:
                    faults.refuse(index, VALUE_AMBIGUOUS, each.header, f"{each.header}：有 {len(places)} 列，内容互不相同")
                elif found:
                    delivered[name][index] = next(iter(found.values()))

    def _converted(self, delivered: dict[str, list[str]], faults: _Faults, structural: frozenset[int]) -> dict[str, list[Any]]:
        values: dict[str, list[Any]] = {}
        for name, texts in delivered.items():
            each = self._compiled.contract.field(name)
            column = self._compiled.columns[name].convert(texts)
            values[name] = column.values
            for at, problem in column.problems.items():
                if at in structural:
                    continue
                if not problem.refuses:
                    faults.issues.append((at, problem.code, each.header, problem.message))
                elif not any(fault[1] == each.header for fault in faults.refused.get(at, ())):
                    faults.refuse(at, problem.code, each.header, problem.message)
        return values

    def _check_rows(self, values: dict[str, list[Any]], good: Sequence[int], faults: _Faults) -> None:
        for index, problems in self._compiled.check_rows(values).items():
            faults.issues.extend((good[index], problem.code, "", problem.message) for problem in problems)

    def _count(self, rows: Sequence[int], good: Sequence[int], faults: _Faults) -> None:
        self.tally.delivered += len(rows)
        self.tally.accepted += len(good)
        self.tally.reasons.update(found[0][0] for found in faults.refused.values())
        self.tally.issues.update(kind for at, kind, _, _ in faults.issues if at not in faults.refused)


def _check_unit(row: int, cells: Sequence[str]) -> None:
    for cell in cells:
        if unit := other_unit(cell):
            raise file_refused(UNIT, f"第 {row} 行的说明写明金额单位是{unit}", todo="请把金额换算成元后重新报送")
