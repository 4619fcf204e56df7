"""A small invented world for the engines: three datasets, policies written as mappings, rows as mappings, and DuckDB behind the plan."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any, Protocol

import duckdb
import yaml
from sqlglot import exp

from doudi.contracts.model import Contract, Field
from doudi.policyfiles.facts import read_parameter, read_table, read_variable
from doudi.policyfiles.model import Glossary, PolicyFiles, RoutingFiles
from doudi.policyfiles.rulefiles import read_rule
from doudi.policyfiles.tree import Map, Place, Seq, Text
from doudi.rules.build import build_policy
from doudi.rules.findings import results
from doudi.rules.judge import Judgement
from doudi.rules.model import Policy
from doudi.rules.plan import Plan, plan_policy
from doudi.rules.sql import TYPES, constant
from doudi.rules.types import Kind, Type
from doudi.rules.values import as_stored

AS_OF = dt.date(2026, 10, 31)
Rows = Sequence[Mapping[str, Any]]


def _field(name: str, type_: str, **more: Any) -> Field:
    return Field(name, name, (name,), type_, **more)  # type: ignore[arg-type]


def _contract(name: str, mode: str, *fields: Field, many: bool = False) -> Contract:
    key = tuple(field.name for field in fields if field.key)
    return Contract(name, f"数据集{name}", "health", "卫生健康", mode, "monthly", True, "1.0.0", fields, key, covers_many=many)  # type: ignore[arg-type]


WHO = _field("person_id", "id18", required=True, key=True)

CONTRACTS = {
    "population": _contract(
        "population",
        "snapshot",
        WHO,
        _field("household_no", "text", required=True),
        _field("sex", "code"),
        _field("birth_date", "date"),
        _field("hukou_region", "region12", required=True),
        _field("hukou_kind", "code"),
    ),
    "death": _contract("death", "events", WHO, _field("death_date", "date", required=True)),
    "visit": _contract(
        "visit",
        "events",
        WHO,
        _field("visit_no", "text", required=True, key=True),
        _field("kind", "code"),
        _field("day", "date", required=True),
        _field("until", "date"),
        _field("cost", "money"),
        _field("times", "int", required=True),
        _field("paid", "bool"),
        many=True,
    ),
    "benefit": _contract(
        "benefit",
        "snapshot",
        _field("person_id", "id18", key=True),
        _field("group_no", "text", key=True),
        _field("start_month", "month", required=True),
        _field("end_month", "month"),
        _field("amount", "money", required=True),
        _field("checked", "bool", required=True),
    ),
}

HOUSEHOLD = [
    {"variable": "head_region", "name": "户主户籍地", "of": "household", "from": "people", "value": "max(hukou_region)"},
    {"variable": "county", "name": "县", "of": "household", "formula": "county_of(head_region)"},
    {"variable": "rural", "name": "农村", "of": "household", "from": "people", "where": "hukou_kind == '1'", "value": "exists"},
]


def tree(value: Any, key: str = "") -> Any:
    """What the policy reader would make of a mapping."""
    if isinstance(value, Mapping):
        return Map({name: tree(part, f"{key}.{name}".strip(".")) for name, part in value.items()}, Place("invented.yaml", 1), key)
    if isinstance(value, list | tuple):
        return Seq(tuple(tree(part, f"{key}[{at}]") for at, part in enumerate(value)), Place("invented.yaml", 1), key)
    text = value if isinstance(value, str) else yaml.safe_dump(value, default_flow_style=True).split("\n")[0]
    return Text(text, "invented.yaml", 1, key)


def files(
    variables: Iterable[Mapping[str, Any]] = (),
    tables: Iterable[Mapping[str, Any]] = (),
    rules: Iterable[Mapping[str, Any]] = (),
    parameters: Iterable[Mapping[str, Any]] = (),
) -> PolicyFiles:
    """Policy files from mappings; the household variables that parameters need are always there."""
    faults: list[Any] = []
    read_variables = [read_variable(tree(each), "invented", faults) for each in (*HOUSEHOLD, *variables)]
    read_tables = [read_table(tree(each), faults) for each in tables]
    read_rules = [read_rule(tree(_whole_rule(each)), faults) for each in rules]
    read_parameters = [read_parameter(tree(each), faults) for each in parameters]
    assert not faults, "\n".join(map(str, faults))
    return PolicyFiles(
        "invented", "1", "虚构", {each.parameter: each for each in read_parameters}, {each.table: each for each in read_tables},
        {each.variable: each for each in read_variables}, {each.rule: each for each in read_rules}, {}, {}, RoutingFiles(), {}, Glossary(),
    )  # fmt: skip


def _whole_rule(rule: Mapping[str, Any]) -> dict[str, Any]:
    kinds = {"K": "may_qualify", "E": "not_carried_out", "W": "early_warning", "X": "may_no_longer_qualify", "D": "duplicate", "F": "funds"}
    version = {"in_force_from": "2024-01-01", "basis": {"document": "虚构"}}
    for part in ("all_of", "none_of"):
        if rule.get(part):
            version[part] = [{"name": f"{part}_{at}", "says": f"条件{at}", "test": test} for at, test in enumerate(rule[part])]
    head = {"rule": rule["rule"], "name": "虚构规则", "kind": kinds[rule["rule"][0]], "of": rule["of"], "grade": "Y", "owner": "虚构"}
    return {**head, **({"subjects": rule["subjects"]} if "subjects" in rule else {}), "versions": [version]}


def made(policy_files: PolicyFiles, as_of: dt.date = AS_OF) -> Policy:
    """The checked policy over the invented contracts."""
    return build_policy(policy_files, CONTRACTS, as_of)


class PlanEngine(Protocol):
    """What a plan over invented rows needs of an engine."""

    def source(self, name: str, columns: Mapping[str, Kind], rows: Rows) -> None: ...
    def create(self, name: str, query: exp.Expr) -> None: ...
    def fetch(self, sql: str) -> list[dict[str, Any]]: ...


class Duck:
    """DuckDB as the plan's engine, in memory."""

    dialect = "duckdb"

    def __init__(self) -> None:
        self.con = duckdb.connect(":memory:", config={"threads": 1})

    def source(self, name: str, columns: Mapping[str, Kind], rows: Rows) -> None:
        """A source table with every column that the policy knows."""
        body = ", ".join(f'"{column}" {TYPES[kind.type] if kind.type != Type.TEXT else "VARCHAR"}' for column, kind in columns.items())
        self.con.execute(f'CREATE TABLE "{name}" ({body})')
        if rows:
            marks = ", ".join("?" for _ in columns)
            self.con.executemany(f'INSERT INTO "{name}" VALUES ({marks})', [[row.get(column) for column in columns] for row in rows])

    def create(self, name: str, query: exp.Expr) -> None:
        self.con.execute(f'CREATE TABLE "{name}" AS {query.sql(self.dialect)}')

    def fetch(self, sql: str) -> list[dict[str, Any]]:
        result = self.con.execute(sql)
        names = [column[0] for column in result.description]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def run(policy: Policy, rows: Mapping[str, Rows], engine: PlanEngine | None = None, plan: Plan | None = None) -> PlanEngine:
    """Execute a policy's plan over rows; the engine then holds the facts and findings."""
    engine, plan = engine or Duck(), plan or plan_policy(policy, {})
    for name in plan.inputs:
        engine.source(name, policy.tables[name].columns, rows.get(name, []))
    for step in plan.steps:
        engine.create(step.name, step.query)
    return engine


