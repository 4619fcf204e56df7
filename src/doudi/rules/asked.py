"""Which columns of a derived table, and of everybody's own, anybody asks for. The others are not kept: a row is as dear as it is wide."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from doudi.rules.model import Add, Formula, FromRows, Group, Latest, Lookup, Match, Members, Months, Pair, Policy, Table, Where
from doudi.rules.rowsql import PEOPLE, other_names, own_names
from doudi.rules.syntax import Node

ALWAYS = frozenset({"person", "household", "delivery", "row"})
"""Whose row it is, and where it was delivered: asked by every pass and by the evidence."""

OF_PEOPLE = frozenset({"listed", "list_month", "relation", "birth_date", "hukou_region"})
"""Who is on a list, heads a household and lives where: asked of everybody by whoever performs the plan."""


def columns_asked(policy: Policy, derived: Iterable[Table]) -> Mapping[str, set[str]]:
    """Derived table, and `people` -> the columns that variables, rules, evidence or derived tables read. `derived`: in the order of their steps."""
    tables = list(derived)
    asked = {table.name: set(ALWAYS | table.home) for table in tables}
    asked[PEOPLE] = {*ALWAYS, *OF_PEOPLE} | asked_of_persons(policy)
    for variable in policy.variables.values():
        if isinstance(how := variable.how, FromRows) and how.table in asked:
            asked[how.table] |= {how.by} | own_names(how.where) | own_names(how.aggregate.argument)
    for table in reversed(tables):
        if table.source in asked:
            asked[table.source] |= asked[table.name] | {name for step in table.steps for name in _own(step)}
        for other, names in (found for step in table.steps for found in _others(step)):
            asked.get(other, set[str]()).update(names)
    return asked


def asked_of_persons(policy: Policy) -> set[str]:
    """Everything that expressions over facts name, also what `people` say of everybody."""
    return _of(_expressions(policy))


def _expressions(policy: Policy) -> Iterator[Node | None]:
    """Every expression over facts."""
    for variable in policy.variables.values():
        yield from (reason.when for reason in variable.reasons)
        match variable.how:
            case Formula(node=node):
                yield node
            case Members(aggregate=aggregate):
                yield aggregate.argument
            case FromRows():
                pass
    for rule in policy.rules.values():
        yield from (node for condition in rule.conditions for node in (condition.test, condition.measured))


def _own(step: object) -> set[str]:
    """The columns that a step reads of the table it stands in."""
    match step:
        case Where(test=test):
            return own_names(test)
        case Add(columns=columns):
            return _of(node for _, node in columns)
        case Lookup(on=on):
            return {own for own, _ in on}
        case Match(on=on, where=where):
            return {own for own, _ in on} | own_names(where)
        case Latest(per=per, by=by):
            return {*per, *(name for name, _ in by)}
        case Pair(same=same, on=on, where=where):
            return {*same, *([on] if on else [])} | own_names(where) | other_names(where)
        case Months(start=start, end=end):
            return {start, *([end] if end else [])}
        case Group(by=by, take=take):
            return {*by} | _of(total.argument for _, total in take)
        case _:
            raise TypeError(f"no step of a table: {step!r}")


def _others(step: object) -> Iterator[tuple[str, set[str]]]:
    """The other table that a step reads, and which of its columns."""
    match step:
        case Lookup(table=table, on=on, take=take):
            yield table, {theirs for _, theirs in (*on, *take)}
        case Match(table=table, on=on, where=where):
            yield table, {theirs for _, theirs in on} | other_names(where)
        case _:
            return


def _of(nodes: Iterable[Node | None]) -> set[str]:
    return {name for node in nodes for name in own_names(node)}
