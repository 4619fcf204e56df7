"""Rows of a dataset as columns: what a department knows, before it becomes Parquet or a messy file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Places = NDArray[np.int32]


@dataclass(frozen=True)
class Codes:
    """A text column of few different values: `at` says which of `words`, -1 none. `local`: the words are those of the townships at hand."""

    words: tuple[str, ...]
    at: NDArray[Any]
    local: bool = False

    def take(self, places: NDArray[Any]) -> Codes:
        """These rows."""
        return Codes(self.words, self.at[places], self.local)

    def arrow(self) -> pa.Array:
        """As text; a dictionary while it is on its way, unless its words would tell how the work was cut."""
        at = pa.array(self.at.astype(np.int32), mask=self.at < 0)
        found = pa.DictionaryArray.from_arrays(at, pa.array(self.words, pa.string()))
        return found.dictionary_decode() if self.local else found


@dataclass(frozen=True)
class Who:
    """A column of people: their places in the world, -1 nobody."""

    at: NDArray[Any]

    def take(self, places: NDArray[Any]) -> Who:
        """These rows."""
        return Who(self.at[places])


Column = NDArray[Any] | Codes | Who | pa.Array
"""Numbers (days, months, fen, counts, -1/0/1 for a bool, codes of regions), few texts, people, or texts that are all different."""


@dataclass(frozen=True)
class Rows:
    """Rows by person (place in the world, -1: nobody known), in the order of their keys within a person.

    `columns`: lake column -> values. `month`: of events the month whose file brings each row; None for a list.
    """

    person: Places
    columns: Mapping[str, Column]
    month: NDArray[np.int32] | None = None

    def __len__(self) -> int:
        return len(self.person)

    def take(self, places: NDArray[Any]) -> Rows:
        """These rows, in this order."""
        columns = {name: _taken(column, places) for name, column in self.columns.items()}
        return Rows(self.person[places], columns, None if self.month is None else self.month[places])

    def where(self, keep: NDArray[np.bool_]) -> Rows:
        """The rows of which `keep` holds."""
        return self if keep.all() else self.take(np.flatnonzero(keep))


def in_order(parts: Sequence[Rows]) -> Rows:
    """Parts put together by person; within a person in the order of the parts. Text columns must have the same words in all parts."""
    person = np.concatenate([part.person for part in parts])
    columns = {name: _joined([part.columns[name] for part in parts]) for name in parts[0].columns}
    months = [part.month for part in parts if part.month is not None]
    whole = Rows(person, columns, np.concatenate(months) if months else None)
    return whole.take(np.argsort(person, kind="stable"))


def _taken(column: Column, places: NDArray[Any]) -> Column:
    if isinstance(column, Codes | Who):
        return column.take(places)
    if isinstance(column, pa.Array):
        return column.take(pa.array(places))
    return column[places]


def _joined(columns: Sequence[Column]) -> Column:
    first = columns[0]
    if isinstance(first, Codes):
        return Codes(first.words, np.concatenate([column.at for column in columns if isinstance(column, Codes)]), first.local)
    if isinstance(first, Who):
        return Who(np.concatenate([column.at for column in columns if isinstance(column, Who)]))
    if isinstance(first, pa.Array):
        return pa.concat_arrays([column for column in columns if isinstance(column, pa.Array)])
    return np.concatenate([np.asarray(column) for column in columns])


def same(word: str, count: int) -> Codes:
    """The same word in every row."""
    return Codes((word,), np.zeros(count, dtype=np.int8))


def picked(words: str | Sequence[str], at: NDArray[Any]) -> Codes:
    """Words by place; of a text each character is a word."""
    return Codes(tuple(words), at)
