"""One text for each cell, whatever type the form gave it: numbers without exponent, dates as ISO, nothing as ""."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

_EXACT = 10**15


def number_text(value: float) -> str:
    """A binary float as a person typed it: `1100`, `0.1`, `430124198306241000`.

    Spreadsheets keep 15 digits. A whole number with more was written by a program, and what follows its 15th digit is rounding:
    it is cut to zeros, never rounded, so that the digits that are left are the true ones.
    """
    if value != value or value in (float("inf"), float("-inf")):
        return str(value)
    if value == int(value):
        whole = int(value)
        if abs(whole) < _EXACT:
            return str(whole)
        short = int(Decimal(f"{value:.15g}"))
        if float(short) == value:
            return str(short)
        digits = str(whole)
        keep = 16 if whole < 0 else 15
        return digits[:keep] + "0" * (len(digits) - keep)
    return format(Decimal(repr(value)), "f")


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
