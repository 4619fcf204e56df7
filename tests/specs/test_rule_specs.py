"""The spec tables of the rules: each case comes out as written, on the judge and on every engine, and no case that matters is missing."""

from __future__ import annotations

import pytest
from tests.engines.invented import Duck
from tests.specs.rule_cases import Case, cases, computed, judged, lines, on_the_line, the_policy

IN_FORCE = sorted(the_policy(False).rules)
DRAFTS = sorted(the_policy(True).drafts)
ENGINES = {"duckdb": Duck}

every_rule = pytest.mark.parametrize(
    ("rule", "draft"),
    [*((rule, False) for rule in IN_FORCE), *((rule, True) for rule in DRAFTS)],
    ids=[*IN_FORCE, *(f"draft-{rule}" for rule in DRAFTS)],
)


def _cases(rule: str, draft: bool) -> list[Case]:
    files = the_policy(draft)
    assert rule in files.rule_specs, f"规则 {rule} 没有样例表 specs/rules/{rule}.yaml"
    return cases(files, files.rule_specs[rule])


@every_rule
def test_plain_python_gives_what_the_table_says(rule: str, draft: bool) -> None:
    for case in _cases(rule, draft):
        assert judged(case) == (case.row.result, case.row.conditions), str(case.row.place)


@pytest.mark.parametrize("engine", ENGINES)
@every_rule
def test_every_engine_gives_what_the_table_says(rule: str, draft: bool, engine: str) -> None:
    running = ENGINES[engine]()
    for case in _cases(rule, draft):
        assert computed(running, case) == (case.row.result, case.row.conditions), str(case.row.place)


@every_rule
def test_every_rule_has_a_hit_and_an_unknown(rule: str, draft: bool) -> None:
    assert {"hit", "unknown"} <= {case.row.result for case in _cases(rule, draft)}


@every_rule
def test_every_condition_fails_alone_once(rule: str, draft: bool) -> None:
    all_cases = _cases(rule, draft)
    alone = {case.row.conditions[0] for case in all_cases if case.row.result == "miss" and len(case.row.conditions) == 1}
    assert {condition.name for condition in all_cases[0].rule.conditions} - alone == set()


@every_rule
def test_every_line_has_a_case_exactly_on_it(rule: str, draft: bool) -> None:
    all_cases = _cases(rule, draft)
    missing = [
        f"{condition.name}（第 {number} 个比较）"
        for position, condition in enumerate(all_cases[0].rule.conditions)
        for number, at in enumerate(lines(condition), start=1)
        if not any(on_the_line(case, case.rule.conditions[position], at) for case in all_cases)
    ]
    assert missing == []


@every_rule
def test_every_case_says_why_it_is_there(rule: str, draft: bool) -> None:
    assert [str(case.row.place) for case in _cases(rule, draft) if not case.row.why] == []


def test_every_rule_in_force_and_every_draft_is_here() -> None:
    assert len(IN_FORCE) >= 57
    assert {"K08", "W22", "E16", "D09", "X01"} <= set(DRAFTS)
