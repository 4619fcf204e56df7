"""A policy reduced to some of its rules, and what those rules touch.

The compiler computes every variable of a policy, needed or not, so the others have to go: a county that has only these rules would not write them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from itertools import combinations

from doudi.contracts.model import Contract
from doudi.policyfiles import PolicyFiles
from doudi.rules import build_policy
from doudi.rules.model import Formula, FromRows, Members, Policy
from doudi.rules.syntax import Node, names

ALWAYS = ("county", "rural")
"""Parameters are looked up by these two variables."""


def reduce_policy(files: PolicyFiles, contracts: Mapping[str, Contract], as_of: date, rules: Iterable[str]) -> PolicyFiles:
    """`files` with these rules, the rules they name, and only the variables, tables, parameters and routes that those need."""
    policy = build_policy(files, contracts, as_of)
    reached = _Reached(policy, files)
    for rule in rules:
        reached.name(f"hit_{rule}")
    kept = reached.found
    return replace(
        files,
        rules={name: file for name, file in files.rules.items() if f"hit_{name}" in kept},
        rule_specs={name: file for name, file in files.rule_specs.items() if f"hit_{name}" in kept},
        variables={name: file for name, file in files.variables.items() if name in kept},
        variable_specs={},
        parameters={name: file for name, file in files.parameters.items() if name in kept},
        tables={name: file for name, file in files.tables.items() if f"table:{name}" in kept},
        routing=replace(files.routing, routes={name: route for name, route in files.routing.routes.items() if f"hit_{name}" in kept}),
    )


def touched(policy: Policy, files: PolicyFiles, rule: str) -> tuple[frozenset[str], frozenset[str]]:
    """The lake's tables that a rule is computed from (those that say who lives included), and the other rules it pulls in."""
    reached = _Reached(policy, files)
    reached.name(f"hit_{rule}")
    tables = {name.removeprefix("table:") for name in reached.found if name.startswith("table:")}
    sources = {name for name in tables if not policy.tables[name].steps} | {"people", "death"}
    return frozenset(sources), frozenset(name.removeprefix("hit_") for name in reached.found if name.startswith("hit_")) - {rule}


def widest(touches: Mapping[str, frozenset[str]], rows: Mapping[str, int], many: int) -> tuple[str, ...]:
    """The `many` rules that together touch the most tables, of equal ones those with the most rows, then the first by name."""
    useful = [
        name
        for name, tables in touches.items()
        if not any(tables < others or (tables == others and other < name) for other, others in touches.items() if other != name)
    ]

    order = sorted(frozenset[str]().union(*touches.values()))
    bits = {name: sum(1 << order.index(table) for table in touches[name]) for name in useful}

    def reach(chosen: tuple[str, ...]) -> int:
        reached = 0
        for name in chosen:
            reached |= bits[name]
        return reached.bit_count()

    def heavy(chosen: tuple[str, ...]) -> int:
        return sum(rows.get(table, 0) for table in frozenset[str]().union(*(touches[name] for name in chosen)))

    most, best = 0, list[tuple[str, ...]]()
    for chosen in combinations(sorted(useful), many):
        count = reach(chosen)
        if count > most:
            most, best = count, []
        if count == most:
            best.append(chosen)
    return max(best, key=heavy)


class _Reached:
    """Everything that a name stands on: `hit_<rule>`, variables, parameters, and `table:<name>`."""

    def __init__(self, policy: Policy, files: PolicyFiles) -> None:
        self.policy, self.files = policy, files
        self.found: set[str] = set()

    def name(self, name: str) -> None:
        if name in self.found:
            return
        self.found.add(name)
        for part in self._stands_on(name):
            self.name(part)

    def _stands_on(self, name: str) -> Iterator[str]:
        if name.startswith("table:"):
            yield from self._parts(name.removeprefix("table:"))
        elif name.startswith("hit_"):
            rule = name.removeprefix("hit_")
            for condition in self.policy.rules[rule].conditions:
                yield from names(condition.test)
            yield from self.files.routing.routes[rule].region
        elif name in self.policy.parameters:
            yield from ALWAYS
        elif name in self.policy.variables:
            yield from self._variable(name)

    def _variable(self, name: str) -> Iterator[str]:
        variable = self.policy.variables[name]
        for reason in variable.reasons:
            yield from _names(reason.when)
        match variable.how:
            case FromRows(table=table):
                yield f"table:{table}"
            case Formula(node=node):
                yield from names(node)
            case Members(aggregate=aggregate):
                yield from _names(aggregate.argument)

    def _parts(self, table: str) -> Iterator[str]:
        built = self.policy.tables[table]
        if built.steps:
            yield f"table:{built.source}"
            for step in built.steps:
                if isinstance(other := getattr(step, "table", None), str):
                    yield f"table:{other}"


def _names(node: Node | None) -> list[str]:
    return list(names(node)) if node is not None else []
