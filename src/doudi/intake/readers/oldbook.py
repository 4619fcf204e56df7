"""XLS, the workbook format before 2007.

There is no safe way to see its size beforehand: the library lays out whatever the file claims. Only the limits of the process that reads
it hold it (see `apart`). An error value is an empty cell here: the library does not tell them apart in this format.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import BinaryIO

from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from doudi.intake.readers.cells import cell_text
from doudi.intake.readers.model import Batch, Limits, Opened, Sheet
from doudi.intake.readers.refusals import BROKEN, SAVE_AS, TOO_LARGE, refused
from doudi.intake.readers.workbook import batched, clip, guarded


def open_oldbook(stream: BinaryIO, limits: Limits) -> Opened:
    """All worksheets in the workbook's order. Raises FileRefused for damaged and oversized workbooks."""
    size = stream.seek(0, 2)
    if size > limits.book_bytes:
        raise refused(TOO_LARGE, f"工作簿有 {size:,} 字节，最多 {limits.book_bytes:,} 字节", todo="请拆分，或改用 CSV 报送")
    stream.seek(0)
    content = stream.read()
    book: CalamineWorkbook = guarded(lambda: CalamineWorkbook.from_filelike(io.BytesIO(content)))
    sheets = [
        Sheet(about.name, _batches(book, about.name, limits), hidden=about.visible != SheetVisibleEnum.Visible)
        for about in book.sheets_metadata
        if about.typ == SheetTypeEnum.WorkSheet
    ]
    if not sheets:
        raise refused(BROKEN, "工作簿里没有工作表", todo=SAVE_AS)
    return Opened("xls", tuple(sheets))


def _batches(book: CalamineWorkbook, name: str, limits: Limits) -> Callable[[], Iterator[Batch]]:
    def batches() -> Iterator[Batch]:
        sheet = guarded(lambda: book.get_sheet_by_name(name))
        if sheet.start is None or sheet.end is None:
            return
        shift = [""] * sheet.start[1]
        rows = ([*shift, *map(cell_text, row)] for row in sheet.iter_rows())
        yield from batched(rows, clip(sheet.merged_cell_ranges or [], sheet.end[0] + 1, limits), {}, sheet.end[1] + 1)

    return batches
