"""The schema of a published run: what the two halves of the platform agree on.

A run is a folder. Its tables are declared in `tables.py` with the classes here, and the reader, the writer, the tests and
`docs/reference/published-run.md` all use that one declaration. Rows of every table are in strictly ascending order of its
key, so that equal content is equal bytes and nothing is there twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import pyarrow as pa

SCHEMA_VERSION = "4.0"
"""Major.minor. A reader refuses another major version; a minor version only adds tables and columns."""

PARTS = "parts"
"""Folder of the parts of a run: one for each county with its findings and facts; a file is there only if it has rows."""

Type = Literal["int64", "int32", "bool", "text", "date", "binary"]

ARROW: dict[Type, pa.DataType] = {
    "int64": pa.int64(),
    "int32": pa.int32(),
    "bool": pa.bool_(),
    "text": pa.string(),
    "date": pa.date32(),
    "binary": pa.binary(),
}

FACT_TYPES: dict[str, Type] = {
    "bool": "bool",
    "int": "int64",
    "money": "int64",
    "ratio": "int64",
    "number": "int64",
    "date": "date",
    "month": "int32",
    "text": "text",
}
"""Types of the rule language and how a fact of that type is stored: money in fen, a month as year * 12 + month - 1, a number times its
variable's denominator."""


@dataclass(frozen=True)
class Column:
    """A column: type, unit, whether it may be empty, what it means in both languages, and the schema version that brought it."""

    name: str
    type: Type
    means: str
    english: str
    unit: str = ""
    empty: bool = False
    values: tuple[str, ...] = ()
    since: str = ""

    @property
    def field(self) -> pa.Field:
        return pa.field(self.name, ARROW[self.type], nullable=self.empty)


@dataclass(frozen=True)
class Table:
    """A table of the run, one Parquet file. `key` is unique and is the order of the rows; an empty value comes last.

    `open` says which further columns a run adds: one for each variable of its policy. `with_facts` makes the closed table.
    `repeated`: texts of which there are few, however many the rows; they may come to the writer by number.
    """

    name: str
    title: str
    grain: str
    english: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    open: str = ""
    repeated: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        lacking = set(self.key) - {column.name for column in self.columns}
        if lacking or len({column.name for column in self.columns}) != len(self.columns):
            raise ValueError(f"table {self.name}: unknown key {sorted(lacking)} or a column twice")

    @property
    def file(self) -> str:
        """Name of the file in the run's folder, or in the folder of a part."""
        return f"{self.name}.parquet"

    def part_file(self, part: str) -> str:
        """Name, in the run's folder, of the file with the rows of one part."""
        return f"{PARTS}/{part}/{self.file}"

    @cached_property
    def arrow(self) -> pa.Schema:
        """The Arrow schema, exactly as it is stored."""
        metadata = {"doudi.table": self.name, "doudi.schema": SCHEMA_VERSION}
        return pa.schema([column.field for column in self.columns], metadata=metadata)

    def with_facts(self, facts: Iterable[Column]) -> Table:
        """The table with the fact columns of a policy, in the order of their names; a fact that is a column already stays that column."""
        if not self.open:
            raise ValueError(f"table {self.name} is closed")
        own = {column.name for column in self.columns}
        more = sorted((fact for fact in facts if fact.name not in own), key=lambda fact: fact.name)
        return replace(self, columns=self.columns + tuple(more), open="")
