"""The demo: the bundled sample goes in, explained leads come out, and the reader is told where to look next.

    python scripts/demo.py --home ./doudi-data --as-of 2026-10-31

It does nothing that a reader could not type: every step is a `doudi` command, printed before it runs. The second time changes nothing.
"""
# ruff: noqa: S603 - runs the commands it prints

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOUDI = Path(sys.executable).parent / "doudi"
SAMPLE = Path("sample/tiny")


def step(title: str, *arguments: str) -> None:
    """Print and run one `doudi` command. Ends the demo with the command's own exit code if it fails."""
    print(f"\n\033[1m{title}\033[0m\n  $ doudi {' '.join(arguments)}", flush=True)
    code = subprocess.run([str(DOUDI), *arguments], cwd=ROOT, check=False).returncode
    if code:
        print(f"\n这一步没有成功（退出码 {code}），说明在上面。", file=sys.stderr)
        raise SystemExit(code)


def main() -> None:
    """Run the three steps and say where to look."""
    parser = argparse.ArgumentParser(description="用随附样本演示 Doudi")
    parser.add_argument("--home", default="./doudi-data", help="数据放在哪里")
    parser.add_argument("--as-of", default="2026-10-31", help="截至日期")
    options = parser.parse_args()
    home = ("--home", options.home)
    started = time.monotonic()
    step("一、接收各部门交付的文件", "intake", str(SAMPLE), *home)
    step("二、关联、计算、发布", "run", "--as-of", options.as_of, *home)
    step("三、生成报告", "report", *home)
    print(f"\n完成，用时 {time.monotonic() - started:.0f} 秒。数据全部虚构，放在 {options.home}。")


if __name__ == "__main__":
    main()
