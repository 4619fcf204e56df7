"""Counting rows of Arrow tables without turning them into Python rows: a province has millions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc


def count_by(table: pa.Table, *columns: str) -> Counter[Any]:
    """Number of rows per value of one column, or per tuple of values of several; no value is None."""
    grouped = table.group_by(list(columns)).aggregate([([], "count_all")])
    keys = [grouped[name].to_pylist() for name in columns]
    counts = grouped["count_all"].to_pylist()
    return Counter(dict(zip(keys[0] if len(keys) == 1 else zip(*keys, strict=True), counts, strict=True)))


def sum_by(table: pa.Table, value: str, *columns: str) -> Counter[Any]:
    """Sum of `value` per tuple of values of `columns`; empty values add nothing."""
    grouped = table.group_by(list(columns)).aggregate([(value, "sum")])
    keys = zip(*(grouped[name].to_pylist() for name in columns), strict=True)
    return Counter({key: total or 0 for key, total in zip(keys, grouped[f"{value}_sum"].to_pylist(), strict=True)})


def how_many(column: pa.ChunkedArray) -> int:
    """Number of different values, empty ones not counted."""
    return int(pc.count_distinct(column, mode="only_valid").as_py())


def total(counts: Mapping[Any, int]) -> int:
    """Sum of all counts."""
    return sum(counts.values())
