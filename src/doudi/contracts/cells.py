"""A delivered cell as text, whatever type the file gave it: text, number, date, nothing."""

from __future__ import annotations

import math
from datetime import date, datetime, time
from decimal import Decimal

_EDGES = " \t\r\n\v\f\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200b\u2028\u2029\u202f\u205f\u2060\u3000\ufeff"

MACHINE_EMPTY = frozenset(("null", "NULL", "Null", "None", "nan", "NaN", "NAN", "NaT", "#N/A", "N/A", "#REF!", "#VALUE!", "(null)", "<NA>", "\\N"))
"""What programs write for nothing; empty in any column."""

DASHES = frozenset(("-", "--", "---", "—", "——", "－", "/", "//", "\\", "、", "。", ".", "*"))
SPOKEN_EMPTY = DASHES | frozenset(("无", "空", "暂无", "没有", "不详", "未知", "未填", "略"))
"""What people write for nothing; empty where the column's type makes no other sense of it."""


def as_text(cell: object) -> str:
    """The cell's text without outer white space, empty for nothing. A number has all its digits: never an exponent, no `.0`."""
    if isinstance(cell, str):
        return cell.strip(_EDGES)
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return _digits(Decimal(repr(cell))) if math.isfinite(cell) else ""
    if isinstance(cell, Decimal):
        return _digits(cell) if cell.is_finite() else ""
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() and cell.tzinfo is None else cell.isoformat(" ")
    return cell.isoformat() if isinstance(cell, date) else str(cell).strip(_EDGES)


def _digits(number: Decimal) -> str:
    plain = format(number, "f")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain
