"""CSV and its relatives: the delimiter found by content, quotes kept honest, each record with the line it begins on.

The row number of a record is the physical line of its beginning, blank lines counted: what a text editor shows.
A lone quote must not swallow the rows after it. A record is read with quotes only if they close within a few lines and leave as
many cells as its neighbours have; else its first line is set aside as unreadable and the next line is a record of its own.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from doudi.intake.readers.lastcell import LastColumn
from doudi.intake.readers.model import BATCH_ROWS, FIRST_ROWS, ROW_QUOTE, ROW_TRUNCATED, Batch, Limits, Opened, Sheet
from doudi.intake.readers.refusals import BLANK, TOO_LARGE, refused
from doudi.intake.readers.text import Lines, detect

DELIMITERS = (",", "\t", ";", "|", "，")
_LOOK = 80
"""Lines looked at to find the delimiter."""

_QUOTES = " '‘’`\t\ufeff"
"""What may stand before a number that is written as text."""

_SPAN = 5
"""Lines that one record may span where the delimiter is looked for."""

NAMES = {",": "逗号", "\t": "制表符", ";": "分号", "|": "竖线", "，": "全角逗号"}


def open_delimited(stream: BinaryIO, limits: Limits) -> Opened:
    """One sheet. Raises FileRefused for undecodable, blank and endless-line files."""
    encoding = detect(stream)
    delimiter, width = find_delimiter(_beginning(Lines(stream, encoding, limits)))
    reader = _Records(delimiter, width, encoding.cut, limits)
    notes = {"encoding": encoding.codec.removesuffix("-sig").upper(), "delimiter": NAMES[delimiter]}
    return Opened("csv", (Sheet("", lambda: reader.batches(Lines(stream, encoding, limits))),), notes)


def _beginning(lines: Lines) -> list[str]:
    found: list[str] = []
    for number, line in lines:
        if line.strip():
            found.append(line)
        if len(found) == _LOOK or number == 50 * _LOOK:
            break
    if not found:
        raise refused(BLANK, "文件里只有空白")
    return found


def find_delimiter(lines: list[str]) -> tuple[str, int]:
    """The delimiter that cuts the most lines into the same number of cells (the largest lines times cells), and that number.

    The comma and 1 if none cuts anything.
    """

    def worth(delimiter: str) -> tuple[int, int]:
        widths = Counter(len(cells or ()) for cells in _records_in(lines, delimiter))
        return max(((width * count, width) for width, count in widths.items() if width > 1), default=(0, 1))

    best = max(DELIMITERS, key=lambda delimiter: worth(delimiter)[0])
    return best, worth(best)[1]


def _records_in(lines: list[str], delimiter: str) -> Iterator[list[str] | None]:
    """The cells of the records that lines hold, None for a line that is none. A file of one header with a line break in it has no other record."""
    at = 0
    while at < len(lines):
        spans = ((count, _cut("".join(lines[at : at + count]), delimiter)) for count in range(1, min(_SPAN, len(lines) - at) + 1))
        count, cells = next(((count, cells) for count, cells in spans if cells is not None), (1, None))
        yield cells
        at += count


def _cut(text: str, delimiter: str) -> list[str] | None:
    """The cells of one record (which may span lines), None if its quotes do not close or are followed by text."""
    if '"' not in text:
        return text.rstrip("\r\n").split(delimiter)
    try:
        cells = next(csv.reader([text], delimiter=delimiter, strict=True))
    except csv.Error:
        return None
    return [_unwrapped(cell) for cell in cells] if '="' in text else cells


def _unwrapped(cell: str) -> str:
    """`="432503..."`, by which programs keep a spreadsheet from making a number of a text, is that text."""
    return cell[2:-1] if len(cell) > 2 and cell.startswith('="') and cell.find('"', 2) == len(cell) - 1 else cell


@dataclass(frozen=True)
class _Records:
    """Cuts lines into records. `width` is the usual number of cells; `cut`: the file ends in the middle of a character."""

    delimiter: str
    width: int
    cut: bool
    limits: Limits

    def batches(self, lines: Lines) -> Iterator[Batch]:
        batch, full, last_column = Batch([], []), FIRST_ROWS, LastColumn()
        ended = True
        for number, line in lines:
            ended = line.endswith(("\n", "\r"))
            cells = _cut(line, self.delimiter)
            if cells is None:
                cells, ended = self._spanning(lines, line) or (None, ended)
            if cells is None:
                batch.broken[len(batch.rows)] = ROW_QUOTE
                cells = line.rstrip("\r\n").replace('"', "").split(self.delimiter)
            if len(cells) > self.limits.columns:
                raise refused(TOO_LARGE, f"第 {number} 行有 {len(cells):,} 列，最多 {self.limits.columns} 列")
            batch.rows.append(number)
            batch.cells.append(cells)
            if len(batch.rows) > full:
                # the last line stays behind: whether the file breaks off in it is known only at the end
                last = Batch([batch.rows.pop()], [batch.cells.pop()])
                if (fault := batch.broken.pop(len(batch.rows), None)) is not None:
                    last.broken[0] = fault
                last_column.note(batch.cells, self.width)
                yield batch
                batch, full = last, BATCH_ROWS
        if batch.rows:
            last_at = len(batch.rows) - 1
            last_column.note(batch.cells[:-1], self.width)
            if self.cut or (not ended and (last_at in batch.broken or self._breaks_off(batch.cells[-1], last_column))):
                batch.broken[last_at] = ROW_TRUNCATED
            yield batch

    def _breaks_off(self, cells: list[str], last_column: LastColumn) -> bool:
        """Whether the last line, without a line end, is not all of its row."""
        return self._short(cells) or (len(cells) == self.width and last_column.is_broken(cells[-1]))

    def _short(self, cells: list[str]) -> bool:
        """Whether there are fewer cells than usual.

        A line of one cell that is no number may be a note: it is left to be judged by what it says.
        """
        return 1 < len(cells) < self.width or (len(cells) == 1 < self.width and cells[0].lstrip(_QUOTES)[:1].isdigit())

    def _spanning(self, lines: Lines, first: str) -> tuple[list[str], bool] | None:
        """A record whose quotes do not close on its first line: its cells, and whether it ended with a line end.

        None, and the lines given back, if the quotes do not close within the limit or close over a wrong number of cells.
        """
        taken: list[tuple[int, str]] = []
        text = first
        for following in lines:
            taken.append(following)
            text += following[1]
            if '"' in following[1] and (cells := _cut(text, self.delimiter)) is not None:
                if self.width > 1 and len(cells) != self.width:
                    break
                return cells, following[1].endswith(("\n", "\r"))
            if len(taken) >= self.limits.record_lines or len(text) >= self.limits.line_chars:
                break
        lines.give_back(taken)
        return None
