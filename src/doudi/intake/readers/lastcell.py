"""Whether the last cell of a text without a last line end is whole, or only the beginning of a value.

A missing line end alone proves nothing: many programs write none. A row of full width that ends so is taken for broken off only if its last
cell is the beginning of what nearly the whole column holds, and is like no other cell of it: `120` under amounts such as `1200.00`, `2026-1` under
dates such as `2026-10-08`, `11` where every other amount is `110`. An amount that loses its last digit where amounts differ cannot be told from
a smaller one. A manifest's row count is no witness: it tells nothing of where the last line ends, and is often that of something else.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

_DIGITS = re.compile("[0-9]+")
_ROWS = 2_000
"""Rows of a file that are looked at: what a column usually holds shows soon."""

_LEAST = 5
"""So many cells must be alike, and four fifths of the column, before the last one is held against them."""

_LONG = 6
"""Digits from which on a bare number is a code of fixed length; shorter ones are amounts and counts, which differ in length."""


class LastColumn:
    """Remembers what the last column of a file holds."""

    def __init__(self) -> None:
        self._values: Counter[str] = Counter()
        self._rows = 0

    def note(self, rows: Iterable[list[str]], width: int) -> None:
        """Rows read; those of another width do not count."""
        if self._rows < _ROWS:
            cells = [cells[-1].strip() for cells in rows if len(cells) == width]
            self._values.update(cells)
            self._rows += len(cells)

    def is_broken(self, cell: str) -> bool:
        """Whether a cell that was not noted is the beginning of what the column holds, and nothing of its own."""
        cell = cell.strip()
        if cell in self._values:
            return False
        forms = Counter[str]()
        for value, count in self._values.items():
            forms[_form(value)] += count
        usual = _usual(self._values)
        if usual and usual.startswith(cell):
            return True
        form = _usual(forms)
        if not form or not _is_fixed(form) or _form(cell) in forms:
            return False
        longest = [max(lengths) for lengths in zip(*(_lengths(value) for value in self._values if _form(value) == form), strict=True)]
        return _begins(cell, form, longest)


def _usual(found: Counter[str]) -> str:
    """What four fifths of the filled cells are; "" if they differ."""
    filled = found.total() - found[""]
    word, count = max(((word, count) for word, count in found.items() if word), key=lambda each: each[1], default=("", 0))
    return word if count >= _LEAST and count * 5 >= filled * 4 else ""


def _form(text: str) -> str:
    """A text with 9 for every number, but for one at its end as many as it has digits: `2026-10-08` is `9-9-99`, `1,200元` is `9元`."""
    text = text.replace(",", "")
    end = _DIGITS.search(text, len(text.rstrip("0123456789")))
    return _DIGITS.sub("9", text) if end is None else _DIGITS.sub("9", text[: end.start()]) + "9" * len(end[0])


def _is_fixed(form: str) -> bool:
    """Whether values of this form end in a way of their own."""
    return len(form) >= _LONG or bool(_DIGITS.sub("", form))


def _lengths(text: str) -> list[int]:
    """How many digits the numbers in a text have."""
    return [len(run) for run in _DIGITS.findall(text.replace(",", ""))]


def _begins(cell: str, form: str, longest: Sequence[int]) -> bool:
    """Whether a value of the form `form`, whose numbers have at most the digits of `longest`, may have begun with `cell`."""
    short, whole = _DIGITS.sub("9", cell.replace(",", "")), _DIGITS.sub("9", form)
    fits = whole.startswith(short) and all(have <= most for have, most in zip(_lengths(cell), longest, strict=False))
    return fits and (short != whole or len(_form(cell)) < len(form))
