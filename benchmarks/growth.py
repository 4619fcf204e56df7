"""Growth: how a whole run's time and memory grow with people, with rules, and with the households that changed."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log2
from pathlib import Path
from typing import Any

from benchmarks import changed, floor
from benchmarks.harness import Contestant, Measured, machine, race
from benchmarks.reduced import touched, widest
from benchmarks.ten import contest
from benchmarks.ten.rules import TEN
from benchmarks.worlds import AS_OF, PREFECTURE, World, program, simulated
from benchmarks.worlds import PROVINCE as REGION
from doudi.lake.home import write_whole
from doudi.rules import build_policy

NIGHTLY = (100_000, 250_000, 500_000, 1_000_000)
PROVINCE = (1_000_000, 4_000_000, 16_000_000, 66_000_000)
CHANGED = 16_000_000
"""People of whom some households change, where the size is not the nightly one."""
TEN_AMONG = 4_000_000
"""People among whom the ten rules are raced again, where what a start costs weighs less."""


def measure(world: World, rounds: int, says: Callable[[str], None]) -> dict[str, Any]:
    """By people up to the nightly size; by rules in a smaller world; by changed households in the largest, since what a start costs is fixed."""
    data = world.folder.parent
    sizes = [size for size in NIGHTLY if size <= world.people * 1.1] or [world.people]
    people, middle = [whole(size, data, says) for size in sizes], simulated(min(250_000, sizes[-1]), data, says)
    return {"people": people, "doubling": doubling(people), "rules": by_rules(middle, 1, says), "changed": changed.measure(world, says)}


def province(world: World, rounds: int, says: Callable[[str], None]) -> dict[str, Any]:
    """By people up to the whole province, once each, then ten rules, then changed households. Killed, it goes on after what was measured last."""
    data = world.folder.parent
    ledger = Ledger(data / "province.json", says)
    sizes = [size for size in PROVINCE if size <= most_people()]
    people = [ledger.once(f"{size}", lambda size=size: whole(size, data, says, REGION)) for size in sizes]
    ten = ledger.once("ten", lambda: contest.measure(simulated(TEN_AMONG, data, says, REGION), rounds, says))
    found = ledger.once("changed", lambda: changed.measure(simulated(CHANGED, data, says, REGION), says, changed.GOALS))
    return {"people": people, "doubling": doubling(people), "ten": ten, "changed": found}


def most_people() -> int:
    """The largest size of `province`: `DOUDI_BENCH_MOST` of the environment, for a trial of what takes hours."""
    return int(os.environ.get("DOUDI_BENCH_MOST", PROVINCE[-1]))


@dataclass
class Ledger:
    """What was measured already by this program on this machine, in a file, so that hours of work are not lost when it is interrupted."""

    path: Path
    says: Callable[[str], None]

    def once(self, name: str, measure: Callable[[], Any]) -> Any:
        """What `measure` gives, or gave when it was asked before."""
        kept = json.loads(self.path.read_text("utf-8")) if self.path.is_file() else {}
        mark = f"{program(('',))} {machine()['processor']}"
        if kept.get("by") != mark:
            kept = {"by": mark}
        if name in kept:
            self.says(f"{name}：先前已量过")
            return kept[name]
        kept[name] = measure()
        self.path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(self.path, json.dumps(kept, ensure_ascii=False, indent=1).encode())
        return kept[name]


def whole(size: int, data: Path, says: Callable[[str], None], region: str = PREFECTURE) -> dict[str, Any]:
    """A whole run of all rules at a size, beside one scan of the columns that they read."""
    world = simulated(size, data, says, region)
    name = f"{size / 10_000:g} 万人"
    scan = floor.scanned(world, says)
    run = race([Contestant(name, "runs:whole_run", {"world": str(world.folder)})], 1, says)[name]
    return _line(run, asked=size, scan=scan.best, scan_cpu=scan.cpu)


def doubling(lines: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Between neighbouring sizes: how many times the time per doubling is that of mere doubling (1: linear)."""
    return [
        {
            "from": one["people"],
            "to": two["people"],
            "factor": _factor(one, two, "best"),
            "cpu_factor": _factor(one, two, "cpu"),
        }
        for one, two in pairwise(lines)
    ]


def _factor(one: Mapping[str, Any], two: Mapping[str, Any], what: str) -> float:
    times = two["people"] / one["people"]
    return round((two[what] / one[what] / times) ** (1 / log2(times)), 3)


def by_rules(world: World, rounds: int, says: Callable[[str], None]) -> list[dict[str, Any]]:
    """Whole runs of ten, twenty and all rules of one world, taking turns."""
    chosen = {"10 条规则": list(TEN), "20 条规则": twenty(world), "全部规则": None}
    contestants = [Contestant(name, "runs:whole_run", {"world": str(world.folder), "rules": rules}) for name, rules in chosen.items()]
    return [_line(one) for one in race(contestants, rounds, says).values()]


def twenty(world: World) -> list[str]:
    """The ten rules and the ten others that, pulling in no other rule, add the most tables to them, then the most rows."""
    policy = build_policy(world.policy, world.contracts, AS_OF)
    reach = {rule: touched(policy, world.policy, rule) for rule in policy.rules if rule not in TEN}
    return sorted([*TEN, *widest({rule: tables for rule, (tables, others) in reach.items() if not others}, world.rows, 10)])


def _line(one: Measured, **more: object) -> dict[str, Any]:
    told = {name: one.told[name] for name in ("people", "rows", "rules", "plan", "alerts", "unknown", "memory_limit_mb")}
    return {"name": one.name, "seconds": one.seconds, "best": one.best, "cpu": one.cpu, "peak_mb": one.peak_mb, **told, **more}
