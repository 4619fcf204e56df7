"""Which dataset and which months a file is, and where its tables begin; or why it cannot be said.

The manifest's word comes first, then the file's name, then the headers alone. Headers always have the last word against the other two: a file
whose columns are those of another dataset is refused whole, because its rows would be wrong in every column.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from doudi.contracts.headers import HeaderMatch, match_headers, other_unit
from doudi.contracts.headers import recognise as rank
from doudi.contracts.model import Contract
from doudi.contracts.periods import Period
from doudi.intake.catalogue import Catalogue
from doudi.intake.furniture import HEADER_WITHIN, Found, find_header, plain
from doudi.intake.manifest import Entry
from doudi.intake.names import NameHint
from doudi.intake.readers.model import Batch, FileRefused, Opened, Sheet
from doudi.intake.readers.refusals import refused
from doudi.kernel.errors import code

NO_HEADER = code("file_no_header", "找不到能识别的表头")
WRONG_DATASET = code("file_wrong_dataset", "表头与文件名或清单说的数据集不符")
COLUMNS_MISSING = code("file_columns_missing", "缺少必需的列")
DATASET_UNKNOWN = code("file_dataset_unknown", "认不出是哪个数据集")
PERIOD_UNKNOWN = code("file_period_unknown", "文件名和清单里都没有期间")
UNIT = code("file_unit", "金额单位不是元")
SHEETS_CONTRADICT = code("file_sheets_contradict", "同一工作簿的工作表互相矛盾")
SHEET_HEADLESS = code("file_sheet_headless", "工作表有数据而没有表头")

_BETTER = 0.1
"""By so much (of 1) the headers must fit another dataset better before they contradict a claim they satisfy."""
_TWINS = 0.05
"""Closer than this, headers do not tell two datasets apart."""
_ID_LIKE = re.compile(r"(?<!\d)\d{17}[\dXx](?![\dXx])")


@dataclass(frozen=True)
class Table:
    """A sheet that counts: its header and the field of each column."""

    sheet: Sheet
    found: Found
    match: HeaderMatch


@dataclass(frozen=True)
class Recognised:
    """What a file is. `remarks` (Chinese) go into its receipt."""

    contract: Contract
    period: Period
    tables: tuple[Table, ...]
    remarks: tuple[str, ...]


def claimed_dataset(entry: Entry | None, hint: NameHint, catalogue: Catalogue) -> str | None:
    """The dataset that the manifest, else the name claims; None if neither says one. Raises FileRefused if the manifest's word is unknown."""
    if entry and entry.dataset:
        found = catalogue.dataset_named(entry.dataset)
        if not found:
            raise refused(DATASET_UNKNOWN, f"清单里的数据集“{entry.dataset[:40]}”不存在", todo="请按数据需求清单填写数据集名称")
        return found
    return hint.datasets[0] if len(hint.datasets) == 1 else None


def period_of(entry: Entry | None, hint: NameHint) -> Period | None:
    """The months a file is for, from the manifest, else from the name."""
    return (entry.period if entry else None) or hint.period


def recognise(opened: Opened, entry: Entry | None, hint: NameHint, catalogue: Catalogue) -> Recognised:
    """What an opened file is. Raises FileRefused with the reason, the columns concerned and advice."""
    claimed = claimed_dataset(entry, hint, catalogue)
    remarks: list[str] = []
    seen = [each for sheet in opened.sheets if (each := _look(sheet, catalogue)).rows]
    headed = [each for each in seen if each.found]
    if not headed:
        raise _no_header(seen, catalogue.contracts.get(claimed or ""))
    for each in seen:
        if not each.found:
            _pass_over(each, "没有能识别的表头", remarks)
    dataset, tables = _agree(headed, claimed, hint, catalogue, remarks)
    period = period_of(entry, hint)
    if period is None:
        raise refused(PERIOD_UNKNOWN, "文件名和清单里都没有期间", todo="请在文件名里写明年月（如 202610），或在 manifest.csv 里填写 period")
    return Recognised(catalogue.contracts[dataset], period, tuple(tables), tuple(remarks))


@dataclass(frozen=True)
class _Seen:
    """A sheet that is not empty: its first rows, and its header if one was found."""

    sheet: Sheet
    rows: list[tuple[int, list[str]]]
    found: Found | None

    @property
    def name(self) -> str:
        return f"工作表“{self.sheet.name}”" if self.sheet.name else "文件"

    @property
    def holds_people(self) -> bool:
        """Whether something like a citizen ID stands in its first rows: then it may not be passed over."""
        return any(_ID_LIKE.search(plain(cell)) for _, cells in self.rows for cell in cells)


def _look(sheet: Sheet, catalogue: Catalogue) -> _Seen:
    first = next(sheet.batches(), Batch([], []))
    top = zip(first.rows[: 2 * HEADER_WITHIN], first.cells, strict=False)
    rows = [(row, cells) for row, cells in top if any(cell.strip() for cell in cells)]
    if sheet.header is not None:
        return _Seen(sheet, rows or [(0, list(sheet.header))], Found(sheet.header, (), ()))
    return _Seen(sheet, rows, find_header(rows, lambda cells: sum(catalogue.is_header(cell) for cell in cells)))


