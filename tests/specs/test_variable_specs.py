"""From delivered rows to facts: every case comes out as written, on the judge and on every engine, and every variable and table has one."""

from __future__ import annotations

import pytest
from tests.specs.rule_cases import the_policy
from tests.specs.variable_cases import engine_differences, policy_for, tables_read, unread, wanted, world, wrong_facts

from doudi.policyfiles.model import VariableSpec
from doudi.rules.judge import judge

SPECS = the_policy(True).variable_specs
OWN = set(SPECS) - set(the_policy(False).variable_specs)

every_case = pytest.mark.parametrize("spec", SPECS.values(), ids=list(SPECS))


@every_case
def test_rows_become_the_facts_that_the_case_says(spec: VariableSpec) -> None:
    files = the_policy(spec.spec in OWN)
    policy = policy_for(files, spec)
    rows = world(policy, spec)
    judged = judge(policy, rows)
    assert wrong_facts(policy, spec, judged) == []
    assert engine_differences(policy, rows, judged) == []


@every_case
def test_a_case_gives_every_required_column_that_is_read(spec: VariableSpec) -> None:
    files = the_policy(spec.spec in OWN)
    assert unread(policy_for(files, spec), files, spec) == []


def test_every_variable_has_a_case() -> None:
    expected = {name for spec in SPECS.values() for name in wanted(spec)}
    assert sorted(set(the_policy(True).variables) - expected) == []


def test_every_derived_table_stands_behind_a_variable() -> None:
    files = the_policy(True)
    used = {variable.source for variable in files.variables.values() if variable.source}
    while more := {name for table in used & set(files.tables) for name in tables_read(files.tables[table])} - used:
        used |= more
    assert sorted(set(files.tables) - used) == []
