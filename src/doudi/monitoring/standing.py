"""What a run stands on, as tables: the rules in force with their conditions, variables, figures, programmes and words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa

from doudi.policyfiles.model import Basis, PolicyFiles, RuleVersion
from doudi.published.schema import Table
from doudi.published.tables import TABLES
from doudi.rules.plan import Plan, PlannedRule


@dataclass(frozen=True)
class Counts:
    """How many subjects a rule asked, hit, and left unknown."""

    asked: int
    hits: int
    unknowns: int


def version_in_force(policy: PolicyFiles, rule: PlannedRule) -> RuleVersion:
    """The version of the rule that the plan took."""
    return next(version for version in policy.rules[rule.rule].versions if version.in_force_from == rule.in_force_from)


def rule_lines(plan: Plan, policy: PolicyFiles, counts: Mapping[str, Counts] | None = None) -> pa.Table:
    """The table `rules`; without `counts` their columns are zero."""
    lines = []
    for rule in plan.rules.values():
        file, route, number = policy.rules[rule.rule], policy.routing.routes[rule.rule], (counts or {}).get(rule.rule, Counts(0, 0, 0))
        basis = next(iter(version_in_force(policy, rule).basis), Basis(""))
        lines.append(
            {
                "rule": rule.rule,
                "version": rule.in_force_from.isoformat(),
                "name": rule.name,
                "kind": rule.kind,
                "of": rule.of,
                "grade": rule.grade,
                "cause": file.cause or None,
                "owner": file.owner,
                "department": route.department,
                "level": route.level,
                "within_working_days": route.working_days,
                "document": basis.document,
                "clause": basis.clause or None,
                "asked": number.asked,
                "hits": number.hits,
                "unknowns": number.unknowns,
            }
        )
    return _table("rules", lines)


def condition_lines(plan: Plan, policy: PolicyFiles) -> pa.Table:
    """The table `conditions`."""
    lines = []
    for rule in plan.rules.values():
        tests = {condition.name: condition.test.value for condition in version_in_force(policy, rule).conditions}
        lines += [
            {
                "rule": rule.rule,
                "position": condition.position,
                "condition": condition.name,
                "says": condition.says,
                "test": tests[condition.name],
                "negated": condition.negated,
                "operator": condition.operator or None,
                "value_type": condition.value_type or None,
                "threshold_type": condition.threshold_type or None,
                "measures": ",".join(condition.measures),
                "parameters": ",".join(condition.parameters),
            }
            for condition in rule.conditions
        ]
    return _table("conditions", lines)


def variable_lines(plan: Plan) -> pa.Table:
    """The table `variables`."""
    lines = [
        {
            "variable": variable.name,
            "label": variable.label,
            "of": variable.of,
            "type": variable.type,
            "unit": variable.unit or None,
            "denominator": variable.denominator,
            "datasets": ",".join(variable.datasets),
        }
        for variable in plan.variables.values()
    ]
    return _table("variables", lines)


def parameter_lines(plan: Plan) -> pa.Table:
    """The table `parameters`."""
    lines = [
        {
            "parameter": figure.parameter,
            "region": figure.region,
            "rural": figure.rural,
            "name": figure.label,
            "value": figure.value,
            "type": figure.type,
            "unit": figure.unit,
            "reference": figure.reference,
            "basis": figure.basis,
        }
        for figure in plan.parameters
    ]
    return _table("parameters", lines)


def programme_lines(policy: PolicyFiles) -> pa.Table:
    """The table `programmes`."""
    lines = [{"programme": one.programme, "title": one.name, "department": one.department} for one in policy.programmes.values()]
    return _table("programmes", lines)


def term_lines(policy: PolicyFiles) -> pa.Table:
    """The table `terms`."""
    sections = policy.glossary.sections
    return _table("terms", [{"section": s, "identifier": name, "term": term} for s, terms in sections.items() for name, term in terms.items()])


def _table(name: str, lines: list[dict[str, object]]) -> pa.Table:
    """Lines in the order of the table's key."""
    table: Table = TABLES[name]
    ordered = sorted(lines, key=lambda line: tuple(line[key] for key in table.key))  # type: ignore[type-var]
    return pa.Table.from_pylist(ordered, schema=table.arrow)