def _no_header(seen: Sequence[_Seen], contract: Contract | None) -> FileRefused:
    first = next((each.rows[0] for each in seen), None)
    wanted = "、".join(each.header for each in contract.fields if each.required) if contract else "身份证号、姓名等数据需求清单规定的列名"
    why = f"第 {first[0]} 行有 {sum(1 for cell in first[1] if cell.strip())} 个非空单元格，都不是规定的列名" if first else "没有内容"
    return refused(NO_HEADER, f"前 {HEADER_WITHIN} 行里找不到表头", why=why, todo=f"表头应有：{wanted}")


def _pass_over(each: _Seen, why: str, remarks: list[str]) -> None:
    """Note a sheet that is not read. Raises FileRefused if it may hold people."""
    if each.holds_people:
        todo = "请补上表头，或删去不报送的工作表后重新报送"
        raise refused(SHEET_HEADLESS, f"{each.name}里有身份证号一类的数据，但{why}", todo=todo)
    remarks.append(f"{each.name}{why}，没有读取")


def _agree(headed: Sequence[_Seen], claimed: str | None, hint: NameHint, catalogue: Catalogue, remarks: list[str]) -> tuple[str, list[Table]]:
    """The one dataset of all sheets that count, and their tables. Raises FileRefused if there is none or more than one."""
    datasets: dict[str, str] = {}
    tables: list[Table] = []
    refusals: list[tuple[_Seen, FileRefused]] = []
    for each in headed:
        assert each.found
        try:
            dataset = claimed or _unclaimed(each.found, hint, catalogue)
            match = _fitting(each.found, catalogue.contracts[dataset], catalogue, claimed=claimed is not None)
        except FileRefused as refusal:
            refusals.append((each, refusal))
            continue
        datasets[dataset] = each.name
        tables.append(Table(each.sheet, each.found, match))
    if len(datasets) > 1:
        what = "；".join(f"{name}是“{catalogue.contracts[dataset].title}”" for dataset, name in datasets.items())
        raise refused(SHEETS_CONTRADICT, f"几张工作表不是同一个数据集：{what}", todo="请每个数据集报送一个文件")
    if not tables:
        raise refusals[0][1]
    for each, refusal in refusals:
        if refusal.fault.code in (WRONG_DATASET, UNIT) or each.holds_people:
            raise refused(SHEETS_CONTRADICT, f"{each.name}与其他工作表不是同一种表", why=refusal.fault.what, todo="请每个数据集报送一个文件")
        remarks.append(f"{each.name}不是这个数据集的表，没有读取")
    remarks += [f"{table.sheet.name} 是隐藏的工作表，已一并读取" for table in tables if table.sheet.hidden]
    return next(iter(datasets)), tables


def _fitting(found: Found, contract: Contract, catalogue: Catalogue, *, claimed: bool) -> HeaderMatch:
    """How the header fits the dataset. Raises FileRefused if it does not, or fits another one much better, or declares another unit."""
    match = match_headers(contract, found.header)
    if match.missing_required or (claimed and any(map(catalogue.is_header, match.unknown))):
        ranked = dict(rank(found.header, catalogue.contracts))
        best = max(ranked, key=lambda name: ranked[name], default=None)
        if best and best != contract.dataset and ranked[best] - ranked.get(contract.dataset, 0.0) > _BETTER:
            what = f"表头与“{contract.title}”不符，像是“{catalogue.contracts[best].title}”"
            raise refused(WRONG_DATASET, what, why="文件名或清单与内容不一致", todo="请核对内容，按正确的数据集重新报送")
    if match.missing_required:
        missing = "、".join(contract.field(name).header for name in match.missing_required)
        others = f"未识别的列：{'、'.join(text[:20] for text in match.unknown[:12])}" if match.unknown else ""
        raise refused(COLUMNS_MISSING, f"“{contract.title}”缺少必需的列：{missing}", why=others, todo="请按数据需求清单补上这些列")
    if match.unit_problem:
        raise refused(UNIT, match.unit_problem, todo="请把金额换算成元后重新报送")
    for text in found.above:
        if unit := other_unit(text):
            raise refused(UNIT, f"表头上方写明金额单位是{unit}", todo="请把金额换算成元后重新报送")
    return match


def _unclaimed(found: Found, hint: NameHint, catalogue: Catalogue) -> str:
    """The dataset by headers alone, among those the name allows. Raises FileRefused if none or several fit."""
    ranked = [(name, score) for name, score in rank(found.header, catalogue.contracts) if not hint.datasets or name in hint.datasets]
    todo = "请在文件名里写明数据集的中文名称，或在 manifest.csv 里填写 dataset"
    if not ranked:
        raise refused(DATASET_UNKNOWN, "文件名里没有数据集的名称，表头也不足以认出是哪个数据集", todo=todo)
    twins = [name for name, score in ranked if ranked[0][1] - score < _TWINS]
    if len(twins) > 1:
        raise refused(DATASET_UNKNOWN, f"表头同时符合：{'、'.join(catalogue.contracts[name].title for name in twins)}", todo=todo)
    return ranked[0][0]
