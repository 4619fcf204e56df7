"""A second table under the first on one sheet: a line that is a header too, but names the columns otherwise.

What follows it stands in other columns than the first header says. Two amounts that changed places would be read without complaint, so the file
is refused. A header that is repeated, on every printed page say, names the same columns in the same places and is no row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from doudi.contracts.headers import match_headers
from doudi.contracts.model import Contract
from doudi.intake.furniture import plain
from doudi.intake.recognise import Table

_LEAST = 3
"""So many cells must be headers, and three fifths of the line, to make it a header."""

_OTHER = 2
"""So many of them must name another column than the one they stand in."""


class SecondTable:
    """Knows the headers of the first table. `is_header`: whether any contract has a column of that name."""

    def __init__(self, table: Table, contract: Contract, is_header: Callable[[str], bool]) -> None:
        self._contract, self._is_header = contract, is_header
        self._texts = [plain(text) for text in table.found.header]
        self._fields = _field_at(table.match.columns, table.match.duplicates)

    def header(self, cells: Sequence[str]) -> Literal["", "again", "other"]:
        """Whether a line is the first table's header again, that of another table, or none."""
        filled = [at for at, cell in enumerate(cells) if cell.strip()]
        known = [at for at in filled if self._is_header(cells[at])]
        if len(known) < _LEAST or len(known) * 5 < len(filled) * 3:
            return ""
        match = match_headers(self._contract, cells)
        fields = _field_at(match.columns, match.duplicates)
        others = sum(fields.get(at) != self._fields.get(at) and not self._repeats(at, cells[at]) for at in known)
        return "other" if others >= _OTHER else "again"

    def _repeats(self, at: int, cell: str) -> bool:
        """Whether a cell says what the header says there, or the part of it that stands in one of its two rows."""
        return at < len(self._texts) and plain(cell) in self._texts[at]


def _field_at(columns: Mapping[str, int], duplicates: Mapping[str, Sequence[int]]) -> dict[int, str]:
    return {at: name for name, first in columns.items() for at in duplicates.get(name, (first,))}
