"""Random small counties whose rows sit on the edges of the policy: 5 to 40 people in 2 to 12 households, each with a few stories."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from tests.second_reading.builder import CONTRACTS, OUTSIDER, Builder
from tests.second_reading.stories_qualify import STORIES as QUALIFY
from tests.second_reading.stories_qualify import job_service, moved, poor
from tests.second_reading.stories_watch import STORIES as WATCH

DAYS = (
    date(2026, 10, 31), date(2027, 2, 28), date(2028, 2, 29), date(2026, 9, 1), date(2027, 4, 30), date(2027, 1, 31), date(2026, 10, 1),
    date(2026, 12, 31), date(2027, 5, 30), date(2027, 8, 31), date(2026, 9, 30), date(2027, 3, 15),
)  # fmt: skip
"""Ends of months of every length, both sides of 1 September and 1 October, a leap day, and a day like any other."""

STORIES = (*QUALIFY, *WATCH, job_service, moved, poor)  # the last three again: they need much to come together


@dataclass(frozen=True)
class World:
    """A county on a day. `tables`: name -> rows as in the lake."""

    seed: int
    day: date
    tables: dict[str, list[dict[str, Any]]]


def make_world(seed: int) -> World:
    """The same county for the same seed."""
    day = DAYS[seed % len(DAYS)]
    w = Builder(seed, day)
    households = list(range(1, w.dice.randint(4, 12) + 1))
    for household in households:
        settle(w, household)
    for number in range(w.one(0, 1, 2)):
        if w.chance(0.5):
            w.dies(OUTSIDER + 1 + number, w.one(w.day, w.recent(12)))
    for at, household in enumerate(households):
        told = STORIES[(seed * 8 + at) % len(STORIES)]  # so that every story is told about as often
        for story in (told, *(w.some(STORIES, 2) if w.chance(0.5) else ())):
            if members := w.members(household):
                story(w, household, members)
    noise(w, w.one(0, 0, 10, 40))
    return World(seed, day, w.tables())


def settle(w: Builder, household: int) -> None:
    """A household: with a head, two, a dead one or none; some dead, on the list or not; seldom nobody left."""
    kind = w.one("1", "2", "3")
    size = w.one(1, 1, 1, 2, 2, 3, 4)
    heads = w.one("02", "01", "02", "02 02", "01 02", "dead", "none")
    home = w.region()
    for at, relation in enumerate([*heads.split(), *[None] * 5][:size]):
        own = kind if w.chance(0.85) else w.one("1", "2", "3", None)
        given = {"hukou_kind": own, "hukou_region": home} | ({"relation": relation.replace("dead", "02")} if relation not in (None, "none") else {})
        person = w.person(household, **given)
        if heads == "dead" and at == 0:
            w.dies(person, w.one(w.day, w.recent(6)))
    if w.chance(0.2):
        w.person(household, listed=False)
    if w.chance(0.06):
        for person in w.members(household):
            w.dies(person, w.recent(6))


def noise(w: Builder, rows: int) -> None:
    """Rows of every dataset about anybody, people of no list included."""
    datasets = [name for name in CONTRACTS if name not in ("population", "death")]
    for _ in range(rows):
        w.add(w.one(*datasets), w.one(*w.people, *w.people, OUTSIDER + 1, OUTSIDER + 2))


APART = 1_000_000
NUMBERS = ("person", "household", "applicant", "official", "relative", "row")
TEXTS = ("household_no", "account_hash", "visit_no")


def side_by_side(worlds: Sequence[World]) -> dict[str, list[dict[str, Any]]]:
    """Several counties of one day as one, each with numbers of its own, so that an engine need run only once."""
    return {table: [apart(row, world.seed) for world in worlds for row in world.tables[table]] for table in worlds[0].tables}


def apart(row: dict[str, Any], seed: int) -> dict[str, Any]:
    """A row with the numbers of its county."""
    moved = {name: row[name] + seed * APART for name in NUMBERS if row.get(name) is not None}
    return row | moved | {name: f"{seed}/{row[name]}" for name in TEXTS if row.get(name) is not None}


def found_in(seed: int, findings: Iterable[tuple[str, int]]) -> set[tuple[str, int]]:
    """Findings of a county as they are called side by side with others."""
    return {(rule, subject + seed * APART) for rule, subject in findings}
