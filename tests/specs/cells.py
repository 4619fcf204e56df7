"""Cells of spec tables, as officers write them, to values of the rule language and back."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

from doudi.kernel.money import parse_fen
from doudi.kernel.months import month
from doudi.rules.types import Type


def value_of(cell: str, kind: Type) -> Any:
    """A typed value; an empty cell is unknown. Raises ValueError where the cell does not fit."""
    if not cell:
        return None
    match kind:
        case Type.BOOL:
            return {"是": True, "否": False}[cell]
        case Type.INT | Type.NUMBER:
            return int(cell)
        case Type.MONEY:
            return parse_fen(cell)
        case Type.RATIO:
            return Fraction(cell)
        case Type.DATE:
            return date.fromisoformat(cell)
        case Type.MONTH:
            year, number = cell.split("-")
            return month(int(year), int(number))
        case _:
            return cell
