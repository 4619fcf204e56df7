"""Spec tables: the cases a policy officer writes, judged and run on any engine. A case that comes out otherwise is a fault with file and line.

An engine is two calls: `create(name, query)` keeps a result as a table, `fetch(query)` gives its rows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Any, Protocol

from sqlglot import exp

from doudi.contracts.model import Contract
from doudi.kernel.errors import DoudiError, Fault, code
from doudi.kernel.money import parse_fen
from doudi.kernel.months import month, month_of
from doudi.policyfiles.model import ParameterValue, PolicyFiles, RuleFile, RuleSpec, SpecRow, TextTable, VariableFile, VariableSpec
from doudi.rules.build import build_policy
from doudi.rules.check import Scope, check
from doudi.rules.judge import judge
from doudi.rules.layers import built_in_facts
from doudi.rules.model import Condition, Policy
from doudi.rules.plan import plan_policy
from doudi.rules.rowsql import aliased, as_table, at, col, named, select
from doudi.rules.scopes import PERSON
from doudi.rules.sql import all_of, cast, constant, emit, integer
from doudi.rules.syntax import Place, names
from doudi.rules.tables import spot
from doudi.rules.types import Kind, Type
from doudi.rules.values import as_stored, evaluate, kleene_and

CASE = code("rule_spec_differs", "规则或变量的用例与实际结果不符")
CELL = code("rule_spec_cell", "用例表中的内容无法读取")

_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

RESULTS = {True: "hit", False: "miss", None: "unknown"}


class SpecEngine(Protocol):
    """What a spec table needs of an engine."""

    def create(self, name: str, query: exp.Expr) -> object: ...

    def fetch(self, query: exp.Expr) -> Sequence[tuple[Any, ...]]: ...


def read_cell(text: str, kind: Kind, place: Place) -> Any:
    """The value of a cell, as the judge holds it: money in yuan becomes fen, 是/否, dates, months; empty is unknown."""
    if not text:
        return None
    try:
        match kind.type:
            case Type.BOOL:
                return {"是": True, "否": False}[text]
            case Type.MONEY:
                return parse_fen(text)
            case Type.INT | Type.NUMBER:
                return int(text)
            case Type.RATIO:
                return Fraction(text)
            case Type.DATE:
                return date.fromisoformat(text)
            case Type.MONTH:
                return month(*map(int, text.split("-")))
            case _:
                return text
    except (KeyError, ValueError):
        raise DoudiError(
            place.fault(CELL, f"看不懂「{text}」", f"这里需要{kind.type}", "金额写元，日期写 2026-10-31，年月写 2026-10，条件写 是 或 否")
        ) from None


def given_parameters(spec: RuleSpec | VariableSpec, policy: Policy) -> dict[str, tuple[Kind, int | Fraction]]:
    """The figures a spec fixes: name -> kind with its denominator, value in fen or as it is."""
    found: dict[str, tuple[Kind, int | Fraction]] = {}
    for name, text in spec.parameters.items():
        place = Place(spec.place.file, spec.place.line, name)
        if name not in policy.parameters:
            raise DoudiError(place.fault(CELL, f"没有这个参数：{name}"))
        kind = policy.parameters[name].kind
        value = read_cell(text, Kind(kind.type), place)
        found[name] = (Kind(kind.type, False, Fraction(value).denominator), value)
    return found


# Rules


@dataclass(frozen=True)
class RuleCases:
    """The rows of a rule's table that share a day, with the rule's conditions checked for that day."""

    conditions: tuple[Condition, ...]
    kinds: Mapping[str, Kind]
    rows: tuple[tuple[SpecRow, dict[str, Any]], ...]

    def judged(self) -> Iterator[tuple[SpecRow, list[bool | None]]]:
        """The judge's results of every condition."""
        for row, facts in self.rows:
            yield row, [evaluate(condition.test, facts) for condition in self.conditions]

    def query(self) -> exp.Select:
        """Row number, the rule's result, then each condition's, computed by an engine from constants."""
        facts = [
            select(
                named(integer(number), "n"),
                *(named(cast(constant(self.stored(name, values), kind.type), kind.type), name) for name, kind in self.kinds.items()),
            )
            for number, (_, values) in enumerate(self.rows)
        ]
        tests = [named(emit(condition.test, at("t")), condition.column) for condition in self.conditions]
        tested = select(col("n", "t"), *tests).from_(aliased(union_all(facts), "t"), copy=False)
        columns = [col(condition.column, "t") for condition in self.conditions]
        tests = [(col(condition.column, "t"), condition.negated) for condition in self.conditions]
        result = named(all_of(*(exp.Not(this=exp.paren(test)) if negated else test for test, negated in tests)), "hit")
        return select(col("n", "t"), result, *columns).from_(aliased(tested, "t"), copy=False).order_by(col("n", "t"), copy=False)

    def stored(self, name: str, values: Mapping[str, Any]) -> Any:
        kind = self.kinds[name]
        return as_stored(values[name], kind.type, kind.denominator)


