"""`doudi simulate` as a person calls it."""

from __future__ import annotations

from pathlib import Path

import pytest

from doudi.cli import main


@pytest.fixture(autouse=True)
def keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOUDI_KEYS", str(tmp_path / "keys"))


def test_a_simulated_county_runs_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home, page = tmp_path / "home", tmp_path / "page.md"
    given = ["simulate", "--households", "300", "--out", str(home), "--processes", "1", "--report", str(page)]
    assert main(given) == 0
    assert "300 户" in capsys.readouterr().out
    assert page.read_text("utf-8").startswith("# 虚构地区与公布数字的对照")
    assert main(["--home", str(home), "run", "--as-of", "2026-10-31"]) == 0
    assert len(list((home / "lake").iterdir())) == 1  # nothing was settled anew
    assert "线索" in capsys.readouterr().out


def test_an_unknown_region_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "--region", "9999", "--out", str(tmp_path / "home")]) == 2
    assert "没有地区" in capsys.readouterr().err
