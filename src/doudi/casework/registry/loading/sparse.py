"""Facts as JSON texts, column by column: most facts of most people are no or zero, and those are not written.

A flag or a number that is absent is no or zero; unknown is written as null. Days, months and texts are absent when there is none.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

COUNTED = frozenset({"bool", "int", "money", "ratio", "number"})
"""Types of the rule language that have a no or a zero."""


def facts_of(table: pa.Table, types: Mapping[str, str]) -> list[str]:
    """One JSON object for each line of `table`; `types` variable -> type in the rule language. Variables that the table lacks are left out."""
    lines: list[list[str]] = [[] for _ in range(table.num_rows)]
    for variable in sorted(types.keys() & set(table.column_names)):
        key = f"{json.dumps(variable)}:"
        for row, text in _written(table[variable], types[variable] in COUNTED):
            lines[row].append(key + text)
    return ["{" + ",".join(line) + "}" for line in lines]


def _written(column: pa.ChunkedArray, counted: bool) -> Iterable[tuple[int, str]]:
    values = column.combine_chunks()
    if isinstance(values, pa.ChunkedArray):  # of no chunks
        return
    empty = np.asarray(values.is_null())
    if counted:
        numbers = np.asarray(pc.fill_null(pc.cast(values, pa.int64()), 0))
        yield from ((row, "null") for row in np.flatnonzero(empty).tolist())
        rows = np.flatnonzero(numbers)
        if pa.types.is_boolean(values.type):
            yield from ((row, "true") for row in rows.tolist())
        else:
            yield from zip(rows.tolist(), map(str, numbers[rows].tolist()), strict=True)
        return
    rows = np.flatnonzero(~empty)
    yield from zip(rows.tolist(), map(_text, values.take(pa.array(rows)).to_pylist()), strict=True)


def _text(value: Any) -> str:
    return str(value) if isinstance(value, int) else json.dumps(value if isinstance(value, str) else value.isoformat(), ensure_ascii=False)