def union_all(queries: Sequence[exp.Select]) -> exp.Expr:
    return queries[0] if len(queries) == 1 else exp.union(*queries, distinct=False, copy=False)


def rule_cases(files: PolicyFiles, policy: Policy, spec: RuleSpec) -> list[RuleCases]:
    """The cases of a rule, by day. Raises DoudiError for cells that cannot be read and for facts that the table lacks."""
    days: dict[date, list[SpecRow]] = {}
    for row in spec.rows:
        day = row.facts.get("as_of", "")
        days.setdefault(date.fromisoformat(day) if day else spec.as_of or policy.as_of, []).append(row)
    return [_cases_of_day(files, policy, spec, day, rows) for day, rows in days.items()]


def _cases_of_day(files: PolicyFiles, policy: Policy, spec: RuleSpec, as_of: date, rows: list[SpecRow]) -> RuleCases:
    file = files.rules[spec.spec]
    version = next((version for version in reversed(file.versions) if version.in_force_from <= as_of), file.versions[0])
    figures = given_parameters(spec, policy)
    known = _known_kinds(policy, file.of) | {name: kind for name, (kind, _) in figures.items()}
    scope = Scope(as_of, known, hits={name: Kind(Type.BOOL) for name in files.rules})
    conditions = tuple(
        Condition(each.name, each.says, node, node, at_ > len(version.all_of), at_, Place())
        for at_, each in enumerate(version.conditions, start=1)
        for node in [check(each.test.value, spot(each.test, f"{file.rule}.{each.name}"), scope, Type.BOOL)]
    )
    used = list(dict.fromkeys(name for condition in conditions for name in names(condition.test)))
    columns = {column.replace("hit ", "hit_"): column for column in spec.columns}
    place = Place(spec.place.file, spec.place.line, spec.spec)
    lacking = [name for name in used if name not in columns and name not in figures]
    if lacking:
        raise DoudiError(
            place.fault(CELL, f"用例表缺少列：{'、'.join(lacking)}", "规则的条件用到了它们", "在表里或 fixed 里补上；参数补在 parameters 里")
        )
    kinds = {name: known.get(name, Kind(Type.BOOL)) for name in used}
    read: list[tuple[SpecRow, dict[str, Any]]] = []
    for row in rows:
        where = Place(row.place.file, row.place.line, f"{spec.spec}.{row.label}")
        facts = {name: figures[name][1] if name in figures else read_cell(row.facts[columns[name]], kinds[name], where) for name in used}
        read.append((row, facts))
    return RuleCases(conditions, kinds, tuple(read))


def _known_kinds(policy: Policy, of: str) -> dict[str, Kind]:
    kinds = {name: variable.kind for name, variable in policy.variables.items()} | {name: each.kind for name, each in policy.parameters.items()}
    people = {**{name: Kind(kind.type) for name, kind in policy.tables["people"].columns.items()}, **PERSON} if of == "person" else {}
    return {**people, **kinds, "members": Kind(Type.INT, unknown=False)}


def check_rule_spec(files: PolicyFiles, policy: Policy, spec: RuleSpec, engine: SpecEngine | None = None) -> list[Fault]:
    """Every row of a rule's table that comes out otherwise, by the judge or, if given, by an engine."""
    faults: list[Fault] = []
    for cases in rule_cases(files, policy, spec):
        if engine is None:
            results = list(cases.judged())
        else:
            fetched = engine.fetch(cases.query())
            results = [(row, list(values[2:])) for (row, _), values in zip(cases.rows, fetched, strict=True)]
        for row, tests in results:
            faults.extend(_row_fault(cases.conditions, row, tests, spec))
    return faults


