"""The demo: the bundled sample goes in, explained leads come out; then a made-up county's leads are worked on, on a site that runs until Ctrl-C.

    python scripts/demo.py --home ./doudi-data --as-of 2026-10-31
    python scripts/demo.py --no-site          # only the first half

It does nothing that a reader could not type: every step is a `doudi` command, printed before it runs. The second time only the site is started.
"""
# ruff: noqa: S603, S606 - runs the commands it prints

from __future__ import annotations

import argparse
import csv
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from doudi.published.read import PublishedRun

ROOT = Path(__file__).resolve().parent.parent
DOUDI = Path(sys.executable).parent / "doudi"
SAMPLE = Path("sample/tiny")
HOUSEHOLDS, COUNTY, SEED = 40_000, "431382", 20
"""The made-up county that the site shows: some 110,000 people."""
READY = "demo-ready"
"""A file in the county's data folder: everything is there, only the site has to be started."""


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


def simulated(home: str) -> None:
    """The made-up county's deliveries, written beside and put in their place when all are there: what a kill left is begun anew."""
    unfinished = f"{home}-unfinished"
    shutil.rmtree(ROOT / unfinished, ignore_errors=True)
    size = ("--households", str(HOUSEHOLDS), "--region", COUNTY, "--seed", str(SEED), "--months", "2")
    step("四、生成一个虚构的县", "simulate", *size, "--out", unfinished)
    (ROOT / unfinished).rename(ROOT / home)


def county(home: str, before: str, as_of: str) -> None:
    """A made-up county with two runs, loaded into the site's database; nothing is done twice."""
    if (ROOT / home / READY).exists():
        return
    if not (ROOT / home / "home.json").exists():
        simulated(home)
    for day in (before, as_of):
        step(f"五、以 {day} 为基准日运行", "run", "--as-of", day, "--home", home)
    step("六、准备工作平台的数据库", "site", "prepare", "--demo", "--home", home)
    step("七、把两次运行装进工作平台，派发任务", "site", "load", "--all", "--home", home)
    step("八、替演示账号先办几件事", "site", "demo-work", "--home", home)
    (ROOT / home / READY).touch()


def place() -> str:
    """Where the site listens: port 8000, or the next one that is free."""
    for port in range(8000, 8100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return f"127.0.0.1:{port}"
    return "127.0.0.1:8000"  # the site says that it is taken, and what to do


def main() -> None:
    """The sample's three steps and where to look; then the county, and its site until somebody stops it."""
    parser = argparse.ArgumentParser(description="用随附样本和一个虚构的县演示 Doudi")
    parser.add_argument("--home", default="./doudi-data", help="数据放在哪里")
    parser.add_argument("--as-of", default="2026-10-31", help="截至日期")
    parser.add_argument("--no-site", action="store_true", help="只做前一半：报送、线索、报告")
    parser.add_argument("--bind", help="工作平台在哪里监听；不写为 127.0.0.1:8000，被占用则用下一个空着的端口")
    options = parser.parse_args()
    home, shown = ("--home", options.home), f"{options.home.rstrip('/')}-county"
    started = time.monotonic()
    if options.no_site or not (ROOT / shown / READY).exists():
        step("一、接收各部门报送的文件", "intake", str(SAMPLE), *home)
        step("二、关联、计算、发布", "run", "--as-of", options.as_of, *home)
        step("三、生成报告", "report", *home)
    if not options.no_site:
        county(shown, "2026-10-10", options.as_of)
    places = f"随附样本在 {options.home}" + ("" if options.no_site else f"，演示县在 {shown}")
    print(f"\n完成，用时 {time.monotonic() - started:.0f} 秒。数据全部虚构：{places}。")
    print("\n随附样本的结果：\n")
    for words, command in next_steps(options.home):
        print(f"  {words}\n      {command}")
    if not options.no_site:
        print("\n现在启动演示县的工作平台。下次再运行 make demo，几秒就到这里；要从头来，删除上面两个文件夹。", flush=True)
        os.execv(DOUDI, [str(DOUDI), "site", "up", "--demo", "--bind", options.bind or place(), "--home", shown])  # Ctrl-C goes to it


if __name__ == "__main__":
    main()
