"""The policy files against a second reading of the policy's text: on counties that sit on its edges both must find the same.

The reading (`reading`, `facts`, `person_rules`, `household_rules`) was written from the text alone; each module says where the text leaves room
and what was chosen. HYPOTHESIS_PROFILE=thorough tries many more counties, each of them on DuckDB too.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from functools import cache

import pytest
from tests.engines.invented import run
from tests.second_reading.builder import CONTRACTS
from tests.second_reading.county import FIGURES
from tests.second_reading.late import DATASETS, delivered_to, without
from tests.second_reading.reading import RULES, Finding, Reading, read
from tests.second_reading.times import plus_days
from tests.second_reading.worlds import DAYS, World, found_in, make_world, side_by_side

from doudi.kernel.resources import resource_dir
from doudi.policyfiles import read_policy
from doudi.rules import DatasetState, build_policy, judge
from doudi.rules.bounds import bind_lateness
from doudi.rules.model import Policy

THOROUGH = os.environ.get("HYPOTHESIS_PROFILE") == "thorough"
WORLDS = 2_400 if THOROUGH else 192
ON_DUCKDB = DAYS if THOROUGH else DAYS[:1]
DUCK_WORLDS = 200 if THOROUGH else 4
LATE_WORLDS = 60 if THOROUGH else 3
LEAST = 3
"""How many hits and misses of every rule the counties must hold."""

NEVER_UNKNOWN = {
    "E01", "E02", "E03", "E12", "W01", "W02", "W03", "W04", "W05", "W06", "W11", "X01", "X02", "X04", "X05", "X06",
    "D01", "D02", "D03", "D04", "D05", "D06", "D07", "F01", "F02", "F03", "F04", "F05", "F06", "F07",
}  # fmt: skip
"""Rules that stand on required columns, or on empty ones whose meaning is written down."""

WITH_A_LINE = {"K01", "K02", "K03", "K05", "E03", "W01", "W02", "W03", "W04", "W06", "W14", "W16", "X01", "X03", "X04"}
"""Rules that compare money with a figure of section 2, and W16, which stands on them."""


@cache
def the_policy(day: date) -> Policy:
    return build_policy(read_policy(resource_dir("policy")), CONTRACTS, day)


@cache
def worlds_of(day: date) -> tuple[World, ...]:
    return tuple(make_world(seed) for seed in range(WORLDS) if DAYS[seed % len(DAYS)] == day)


@cache
def readings_of(day: date) -> tuple[Reading, ...]:
    return tuple(read(world.tables, day) for world in worlds_of(day))


def wanted(day: date, which: str) -> set[Finding]:
    """The hits or unknowns of all counties of a day."""
    pairs = zip(worlds_of(day), readings_of(day), strict=True)
    return {finding for world, reading in pairs for finding in found_in(world.seed, getattr(reading, which))}


def differing(found: Iterable[Finding], wanted: Iterable[Finding]) -> dict[str, list[Finding]]:
    """What only one of the two says. A subject is the county's seed and the number in it, six digits apart."""
    both = {"only the policy files": set(found) - set(wanted), "only the text": set(wanted) - set(found)}
    return {who: sorted(findings)[:20] for who, findings in both.items() if findings}


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_the_policy_files_say_what_the_text_says(day: date) -> None:
    policy = the_policy(day)
    judged = judge(policy, side_by_side(worlds_of(day)))
    assert differing(judged.hits(policy), wanted(day, "hits")) == {}
    assert differing(judged.unknown(policy), wanted(day, "unknown")) == {}


@pytest.mark.parametrize("day", ON_DUCKDB, ids=str)
def test_duckdb_finds_what_the_judge_finds(day: date) -> None:
    policy, tables = the_policy(day), side_by_side(worlds_of(day)[:DUCK_WORLDS])
    judged, engine = judge(policy, tables), run(policy, tables)

    def listed(table: str) -> set[Finding]:
        return {(row["rule"], row["person"] if row["subject"] == "p" else row["household"]) for row in engine.fetch(f"SELECT * FROM {table}")}

    assert listed("alerts") == judged.hits(policy)
    assert listed("unknowns") == judged.unknown(policy)


@pytest.mark.parametrize("dataset", DATASETS)
def test_what_is_certain_while_a_dataset_is_late_is_true(dataset: str) -> None:
    day = DAYS[DATASETS.index(dataset) % len(DAYS)]
    worlds = worlds_of(day)[:LATE_WORLDS]
    policy, _ = bind_lateness(the_policy(day), {dataset: DatasetState(delivered_to(day), 20)})
    judged = judge(policy, side_by_side([replace(world, tables=without(world, dataset)) for world in worlds]))
    hits, unknown = judged.hits(policy), judged.unknown(policy)
    truths = list(zip(worlds, readings_of(day), strict=False))
    true = {finding for world, reading in truths for finding in found_in(world.seed, reading.hits)}
    false = {finding for world, reading in truths for finding in found_in(world.seed, reading.missed)}
    assert sorted(hits - true) == []
    assert sorted(true - hits - unknown) == []
    open_ = {finding for world, reading in truths for finding in found_in(world.seed, reading.unknown)}
    assert sorted(open_ - unknown) == []
    assert true | false | open_ >= hits


def counts(which: str) -> Counter[str]:
    return Counter(rule for day in DAYS for reading in readings_of(day) for rule, _ in getattr(reading, which))


def test_every_rule_is_hit_and_missed() -> None:
    hits, misses = counts("hits"), counts("missed")
    assert {rule: hits[rule] for rule in RULES if hits[rule] < LEAST} == {}
    assert {rule: misses[rule] for rule in RULES if misses[rule] < LEAST} == {}


def test_every_rule_that_can_be_unknown_is() -> None:
    unknown = counts("unknown")
    assert {rule for rule in RULES if not unknown[rule]} == NEVER_UNKNOWN


def changed(otherwise: Callable[[World], Reading]) -> set[str]:
    """The rules that find somebody else when the counties are read otherwise."""
    pairs = [(reading, otherwise(world)) for day in DAYS for world, reading in zip(worlds_of(day), readings_of(day), strict=True)]
    return {rule for one, other in pairs for rule, _ in one.hits ^ other.hits}


def test_a_day_sooner_or_later_changes_every_rule_with_days() -> None:
    """Rows lie on the first and last day that counts; a rule for which no day mattered would not have been tried."""
    moved = {rule for days in (-1, 1) for rule in changed(lambda world, days=days: read(world.tables, plus_days(world.day, days)))}
    assert set(RULES) - moved <= {"W06"}  # the cost of a year is no matter of days


def test_a_fen_more_or_less_changes_every_rule_with_a_line() -> None:
    moved: set[str] = set()
    for fen in (-1, 1):
        figures = {name: (urban + fen, rural + fen) for name, (urban, rural) in FIGURES.items()}
        moved |= changed(lambda world, figures=figures: read(world.tables, world.day, figures))
    assert moved == WITH_A_LINE
