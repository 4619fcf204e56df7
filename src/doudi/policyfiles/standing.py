"""What a variable stands on: by the names in its expressions, without giving them a meaning."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from doudi.policyfiles.model import PolicyFiles, Step, TableFile
from doudi.policyfiles.tree import Map, Text, Tree

WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_OTHERS_WORD = re.compile(r"(other\.)?([A-Za-z_][A-Za-z0-9_]*)")
_ALWAYS = ("county", "rural")


def cut_to(files: PolicyFiles, names: Iterable[str]) -> PolicyFiles:
    """The policy with only these variables and rules and what they stand on, so that no more is computed."""
    variables: dict[str, None] = {}
    rules: dict[str, None] = {}
    pending = [*names, *_ALWAYS]
    while pending:
        name = pending.pop()
        if name in files.rules and name not in rules:
            rules[name] = None
            pending += [word for version in files.rules[name].versions for part in version.conditions for word in WORD.findall(part.test.value)]
        elif name in files.variables and name not in variables:
            variables[name] = None
            pending += words_about_subjects(files, name)
    kept = {name: files.variables[name] for name in variables}
    tables = _tables_behind(files, {variable.source for variable in kept.values() if variable.source})
    return replace(files, variables=kept, rules={name: files.rules[name] for name in rules}, tables={name: files.tables[name] for name in tables})


def _tables_behind(files: PolicyFiles, wanted: set[str]) -> list[str]:
    """The derived tables among `wanted`, and those that they read, in the order of the files."""
    while more := {name for table in wanted & set(files.tables) for name in tables_read(files.tables[table])} - wanted:
        wanted = wanted | more
    return [name for name in files.tables if name in wanted]


def words_about_subjects(files: PolicyFiles, variable: str) -> list[str]:
    """Names in a variable's expressions about persons and households (not those about rows)."""
    file = files.variables[variable]
    texts = [file.formula, file.members, *(reason.when for reason in file.unknown)]
    return [word for text in texts if text for word in WORD.findall(text.value)]


def columns_read(files: PolicyFiles, variable: str) -> set[tuple[str, str]]:
    """(dataset, word) for every word in the expressions over rows that a variable stands on; a word need not be a column."""
    found: set[tuple[str, str]] = set()
    for name in cut_to(files, [variable]).variables:
        file = files.variables[name]
        if file.source and (name not in _ALWAYS or variable in _ALWAYS):
            own = [word for text in (file.where, file.value) if text for word in WORD.findall(text.value)]
            found |= {(dataset_of(files, file.source), word) for word in own}
            found |= set(_words_of_table(files, file.source))
    return found


def dataset_of(files: PolicyFiles, table: str) -> str:
    """The source table that a derived table begins with."""
    while table in files.tables:
        table = files.tables[table].source
    return table


def tables_read(table: TableFile) -> set[str]:
    """The tables that a derived table reads."""
    return {table.source} | {name for step in table.steps if (name := _other(step))}


def _other(step: Step) -> str:
    part = step.body.get("in") if isinstance(step.body, Map) else None
    return part.value if isinstance(part, Text) else ""


def _own_keys(step: Step) -> list[str]:
    """The own columns by which a step finds rows of another table."""
    pairs = step.body.get("on") if isinstance(step.body, Map) else None
    return list(pairs) if isinstance(pairs, Map) else []


def _words_of_table(files: PolicyFiles, name: str) -> Iterator[tuple[str, str]]:
    file = files.tables.get(name)
    if file is None:
        return
    for table in tables_read(file):
        yield from _words_of_table(files, table)
    own = dataset_of(files, name)
    for step in file.steps:
        other = dataset_of(files, _other(step)) if _other(step) else own
        yield from ((own, key) for key in _own_keys(step))
        for key, text in _texts(step.body):
            if key in ("on", "take") and step.kind in ("lookup", "exists", "none"):
                yield other, text
            else:
                yield from ((other if theirs else own, word) for theirs, word in _OTHERS_WORD.findall(text))


def _texts(tree: Tree, key: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(tree, Text):
        yield key, tree.value
        return
    for name, part in tree.items() if isinstance(tree, Map) else ((key, part) for part in tree):
        yield from _texts(part, key or name)
