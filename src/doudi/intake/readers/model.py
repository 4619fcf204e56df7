"""What every reader hands on: sheets of raw rows in batches, each row with its own number; and what no file may exceed.

A reader knows nothing of datasets. It turns bytes into text cells, exactly, and says what it could not read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO

from doudi.kernel.errors import DoudiError, Fault, code

BATCH_ROWS = 8192
"""Rows handed on together: enough to work column by column, few enough that memory stays flat."""

FIRST_ROWS = 64
"""Rows of the first batch: enough to find a header in, so that looking for it does not read the file twice."""

MEBI = 1 << 20

CELL_ERROR = code("cell_error", "单元格是错误值（如 #N/A、#DIV/0!）")
CELL_FORMULA = code("cell_formula", "单元格是没有计算结果的公式")
CELL_MERGED = code("cell_merged", "金额在纵向合并的单元格里，看不出属于哪一行")
ROW_QUOTE = code("row_quote", "一行的引号不成对，读不出各列")
ROW_NOT_JSON = code("row_not_json", "一行不是 JSON 对象")
ROW_TRUNCATED = code("row_truncated", "一行不完整（文件在此处中断）")


@dataclass(frozen=True)
class Limits:
    """Bounds checked before anything is opened or allocated; bytes, rows and cells are counts."""

    file_bytes: int = 4096 * MEBI
    unpacked_bytes: int = 2048 * MEBI
    """All members of an archive together, as declared and as really unpacked."""
    ratio: int = 300
    """Unpacked to packed size of a member, once it is larger than `ratio_from`."""
    ratio_from: int = 8 * MEBI
    members: int = 2000
    book_bytes: int = 256 * MEBI
    """A workbook as delivered: the library holds it in memory."""
    sheet_bytes: int = 768 * MEBI
    """A sheet's XML unpacked; it is read as a stream."""
    part_bytes: int = 192 * MEBI
    """Any other part of a workbook unpacked; the shared texts are held in memory."""
    sheet_cells: int = 6_000_000
    """Rows times columns of a sheet: what the library lays out in memory at once."""
    odd_cells: int = 100_000
    """Cells of a sheet with an error value, or a formula without a result."""
    columns: int = 512
    line_chars: int = MEBI
    record_lines: int = 50
    """Physical lines one quoted CSV record may span: a lone quote must not swallow the file."""
    group_bytes: int = 512 * MEBI
    """One row group of a Parquet file, unpacked."""


LIMITS = Limits()


class FileRefused(DoudiError):
    """A file (or a member of an archive) that cannot be taken at all; the first fault's code is its reason."""

    @property
    def fault(self) -> Fault:
        """The reason that is counted."""
        return self.faults[0]


@dataclass(slots=True)
class Batch:
    """Rows as delivered. `cells[i]` are the texts of row number `rows[i]`, "" for an empty cell; rows may differ in length."""

    rows: list[int]
    cells: list[list[str]]
    marks: dict[tuple[int, int], str] = field(default_factory=dict)
    """(index in this batch, column) -> CELL_ERROR, CELL_FORMULA or CELL_MERGED."""
    broken: dict[int, str] = field(default_factory=dict)
    """Index in this batch -> why the whole row could not be read (ROW_...)."""
    wide: frozenset[int] = frozenset()
    """Indexes of rows that begin a cell merged across columns: titles and notes, never data."""


@dataclass(frozen=True)
class Sheet:
    """One table of a file. `batches` starts reading anew at each call; `header` is set where the form itself names its columns."""

    name: str
    batches: Callable[[], Iterator[Batch]]
    header: tuple[str, ...] | None = None
    hidden: bool = False


@dataclass(frozen=True)
class Opened:
    """A file that could be opened: its form (`csv`, `xlsx`, `xls`, `parquet`, `jsonl`), its sheets and remarks on the reading (Chinese)."""

    form: str
    sheets: tuple[Sheet, ...]
    notes: Mapping[str, str] = field(default_factory=dict)


Opener = Callable[[BinaryIO, Limits], Opened]
