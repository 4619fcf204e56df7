"""One text for each cell, whatever type the form gave it: numbers without exponent, dates as ISO, nothing as ""."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

_EXACT = 10**15


def number_text(value: float) -> str:
    """A binary float as a person typed it: `1100`, `0.1`; from a thousand million million upwards `4.30124198306241E+17`.

    Spreadsheets keep 15 digits. What follows the 15th is lost, and must not look like zeros that were delivered. A number that a program
    wrote has rounding there: it is cut off, never rounded, so that the digits that are left are the true ones.
    """
    if value != value or value in (float("inf"), float("-inf")):
        return str(value)
    if value != int(value):
        return format(Decimal(repr(value)), "f")
    whole = int(value)
    if abs(whole) < _EXACT:
        return str(whole)
    short = int(Decimal(f"{value:.15g}"))
    digits = str(abs(short if float(short) == value else whole))
    return f"{'-' if whole < 0 else ''}{digits[0]}.{digits[1:15]}E+{len(digits) - 1}"


def cell_text(value: Any) -> str:
    """The text of one value of a workbook or of a JSON record."""
    kind = type(value)
    if kind is str:
        return value
    if value is None:
        return ""
    if kind is float:
        return number_text(value)
    if kind is bool:
        return "1" if value else "0"
    if kind is int or kind is Decimal:
        return str(value)
    if kind is datetime:
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ", timespec="seconds")
    if kind is date:
        return value.isoformat()
    return str(value)
