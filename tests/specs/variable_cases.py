"""Runs the cases from delivered rows to facts: in plain Python and on DuckDB."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from tests.engines.invented import Duck, differences, run
from tests.specs.cells import value_of
from tests.specs.rule_cases import the_contracts, with_parameters

from doudi.kernel.months import month_of
from doudi.policyfiles import PolicyFiles
from doudi.policyfiles.model import Step, TableFile, TextTable, VariableSpec
from doudi.policyfiles.tree import Map, Text, Tree
from doudi.rules import build_policy
from doudi.rules.judge import Judgement
from doudi.rules.model import Policy
from doudi.rules.scopes import PERSON
from doudi.rules.types import Kind, Type

HERE = "431382001001"
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_ALWAYS = ("county", "rural")
COUNT = Kind(Type.INT)


def wanted(spec: VariableSpec) -> list[str]:
    """The variables that a case expects something of."""
    tables = [table for table in (spec.expect, spec.expect_households) if table]
    return [column for table in tables for column in table.columns if column not in ("person", "household")]


def policy_for(files: PolicyFiles, spec: VariableSpec) -> Policy:
    """The policy cut down to what the case's variables stand on, so that an engine computes no more."""
    kept: dict[str, None] = {}
    rules: dict[str, None] = {}
    pending = [*wanted(spec), *_ALWAYS]
    while pending:
        name = pending.pop()
        if name in files.rules and name not in rules:
            rules[name] = None
            pending += [word for version in files.rules[name].versions for part in version.conditions for word in _NAME.findall(part.test.value)]
        elif name in files.variables and name not in kept:
            kept[name] = None
            pending += words_of_variable(files, name)
    cut = replace(files, variables={name: files.variables[name] for name in kept}, rules={name: files.rules[name] for name in rules})
    return build_policy(with_parameters(cut, spec.parameters), the_contracts(), spec.as_of)


def words_of_variable(files: PolicyFiles, name: str) -> list[str]:
    """Names in the expressions about persons and households that define a variable."""
    file = files.variables[name]
    texts = [file.formula, file.members, *(reason.when for reason in file.unknown)]
    return [word for text in texts if text for word in _NAME.findall(text.value)]


def world(policy: Policy, spec: VariableSpec) -> dict[str, list[dict[str, Any]]]:
    """Source tables of a case, typed, with neutral values where the contract asks for one. Raises ValueError for an unknown column."""
    rows = {name: _rows(policy, name, table, spec.as_of) for name, table in spec.rows.items()}
    persons = {row[column] for table in rows.values() for row in table for column in ("person", "relative") if row.get(column) is not None}
    given = {row["person"]: row for row in _typed(policy, "people", spec.people)} if spec.people else {}
    rows["people"] = [_person(person, given.get(person, {}), spec.as_of) for person in sorted(persons | set(given)) if given or person]
    home = {row["person"]: row["household"] for row in rows["people"]}
    for name, table in rows.items():
        for row in table if name != "people" else ():
            if "household" in policy.tables[name].columns:
                row.setdefault("household", home.get(row.get("person")))
    return rows


def _person(person: int, given: Mapping[str, Any], as_of: date) -> dict[str, Any]:
    neutral = {"household": person, "listed": True, "list_month": month_of(as_of), "hukou_region": HERE, "hukou_kind": "1"}
    return {"person": person, **neutral, **given}


def _typed(policy: Policy, name: str, table: TextTable) -> Iterator[dict[str, Any]]:
    columns = policy.tables[name].columns
    unknown = [column for column in table.columns if column not in columns]
    if unknown:
        raise ValueError(f"{table.file}:{table.lines[0] - 1}：{name} 没有列 {'、'.join(unknown)}")
    for record in table.records():
        yield {column: value_of(cell, columns[column].type) for column, cell in record.items()}


def _rows(policy: Policy, name: str, table: TextTable, as_of: date) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for number, given in enumerate(_typed(policy, name, table), start=1):
        row: dict[str, Any] = {"delivery": 1, "row": number}
        for column, kind in policy.tables[name].columns.items():
            if column not in ("household", *row):
                row[column] = None if kind.unknown else _neutral(kind, column, number, as_of)
        rows.append({**row, **given})
    return rows


