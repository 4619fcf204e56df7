"""Who is recomputed: whom a differing row names, the whole household before and now, and those who share an earlier alert."""

from __future__ import annotations

import pytest
from tests.unit.monitoring.filling import put

from doudi.lake.engine import DuckEngine
from doudi.monitoring.incremental.affected import Affected, find_affected
from doudi.monitoring.parts import NOWHERE

HERE, THERE = 431382101, 430102001


@pytest.fixture
def town(engine: DuckEngine) -> DuckEngine:
    """Households 10 (persons 1, 2), 20 (3), 30 (4); 2 has moved from 30, another county; 5 is on no list."""
    before = ((1, 10, HERE), (2, 30, THERE), (3, 20, HERE), (4, 30, THERE))
    now = ((1, 10, HERE), (2, 10, HERE), (3, 20, HERE), (4, 30, THERE))
    put(engine, "base_people", "person household bucket", *before)
    put(engine, "lake_people", "person household bucket", *now)
    earlier(engine)
    return engine


def earlier(engine: DuckEngine, *alerts: tuple) -> None:
    put(engine, "earlier_alerts", "alert person household", *(alerts or (("none", None, None),)))


def affected(engine: DuckEngine, *touched: tuple) -> tuple[set[int], set[int], Affected]:
    put(engine, "touched", "person household", *touched)
    found = find_affected(engine)
    numbers = [{number for (number,) in engine.fetch(f"SELECT {what} FROM affected_{what}s")} for what in ("person", "household")]
    return *numbers, found  # type: ignore[return-value]


def test_a_household_is_affected_with_everybody_in_it(town: DuckEngine) -> None:
    assert affected(town, (3, 20))[:2] == ({3}, {20})
    assert affected(town, (None, 20))[:2] == ({3}, {20}), "a row may name the household only"
    assert affected(town, (3, None))[:2] == ({3}, {20}), "or the person only"
    assert affected(town, (5, None))[:2] == ({5}, set())


def test_who_moves_affects_the_household_left_and_the_one_joined(town: DuckEngine) -> None:
    persons, households, found = affected(town, (2, None))
    assert (persons, households) == ({1, 2, 4}, {10, 30})
    assert found.people == {"431382": 2, "430102": 1}
    assert {part: set(subjects.persons.to_pylist()) for part, subjects in found.before.items()} == {"431382": {1}, "430102": {2, 4}}
    assert {part: set(subjects.households.to_pylist()) for part, subjects in found.before.items()} == {"431382": {10}, "430102": {30}}


def test_whose_earlier_alert_names_a_household_left_long_ago_is_affected_with_it(town: DuckEngine) -> None:
    earlier(town, ("a", 3, 30), ("b", 4, 30), ("c", None, 10))
    assert affected(town, (2, 30), (2, 10))[:2] == ({1, 2, 3, 4}, {10, 20, 30}), "2 has left it now, 3 before"
    earlier(town, ("a", 3, 30))
    assert affected(town, (3, 20))[:2] == ({2, 3, 4}, {20, 30}), "and the other way round"


def test_nobody_is_affected_by_nothing_and_rows_of_nobody_concern_their_own_part(town: DuckEngine) -> None:
    assert affected(town)[2].parts == set()
    persons, households, found = affected(town, (None, None))
    assert (persons, households, found.parts) == (set(), set(), {NOWHERE})


def test_parts_are_those_before_and_now_and_of_those_nowhere(town: DuckEngine) -> None:
    assert affected(town, (2, None))[2].parts == {"431382", "430102", NOWHERE}
    found = affected(town, (5, None))[2]
    assert found.parts == {NOWHERE}
    assert found.dropped(NOWHERE).persons.to_pylist() == [5]
    assert found.dropped("431382").persons.to_pylist() == []
