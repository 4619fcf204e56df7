"""The columns of a dataset inside Doudi: of a delivery's `rows.parquet`, and of the lake's tables, with the engine's types."""

from __future__ import annotations

from typing import Literal

from doudi.contracts.model import Contract, Field, FieldType

POPULATION = "population"
"""The dataset that is the list of everybody: its household numbers are the households, its names the reference."""

HOUSEHOLD_NO = "household_no"
"""Its column of household numbers, which exports show as delivered."""

Role = Literal["main", "optional", "second"]

SQL_TYPES: dict[FieldType, str] = {
    "id18": "BIGINT", "date": "DATE", "month": "INTEGER", "money": "BIGINT", "int": "BIGINT", "ratio": "DECIMAL(9,6)", "code": "VARCHAR",
    "region12": "VARCHAR", "region6": "VARCHAR", "text": "VARCHAR", "bool": "BOOLEAN",
}  # fmt: skip
"""Type of the lake column of a field; names and phones have none."""


def role_of(field: Field) -> Role:
    """What an id18 field is to its row: the person it is about (without whom the row cannot be used, or can), or somebody else."""
    if field.key or (field.name == "person_id" and field.required):
        return "main"
    return "optional" if field.name == "person_id" else "second"


def key_columns(contract: Contract) -> list[str]:
    """The columns of the record key: people by their numbers."""
    return [column for name in contract.key for column in contract.field(name).columns]


def table_columns(contract: Contract) -> dict[str, str]:
    """Column -> type of the values that go into the lake, in the contract's order."""
    found: dict[str, str] = {}
    for field in contract.fields:
        if field.embeds_id:
            found |= {f"{field.name}_tail": "VARCHAR", f"{field.name}_hash": "BIGINT"}
        elif field.column:
            found[field.column] = SQL_TYPES[field.type]
    return found


def row_columns(contract: Contract) -> dict[str, str]:
    """Column -> type of `rows.parquet`: the lake's columns, states of numbers, keys of names and phones, the household of a population list."""
    found = {"row": "INTEGER"} | table_columns(contract)
    found |= {f"{field.column}_state": "VARCHAR" for field in contract.of_type("id18")}
    found |= {f"{field.name}_key": "BIGINT" for field in contract.of_type("name", "phone")}
    if contract.dataset == POPULATION:
        found |= {"person_birth": "DATE", "person_sex": "VARCHAR", "household": "BIGINT"}
    return found


def name_column(field: Field) -> str | None:
    """The column of the name key that belongs to an id18 field."""
    return f"{field.name_of}_key" if field.name_of else None
