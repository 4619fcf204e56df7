"""Where households and people live: with the head of the household, whoever that is."""

from __future__ import annotations

from datetime import date

import pytest
from tests.unit.monitoring.filling import put

from doudi.lake.engine import DuckEngine
from doudi.monitoring import places
from doudi.monitoring.parts import NOWHERE
from doudi.monitoring.steps import Performance

OLD, YOUNG = date(1950, 1, 1), date(1990, 1, 1)
HERE, THERE = "431382100201", "431382104203"


def placed(engine: DuckEngine, *people: tuple[object, ...], dead: tuple[int, ...] = ()) -> None:
    """People as (person, household, bucket, listed, relation, hukou_region, birth_date); of the dead those who are no people are on no list."""
    columns = "person household bucket listed relation hukou_region birth_date"
    put(engine, "people", columns, *people)
    listed = {person for person, *_ in people}
    put(
        engine,
        "person_base",
        "person list_month deceased",
        *((person, 24321, person in dead) for person in listed),
        *((person, None, True) for person in dead if person not in listed),
    )
    Performance(engine).perform(places.STEPS)


def homes(engine: DuckEngine) -> list[tuple]:
    return engine.fetch("SELECT household, region, head, part FROM household_places ORDER BY household")


@pytest.mark.parametrize(
    ("others", "dead", "head"),
    [
        ([(2, 10, 431382104, True, "02", THERE, YOUNG)], (), 2),  # the head, though younger
        ([(2, 10, 431382104, True, "01", THERE, YOUNG)], (2,), 2),  # a dead head before living members
        ([(2, 10, 431382104, True, "02", THERE, YOUNG), (3, 10, 431382104, True, "02", HERE, OLD)], (3,), 2),  # but after a living one
        ([(2, 10, 431382104, False, "02", THERE, OLD)], (), 1),  # somebody who is on no list any more comes last
        ([(2, 10, 431382104, True, "20", THERE, date(1949, 1, 1))], (), 2),  # without a head the oldest
        ([(2, 10, 431382104, True, None, THERE, None)], (), 1),  # an unknown birth date is the youngest
        ([(2, 10, 431382104, True, "20", THERE, OLD)], (), 1),  # of the same age the first
    ],
)
def test_a_household_lives_with_its_head(engine: DuckEngine, others: list[tuple[object, ...]], dead: tuple[int, ...], head: int) -> None:
    placed(engine, (1, 10, 431382100, True, "20", HERE, OLD), *others, dead=dead)
    region = {1: HERE, 2: THERE}[head]
    assert homes(engine) == [(10, region, head, "431382")]
    assert engine.fetch("SELECT DISTINCT region FROM person_places") == [(region,)]


def test_people_are_here_or_dead_or_neither_and_belong_to_the_part_of_their_own_row(engine: DuckEngine) -> None:
    placed(
        engine,
        (1, 10, 431382100, True, "02", HERE, OLD),
        (2, 10, 430102001, True, "20", THERE, YOUNG),
        (3, None, -1, True, None, THERE, None),
        (4, 40, 431382104, False, "02", None, OLD),
        dead=(2, 9),
    )
    assert engine.fetch("SELECT person, region, part, here, deceased FROM person_places ORDER BY person") == [
        (1, HERE, "431382", True, False),
        (2, HERE, "430102", False, True),
        (3, THERE, NOWHERE, True, False),
        (4, None, "431382", False, False),
        (9, None, NOWHERE, False, True),
    ]
    assert homes(engine) == [(10, HERE, 1, "430102"), (40, None, 4, "431382")]
