"""Small contracts for tests."""

from dataclasses import replace
from datetime import date
from typing import Any

from doudi.contracts.checks import CompiledField
from doudi.contracts.model import Field, FieldType
from doudi.kernel.money import LIMIT_FEN
from doudi.kernel.months import month
from doudi.standards import codelists

BOUNDS: dict[str, tuple[int, int]] = {
    "money": (0, LIMIT_FEN - 1),
    "date": (date(1850, 1, 1).toordinal(), date(2100, 12, 31).toordinal()),
    "month": (month(1850, 1), month(2100, 12)),
    "int": (0, 100),
}


def a_field(kind: FieldType, **changes: Any) -> Field:
    low, high = BOUNDS.get(kind, (None, None))
    return replace(Field(name="value", header="某项", headers=("某项",), type=kind, low=low, high=high), **changes)


def compiled(kind: FieldType, **changes: Any) -> CompiledField:
    field = a_field(kind, **changes)
    return CompiledField(field, codelists()[field.code_list] if field.code_list else None)


def value_of(kind: FieldType, cell: object, **changes: Any) -> object:
    """The value of one cell of an optional field, the problem's code where there is one and no value."""
    column = compiled(kind, **changes).convert([cell])
    return column.problems[0].code if column.problems and column.values[0] is None else column.values[0]
