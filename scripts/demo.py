"""The demo: the bundled sample goes in, explained leads come out, and the reader is told where to look next.

    python scripts/demo.py --home ./doudi-data --as-of 2026-10-31

It does nothing that a reader could not type: every step is a `doudi` command, printed before it runs. The second time changes nothing.
"""
# ruff: noqa: S603 - runs the commands it prints

from __future__ import annotations

import argparse
import csv
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from doudi.published.read import PublishedRun

ROOT = Path(__file__).resolve().parent.parent
DOUDI = Path(sys.executable).parent / "doudi"
SAMPLE = Path("sample/tiny")


WORTH_A_LOOK = 1
"""Exit code of a command that did its work and found something to be looked at, such as refused rows."""


def step(title: str, *arguments: str) -> None:
    """Print and run one `doudi` command. Ends the demo with the command's own exit code if it fails."""
    bold, plain = ("\033[1m", "\033[0m") if sys.stdout.isatty() else ("", "")
    print(f"\n{bold}{title}{plain}\n  $ doudi {' '.join(arguments)}", flush=True)
    code = subprocess.run([str(DOUDI), *arguments], cwd=ROOT, check=False).returncode
    if code not in (0, WORTH_A_LOOK):
        print(f"\n这一步没有成功（退出码 {code}），说明在上面。", file=sys.stderr)
        raise SystemExit(code)


def first_household(home: str) -> str:
    """The number of a household with a red lead, from the exported list; empty if there is none."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "alerts.csv"
        command = [str(DOUDI), "export", "alerts", "--format", "csv", "-o", str(file), "--home", home]
        if subprocess.run(command, cwd=ROOT, check=False, stdout=subprocess.DEVNULL).returncode not in (0, WORTH_A_LOOK):
            return ""
        with file.open(encoding="utf-8-sig", newline="") as stream:
            return next((line["household_no"] for line in csv.DictReader(stream) if line["grade"] == "R" and line["household_no"]), "")


def next_steps(home: str) -> list[tuple[str, str]]:
    """What to look at now: words and a command or address."""
    run = PublishedRun.latest(ROOT / home)
    alerts = run.table("alerts", ["alert", "grade"]).to_pylist()
    alert = next((line["alert"] for line in alerts if line["grade"] == "R"), alerts[0]["alert"] if alerts else "")
    household = first_household(home)
    at = "" if home == "./doudi-data" else f" --home {home}"
    doudi = ".venv/bin/doudi"
    steps = [("看报告（浏览器打开）", (ROOT / home / "reports" / f"{run.id}.html").resolve().as_uri())]
    steps += [("看一条线索为什么出现", f"{doudi} explain {alert}{at}")] if alert else []
    steps += [("看一户的救助链", f"{doudi} household {household}{at}")] if household else []
    steps += [("导出线索清单", f"{doudi} export alerts --format xlsx -o alerts.xlsx{at}"), ("与标准答案核对", "make score")]
    return [*steps, ("其他命令", f"{doudi} --help")]


def main() -> None:
    """Run the three steps and say where to look."""
    parser = argparse.ArgumentParser(description="用随附样本演示 Doudi")
    parser.add_argument("--home", default="./doudi-data", help="数据放在哪里")
    parser.add_argument("--as-of", default="2026-10-31", help="截至日期")
    options = parser.parse_args()
    home = ("--home", options.home)
    started = time.monotonic()
    step("一、接收各部门报送的文件", "intake", str(SAMPLE), *home)
    step("二、关联、计算、发布", "run", "--as-of", options.as_of, *home)
    step("三、生成报告", "report", *home)
    print(f"\n完成，用时 {time.monotonic() - started:.0f} 秒。数据全部虚构，放在 {options.home}。接下来可以：\n")
    for words, command in next_steps(options.home):
        print(f"  {words}\n      {command}")


if __name__ == "__main__":
    main()
