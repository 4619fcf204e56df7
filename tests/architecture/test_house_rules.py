"""Rules of the house that no linter knows. The direction of imports is import-linter's (.importlinter)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from doudi.kernel.ids import is_id18

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "doudi"
TEXT = {".md", ".py", ".yaml", ".yml", ".toml", ".svg", ".html", ".css", ".j2", ".txt", ".sql", ""}
OTHERS_WORK = {Path("tests/score.py"), Path("LICENSE")}

CLOCK_CALLS = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"), ("time", "time"), ("time", "time_ns")}
"""Owner and attribute of the calls that ask for the time of day. Stop-watches (time.monotonic, time.perf_counter) are allowed."""

LIMIT = 400
REASON = "Over 400 lines because"

FOREIGN = re.compile(r"(?<![\w.~}/])/(?:home|root|work|Users|opt)/\w|\bsub-?agents?\b|\b(?:chat ?gpt|claude|copilot)\b", re.IGNORECASE)
"""Paths of somebody's own machine, and names of tools that are no part of the project."""


def files(*folders: str) -> Iterator[Path]:
    """The text files below these folders (or single files), relative to the repository; generated caches left out."""
    for folder in folders:
        top = ROOT / folder
        for path in sorted(top.rglob("*")) if top.is_dir() else [top]:
            if path.is_file() and path.suffix in TEXT and "__pycache__" not in path.parts and path.relative_to(ROOT) not in OTHERS_WORK:
                yield path.relative_to(ROOT)


def times_asked(tree: ast.AST) -> list[int]:
    """Lines on which a piece of code asks for the time."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            owner = node.value.attr if isinstance(node.value, ast.Attribute) else node.value.id if isinstance(node.value, ast.Name) else ""
            if (owner, node.attr) in CLOCK_CALLS:
                found.append(node.lineno)
        elif isinstance(node, ast.ImportFrom) and node.module == "time":
            found += [node.lineno for name in node.names if name.name in ("time", "time_ns")]
    return found


@pytest.mark.parametrize(
    ("code", "asks"),
    [
        ("import datetime\ndatetime.datetime.now()", True),
        ("from datetime import date\ndate.today()", True),
        ("from time import time\ntime()", True),
        ("import time\ntime.monotonic()", False),
        ("from doudi.kernel.clock import today\ntoday()", False),
    ],
)
def test_the_clock_check_sees_what_it_must(code: str, asks: bool) -> None:
    assert bool(times_asked(ast.parse(code))) is asks


def test_only_the_kernel_clock_asks_for_the_time() -> None:
    asked = {
        f"{path}:{line}"
        for path in files("src")
        if path.suffix == ".py" and path != Path("src/doudi/kernel/clock.py")
        for line in times_asked(ast.parse((ROOT / path).read_text(encoding="utf-8")))
    }
    assert not asked, f"take the day as `as_of`, or use doudi.kernel.clock: {sorted(asked)}"


def test_no_module_is_longer_than_400_lines_without_a_stated_reason() -> None:
    long = []
    for path in files("src", "tests", "scripts"):
        text = (ROOT / path).read_text(encoding="utf-8")
        if path.suffix == ".py" and not is_djangos_own(path) and text.count("\n") > LIMIT and REASON not in text[:2_000]:
            long.append(str(path))
    assert not long, f"split them, or say at their top {REASON!r} ...: {long}"


def test_documents_and_policy_hold_no_citizen_id() -> None:
    found = []
    for path in files("README.md", "docs", "contracts", "policy", "src", "scripts"):
        for run in re.findall(r"(?<!\d)\d{17}[\dXx](?!\d)", (ROOT / path).read_text(encoding="utf-8")):
            if is_id18(run.upper()):
                found.append(f"{path}: {run[:6]}…")
    assert not found


def test_nothing_speaks_of_the_machine_it_was_written_on() -> None:
    here = Path(__file__).relative_to(ROOT)
    found = []
    for path in files("README.md", "Makefile", "docs", "contracts", "policy", "src", "scripts", "tests", ".ci"):
        for number, line in enumerate((ROOT / path).read_text(encoding="utf-8").splitlines(), 1):
            if path != here and FOREIGN.search(line):
                found.append(f"{path}:{number}: {line.strip()[:80]}")
    assert not found, found


def is_djangos_own(path: Path) -> bool:
    """Files whose name and content Django prescribes."""
    return path.name == "apps.py" or "migrations" in path.parts


def test_every_module_says_what_it_is_for() -> None:
    trees = {path: ast.parse((ROOT / path).read_text(encoding="utf-8")) for path in files("src") if path.suffix == ".py" and not is_djangos_own(path)}
    silent = [str(path) for path, tree in trees.items() if tree.body and not ast.get_docstring(tree)]
    assert not silent, f"modules without a docstring: {silent}"


def test_the_library_never_prints_secrets_or_draws_unseeded_numbers() -> None:
    """`random` without a seed would make two runs differ; `print` in a room would bypass the command line's screen."""
    bad = []
    for path in files("src"):
        if path.suffix != ".py":
            continue
        for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import) and any(name.name == "random" for name in node.names):
                bad.append(f"{path}:{node.lineno} import random")
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print" and "cli" not in str(path):
                bad.append(f"{path}:{node.lineno} print")
    assert not bad, bad
