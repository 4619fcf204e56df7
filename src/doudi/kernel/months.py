"""Months and month arithmetic, the one meaning that every engine must give them (policy sections 0 and 4).

A month is a whole number, year * 12 + (month - 1): `this_month - 1` is the month before, ranges are plain comparisons.
A day that the month lacks becomes its last day: 30 April + 6 months = 30 October, 31 October + 4 months = 28 February.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date


def month(year: int, number: int) -> int:
    """The month index of a year and a month number 1-12. Raises ValueError outside 1-12."""
    if not 1 <= number <= 12:
        raise ValueError(f"no month {number}")
    return year * 12 + number - 1


def month_of(day: date) -> int:
    """The month index of a day."""
    return day.year * 12 + day.month - 1


def show_month(index: int) -> str:
    """`2026-10` for a month index."""
    return f"{index // 12:04d}-{index % 12 + 1:02d}"


def first_day(index: int) -> date:
    """The first day of a month."""
    return date(index // 12, index % 12 + 1, 1)


def last_day(index: int) -> date:
    """The last day of a month."""
    year, number = index // 12, index % 12 + 1
    return date(year, number, monthrange(year, number)[1])


def add_months(day: date, months: int) -> date:
    """The day `months` later (or earlier), clamped to the end of a shorter month."""
    target = month_of(day) + months
    year, number = target // 12, target % 12 + 1
    return date(year, number, min(day.day, monthrange(year, number)[1]))


def whole_months(start: date, end: date) -> int:
    """The largest n with start + n months <= end; negative if end is before start."""
    n = month_of(end) - month_of(start)
    return n if add_months(start, n) <= end else n - 1


def years(start: date, end: date) -> int:
    """Full years from start to end: an age (someone born on 29 February is a year older on 28 February)."""
    return whole_months(start, end) // 12