def _neutral(kind: Kind, column: str, number: int, as_of: date) -> Any:
    match kind.type:
        case Type.BOOL:
            return False
        case Type.DATE:
            return as_of
        case Type.MONTH:
            return month_of(as_of)
        case Type.TEXT:
            return HERE if column.endswith("region") else f"{column}{number}"
        case Type.NUMBER:
            return 1
        case _:
            return 0


def unread(policy: Policy, files: PolicyFiles, spec: VariableSpec) -> list[str]:
    """Required columns that the case's variables read but the case does not give: a neutral value would decide the result."""
    read = {pair for name in wanted(spec) for pair in columns_read(files, name)}
    missing: list[str] = []
    for dataset, table in spec.rows.items():
        known = policy.tables[dataset].columns
        missing += [
            f"{dataset}.{column}"
            for name, column in sorted(read)
            if name == dataset and column in known and not known[column].unknown and column not in ("person", "delivery", "row", *table.columns)
        ]
    return sorted(set(missing))


def columns_read(files: PolicyFiles, variable: str) -> set[tuple[str, str]]:
    """(dataset, word) of the expressions over rows that a variable stands on; words that are no column do no harm."""
    found: set[tuple[str, str]] = set()
    pending, seen = [variable], set[str]()
    while pending:
        name = pending.pop()
        file = files.variables.get(name)
        if file is None or name in seen:
            continue
        seen.add(name)
        pending += words_of_variable(files, name)
        if file.source:
            own = [word for text in (file.where, file.value) if text for word in _NAME.findall(text.value)]
            found |= {(dataset, word) for dataset in _bases(files, file.source) for word in own}
            found |= set(_table_words(files, file.source))
    return found


def _bases(files: PolicyFiles, table: str) -> list[str]:
    while table in files.tables:
        table = files.tables[table].source
    return [table]


def _table_words(files: PolicyFiles, name: str) -> Iterator[tuple[str, str]]:
    file = files.tables.get(name)
    if file is None:
        return
    yield from _table_words(files, file.source)
    base = _bases(files, file.source)[0]
    for step in file.steps:
        yield from _step_words(files, base, step)


def _step_words(files: PolicyFiles, base: str, step: Step) -> Iterator[tuple[str, str]]:
    body = step.body
    other = _bases(files, str(body["in"]))[0] if isinstance(body, Map) and "in" in body else ""
    if other:
        yield from _table_words(files, str(body["in"]))  # type: ignore[index, call-overload]
    for key, text in _texts(body):
        if key in ("on", "take") and step.kind in ("lookup", "exists", "none"):
            yield (other, text)
            continue
        for word in re.findall(r"(other\.)?([A-Za-z_][A-Za-z0-9_]*)", text):
            yield (other if word[0] else base, word[1])


def tables_read(table: TableFile) -> set[str]:
    """The tables that a derived table reads."""
    return {table.source} | {str(step.body["in"]) for step in table.steps if isinstance(step.body, Map) and "in" in step.body}


def _texts(tree: Tree, key: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(tree, Text):
        yield key, tree.value
    elif isinstance(tree, Map):
        for name, part in tree.items():
            yield from _texts(part, key or name)
    else:
        for part in tree:
            yield from _texts(part, key)


def wrong_facts(policy: Policy, spec: VariableSpec, judged: Judgement) -> list[str]:
    """Where the facts differ from what the case expects."""
    wrong: list[str] = []
    for table, key, facts in ((spec.expect, "person", judged.persons), (spec.expect_households, "household", judged.households)):
        for record, line in zip(table.records(), table.lines, strict=True) if table else ():
            subject = facts.get(int(record[key]), {})
            for name, cell in record.items():
                if name == key:
                    continue
                want = value_of(cell, (policy.variables[name].kind if name in policy.variables else PERSON.get(name, COUNT)).type)
                if subject.get(name, "没有这个对象") != want:
                    wrong.append(f"{table.file}:{line} {name}：应为 {want!r}，得到 {subject.get(name)!r}")
    return wrong


def engine_differences(policy: Policy, rows: Mapping[str, list[dict[str, Any]]], judged: Judgement) -> list[str]:
    """Where DuckDB and the judge disagree."""
    return differences(policy, judged, run(policy, rows, Duck()))
