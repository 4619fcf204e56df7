"""Runs the benchmarks: `python -m benchmarks [which …]`. Prints tables, keeps the numbers in `results/`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from benchmarks import floor, growth, tables
from benchmarks.harness import keep, machine
from benchmarks.linkage import contest as linkage
from benchmarks.site import loading, pages, search
from benchmarks.ten import contest
from benchmarks.worlds import PREFECTURE, PROVINCE, World, simulated

BENCHMARKS: Mapping[str, Callable[[World, int, Callable[[str], None]], dict[str, Any]]] = {
    "floor": floor.measure,
    "ten": contest.measure_all,
    "ten-engine": contest.measure,
    "growth": growth.measure,
    "linkage": linkage.measure,
    "province": growth.province,
    "site-load": loading.measure,
    "site-search": search.measure,
    "site-pages": pages.measure,
}
"""Name -> what measures it."""

NIGHTLY = ("floor", "ten", "growth", "linkage")
"""What runs if nothing is named: under ten minutes."""
SITE = "site-"
"""The site is the whole province's: its offices have a share of the work each."""


def main() -> int:
    """Run what was asked for; 0 if everything ran and everybody agreed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="基准测试：各项都是同一台机器、同一次运行中的倍数")
    parser.add_argument("which", nargs="*", metavar="哪一项", help=f"{'、'.join(BENCHMARKS)}；不写则 {'、'.join(NIGHTLY)}")
    parser.add_argument("--people", type=int, default=1_000_000, help="人数（默认 100 万）")
    parser.add_argument("--rounds", type=int, default=2, help="每个参赛者跑几次（默认 2），取最快的一次")
    parser.add_argument("--data", type=Path, default=Path("bench-data"), help="虚构数据放在哪里；已有的再用")
    parser.add_argument("--no-keep", action="store_true", help="不改 benchmarks/results")
    asked = parser.parse_args()
    if unknown := set(asked.which) - BENCHMARKS.keys():
        parser.error(f"没有这一项：{'、'.join(sorted(unknown))}")
    command = f"python -m benchmarks {' '.join(asked.which)} --people {asked.people} --rounds {asked.rounds}"
    for name in asked.which or NIGHTLY:
        world = simulated(asked.people, asked.data.resolve(), say, PROVINCE if name.startswith(SITE) else PREFECTURE)
        before = machine()
        say(f"—— {name}（负载 {before['load'][0]}）")
        results = BENCHMARKS[name](world, asked.rounds, say)
        print("\n".join(tables.SHOWN[name](results)), flush=True)
        if not asked.no_keep:
            keep(name, command, before, results)
    return 0


def say(line: str) -> None:
    """A line of progress, on the error stream."""
    print(f"· {line}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    os.environ.setdefault("PYTHONHASHSEED", "0")
    sys.exit(main())
