"""When a delivery is due, and how late a dataset is (policy section 0, "Delivered"). Pure functions of days.

A dataset is delivered up to the last day of its latest period. On and after each due day that must reach a certain day; if it does not,
the dataset is late, counted from the due day of the first period that is missing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from doudi.contracts.model import Frequency
from doudi.kernel.months import first_day, last_day, month, month_of

_DAY = timedelta(days=1)
_EVER = date(1850, 1, 1)
"""What nobody owes is due up to no day that a delivery could miss."""


@dataclass(frozen=True)
class DueRule:
    """A frequency in words: how often, on which day it is due, how far it must then reach."""

    label: str
    due: str
    reach: str


DUE_RULES: dict[Frequency, DueRule] = {
    "daily": DueRule("每日", "次日", "报到前一日"),
    "weekly": DueRule("每周", "下周一", "报到上周日"),
    "monthly": DueRule("每月", "次月5日", "报到上月末"),
    "quarterly": DueRule("每季度", "季后10日", "报到上季度末"),
    "termly": DueRule("每学期", "3月10日、10月10日", "3月报到2月末，10月报到9月末"),
    "yearly": DueRule("每年", "次年1月31日", "报到上年末"),
    "irregular": DueRule("不定期", "不限", "有新内容时报送，不计迟交"),
}


@dataclass(frozen=True)
class Lateness:
    """How a dataset stands on a day.

    `due_through`: the day that deliveries due by then must reach. `due_on`: the due day that counts - if late that of the first missing
    period, else the last one. `days`: from `due_on` to the day asked for, 0 if not late (and on the due day itself). `missing_from`: the
    first day without data if late, else None; None too if nothing was ever delivered.
    """

    late: bool
    days: int
    delivered_to: date | None
    due_through: date
    due_on: date
    missing_from: date | None


def is_owed(frequency: Frequency) -> bool:
    """Whether somebody has to deliver by set days; of an irregular dataset, no file means that there was nothing to tell."""
    return frequency != "irregular"


def due_through(frequency: Frequency, as_of: date) -> date:
    """The last day that deliveries due by the end of `as_of` must cover."""
    unit = _UNITS[frequency]
    end = unit.end_of(as_of)
    while unit.due_on(end) > as_of:
        end = unit.end_before(end)
    return end


def covered_through(frequency: Frequency, delivered_to: date) -> date:
    """The last day that counts as covered when the latest period ends on `delivered_to`.

    A period inside a month, quarter, term or year serves the whole of it: a list of July is the list of the third quarter.
    A weekly file dated within the week serves the week, but a period that ends with its month is a month's and reaches no further.
    """
    if frequency == "weekly" and delivered_to == last_day(month_of(delivered_to)):
        return delivered_to
    return _UNITS[frequency].counts_to(delivered_to)


def lateness(frequency: Frequency, delivered_to: date | None, as_of: date) -> Lateness:
    """How late a dataset is on `as_of` if its latest accepted period ends on `delivered_to` (None: nothing was ever accepted)."""
    unit = _UNITS[frequency]
    through = due_through(frequency, as_of)
    if delivered_to is None:
        if not is_owed(frequency):
            return Lateness(False, 0, None, through, through, None)
        on = unit.due_on(through)
        return Lateness(True, (as_of - on).days, None, through, on, None)
    covered = covered_through(frequency, delivered_to)
    if covered >= through:
        return Lateness(False, 0, delivered_to, through, unit.due_on(through), None)
    first_missing = through
    while unit.end_before(first_missing) > covered:
        first_missing = unit.end_before(first_missing)
    on = unit.due_on(first_missing)
    return Lateness(True, (as_of - on).days, delivered_to, through, on, covered + _DAY)


@dataclass(frozen=True)
class _Unit:
    """The stretches a frequency cuts time into. A stretch is named by the day that a delivery due for it must reach."""

    end_of: Callable[[date], date]
    """The stretch that a day lies in, or a later one: where the search for the last due begins."""
    end_before: Callable[[date], date]
    due_on: Callable[[date], date]
    counts_to: Callable[[date], date]
    """The last day of the month, quarter, term or year that a day lies in."""


def _sunday(day: date) -> date:
    return day + timedelta(days=6 - day.weekday())


def _month_end(day: date) -> date:
    return last_day(month_of(day))


def _quarter_end(day: date) -> date:
    return last_day(month_of(day) // 3 * 3 + 2)


def _year_end(day: date) -> date:
    return date(day.year, 12, 31)


def _term_reach(day: date) -> date:
    """The end of September or of the next February: what deliveries of the term that runs on `day`, or of the next one, must reach."""
    return date(day.year, 9, 30) if day.month >= 3 else last_day(month(day.year, 2))


def _term_reach_before(end: date) -> date:
    return last_day(month(end.year, 2)) if end.month == 9 else date(end.year - 1, 9, 30)


def _term_end(day: date) -> date:
    """The last day of a term: 31 January (the first runs September to January) or 31 August (the second, February to August)."""
    if 2 <= day.month <= 8:
        return date(day.year, 8, 31)
    return date(day.year + (day.month >= 9), 1, 31)


def _in_next_month(day_of_month: int) -> Callable[[date], date]:
    return lambda end: first_day(month_of(end) + 1).replace(day=day_of_month)


def _month_before(months: int) -> Callable[[date], date]:
    return lambda end: last_day(month_of(end) - months)


_UNITS: dict[Frequency, _Unit] = {
    "daily": _Unit(lambda day: day, lambda end: end - _DAY, lambda end: end + _DAY, lambda day: day),
    "weekly": _Unit(_sunday, lambda end: end - 7 * _DAY, lambda end: end + _DAY, _sunday),
    "monthly": _Unit(_month_end, _month_before(1), _in_next_month(5), _month_end),
    "quarterly": _Unit(_quarter_end, _month_before(3), _in_next_month(10), _quarter_end),
    "termly": _Unit(_term_reach, _term_reach_before, _in_next_month(10), _term_end),
    "irregular": _Unit(lambda day: _EVER, lambda end: end, lambda end: end, lambda day: day),
    "yearly": _Unit(_year_end, _month_before(12), _in_next_month(31), _year_end),
}
