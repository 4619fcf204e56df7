"""From delivered rows to facts: every case comes out as written, on the judge and on every engine, and every variable has one."""

from __future__ import annotations

import pytest
from tests.specs.world import ENGINES, the_contracts, the_policy

from doudi.policyfiles import PolicyFiles
from doudi.policyfiles.model import VariableSpec
from doudi.policyfiles.standing import columns_read, cut_to
from doudi.rules.scopes import source_tables
from doudi.rules.spec import check_variable_spec, variable_case

SPECS = the_policy(drafts=True).variable_specs
OF_DRAFTS = set(SPECS) - set(the_policy().variable_specs)

every_case = pytest.mark.parametrize("spec", SPECS.values(), ids=list(SPECS))


def _expected(spec: VariableSpec) -> list[str]:
    """The variables that a case expects something of."""
    tables = [table for table in (spec.expect, spec.expect_households) if table]
    return [column for table in tables for column in table.columns if column not in ("person", "household")]


def _files(spec: VariableSpec) -> PolicyFiles:
    return the_policy(spec.spec in OF_DRAFTS)


@pytest.mark.parametrize("engine", ENGINES)
@every_case
def test_rows_become_the_facts_that_the_case_says(spec: VariableSpec, engine: str) -> None:
    case = variable_case(cut_to(_files(spec), _expected(spec)), the_contracts(), spec)
    assert check_variable_spec(case, ENGINES[engine]()) == []


@every_case
def test_a_case_gives_every_required_column_that_is_read(spec: VariableSpec) -> None:
    """A neutral value filled in for it would decide the result unseen."""
    tables, files = source_tables(the_contracts()), _files(spec)
    read = {pair for name in _expected(spec) if name in files.variables for pair in columns_read(files, name)}
    neutral = {
        f"{dataset}.{column}"
        for dataset, column in read
        if dataset in spec.rows
        and column in tables[dataset].columns
        and not tables[dataset].columns[column].unknown
        and column not in ("person", "delivery", "row", *spec.rows[dataset].columns)
    }
    assert sorted(neutral) == []


def test_every_variable_has_a_case() -> None:
    expected = {name for spec in SPECS.values() for name in _expected(spec)}
    assert sorted(set(the_policy(drafts=True).variables) - expected) == []


def test_every_derived_table_stands_behind_a_variable() -> None:
    files = the_policy(drafts=True)
    assert sorted(set(files.tables) - set(cut_to(files, files.variables).tables)) == []
