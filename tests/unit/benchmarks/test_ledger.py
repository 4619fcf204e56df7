"""A benchmark of hours goes on after it was killed: what was measured is not measured again, unless the program is another."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from benchmarks import growth
from benchmarks.growth import Ledger
from benchmarks.harness import PROGRESS, listen


def test_what_was_measured_is_kept_and_not_measured_again(tmp_path: Path) -> None:
    said: list[str] = []
    assert Ledger(tmp_path / "deep" / "ledger.json", said.append).once("one", lambda: [1, 2]) == [1, 2]
    later = Ledger(tmp_path / "deep" / "ledger.json", said.append)
    assert later.once("one", lambda: pytest.fail("measured again")) == [1, 2]
    assert later.once("two", lambda: {"a": 1}) == {"a": 1}
    assert said == ["one：先前已量过"]


def test_another_program_is_measured_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = Ledger(tmp_path / "ledger.json", lambda line: None)
    ledger.once("one", lambda: 1)
    monkeypatch.setattr(growth, "program", lambda rooms: "other")
    assert ledger.once("one", lambda: 2) == 2


def test_lines_of_progress_are_passed_on_and_the_rest_is_kept_for_when_it_fails() -> None:
    said: list[str] = []
    script = f"import sys; print('{PROGRESS}第 1/2 批', file=sys.stderr); print('went wrong'); sys.exit(3)"
    code, last = listen([sys.executable, "-c", script], PROGRESS, said.append)
    assert (code, last.strip()) == (3, "went wrong")
    assert said == [f"{PROGRESS}第 1/2 批"]
