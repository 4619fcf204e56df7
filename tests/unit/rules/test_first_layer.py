"""Most people have no rows in most datasets: what is then the same for all of them is neither joined nor kept."""

from __future__ import annotations

from sqlglot import exp
from tests.engines.invented import files, made

from doudi.rules.firstlayer import FEW, IN_FEW, MANY
from doudi.rules.plan import Plan, plan_policy
from doudi.rules.rowsql import PERSONS

VISITS = {"variable": "visits", "name": "就诊次数", "of": "person", "from": "visit", "value": "count"}
DRAWS = {"variable": "draws", "name": "领取", "of": "person", "from": "benefit", "value": "exists"}
SPENDS = {"variable": "spends", "name": "领取且就诊", "of": "person", "formula": "draws and visits > 2"}
HOME = {"variable": "home_draws", "name": "家中有人领取", "of": "household", "members": "any(draws)"}
ILL = {"variable": "home_visits", "name": "家中就诊", "of": "household", "members": "sum(visits)"}


def planned(*variables: dict[str, str]) -> Plan:
    return plan_policy(made(files(variables=variables)), {})


def columns(plan: Plan, name: str) -> list[str]:
    (step,) = (step for step in plan.steps if step.name == name)
    return step.query.named_selects  # type: ignore[union-attr]


def test_facts_that_only_few_have_are_kept_of_those_few() -> None:
    plan = planned(VISITS, DRAWS, SPENDS)
    assert {"draws", "spends"} <= set(columns(plan, FEW))
    assert {"draws", "spends"}.isdisjoint(columns(plan, MANY))
    assert {"visits", IN_FEW} <= set(columns(plan, MANY))
    (both,) = (step for step in plan.steps if step.name == "person_0")
    assert both.view
    assert {"visits", "draws", "spends"} <= set(columns(plan, "person_0"))


def test_without_a_table_of_few_there_is_one_table_of_all() -> None:
    plan = planned(VISITS, ILL)
    assert {FEW, MANY, IN_FEW}.isdisjoint(step.name for step in plan.steps)
    assert [step.name for step in plan.steps if step.view] == ["unknowns"]


def test_members_who_say_nothing_are_not_asked() -> None:
    (home,) = (step for step in planned(VISITS, DRAWS, HOME, ILL).steps if step.name == "household_facts")
    sources = {table.name for table in home.query.find_all(exp.Table)}
    assert {FEW, "person_0", PERSONS} <= sources
