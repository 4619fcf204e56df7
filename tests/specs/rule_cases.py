"""Runs the table of cases of a rule: in plain Python and on DuckDB, from the facts that the table gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from functools import cache
from typing import Any

from sqlglot import exp
from tests.engines.invented import Duck
from tests.specs.cells import value_of

from doudi.contracts import Contract, load_contracts
from doudi.kernel.resources import resource_dir
from doudi.policyfiles import PolicyFiles, read_policy
from doudi.policyfiles.model import Basis, ParameterValue, RuleSpec, SpecRow
from doudi.rules import build_policy
from doudi.rules.layers import rule_sql
from doudi.rules.model import Condition, Policy, Rule
from doudi.rules.sql import emit
from doudi.rules.syntax import Compare, Node, names, walk
from doudi.rules.types import Kind, Type
from doudi.rules.values import as_stored, evaluate, kleene_and

AS_OF = date(2026, 10, 31)
RESULTS = {True: "hit", False: "miss", None: "unknown"}


@cache
def the_policy(drafts: bool) -> PolicyFiles:
    """The policy in force, or with the drafts in place of what they replace."""
    return read_policy(resource_dir("policy"), drafts=drafts)


@cache
def the_contracts() -> Mapping[str, Contract]:
    return load_contracts(resource_dir("contracts"))


@dataclass(frozen=True)
class Case:
    """A row of a spec with the rule as it stands on the row's day, and its facts as typed values by name."""

    row: SpecRow
    rule: Rule
    kinds: Mapping[str, Kind]
    facts: Mapping[str, Any]


def cases(files: PolicyFiles, spec: RuleSpec) -> list[Case]:
    """The rows of a spec, typed. Raises ValueError where a column is no fact of the rule, a fact is missing, or a parameter is not fixed."""
    dated = with_parameters(files, spec.parameters)
    return [_case(dated, spec, row) for row in spec.rows]


def with_parameters(files: PolicyFiles, figures: Mapping[str, str]) -> PolicyFiles:
    """The policy with these figures for everybody (yuan for money)."""
    parameters = dict(files.parameters)
    for name, figure in figures.items():
        value = ParameterValue(date.min, "43", Fraction(figure), None, None, False, Basis("表中给定"), parameters[name].place)
        parameters[name] = replace(parameters[name], values=(value,))
    return replace(files, parameters=parameters)


@cache
def _built(as_of: date, rule: str, figures: tuple[tuple[str, str], ...], drafts: bool) -> Policy:
    return build_policy(with_parameters(the_policy(drafts), dict(figures)), the_contracts(), as_of)


def _case(files: PolicyFiles, spec: RuleSpec, row: SpecRow) -> Case:
    facts = dict(row.facts)
    as_of = facts.pop("as_of", "")
    day = date.fromisoformat(as_of) if as_of else spec.as_of or AS_OF
    policy = _built(day, spec.spec, tuple(spec.parameters.items()), bool(files.drafts))
    rule = policy.rules[spec.spec]
    kinds = {name: node.kind for condition in rule.conditions for name, node in _named(condition.test).items()}
    given = {name.replace("hit ", "hit_"): cell for name, cell in facts.items()}
    wrong = set(given) ^ {name for name in kinds if name not in policy.parameters}
    if wrong:
        raise ValueError(f"{row.place}：列与规则所用的变量不符：{'、'.join(sorted(wrong))}")
    typed = {name: value_of(cell, kinds[name].type) for name, cell in given.items()}
    unset = {name for name in kinds if name in policy.parameters} ^ set(spec.parameters)
    if unset:
        raise ValueError(f"{spec.place}：参数与规则所用的不符：{'、'.join(sorted(unset))}")
    for name in spec.parameters:
        typed[name] = policy.parameters[name].values[0].urban
    return Case(row, rule, kinds, typed)


def _named(node: Node) -> dict[str, Node]:
    used = set(names(node))
    return {part.name: part for part in walk(node) if getattr(part, "name", None) in used}  # type: ignore[attr-defined]


def judged(case: Case) -> tuple[str, tuple[str, ...]]:
    """What plain Python says: the result, and the conditions not met (or unknown)."""
    return outcome(case.rule, [evaluate(condition.test, case.facts) for condition in case.rule.conditions])


def outcome(rule: Rule, results: list[bool | None]) -> tuple[str, tuple[str, ...]]:
    """The result of a rule from its tests, and the conditions that speak against it (or, of an unknown one, that are unknown)."""
    speaks = [None if result is None else result != condition.negated for condition, result in zip(rule.conditions, results, strict=True)]
    total = kleene_and(speaks)
    told = [] if total else [condition.name for condition, part in zip(rule.conditions, speaks, strict=True) if part is total]
    return RESULTS[total], tuple(told)


def computed(engine: Duck, each: Case) -> tuple[str, tuple[str, ...]]:
    """What an engine says of one case, from the same SQL that a run is made of."""
    engine.con.execute("DROP TABLE IF EXISTS facts")
    stored = {name: as_stored(value, each.kinds[name].type, each.kinds[name].denominator) for name, value in each.facts.items()}
    engine.source("facts", {name: each.kinds[name] for name in stored} or {"nothing": Kind(Type.BOOL)}, [stored])

    def sql(condition: Condition) -> exp.Expr:
        return exp.paren(emit(condition.test, lambda name: exp.column(name.name, quoted=True)))

    columns = [exp.alias_(sql(condition), condition.column, quoted=True) for condition in each.rule.conditions]
    whole = exp.alias_(rule_sql(each.rule.conditions, sql), "whole", quoted=True)
    found = engine.fetch(exp.select(*columns, whole).from_("facts").sql(engine.dialect))[0]
    result, told = outcome(each.rule, [found[condition.column] for condition in each.rule.conditions])
    assert RESULTS[found["whole"]] == result
    return result, told


def lines(condition: Condition) -> list[int]:
    """Where in a test a line is drawn: the positions of comparisons of amounts, numbers, days or months."""
    return [
        at
        for at, node in enumerate(walk(condition.test))
        if isinstance(node, Compare) and node.left.kind.type not in (Type.BOOL, Type.TEXT, Type.NUMBER)
    ]


def on_the_line(case: Case, condition: Condition, at: int) -> bool:
    """Whether both sides of that comparison are equal in this case."""
    node = list(walk(condition.test))[at]
    assert isinstance(node, Compare)
    left, right = evaluate(node.left, case.facts), evaluate(node.right, case.facts)
    return left is not None and left == right