def _row_fault(conditions: tuple[Condition, ...], row: SpecRow, tests: Sequence[bool | None], spec: RuleSpec) -> Iterator[Fault]:
    spoken = [None if test is None else test != condition.negated for condition, test in zip(conditions, tests, strict=True)]
    result = RESULTS[kleene_and(spoken)]
    wanted = {"hit": (), "miss": (False,), "unknown": (None,)}[result]
    named_ = tuple(condition.name for condition, value in zip(conditions, spoken, strict=True) if value in wanted and (value is not True))
    if (result, named_) != (row.result, row.conditions):
        place = Place(row.place.file, row.place.line, f"{spec.spec} 第「{row.label}」行")
        yield place.fault(CASE, f"应为 {row.result} {'、'.join(row.conditions)}，实为 {result} {'、'.join(named_)}", row.why, "改正规则或用例")


# Variables


@dataclass(frozen=True)
class VariableCase:
    """A world of a few rows, and the facts that must come out of it."""

    spec: VariableSpec
    policy: Policy
    tables: Mapping[str, list[dict[str, Any]]]


def variable_case(files: PolicyFiles, contracts: Mapping[str, Contract], spec: VariableSpec) -> VariableCase:
    """The rows of a variable spec as source tables. Raises DoudiError for cells, columns and tables that do not fit."""
    policy = build_policy(_cut_down(_with_figures(files, spec), spec), contracts, spec.as_of)
    people = _people(policy, spec)
    homes = {row["person"]: row["household"] for row in people}
    tables = {"people": people}
    for dataset, table in spec.rows.items():
        if dataset not in policy.tables:
            raise DoudiError(Place(spec.place.file, spec.place.line, dataset).fault(CELL, f"没有这个数据集：{dataset}"))
        rows = [_neutral(policy, dataset, at_, spec.as_of) | row for at_, row in enumerate(_records(policy, dataset, table), start=2)]
        tables[dataset] = [{"household": homes.get(row.get("person")), **row} for row in rows]
    return VariableCase(spec, policy, tables)


def expected_names(spec: VariableSpec) -> list[str]:
    """The facts that a case expects something of."""
    tables = [table for table in (spec.expect, spec.expect_households) if table]
    return [column for table in tables for column in table.columns if column not in ("person", "household")]


def _cut_down(files: PolicyFiles, spec: VariableSpec) -> PolicyFiles:
    """Only what the case's facts stand on, so that an engine computes no more."""
    variables: dict[str, VariableFile] = {}
    rules: dict[str, RuleFile] = {}
    pending = [*expected_names(spec), "county", "rural"]
    while pending:
        name = pending.pop()
        if name in files.variables and name not in variables:
            variable = variables[name] = files.variables[name]
            texts = [variable.formula, variable.members, *(reason.when for reason in variable.unknown)]
        elif name in files.rules and name not in rules:
            rules[name] = files.rules[name]
            texts = [condition.test for version in rules[name].versions for condition in version.conditions]
        else:
            continue
        pending += [word for text in texts if text for word in _WORD.findall(text.value)]
    return replace(files, variables=variables, rules=rules)


def _with_figures(files: PolicyFiles, spec: VariableSpec) -> PolicyFiles:
    changed = dict(files.parameters)
    for name, text in spec.parameters.items():
        first = changed[name].values[0]
        figure = ParameterValue(date.min, "", Fraction(text), None, None, False, first.basis, first.place)
        changed[name] = replace(changed[name], values=(figure,))
    return replace(files, parameters=changed)


def _records(policy: Policy, table: str, cells: TextTable) -> Iterator[dict[str, Any]]:
    kinds = policy.tables[table].columns
    for record, line in zip(cells.records(), cells.lines, strict=True):
        place = Place(cells.file, line, table)
        for column in record:
            if column not in kinds:
                raise DoudiError(place.fault(CELL, f"{table} 没有列 {column}", f"有：{'、'.join(kinds)}"))
        yield {column: read_cell(text, kinds[column], place) for column, text in record.items()}


def _neutral(policy: Policy, table: str, number: int, as_of: date) -> dict[str, Any]:
    """Valid values for columns that a delivered row never lacks."""
    plain: dict[Type, Any] = {Type.BOOL: False, Type.DATE: as_of, Type.MONTH: month_of(as_of), Type.TEXT: "0", Type.NUMBER: number}
    row = {name: plain.get(kind.type, 0) for name, kind in policy.tables[table].columns.items() if not kind.unknown}
    return row | ({"delivery": 1, "row": number} if "row" in policy.tables[table].columns else {})


