"""Who is concerned: by an alert, an ended alert or a recognition, always with the whole household; an unknown or aid concerns nobody."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from tests.unit.monitoring.filling import put

from doudi.lake.engine import DuckEngine
from doudi.lake.home import Home
from doudi.monitoring import concerned
from doudi.monitoring.freeze import open_books
from doudi.monitoring.population import DECEASED, HOUSEHOLDS, LISTED, LIVING, add_up, count_population, less, place_lines, read_population
from doudi.monitoring.steps import Performance
from doudi.rules import build_policy

HERE, ELSEWHERE = "431382", "431381"
BOOKS = open_books()
POLICY = BOOKS.policy
VARIABLES = build_policy(POLICY, BOOKS.contracts, date(2026, 10, 31)).variables


@pytest.fixture
def engine(tmp_path: Path) -> DuckEngine:
    """Households 1 to 6 of two persons each (11, 12, 21 …), and 71, who has none; nobody is concerned yet."""
    engine = DuckEngine(Home.open(tmp_path / "home"), memory=300)
    people = [(10 * home + n, home) for home in range(1, 7) for n in (1, 2)]
    put(
        engine,
        "person_base",
        "person household listed living deceased",
        *((p, h, p != 62, p != 12, p == 12) for p, h in people),
        (71, None, False, False, True),
    )
    put(
        engine,
        "person_places",
        "person part region here deceased",
        *((p, HERE, "431382100001", p not in (12, 62), p == 12) for p, _ in people),
        (71, "000000", None, False, True),
    )
    put(engine, "household_places", "household part region", *((h, ELSEWHERE if h == 6 else HERE, f"43138210{h % 2}000") for h in range(1, 7)))
    put(engine, "person_0", "person household dibao", *((p, h, p == 31) for p, h in people))
    put(engine, "household_facts", "household", *((h,) for h in range(1, 7)))
    put(engine, "open_persons", "person", (52,))
    engine.execute("CREATE TABLE alerts (person BIGINT, household BIGINT)")
    engine.execute("CREATE TABLE ended_lines (person BIGINT, household BIGINT)")
    return engine


def find(engine: DuckEngine) -> tuple[set[int], set[int]]:
    """Households and persons."""
    Performance(engine).perform(concerned.steps(POLICY, {"dibao": VARIABLES["dibao"]}))
    homes, persons = (engine.fetch(f"SELECT {of} FROM concerned_{of}s") for of in ("household", "person"))
    assert len(homes) == len(set(homes))
    assert len(persons) == len(set(persons))
    assert sorted(engine.fetch("SELECT person FROM wanted_persons")) == sorted({*persons, (52,)}), "who is open is asked why"
    return {number for (number,) in homes}, {number for (number,) in persons}


def test_a_recognised_member_concerns_the_household_with_all_its_members(engine: DuckEngine) -> None:
    assert find(engine) == ({3}, {31, 32})


def test_an_alert_concerns_the_household_of_its_subject_the_dead_and_unlisted_in_it_too(engine: DuckEngine) -> None:
    engine.execute("INSERT INTO alerts VALUES (NULL, 1), (61, NULL)")
    assert find(engine) == ({1, 3, 6}, {11, 12, 31, 32, 61, 62})


def test_an_ended_alert_concerns_where_somebody_was_and_where_somebody_is(engine: DuckEngine) -> None:
    engine.execute("INSERT INTO ended_lines VALUES (21, 4), (NULL, 5)")
    assert find(engine) == ({2, 3, 4, 5}, {21, 22, 31, 32, 41, 42, 51, 52})


def test_the_household_that_somebody_left_for_another_county_is_not_concerned_by_an_ended_alert(engine: DuckEngine) -> None:
    engine.execute("INSERT INTO ended_lines VALUES (21, 6)")
    assert find(engine) == ({2, 3}, {21, 22, 31, 32})


def test_somebody_without_a_household_is_concerned_alone(engine: DuckEngine) -> None:
    engine.execute("INSERT INTO alerts VALUES (71, NULL)")
    assert find(engine) == ({3}, {31, 32, 71})


def test_the_policy_says_who_is_recognised() -> None:
    categories = {name for name, variable in POLICY.variables.items() if variable.category}
    assert {"dibao", "tekun", "orphan"} <= categories
    query = str(concerned.steps(POLICY, VARIABLES)[0].query)
    assert all(f'f."{name}"' in query for name in categories)


def test_everybody_is_counted_where_they_live(engine: DuckEngine) -> None:
    people = count_population(engine)
    assert people[HERE]["431382100"][:HOUSEHOLDS] == [12, 10, 1]
    assert people[HERE]["431382101"][HOUSEHOLDS] == 3
    assert people["000000"][""] == [1, 0, 1, 0]
    total = add_up(people.values())
    assert [sum(numbers[at] for numbers in total.values()) for at in (LISTED, LIVING, DECEASED, HOUSEHOLDS)] == [13, 10, 2, 6]


def test_numbers_by_place_are_published_and_read_and_taken_off() -> None:
    people = {"": [1, 0, 1, 0], "431382": [2, 2, 0, 1], "431382100": [5, 4, 1, 2]}
    lines = place_lines(people)
    assert lines["township"].to_pylist() == ["431382100", None, None]
    assert read_population(lines) == people
    assert less(people, {"": [1, 0, 1, 0], "431382": [1, 1, 0, 0]}) == {"431382": [1, 1, 0, 1], "431382100": [5, 4, 1, 2]}
