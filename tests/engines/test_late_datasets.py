"""A late dataset: what is said for certain while rows are missing must still be true when they arrive."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engines.invented import AS_OF, differences, files, made, run
from tests.engines.strategies import policies, worlds

from doudi.rules.bounds import DatasetState, bind_lateness
from doudi.rules.judge import Judgement, judge
from doudi.rules.model import Policy
from doudi.rules.plan import plan_policy
from doudi.rules.types import Type

DELIVERED_TO = dt.date(2026, 8, 31)
LATE = {"visit": DatasetState(DELIVERED_TO, 26)}


def in_time(rows: dict[str, Any]) -> dict[str, Any]:
    """What is there while the visits after the day they are delivered to are missing."""
    return {**rows, "visit": [row for row in rows["visit"] if row["day"] <= DELIVERED_TO]}


def certain(policy: Policy, judged: Judgement) -> dict[tuple[str, int, str], Any]:
    """Every condition, rule and yes/no fact that is not unknown."""
    columns = [column for rule in policy.rules.values() for column in (rule.column, *(rule.condition_column(each) for each in rule.conditions))]
    columns += [name for name, variable in policy.variables.items() if variable.kind.type == Type.BOOL]
    both = (("person", judged.persons), ("household", judged.households))
    return {
        (of, key, column): facts[column] for of, found in both for key, facts in found.items() for column in columns if facts.get(column) is not None
    }


def with_windows(policy: dict[str, Any], chosen: bool) -> dict[str, Any]:
    variables = [
        {**each, "window": {"on": "day"}} if chosen and each.get("from") in ("visit", "third_table") else each for each in policy["variables"]
    ]
    return {**policy, "variables": variables}


@given(policy=policies(), rows=worlds(), windows=st.booleans())
def test_what_is_certain_while_rows_are_missing_stays_true_when_they_come(policy: dict[str, Any], rows: dict[str, Any], windows: bool) -> None:
    rows = {**rows, "visit": [row for row in rows["visit"] if row["day"] <= AS_OF]}
    typed = made(files(**with_windows(policy, windows)))
    bound, _ = bind_lateness(typed, LATE)
    said, truth = certain(bound, judge(bound, in_time(rows))), certain(typed, judge(typed, rows))
    wrong = {key: (value, truth.get(key)) for key, value in said.items() if truth.get(key) is not value}
    assert wrong == {}


@given(policy=policies(), rows=worlds())
def test_engine_and_judge_agree_on_what_a_late_dataset_leaves_open(policy: dict[str, Any], rows: dict[str, Any]) -> None:
    typed = made(files(**policy))
    plan = plan_policy(typed, LATE)
    assert differences(plan.policy, judge(plan.policy, in_time(rows)), run(typed, in_time(rows), plan=plan)) == []


VISITS = {"from": "visit", "of": "person", "name": "就诊", "window": {"on": "day"}}


def person_one(
    test: str, *variables: dict[str, Any], rows: list[dict[str, Any]], states: dict[str, DatasetState] | None = None
) -> tuple[Any, list[str]]:
    """The result of a rule with one test about person 1, and the reasons given."""
    typed = made(files(variables=[{**VISITS, **each} for each in variables], rules=[{"rule": "W01", "of": "person", "all_of": [test]}]))
    plan = plan_policy(typed, states or LATE)
    people = [{"person": 1, "household": 11, "listed": True, "list_month": 1, "hukou_region": "431382104201", "hukou_kind": "1"}]
    numbered = [{"person": 1, "visit_no": str(at), "times": 1, "cost": 100, "delivery": 1, "row": at, **row} for at, row in enumerate(rows)]
    engine = run(typed, {"people": people, "visit": numbered}, plan=plan)
    hit = engine.fetch("SELECT hit_W01 FROM person_facts")[0]["hit_W01"]
    return hit, [row["reasons"] for row in engine.fetch("SELECT reasons FROM unknowns")]


SPENT = {"variable": "spent", "where": "last_months(day, 12)", "value": "sum(cost)"}
SEEN = {"variable": "seen", "where": "last_months(day, 12)", "value": "exists"}
OLD = {"variable": "old", "where": "day <= add_months(as_of, -3)", "value": "exists"}
LEFT = {"variable": "left", "where": "last_months(day, 12) and until is not None", "value": "exists"}
STAYS = {"variable": "stays", "where": "last_months(day, 12) and not (until is not None or paid)", "value": "exists"}
ONE = [{"day": dt.date(2026, 5, 1)}]


@pytest.mark.parametrize(
    ("test", "variable", "rows", "result"),
    [
        ("spent * 2 > 0", SPENT, ONE, True),  # more rows can only add
        ("spent == 0", SPENT, ONE, False),
        ("spent == 0", SPENT, [], None),  # the missing rows may hold something
        ("not seen", SEEN, [], None),
        ("not seen", SEEN, ONE, False),
        ("not left", LEFT, [], None),  # nobody knows whether a column of a missing row is empty
        ("not stays", STAYS, [], None),
        ("not old", OLD, [], True),  # its window ended before the time that is missing
    ],
)
def test_only_what_missing_rows_could_change_is_unknown(test: str, variable: dict[str, Any], rows: list[dict[str, Any]], result: bool | None) -> None:
    hit, reasons = person_one(test, variable, rows=rows)
    assert hit is result
    assert reasons == (["数据集visit数据迟交 26 天（只到 2026-08-31）"] if result is None else [])


def test_a_dataset_never_delivered_says_so() -> None:
    hit, reasons = person_one("seen", SEEN, rows=[], states={"visit": DatasetState(None, 400)})
    assert (hit, reasons) == (None, ["数据集visit数据从未报送"])


def test_a_dataset_in_time_changes_nothing() -> None:
    assert person_one("not seen", SEEN, rows=[], states={"visit": DatasetState(AS_OF, 0)}) == (True, [])
