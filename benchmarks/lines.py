"""Counts lines of code: not blank, not only a comment or docstring."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from pathlib import Path

from doudi.kernel.resources import resource_dir
from doudi.policyfiles import PolicyFiles

COMMENTS = {".sql": "--", ".yaml": "#", ".yml": "#"}


def lines_of_code(paths: Iterable[Path]) -> int:
    """The lines of code of these Python, SQL and YAML files together."""
    return sum(_python(path) if path.suffix == ".py" else _other(path) for path in paths)


def _python(path: Path) -> int:
    text = path.read_text("utf-8")
    documentation: set[int] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            documentation.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    lines = enumerate(text.splitlines(), 1)
    return sum(1 for number, line in lines if number not in documentation and line.strip() and not line.strip().startswith("#"))


def _other(path: Path) -> int:
    sign = COMMENTS[path.suffix]
    return sum(1 for line in path.read_text("utf-8").splitlines() if line.strip() and not line.strip().startswith(sign))


def lines_of_policy(some: PolicyFiles, whole: PolicyFiles) -> int:
    """The lines of Doudi's policy files that say what `some` of the `whole` policy says: rules with their legal basis, variables, tables, figures."""
    folder = resource_dir("policy").parent
    alone = [item.place.file for part in (some.rules, some.tables, some.parameters) for item in part.values()]
    starts: dict[str, list[int]] = {}
    for variable in whole.variables.values():
        starts.setdefault(variable.place.file, []).append(variable.place.line)
    count = lines_of_code(folder / name for name in alone)
    for variable in some.variables.values():
        file, first = variable.place.file, variable.place.line
        text = (folder / file).read_text("utf-8").splitlines()
        last = min((line for line in starts[file] if line > first), default=len(text) + 1)
        count += sum(1 for line in text[first - 1 : last - 1] if line.strip() and not line.strip().startswith("#"))
    return count