def stored(policy: Policy, judged: Judgement) -> dict[str, dict[int, dict[str, Any]]]:
    """The judge's facts as engines hold them: `person` and `household` -> subject -> column -> value."""
    kinds = {name: variable.kind for name, variable in policy.variables.items()} | {name: each.kind for name, each in policy.parameters.items()}

    def of(facts: Mapping[str, Any]) -> dict[str, Any]:
        return {name: as_stored(value, kinds[name].type, kinds[name].denominator) if name in kinds else value for name, value in facts.items()}

    return {
        "person": {key: of(facts) for key, facts in judged.persons.items()},
        "household": {key: of(facts) for key, facts in judged.households.items()},
    }


def differences(policy: Policy, judged: Judgement, engine: PlanEngine) -> list[str]:
    """Where judge and engine differ, as readable lines; empty when they agree on every fact and result."""
    wanted, found = stored(policy, judged), []
    for of in ("person", "household"):
        computed = {row[of]: row for row in engine.fetch(f"SELECT * FROM {of}_facts")}
        for row in engine.fetch(results(policy, of).sql("duckdb")):
            computed[row[of]] |= row
        if set(computed) != set(wanted[of]):
            found.append(f"{of}: {sorted(computed)} instead of {sorted(wanted[of])}")
            continue
        columns = [v.name for v in policy.variables.values() if v.of == of] + [
            c for r in policy.rules.values() if r.of == of for c in (r.column, *(r.condition_column(each) for each in r.conditions))
        ]
        columns += list(policy.parameters) if of == "household" else []
        for key, facts in wanted[of].items():
            for column in columns:
                mine, theirs = facts.get(column), computed[key][column]
                if mine != theirs or isinstance(mine, bool) != isinstance(theirs, bool):
                    found.append(f"{of} {key} {column}: judge {mine!r}, engine {theirs!r}")
    return found


__all__ = ["AS_OF", "CONTRACTS", "Duck", "Fraction", "constant", "differences", "files", "made", "run", "stored"]
