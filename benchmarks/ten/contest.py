"""The ten rules, in turn by every contestant, whose findings must be equal."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.harness import Contestant, Measured, race
from benchmarks.lines import lines_of_code, lines_of_policy
from benchmarks.ten.rules import TEN, choice, ten_rules
from benchmarks.ten.same import EVERYTHING, assert_same
from benchmarks.worlds import World

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Entry:
    """A contestant of the ten. `gives`: which of its tables must equal Doudi's; `written`: the files somebody wrote for it
    (for Doudi none but the policy)."""

    name: str
    call: str
    options: Mapping[str, Any]
    gives: tuple[str, ...]
    written: tuple[str, ...]


DOUDI, WIDE = "Doudi", "手写 DuckDB SQL"
ENTRIES = (
    Entry(DOUDI, "ten.engine:doudi", {"sources": False}, EVERYTHING, ()),
    Entry("Doudi，连同来源行", "ten.engine:doudi", {"sources": True}, EVERYTHING, ()),
    Entry(WIDE, "ten.engine:by_hand", {"script": "wide.sql"}, EVERYTHING, ("wide.sql",)),
)
"""Those that need nothing beyond Doudi's own packages."""


def measure(world: World, rounds: int, says: Callable[[str], None], entries: Iterable[Entry] = ENTRIES) -> dict[str, Any]:
    """Race, compare, and put the numbers together. Raises Different if anybody found something else than Doudi."""
    with tempfile.TemporaryDirectory(prefix="bench-ten-") as folder:
        chosen = list(entries)
        places = {each.name: Path(folder) / str(number) for number, each in enumerate(chosen)}
        contestants = [
            Contestant(each.name, each.call, {"world": str(world.folder), "out": str(places[each.name]), **each.options}) for each in chosen
        ]
        measured = race(contestants, rounds, says)
        alerts = 0
        for each in chosen:
            alerts = assert_same(places[DOUDI], places[each.name], each.gives)
        says(f"结果相同：{alerts:,} 条线索")
    picked = choice(world, TEN)
    return {
        "people": world.people,
        "rules": TEN,
        "choice": {"tables": picked.tables, "rows": picked.rows, "missed": dict(picked.missed)},
        "alerts": alerts,
        "policy_lines": lines_of_policy(ten_rules(world), world.policy),
        "contestants": [told(each, measured[each.name], measured[DOUDI]) for each in chosen],
    }


def told(entry: Entry, one: Measured, doudi: Measured) -> dict[str, Any]:
    """The line of one contestant. `ratio`: Doudi's people per second as a multiple of its."""
    people = int(one.told["people"])
    speed = people / one.best
    return {
        "name": entry.name,
        "seconds": one.seconds,
        "people": people,
        "people_per_second": round(speed),
        "ratio": round(doudi.told["people"] / doudi.best / speed, 3),
        "peak_mb": one.peak_mb,
        "lines": lines_of_code(HERE / name for name in entry.written),
        "gives": entry.gives,
    }
