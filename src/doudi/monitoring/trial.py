"""Runs the tables of cases in `policy/specs/`: the judge and an engine must both say what the table says."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from functools import cache
from typing import Any

from sqlglot import exp

from doudi.contracts.model import Contract
from doudi.kernel.errors import Fault
from doudi.lake.engine import Engine, sql
from doudi.policyfiles import PolicyFiles
from doudi.rules import build_policy
from doudi.rules.spec import check_rule_spec, check_variable_spec, variable_case

FALLBACK = date(2026, 10, 31)
"""The day of a rule's table that names none."""


class _OnEngine:
    """An engine as tables of cases use it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def create(self, name: str, query: exp.Expr) -> None:
        self._engine.execute(f'CREATE OR REPLACE TABLE "{name}" AS {sql(query)}')

    def fetch(self, query: exp.Expr) -> list[tuple[Any, ...]]:
        return self._engine.fetch(sql(query))


def try_specs(files: PolicyFiles, contracts: Mapping[str, Contract], engine: Engine, only: Collection[str] = ()) -> tuple[int, int, list[Fault]]:
    """Number of tables, number of cases, and a fault for each case that comes out otherwise. `only`: names of rules and variables; empty for all."""
    tables = cases = 0
    faults: list[Fault] = []
    on_engine = _OnEngine(engine)
    policy_of = cache(lambda day: build_policy(files, contracts, day))
    for name, spec in files.rule_specs.items():
        if not only or name in only:
            policy = policy_of(spec.as_of or FALLBACK)
            faults += dict.fromkeys([*check_rule_spec(files, policy, spec), *check_rule_spec(files, policy, spec, on_engine)])
            tables, cases = tables + 1, cases + len(spec.rows)
    for name, spec in files.variable_specs.items():
        if not only or name in only:
            case = variable_case(files, contracts, spec)
            faults += dict.fromkeys([*check_variable_spec(case), *check_variable_spec(case, on_engine)])
            tables, cases = tables + 1, cases + 1
    return tables, cases, faults
