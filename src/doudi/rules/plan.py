"""The plan of a run: every query in order, what it reads, and what the results mean. Engines only execute it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from sqlglot import exp

from doudi.contracts.model import Contract
from doudi.policyfiles.model import PolicyFiles
from doudi.rules.asked import columns_asked
from doudi.rules.bounds import DatasetState, bind_lateness
from doudi.rules.build import build_policy
from doudi.rules.findings import POSITIONS, USES, alerts, comparison, evidence, open_persons, positions, row_variables, sides, sources
from doudi.rules.gaps import WORDS, unknowns
from doudi.rules.layers import Step, measures, person_base, person_facts, plan_layers, wanted_persons
from doudi.rules.model import Formula, FromRows, Members, Policy, Rule, Table, Variable
from doudi.rules.rowsql import PEOPLE, Rows
from doudi.rules.syntax import Node, names
from doudi.rules.types import Kind, Type

WRITTEN_OUT = frozenset({POSITIONS, USES, WORDS})
"""Steps that only write out what the policy says: their tables are the same whoever is computed."""


@dataclass(frozen=True)
class PlannedCondition:
    """A condition as evidence shows it. `value_type` and `threshold_type`: the types of the two texts, empty where there is none."""

    name: str
    says: str
    position: int
    negated: bool
    measures: tuple[str, ...]
    parameters: tuple[str, ...]
    operator: str
    value_type: str
    threshold_type: str


@dataclass(frozen=True)
class PlannedRule:
    rule: str
    name: str
    kind: str
    of: str
    grade: str
    subjects: str
    in_force_from: date
    conditions: tuple[PlannedCondition, ...]


@dataclass(frozen=True)
class PlannedVariable:
    """A fact. `datasets`: those it is computed from; `denominator`: stored values are the value times it."""

    name: str
    label: str
    of: str
    type: str
    unit: str
    denominator: int
    datasets: tuple[str, ...]


@dataclass(frozen=True)
class PlannedParameter:
    """A figure in force for a region, urban or rural, as text: fen, whole number or fraction."""

    parameter: str
    label: str
    region: str
    rural: bool
    value: str
    type: str
    unit: str
    reference: bool
    basis: str


@dataclass(frozen=True)
class Plan:
    """Run `steps` in order, each as a table of its name. They are made when they are first asked for.

    Then `person_facts`, `household_facts`, `alerts`, `evidence`, `sources` and `unknowns` are there.

    The facts are those of `wanted_persons`: everybody, unless another step of that name is performed in its place, which may look at all steps
    before it. It must name whoever has an alert or is in `open_persons`.
    """

    policy: Policy
    rules: Mapping[str, PlannedRule]
    variables: Mapping[str, PlannedVariable]
    parameters: tuple[PlannedParameter, ...]
    late: Mapping[str, str]

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """Every query, in order."""
        layers = plan_layers(self.policy)
        return (
            person_base(self.policy, self.asked[PEOPLE]),
            *(Step(table.name, Rows(self.policy, table, self.asked).build(), f"整理：{table.label}") for table in self.derived),
            *layers,
            alerts(self.policy),
            open_persons(self.policy),
            wanted_persons(),
            person_facts(self.policy, layers),
            positions(self.policy),
            evidence(self.policy),
            *sources(self.policy),
            *unknowns(self.policy, self.late),
        )

    @cached_property
    def derived(self) -> tuple[Table, ...]:
        """The derived tables that something stands on, in the order of their steps."""
        return tuple(_derived(self.policy))

    @cached_property
    def asked(self) -> Mapping[str, set[str]]:
        """Derived table, and `people` -> the columns that are kept."""
        return columns_asked(self.policy, self.derived)

    @property
    def whole(self) -> tuple[Table, ...]:
        """The derived tables that need everybody's rows, in order; all others can be made of some households at a time, once these are there."""
        return tuple(table for table in self.derived if table.whole)

    @property
    def separable(self) -> bool:
        """Whether the other steps may be run for some households at a time: no variable gathers rows by a person they are not about."""
        rows = [how for each in self.policy.variables.values() if isinstance(how := each.how, FromRows)]
        return all(how.by in self.policy.tables[how.table].home for how in rows)

    @property
    def inputs(self) -> tuple[str, ...]:
        """The source tables it reads."""
        made = {step.name for step in self.steps}
        return tuple(sorted({name for step in self.steps for name in _tables(step)} - made))

    @property
    def scans(self) -> dict[str, int]:
        """How often each source and derived table is read."""
        counted: Counter[str] = Counter(name for step in self.steps for name in _tables(step))
        return {name: counted[name] for name in sorted(counted) if name in self.policy.tables}

    def show_scans(self) -> str:
        """The scans as lines, the most read first."""
        lines = [f"{count:4d}  {name}" for name, count in sorted(self.scans.items(), key=lambda item: (-item[1], item[0]))]
        return "\n".join(["次数  表", *lines, f"共 {sum(self.scans.values())} 次，{len(self.steps)} 个步骤"])


