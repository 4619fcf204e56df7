"""Days and months as section 0 and 4 of the policy say, written out plainly. A month is year * 12 + (month - 1)."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from functools import cache


def month_of(day: date) -> int:
    """The month a day lies in."""
    return day.year * 12 + day.month - 1


@cache
def days_of(month: int) -> tuple[date, ...]:
    """All days of a month."""
    year, number = divmod(month, 12)
    return tuple(date(year, number + 1, day) for day in range(1, monthrange(year, number + 1)[1] + 1))


def plus_months(day: date, months: int) -> date:
    """The day so many months later or earlier; one that the month lacks becomes its last day."""
    there = days_of(month_of(day) + months)
    return there[min(day.day, len(there)) - 1]


def plus_days(day: date, days: int) -> date:
    """The day so many days later or earlier."""
    return day + timedelta(days=days)


def whole_months(start: date, end: date) -> int:
    """The largest n with start + n months <= end."""
    n = month_of(end) - month_of(start) + 1
    while plus_months(start, n) > end:
        n -= 1
    return n


def full_years(birth: date, day: date) -> int:
    """An age in full years."""
    return whole_months(birth, day) // 12


def within(day: date, months: int, now: date) -> bool:
    """The last n months: now - n months < day <= now."""
    return plus_months(now, -months) < day <= now


def open_on(start: date, end: date | None, day: date) -> bool:
    """start <= day and (end empty or end > day)."""
    return start <= day and (end is None or end > day)


def open_in(start: date, end: date | None, month: int) -> bool:
    """Whether it was open on at least one day of the month."""
    return any(open_on(start, end, day) for day in days_of(month))


def school_year(day: date) -> int:
    """The year in which the school year of a day began on 1 September."""
    return day.year if day.month >= 9 else day.year - 1


def terms(day: date) -> tuple[str, str]:
    """The current and the last term: -1 runs September to January, -2 February to August."""
    year = school_year(day)
    if day.month >= 9 or day.month == 1:
        return f"{year}-{year + 1}-1", f"{year - 1}-{year}-2"
    return f"{year}-{year + 1}-2", f"{year}-{year + 1}-1"
