"""Statements are taken from a base as it published them, or made anew: never half of each."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

from doudi.monitoring.statements import file_name, published, read_statements
from doudi.monitoring.steps import WrittenStep

STEPS = (
    WrittenStep("people_here", "SELECT person FROM people", "找出在册人员"),
    WrittenStep("unknowns", "SELECT person FROM people_here", "列出无法判断的条件", view=True),
)


def run_with(folder: Path, *steps: WrittenStep) -> object:
    """A run that has published these statements."""
    files = {file_name(number, step): published(step) for number, step in enumerate(steps, 1)}
    for name, content in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(content)
    return SimpleNamespace(manifest=SimpleNamespace(files=files), file=lambda name: folder / name)


def test_statements_come_back_as_they_were_published_views_as_views(tmp_path: Path) -> None:
    assert read_statements(run_with(tmp_path, *STEPS), needed={"unknowns"}) == list(STEPS)  # type: ignore[arg-type]


def test_one_that_names_its_run_is_replaced(tmp_path: Path) -> None:
    mine = WrittenStep("people_here", "SELECT 1 AS person", "找出在册人员")
    assert read_statements(run_with(tmp_path, *STEPS), [mine]) == [mine, STEPS[1]]  # type: ignore[arg-type]


def test_those_of_a_build_that_made_other_tables_are_not_taken(tmp_path: Path) -> None:
    assert read_statements(run_with(tmp_path, *STEPS), needed={"unknowns", "open_questions"}) is None  # type: ignore[arg-type]


def test_a_file_that_is_written_otherwise_is_not_understood(tmp_path: Path) -> None:
    run = run_with(tmp_path, *STEPS)
    path = tmp_path / file_name(1, STEPS[0])
    path.write_bytes(path.read_bytes() + b"\n-- more\n")
    assert read_statements(run) is None  # type: ignore[arg-type]
