"""Doudi's linkage and Splink's, on the same rows."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.harness import Contestant, Measured, race
from benchmarks.linkage.damaged import damaged_county, judge
from benchmarks.worlds import World

SETS = ("FEBRL 1", "FEBRL 2", "FEBRL 3", "FEBRL 4")


def measure(world: World, rounds: int, says: Callable[[str], None]) -> dict[str, Any]:
    """Precision, recall and rows per second of both, on damaged rows and on FEBRL."""
    county = damaged_county(world.folder.parent, says)
    with tempfile.TemporaryDirectory(prefix="bench-link-") as folder:
        places = {"Doudi": Path(folder) / "doudi", "Splink": Path(folder) / "splink"}
        calls = {"Doudi": "linkage.damaged:by_doudi", "Splink": "linkage.by_splink:damaged"}
        contestants = [Contestant(name, calls[name], {"county": str(county.folder), "out": str(places[name])}) for name in calls]
        measured = race(contestants, rounds, says)
        damaged = [_line(measured[name], **judge(county, places[name]), damaged=measured[name].told["damaged"]) for name in calls]
    return {"damaged": damaged, "febrl": [line for name in SETS for line in _febrl(name, says)]}


def _febrl(name: str, says: Callable[[str], None]) -> list[dict[str, Any]]:
    both = [Contestant(f"{name} {by}", "linkage.febrl:judge", {"name": name, "by": by}) for by in ("doudi", "splink")]
    measured = race(both, 1, says)
    return [
        _line(measured[each.name], set=name, by=each.options["by"])
        | {what: measured[each.name].told[what] for what in ("precision", "recall", "linked")}
        for each in both
    ]


def _line(one: Measured, **more: object) -> dict[str, Any]:
    rows = int(one.told["rows"])
    return {"name": one.name, "rows": rows, "seconds": one.best, "cpu": one.cpu, "rows_per_second": rows / one.best, "peak_mb": one.peak_mb, **more}
