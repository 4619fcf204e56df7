"""When deliveries are due, and how late a dataset is: policy section 0, day by day."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doudi.contracts.model import FREQUENCIES, Frequency
from doudi.contracts.sla import covered_through, due_through, lateness

D = date.fromisoformat
DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))
EVERY = st.sampled_from(FREQUENCIES)


@pytest.mark.parametrize(
    ("frequency", "as_of", "through"),
    [
        ("daily", "2026-10-31", "2026-10-30"),
        ("daily", "2027-01-01", "2026-12-31"),
        ("weekly", "2026-10-31", "2026-10-25"),  # Saturday: the week that ended last Sunday
        ("weekly", "2026-11-01", "2026-10-25"),  # Sunday
        ("weekly", "2026-11-02", "2026-11-01"),  # Monday, the due day
        ("monthly", "2026-10-04", "2026-08-31"),
        ("monthly", "2026-10-05", "2026-09-30"),
        ("monthly", "2026-10-31", "2026-09-30"),
        ("monthly", "2027-01-05", "2026-12-31"),
        ("quarterly", "2026-10-09", "2026-06-30"),
        ("quarterly", "2026-10-10", "2026-09-30"),
        ("quarterly", "2026-12-31", "2026-09-30"),
        ("quarterly", "2027-01-10", "2026-12-31"),
        ("termly", "2026-10-09", "2026-02-28"),
        ("termly", "2026-10-10", "2026-09-30"),
        ("termly", "2027-03-09", "2026-09-30"),
        ("termly", "2027-03-10", "2027-02-28"),
        ("termly", "2028-03-10", "2028-02-29"),
        ("termly", "2027-01-15", "2026-09-30"),
        ("yearly", "2026-10-31", "2025-12-31"),
        ("yearly", "2027-01-30", "2025-12-31"),
        ("yearly", "2027-01-31", "2026-12-31"),
    ],
)
def test_what_is_due_by_a_day(frequency: Frequency, as_of: str, through: str):
    assert due_through(frequency, D(as_of)) == D(through)


@pytest.mark.parametrize(
    ("frequency", "delivered_to", "covered"),
    [
        ("daily", "2026-10-20", "2026-10-20"),
        ("weekly", "2026-10-23", "2026-10-25"),
        ("weekly", "2026-09-30", "2026-09-30"),  # a month's file: the first days of October are not in it
        ("monthly", "2026-10-28", "2026-10-31"),
        ("quarterly", "2026-07-31", "2026-09-30"),
        ("quarterly", "2026-10-31", "2026-12-31"),
        ("termly", "2026-09-30", "2027-01-31"),
        ("termly", "2026-12-31", "2027-01-31"),
        ("termly", "2027-01-31", "2027-01-31"),
        ("termly", "2027-02-28", "2027-08-31"),
        ("yearly", "2026-07-31", "2026-12-31"),
    ],
)
def test_a_period_serves_the_month_quarter_term_or_year_it_lies_in(frequency: Frequency, delivered_to: str, covered: str):
    assert covered_through(frequency, D(delivered_to)) == D(covered)


@pytest.mark.parametrize(
    ("frequency", "delivered_to", "as_of", "days", "due_on", "missing_from"),
    [
        ("daily", "2026-10-29", "2026-10-31", 0, "2026-10-31", "2026-10-30"),
        ("daily", "2026-10-20", "2026-10-31", 9, "2026-10-22", "2026-10-21"),
        ("weekly", "2026-09-30", "2026-10-31", 26, "2026-10-05", "2026-10-01"),
        ("monthly", "2026-08-31", "2026-10-31", 26, "2026-10-05", "2026-09-01"),
        ("monthly", "2026-07-31", "2026-10-31", 56, "2026-09-05", "2026-08-01"),
        ("quarterly", "2026-05-31", "2026-10-31", 21, "2026-10-10", "2026-07-01"),
        ("quarterly", "2026-03-31", "2026-10-31", 113, "2026-07-10", "2026-04-01"),
        ("termly", "2026-03-31", "2026-10-31", 21, "2026-10-10", "2026-09-01"),
        ("termly", "2026-01-31", "2026-10-31", 235, "2026-03-10", "2026-02-01"),
        ("yearly", "2024-10-31", "2026-10-31", 273, "2026-01-31", "2025-01-01"),
    ],
)
def test_lateness_counts_from_the_due_day_of_the_first_missing_period(
    frequency: Frequency, delivered_to: str, as_of: str, days: int, due_on: str, missing_from: str
):
    found = lateness(frequency, D(delivered_to), D(as_of))
    assert (found.late, found.days, found.due_on, found.missing_from) == (True, days, D(due_on), D(missing_from))


@pytest.mark.parametrize(
    ("frequency", "delivered_to"),
    [
        ("daily", "2026-10-30"),
        ("weekly", "2026-10-25"),
        ("monthly", "2026-09-30"),
        ("quarterly", "2026-07-31"),
        ("termly", "2026-09-30"),
        ("yearly", "2025-03-31"),
    ],
)
def test_what_reaches_the_day_that_was_due_is_not_late(frequency: Frequency, delivered_to: str):
    found = lateness(frequency, D(delivered_to), D("2026-10-31"))
    assert (found.late, found.days, found.missing_from) == (False, 0, None)


def test_what_was_never_delivered_is_late_from_the_last_due_day():
    found = lateness("monthly", None, D("2026-10-31"))
    assert (found.late, found.days, found.due_on, found.delivered_to, found.missing_from) == (True, 26, D("2026-10-05"), None, None)


@given(EVERY, DAYS, DAYS)
def test_late_means_that_what_was_due_is_not_covered(frequency: Frequency, delivered_to: date, as_of: date):
    found = lateness(frequency, delivered_to, as_of)
    assert found.late == (covered_through(frequency, delivered_to) < due_through(frequency, as_of))
    assert found.due_through < as_of
    assert found.due_on <= as_of
    assert found.days == ((as_of - found.due_on).days if found.late else 0)


@given(EVERY, DAYS, DAYS)
def test_time_only_makes_later_and_deliveries_only_make_earlier(frequency: Frequency, delivered_to: date, as_of: date):
    now, tomorrow = lateness(frequency, delivered_to, as_of), lateness(frequency, delivered_to, as_of + timedelta(days=1))
    assert tomorrow.days >= now.days
    assert tomorrow.late >= now.late
    if frequency != "weekly":  # a file dated at the end of a month is taken for a month's there
        assert lateness(frequency, delivered_to + timedelta(days=1), as_of).days <= now.days