def compile_policy(files: PolicyFiles, contracts: Mapping[str, Contract], as_of: date, states: Mapping[str, DatasetState] | None = None) -> Plan:
    """The plan for one day. `states` tells which datasets are late. Raises DoudiError with every fault of the files."""
    return plan_policy(build_policy(files, contracts, as_of), states or {})


def plan_policy(policy: Policy, states: Mapping[str, DatasetState]) -> Plan:
    """The plan of a policy that is already checked."""
    bound, late = bind_lateness(policy, states)
    return Plan(
        bound,
        {name: _rule(bound, rule) for name, rule in bound.rules.items()},
        {name: _variable(bound, variable) for name, variable in bound.variables.items()},
        tuple(_parameters(bound)),
        late,
    )


def _tables(step: Step) -> list[str]:
    return [table.name for table in step.query.find_all(exp.Table)]


def _derived(policy: Policy) -> list[Table]:
    """Derived tables that something stands on, in order."""
    used = {how.table for variable in policy.variables.values() if isinstance(how := variable.how, FromRows)}
    pending = [policy.tables[name] for name in used]
    while pending:
        table = pending.pop()
        for name in _parts(table):
            if name not in used:
                used.add(name)
                pending.append(policy.tables[name])
    return [table for table in policy.tables.values() if table.steps and table.name in used]


def _parts(table: Table) -> list[str]:
    others = [name for step in table.steps if isinstance(name := getattr(step, "table", None), str)]
    return [table.source, *others] if table.steps else []


def _rule(policy: Policy, rule: Rule) -> PlannedRule:
    conditions: list[PlannedCondition] = []
    for condition in rule.conditions:
        value, threshold = sides(condition.measured)
        named = measures(condition.measured)
        conditions.append(
            PlannedCondition(
                condition.name,
                condition.says,
                condition.position,
                condition.negated,
                tuple(name for name in named if name in policy.variables or name == "members"),
                tuple(name for name in named if name in policy.parameters),
                made.op if (made := comparison(condition.measured)) else "",
                _type(value),
                _type(threshold),
            )
        )
    return PlannedRule(rule.name, rule.label, rule.kind, rule.of, rule.grade, rule.subjects, rule.in_force_from, tuple(conditions))


def _type(node: Node | None) -> str:
    return node.kind.type.value if node is not None else ""


def _variable(policy: Policy, variable: Variable) -> PlannedVariable:
    datasets: dict[str, None] = {}
    node: list[Node] = []
    match variable.how:
        case FromRows(table=table):
            datasets.update(dict.fromkeys(_datasets(policy, table)))
        case Formula(node=inner):
            node = [inner]
        case Members(aggregate=aggregate):
            node = [aggregate.argument] if aggregate.argument else []
    for name, _ in (pair for part in node for pair in row_variables(policy, part, False)):
        how = policy.variables[name].how
        assert isinstance(how, FromRows)
        datasets.update(dict.fromkeys(_datasets(policy, how.table)))
    kind: Kind = variable.kind
    return PlannedVariable(variable.name, variable.label, variable.of, kind.type.value, variable.unit, kind.denominator, tuple(datasets))


def _datasets(policy: Policy, name: str) -> list[str]:
    table = policy.tables[name]
    if not table.steps:
        return [name.removesuffix("_history")]
    return list(dict.fromkeys(dataset for part in _parts(table) for dataset in _datasets(policy, part)))


def _parameters(policy: Policy) -> list[PlannedParameter]:
    rows: list[PlannedParameter] = []
    for parameter in policy.parameters.values():
        for value in parameter.values:
            for rural, figure in ((False, value.urban), (True, value.rural)):
                kind = Type(parameter.kind.type).value
                rows.append(
                    PlannedParameter(
                        parameter.name, parameter.label, value.region, rural, str(figure), kind, parameter.unit, value.reference, value.basis
                    )
                )
    return rows


__all__ = [
    "WRITTEN_OUT",
    "DatasetState",
    "Plan",
    "PlannedCondition",
    "PlannedParameter",
    "PlannedRule",
    "PlannedVariable",
    "Step",
    "compile_policy",
    "names",
    "plan_policy",
]
