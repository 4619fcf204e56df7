"""Some households at a time: what is computed part by part is what is computed over everybody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import given, settings
from tests.engines.invented import AS_OF, Duck, Rows, files, made, run
from tests.engines.strategies import policies, worlds

from doudi.rules.model import Policy
from doudi.rules.plan import Plan, plan_policy
from doudi.rules.rowsql import SURE
from doudi.rules.types import Kind, Type

CROSSING = {
    "tables": [
        {"table": "unmatched", "says": "无人提到的流水号", "from": "visit", "steps": [{"none": {"in": "benefit", "on": {"visit_no": "group_no"}}}]},
        {"table": "shared", "says": "同号", "from": "visit", "steps": [{"pair": {"same": ["visit_no"]}}]},
        {"table": "last", "says": "每号最近一行", "from": "visit", "steps": [{"latest": {"per": ["visit_no"], "by": ["day"]}}]},
        {
            "table": "numbers",
            "says": "每号几户",
            "from": "visit",
            "steps": [{"group": {"by": ["visit_no"], "take": {"homes": "count_distinct(household)"}}}],
        },
        {
            "table": "with_homes",
            "says": "各行带上户数",
            "from": "visit",
            "steps": [{"lookup": {"in": "numbers", "on": {"visit_no": "visit_no"}, "take": {"homes": "homes"}}}],
        },
        {"table": "own", "says": "本人两次", "from": "visit", "steps": [{"pair": {"same": ["person", "visit_no"]}}]},
    ],
    "variables": [
        {"variable": f"{table}_{of}", "name": "行", "of": of, "from": table, "value": value}
        for of in ("person", "household")
        for table, value in (("unmatched", "count"), ("shared", "exists"), ("last", "sum(times)"), ("with_homes", "max(homes)"), ("own", "count"))
    ],
    "rules": [
        {"rule": "K01", "of": "household", "all_of": ["shared_household or unmatched_household > 0"]},
        {"rule": "W01", "of": "person", "all_of": ["with_homes_person > 1"]},
    ],
    "parameters": [],
}
"""What meets by a number that several households may have."""

PARTS = (0, 1, None)
RESULTS = ("person_facts", "household_facts", "alerts", "evidence", "unknowns", "sources")


def test_rows_that_meet_across_households_are_found_in_parts_too() -> None:
    people = [{"person": at, "household": 10 + at, "listed": True, "list_month": 24_321, "hukou_region": "431382"} for at in range(4)]
    visits = [
        {"person": at, "household": 10 + at, "visit_no": number, "day": AS_OF, "times": at + 1, "delivery": 1, "row": 2 * at + second}
        for at in range(4)
        for second, number in enumerate(("A", "B" if at < 2 else "C"))
    ]
    benefits = [{"person": 3, "household": 13, "group_no": "C", "start_month": 24_000, "amount": 1, "checked": True, "delivery": 2, "row": 1}]
    whole = [table.name for table in made(files(**CROSSING)).tables.values() if table.whole]
    assert whole == ["unmatched", "shared", "last", "numbers"]
    _compare(CROSSING, {"people": people, "visit": visits, "benefit": benefits})


@settings(max_examples=12)
@given(policy=policies(), rows=worlds())
def test_the_parts_of_any_policy_together_are_the_whole(policy: dict[str, Any], rows: dict[str, Any]) -> None:
    _compare(policy, rows)


def _compare(policy: dict[str, Any], rows: dict[str, Any]) -> None:
    typed = made(files(**policy))
    plan = plan_policy(typed, {})
    homes = {row["person"]: row["household"] for row in rows["people"]}
    whole = run(typed, rows)
    parts = [_part(typed, plan, whole, rows, homes, part) for part in PARTS]
    assert plan.separable
    for name in RESULTS:
        assert sorted(_lines(whole, name)) == sorted(line for part in parts for line in _lines(part, name)), name


def _part(policy: Policy, plan: Plan, whole: Duck, rows: Mapping[str, Rows], homes: Mapping[int, int | None], part: int | None) -> Duck:
    """The plan over the rows of one part, with what needs everybody's rows taken from the whole."""

    def mine(row: Mapping[str, Any]) -> bool:
        home = row["household"] if "household" in row else homes.get(row["person"])
        return (None if home is None else home % 2) == part

    engine, done = Duck(), {step.name for step in plan.whole}
    for name in plan.inputs:
        engine.source(name, policy.tables[name].columns, [row for row in rows.get(name, []) if mine(row)])
    for name in done:
        table = policy.tables[name]
        kept = [row for row in whole.fetch(f'SELECT * FROM "{name}"') if not table.home or mine(row)]
        engine.source(name, dict(table.columns) | ({SURE: Kind(Type.BOOL)} if table.unsure else {}), kept)
    for step in plan.steps:
        if step.name not in done:
            engine.create(step.name, step.query)
    return engine


def _lines(engine: Duck, name: str) -> list[str]:
    return [repr(sorted(row.items())) for row in engine.fetch(f"SELECT * FROM {name}")]
