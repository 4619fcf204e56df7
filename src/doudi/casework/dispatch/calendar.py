"""Working days: weekends, statutory holidays and the State Council's swap days, with the overrides of the installation above them.

For years whose holidays are not announced yet, the days are weekends and the statutory holidays of the `holidays` package; such a deadline is
marked as estimated, because the swap days will move it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache, lru_cache
from time import monotonic

import chinese_calendar
import holidays

from doudi.casework.organisation.models import WorkdayOverride

DAY = timedelta(days=1)
FRESH = 60
"""Seconds."""


@dataclass(frozen=True)
class Deadline:
    """A day, and whether days that are not announced yet were counted on the way to it."""

    on: date
    estimated: bool


@dataclass(frozen=True)
class Calendar:
    """`overrides`: day -> whether work is done on it, whatever else is said."""

    overrides: Mapping[date, bool] = field(default_factory=dict)

    def works(self, day: date) -> bool:
        """Whether offices work on this day."""
        known = self.overrides.get(day)
        return _announced(day)[0] if known is None else known

    def is_estimated(self, day: date) -> bool:
        """Whether the day's holidays are not announced yet and nobody entered it."""
        return day not in self.overrides and _announced(day)[1]

    def after(self, start: date, working_days: int) -> Deadline:
        """The day `working_days` working days after `start`; the day itself is not counted, whether it works or not.

        Raises ValueError for a negative number.
        """
        if working_days < 0:
            raise ValueError("working days are counted forward")
        day, estimated = start, False
        while working_days:
            day += DAY
            estimated = estimated or self.is_estimated(day)
            working_days -= self.works(day)
        return Deadline(day, estimated)

    def between(self, start: date, end: date) -> int:
        """Working days after `start` up to and with `end`; negative if `end` is before `start`."""
        if end < start:
            return -self.between(end, start)
        return sum(self.works(start + DAY * n) for n in range(1, (end - start).days + 1))


def calendar() -> Calendar:
    """The calendar with the installation's overrides; one query, so make it once and pass it on. What computes a deadline asks this."""
    return Calendar(dict(WorkdayOverride.objects.values_list("day", "works")))


def calendar_shown() -> Calendar:
    """The calendar for showing how many working days are left: at most a minute old, so that a list need not ask for it."""
    global _shown
    if _shown is None or monotonic() - _shown[0] > FRESH:
        _shown = monotonic(), calendar()
    return _shown[1]


_shown: tuple[float, Calendar] | None = None


@lru_cache(maxsize=4_000)
def _announced(day: date) -> tuple[bool, bool]:
    """Whether the day works, and whether that is an estimate."""
    try:
        return chinese_calendar.is_workday(day), False
    except NotImplementedError:
        return day.weekday() < 5 and day not in _statutory(day.year), True


@cache
def _statutory(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("CN", years=year, categories=("public",)))
