"""`doudi report` writes the page of the run that was asked for, whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.invented_run import write_run

from doudi.cli import main
from doudi.lake.home import Home
from doudi.monitoring.report import render_report
from doudi.published.read import PublishedRun


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = Home.open(tmp_path_factory.mktemp("home") / "data").root
    write_run(root / "runs" / "2026-10-31-invented")
    (root / "runs" / "latest").write_text("2026-10-31-invented\n", encoding="utf-8")
    return root


def test_the_latest_run_is_written_below_the_home(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", "--home", str(home)]) == 0
    written = home / "reports" / "2026-10-31-invented.html"
    assert str(written) in capsys.readouterr().out
    assert written.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_a_named_run_is_written_where_it_is_wanted(home: Path, tmp_path: Path) -> None:
    wanted = tmp_path / "new folder" / "报告.html"
    assert main(["--home", str(home), "report", "--run", "2026-10-31-invented", "-o", str(wanted)]) == 0
    assert wanted.read_text(encoding="utf-8") == render_report(PublishedRun.latest(home))


def test_a_file_in_the_way_is_named(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    assert main(["report", "--home", str(home), "-o", str(tmp_path / "file" / "report.html")]) == 2
    assert "report_unwritable" in capsys.readouterr().err


def test_without_a_run_it_says_what_to_do_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Home.open(tmp_path / "data")
    assert main(["report", "--home", str(tmp_path / "data")]) == 2
    assert "doudi run" in capsys.readouterr().err
    assert main(["report", "--home", str(tmp_path / "nowhere")]) == 2
    assert not (tmp_path / "nowhere").exists()
