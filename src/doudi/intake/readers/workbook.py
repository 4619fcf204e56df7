"""XLSX: every worksheet as text, one in memory at a time; values under vertical merges filled down."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, BinaryIO

from python_calamine import CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from doudi.intake.readers.cells import cell_text
from doudi.intake.readers.model import BATCH_ROWS, CELL_MERGED, FIRST_ROWS, Batch, Limits, Opened, Sheet
from doudi.intake.readers.refusals import BROKEN, SAVE_AS, TOO_LARGE, refused
from doudi.intake.readers.sheetscan import Scan, scan_workbook

Merge = tuple[tuple[int, int], tuple[int, int]]


def open_workbook(stream: BinaryIO, limits: Limits) -> Opened:
    """All worksheets in the workbook's order. Raises FileRefused for damaged, protected and oversized workbooks."""
    size = stream.seek(0, 2)
    if size > limits.book_bytes:
        raise refused(TOO_LARGE, f"工作簿有 {size:,} 字节，最多 {limits.book_bytes:,} 字节", todo="请拆分，或改用 CSV 报送")
    scans = scan_workbook(stream, limits)
    book = _Book(stream, limits, scans)
    sheets = [
        Sheet(about.name, book.batches(about.name), hidden=about.visible != SheetVisibleEnum.Visible)
        for about in book.about()
        if about.typ == SheetTypeEnum.WorkSheet
    ]
    if not sheets:
        raise refused(BROKEN, "工作簿里没有工作表", todo=SAVE_AS)
    return Opened("xlsx", tuple(sheets))


class _Book:
    """Loads sheets through the library; keeps the last one, which is asked for twice (for its header, then for its rows)."""

    def __init__(self, stream: BinaryIO, limits: Limits, scans: dict[str, Scan]) -> None:
        self._stream, self._limits, self._scans = stream, limits, scans
        self._kept: tuple[str, CalamineSheet] | None = None
        self._book: CalamineWorkbook = guarded(self._open)

    def _open(self) -> CalamineWorkbook:
        self._stream.seek(0)
        return CalamineWorkbook.from_filelike(self._stream)

    def about(self) -> list[Any]:
        return self._book.sheets_metadata

    def batches(self, name: str) -> Callable[[], Iterator[Batch]]:
        return lambda: self._batches(name)

    def _batches(self, name: str) -> Iterator[Batch]:
        sheet = self._load(name)
        if sheet.start is None or sheet.end is None:
            return
        shift = [""] * sheet.start[1]
        rows = ([*shift, *map(cell_text, row)] for row in sheet.iter_rows())
        merges = clip(sheet.merged_cell_ranges or [], sheet.end[0] + 1, self._limits)
        odd = {(row - 1, column - 1): fault for (row, column), fault in self._scans.get(name, Scan()).odd.items()}
        yield from batched(rows, merges, odd, sheet.end[1] + 1)

    def _load(self, name: str) -> CalamineSheet:
        if self._kept is None or self._kept[0] != name:
            self._kept = None
            self._kept = (name, guarded(lambda: self._book.get_sheet_by_name(name)))
        return self._kept[1]


def guarded(work: Callable[[], Any]) -> Any:
    """Run a call into the library; whatever it raises about the file, a Rust panic included, becomes FileRefused."""
    try:
        return work()
    except (KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as error:
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        raise refused(BROKEN, "工作簿读不出来", why=" ".join(str(error).split())[:100], todo=SAVE_AS) from None


def clip(merges: Iterable[Merge], rows: int, limits: Limits) -> list[Merge]:
    """Merged ranges cut to the rows there are. Raises FileRefused if together they claim more cells than a sheet may have."""
    found = [((top, left), (min(bottom, rows - 1), right)) for (top, left), (bottom, right) in merges if top < rows]
    if sum(bottom - top + 1 for (top, _), (bottom, _) in found) > limits.sheet_cells:
        raise refused(TOO_LARGE, "合并单元格的范围过大", todo=SAVE_AS)
    return found


def batched(rows: Iterable[list[str]], merges: list[Merge], odd: dict[tuple[int, int], str], width: int) -> Iterator[Batch]:
    """Batches of a worksheet's rows (from its first row, counted from 1), with merges filled down and odd cells marked (from 0)."""
    below: dict[tuple[int, int], Merge] = {}
    wide: set[int] = set()
    for merge in merges:
        (top, left), (bottom, right) = merge
        if right - left + 1 >= max(2, width * 3 // 5):
            wide.update(range(top, bottom + 1))
        if bottom > top:
            below.update({(row, left): merge for row in range(top, bottom + 1)})
    filled: dict[Merge, str] = {}
    marked = _by_row([*below, *odd])
    batch, begins, full = Batch([], []), set[int](), FIRST_ROWS
    for number, cells in enumerate(rows):
        for column in marked.get(number, ()):
            if column >= len(cells):
                continue
            if merge := below.get((number, column)):
                if number == merge[0][0]:
                    filled[merge] = cells[column]
                cells[column] = filled.get(merge, "")
            mark = odd.get((number, column)) or CELL_MERGED
            batch.marks[len(batch.rows), column] = mark
        if number in wide:
            begins.add(len(batch.rows))
        batch.rows.append(number + 1)
        batch.cells.append(cells)
        if len(batch.rows) == full:
            batch.wide = frozenset(begins)
            yield batch
            batch, begins, full = Batch([], []), set(), BATCH_ROWS
    batch.wide = frozenset(begins)
    if batch.rows:
        yield batch


def _by_row(places: Iterable[tuple[int, int]]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for row, column in places:
        found.setdefault(row, []).append(column)
    return found
