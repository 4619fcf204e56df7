"""What is unknown is a number, and its words are made once."""

from __future__ import annotations

import pytest
from tests.engines.invented import files, made

from doudi.kernel.errors import DoudiError
from doudi.rules.gaps import GAPS, QUESTIONS, TOO_LONG, UNKNOWNS, WORDS
from doudi.rules.plan import Plan, plan_policy

SPENT = {"variable": "spent", "name": "花费", "of": "person", "from": "visit", "value": "sum(times)"}


def planned(conditions: int) -> Plan:
    tests = [f"spent > {line}" for line in range(conditions)]
    return plan_policy(made(files(variables=[SPENT], rules=[{"rule": "W01", "of": "person", "all_of": tests}])), {})


def test_the_words_of_a_gap_are_no_part_of_a_question() -> None:
    steps = {step.name: step for step in planned(2).steps}
    assert [name for name in steps if name in (WORDS, QUESTIONS, GAPS, UNKNOWNS)] == [WORDS, QUESTIONS, GAPS, UNKNOWNS]
    assert steps[QUESTIONS].query.named_selects == ["gap", "person", "household"]  # type: ignore[union-attr]
    assert "花费不明" in steps[WORDS].query.sql()
    assert "花费不明" not in steps[QUESTIONS].query.sql()


def test_a_rule_that_may_be_unknown_in_more_ways_than_there_are_numbers_is_refused_by_its_name() -> None:
    assert planned(39).steps
    with pytest.raises(DoudiError) as refused:
        _ = planned(40).steps
    (fault,) = refused.value.faults
    assert fault.code == TOO_LONG
    assert "W01" in fault.what
    assert "拆成几条规则" in fault.todo
