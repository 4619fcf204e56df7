"""The spec tables of the rules: each case comes out as written, on the judge and on every engine, and no case that matters is missing."""

from __future__ import annotations

from datetime import date
from functools import cache

import pytest
from tests.specs.world import WITH_SPARK, the_contracts, the_policy

from doudi.policyfiles.model import RuleSpec
from doudi.rules import build_policy
from doudi.rules.judge import evaluate
from doudi.rules.model import Condition, Policy
from doudi.rules.spec import RuleCases, check_rule_spec, rule_cases
from doudi.rules.syntax import Compare, walk
from doudi.rules.types import Type

AS_OF = date(2026, 10, 31)
IN_FORCE = [(rule, False) for rule in sorted(the_policy().rules)]
DRAFTS = [(rule, True) for rule in sorted(the_policy(drafts=True).drafts)]

every_rule = pytest.mark.parametrize(
    ("rule", "draft"), IN_FORCE + DRAFTS, ids=lambda value: value if isinstance(value, str) else "draft" if value else ""
)


@cache
def _policy(draft: bool) -> Policy:
    return build_policy(the_policy(draft), the_contracts(), AS_OF)


def _spec(rule: str, draft: bool) -> RuleSpec:
    specs = the_policy(draft).rule_specs
    assert rule in specs, f"规则 {rule} 没有样例表 specs/rules/{rule}.yaml"
    return specs[rule]


def _cases(rule: str, draft: bool) -> list[RuleCases]:
    return rule_cases(the_policy(draft), _policy(draft), _spec(rule, draft))


@pytest.mark.parametrize("engine", WITH_SPARK)
@every_rule
def test_every_case_comes_out_as_written(rule: str, draft: bool, engine: str, request: pytest.FixtureRequest) -> None:
    if engine == "spark":
        request.getfixturevalue("java")
    assert check_rule_spec(the_policy(draft), _policy(draft), _spec(rule, draft), WITH_SPARK[engine]()) == []


@every_rule
def test_every_rule_has_a_hit_and_an_unknown(rule: str, draft: bool) -> None:
    assert {"hit", "unknown"} <= {row.result for row in _spec(rule, draft).rows}


@every_rule
def test_every_condition_fails_alone_once(rule: str, draft: bool) -> None:
    alone = {row.conditions[0] for row in _spec(rule, draft).rows if row.result == "miss" and len(row.conditions) == 1}
    assert {condition.name for condition in the_policy(draft).rules[rule].versions[-1].conditions} - alone == set()


@every_rule
def test_every_line_has_a_case_exactly_on_it(rule: str, draft: bool) -> None:
    days = _cases(rule, draft)
    missing = [
        f"{condition.name}（第 {number} 个比较）"
        for position, condition in enumerate(days[0].conditions)
        for number, at in enumerate(_lines(condition), start=1)
        if not any(_on_the_line(cases, position, at) for cases in days)
    ]
    assert missing == []


def _lines(condition: Condition) -> list[int]:
    """Where in a test a line is drawn: the positions of comparisons of amounts, numbers, days or months."""
    plain = (Type.BOOL, Type.TEXT, Type.NUMBER)
    return [at for at, node in enumerate(walk(condition.test)) if isinstance(node, Compare) and node.left.kind.type not in plain]


def _on_the_line(cases: RuleCases, position: int, at: int) -> bool:
    """Whether both sides of that comparison are equal in one of the cases."""
    node = list(walk(cases.conditions[position].test))[at]
    assert isinstance(node, Compare)
    sides = ((evaluate(node.left, facts), evaluate(node.right, facts)) for _, facts in cases.rows)
    return any(left is not None and left == right for left, right in sides)


@every_rule
def test_every_case_says_why_it_is_there(rule: str, draft: bool) -> None:
    assert [str(row.place) for row in _spec(rule, draft).rows if not row.why] == []


@every_rule
def test_no_table_has_a_column_that_the_rule_does_not_ask(rule: str, draft: bool) -> None:
    asked = {name for cases in _cases(rule, draft) for name in cases.kinds} | {"as_of"}
    spec = _spec(rule, draft)
    assert {column.replace("hit ", "hit_") for column in (*spec.columns, *spec.parameters)} - asked == set()


def test_the_rules_in_force_and_the_drafts_are_here() -> None:
    assert len(IN_FORCE) >= 57
    assert {"K08", "W22", "E16", "D09", "X01"} <= {rule for rule, _ in DRAFTS}