def _people(policy: Policy, spec: VariableSpec) -> list[dict[str, Any]]:
    named_: dict[int, dict[str, Any]] = {}
    for person in _persons_named(spec):
        named_[person] = {"household": 100 + person, "listed": True, "hukou_region": "431382104201", "hukou_kind": "1", "relation": "02"}
        named_[person]["birth_date"] = date(1980, 1, 1)
    if spec.people is not None:
        given = list(_records(policy, "people", spec.people))
        for row in given:
            kept = {**named_.get(row["person"], named_.setdefault(row["person"], {"household": 100 + row["person"], "listed": True}))}
            named_[row["person"]] = {**kept, **row}
    month_ = month_of(spec.as_of)
    return [{"list_month": month_, "hukou_region": "431382104201", "hukou_kind": "1", **row, "person": person} for person, row in named_.items()]


def _persons_named(spec: VariableSpec) -> list[int]:
    cells: Iterable[TextTable] = (*spec.rows.values(), *([spec.expect] if spec.expect else []))
    found = (record["person"] for table in cells for record in table.records() if record.get("person"))
    return list(dict.fromkeys(int(person) for person in found)) if spec.people is None else []


def check_variable_spec(case: VariableCase, engine: SpecEngine | None = None) -> list[Fault]:
    """Every expected fact that comes out otherwise, by the judge or, if given, by an engine."""
    facts = _judged(case) if engine is None else _computed(case, engine)
    faults: list[Fault] = []
    for of, table in (("person", case.spec.expect), ("household", case.spec.expect_households)):
        if table is None:
            continue
        for record, line in zip(table.records(), table.lines, strict=True):
            faults.extend(_expected(case, facts[of], of, record, Place(table.file, line, case.spec.spec)))
    return faults


def _expected(case: VariableCase, facts: Mapping[int, Mapping[str, Any]], of: str, record: dict[str, str], place: Place) -> Iterator[Fault]:
    subject = int(record[of])
    built_in = {**case.policy.tables["people"].columns, **PERSON} if of == "person" else {}
    for name, text in record.items():
        if name == of:
            continue
        variable = case.policy.variables.get(name)
        if variable is None and name not in facts.get(subject, {}):
            raise DoudiError(place.fault(CELL, f"没有这个变量：{name}"))
        kind = variable.kind if variable else built_in.get(name, Kind(Type.INT))
        wanted = as_stored(read_cell(text, kind, place), kind.type, kind.denominator)
        if subject not in facts:
            yield place.fault(CASE, f"没有对象 {of} {subject}")
        elif facts[subject][name] != wanted:
            yield place.fault(CASE, f"{of} {subject} 的 {name} 应为 {wanted}，实为 {facts[subject][name]}", case.spec.says, "改正变量或用例")


def _judged(case: VariableCase) -> dict[str, dict[int, dict[str, Any]]]:
    judged = judge(case.policy, case.tables)
    kinds = {name: variable.kind for name, variable in case.policy.variables.items()}

    def of(facts: Mapping[str, Any]) -> dict[str, Any]:
        return {name: as_stored(value, kinds[name].type, kinds[name].denominator) if name in kinds else value for name, value in facts.items()}

    return {
        "person": {key: of(facts) for key, facts in judged.persons.items()},
        "household": {key: of(facts) for key, facts in judged.households.items()},
    }


def _computed(case: VariableCase, engine: SpecEngine) -> dict[str, dict[int, dict[str, Any]]]:
    plan = plan_policy(case.policy, {})
    for name in plan.inputs:
        engine.create(name, constant_table(case.policy.tables[name].columns, case.tables.get(name, [])))
    names = [step.name for step in plan.steps]
    for step in plan.steps[: names.index("person_facts") + 1]:
        if step.name not in ("alerts", "open_persons"):  # a case of variables has no rules
            engine.create(step.name, step.query)
    found: dict[str, dict[int, dict[str, Any]]] = {}
    built_in = {"person": built_in_facts(case.policy)[1:], "household": ["members"]}
    for of, own in built_in.items():
        columns = [of, *own, *(name for name, variable in case.policy.variables.items() if variable.of == of)]
        rows = engine.fetch(select(*(col(name) for name in columns)).from_(as_table(f"{of}_facts"), copy=False))
        found[of] = {row[0]: dict(zip(columns, row, strict=True)) for row in rows}
    return found


def constant_table(columns: Mapping[str, Kind], rows: Sequence[Mapping[str, Any]]) -> exp.Expr:
    """Rows as a query of constants; without rows an empty one of the right types."""

    def row_query(row: Mapping[str, Any]) -> exp.Select:
        return select(*(named(cast(constant(row.get(name), kind.type), kind.type), name) for name, kind in columns.items()))

    return union_all([row_query(row) for row in rows]) if rows else row_query({}).where(exp.false(), copy=False)
