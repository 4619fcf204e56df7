"""Fills an engine with small tables."""

from __future__ import annotations

import pyarrow as pa

from doudi.lake.engine import DuckEngine

TYPES = {"person": pa.int64(), "household": pa.int64(), "position": pa.int32(), "row": pa.int32(), "delivery": pa.int64()}


def put(engine: DuckEngine, name: str, columns: str, *rows: tuple) -> None:
    """A table: `columns` are names (numbers and positions are integers by name, everything else by its values)."""
    names = columns.split()
    arrays = {column: pa.array([row[at] for row in rows], TYPES.get(column)) for at, column in enumerate(names)}
    table = pa.table(arrays)
    nulls = [column for column in names if table.schema.field(column).type == pa.null()]
    for column in nulls:
        table = table.set_column(names.index(column), column, table[column].cast(pa.string()))
    engine.table(name, table)
