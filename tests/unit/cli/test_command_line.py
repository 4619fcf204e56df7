"""The command line: everything listed, nothing imported before its time, every refusal in Chinese."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import doudi.cli
from doudi.cli import main
from doudi.cli.document import render
from doudi.cli.rooms import COMMANDS, load
from doudi.kernel.errors import DoudiError


def test_help_lists_every_command_and_imports_no_room() -> None:
    code = (
        "import sys; from doudi.cli import main; main(['--help']);"
        " print(sorted(m for m in sys.modules if m.startswith('doudi.')), 'duckdb' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env={**os.environ, "COLUMNS": "120"})
    assert all(f" {name} " in done.stdout and entry.says[:8] in done.stdout for name, entry in COMMANDS.items())
    assert "用法：doudi" in done.stdout
    assert done.stdout.splitlines()[-1] == "['doudi.cli', 'doudi.cli.chinese', 'doudi.cli.rooms', 'doudi.kernel', 'doudi.kernel.errors'] False"


@pytest.mark.parametrize("before", [True, False])
def test_a_command_that_needs_no_home_takes_the_option_all_the_same(before: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command, home = ["policy", "check"], ["--home", str(tmp_path / "nowhere")]
    assert main([*home, *command] if before else [*command, *home]) == 0
    assert main(["policy", *home, "check"]) == 0
    assert "没有错误" in capsys.readouterr().out
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_there_and_explains_itself_in_chinese(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    command = load(COMMANDS[name])
    assert command.help
    assert main([name, "--help"]) == 0
    shown = capsys.readouterr().out
    assert f"用法：doudi {name}" in shown
    assert "显示这页说明" in shown
    assert not any(english in shown for english in ("Usage", "Options", "Arguments", "Commands", "Show this message", "[required]", "[default"))


@pytest.mark.parametrize("name", [name for name in COMMANDS if name not in ("policy", "contracts", "docs")])
def test_every_command_about_data_takes_a_home(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    main([name, "--help"])
    assert "--home" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        (["rnu"], "没有命令 rnu"),
        (["--hoem", "x"], "没有选项 --hoem"),
        (["run"], "缺少选项 --as-of"),
        (["run", "--as-of", "31.10.2026"], "31.10.2026 不是日期，应写成 2026-10-31"),
        (["run", "--as-of"], "选项 --as-of 后面要写内容"),
        (["run", "--as-of", "2026-10-31", "--policy", "not-there"], "not-there 不存在"),
        (["runs", "too", "much"], "多写了 too much"),
        (["explain"], "缺少参数 线索"),
        (["export", "alerts"], "缺少选项 -o、--output"),
        (["runs", "--again"], "没有选项 --again"),
        (["runs", "--home", "not-there"], "[home_missing]"),
    ],
)
def test_a_slip_is_answered_in_chinese(typed: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(typed) == 2
    told = capsys.readouterr().err
    assert says in told
    assert "Traceback" not in told


def test_home_is_taken_from_before_or_after_the_command_or_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DOUDI_HOME", str(tmp_path / "environment"))
    for typed, place in (
        (["runs"], "environment"),
        (["--home", str(tmp_path / "before"), "runs"], "before"),
        (["runs", "--home", str(tmp_path / "after")], "after"),
        (["--home", str(tmp_path / "before"), "runs", "--home", str(tmp_path / "after")], "after"),
    ):
        assert main(typed) == 2
        assert str(tmp_path / place) in capsys.readouterr().err
    assert os.environ["DOUDI_HOME"] == str(tmp_path / "environment"), "an option of one call does not stay"


def test_debug_shows_where_an_error_came_from(tmp_path: Path) -> None:
    with pytest.raises(DoudiError):
        main(["--debug", "runs", "--home", str(tmp_path / "nowhere")])
    assert main(["runs", "--home", str(tmp_path / "nowhere")]) == 2


def test_a_fault_of_the_program_is_no_traceback(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr(doudi.cli, "app", broken)
    assert main(["runs"]) == 2
    told = capsys.readouterr().err
    assert "程序内部出错：RuntimeError: boom" in told
    assert "--debug" in told


def test_an_interrupted_command_says_that_nothing_is_lost(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(doudi.cli, "app", lambda *_, **__: 130)
    assert main(["runs"]) == 130
    assert "再次运行即可继续" in capsys.readouterr().err


def test_contracts_and_policy_are_checked_and_tried(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["contracts", "check"]) == 0
    assert main(["contracts", "docs", "-o", str(tmp_path / "list.md")]) == 0
    assert main(["policy", "check", "--as-of", "2026-10-31"]) == 0
    assert main(["policy", "plan", "--as-of", "2026-10-31"]) == 0
    assert main(["policy", "test", "K01"]) == 0
    shown = capsys.readouterr().out
    assert "没有错误：37 个数据集" in shown
    assert "次数  表" in shown
    assert "1 张案例表" in shown
    assert "低保" in (tmp_path / "list.md").read_text(encoding="utf-8")


def test_the_reference_of_the_commands_is_up_to_date() -> None:
    page = Path(__file__).parents[3] / "docs" / "reference" / "cli.md"
    assert page.read_text(encoding="utf-8") == render(), "run `doudi docs`"
