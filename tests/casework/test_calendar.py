"""Working days of China."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from doudi.casework.dispatch.calendar import Calendar, calendar
from doudi.casework.dispatch.figures import figures
from doudi.casework.organisation.models import WorkdayOverride
from doudi.kernel.errors import DoudiError


def test_weekends_and_the_days_of_the_national_holiday_are_off_and_swap_days_are_not() -> None:
    days = Calendar()
    assert not days.works(date(2026, 10, 1))
    assert days.works(date(2026, 10, 10)), "a Saturday swapped for the holiday"
    assert not days.works(date(2026, 10, 11))


def test_the_first_day_is_not_counted_and_the_last_is_a_working_day() -> None:
    assert Calendar().after(date(2026, 11, 6), 1).on == date(2026, 11, 9)
    assert Calendar().after(date(2026, 11, 7), 1).on == date(2026, 11, 9)
    assert Calendar().after(date(2026, 11, 6), 0).on == date(2026, 11, 6)


def test_a_year_that_is_not_announced_is_estimated_and_says_so() -> None:
    sure, estimated = Calendar().after(date(2026, 12, 1), 5), Calendar().after(date(2026, 12, 28), 5)
    assert (sure.estimated, estimated.estimated) == (False, True)
    assert not Calendar().works(date(2027, 1, 1))


def test_an_entered_day_counts_above_the_calendar_and_is_no_estimate() -> None:
    days = Calendar({date(2027, 1, 4): False, date(2027, 1, 2): True})
    assert days.works(date(2027, 1, 2))
    assert not days.works(date(2027, 1, 4))
    assert not days.is_estimated(date(2027, 1, 4))


def test_days_between_are_signed() -> None:
    days = Calendar()
    assert days.between(date(2026, 11, 2), date(2026, 11, 16)) == 10
    assert days.between(date(2026, 11, 16), date(2026, 11, 2)) == -10
    assert days.between(date(2026, 11, 2), date(2026, 11, 2)) == 0


def test_working_days_are_not_counted_backwards() -> None:
    with pytest.raises(ValueError, match="forward"):
        Calendar().after(date(2026, 11, 2), -1)


@pytest.mark.django_db
def test_the_installation_enters_days_of_its_own() -> None:
    WorkdayOverride.objects.create(day=date(2026, 11, 3), works=False, source="测试")
    assert calendar().after(date(2026, 11, 2), 1).on == date(2026, 11, 4)


@pytest.mark.django_db
def test_figures_come_from_the_policy_that_travels_along_until_a_run_brings_its_own() -> None:
    assert figures().of("new_items_per_office_day", "431382", date(2026, 11, 2)) == Decimal(30)
    with pytest.raises(DoudiError, match="没有取值"):
        figures().of("new_items_per_office_day", "431382", date(2020, 1, 1))
