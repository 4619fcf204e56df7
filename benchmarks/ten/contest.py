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

ALERTS = ("alerts",)
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

    def racing(self, world: World, out: Path) -> Contestant:
        """It in a world, writing what it found to `out`."""
        return Contestant(self.name, self.call, {"world": str(world.folder), "out": str(out), **self.options})


DOUDI, WIDE, OPENFISCA, ORM = "Doudi", "手写 DuckDB SQL", "OpenFisca-core", "Django ORM 循环"
FRAMES = "frames.py"
ENTRIES = (
    Entry(DOUDI, "ten.engine:doudi", {"sources": False}, EVERYTHING, ()),
    Entry("Doudi，连同来源行", "ten.engine:doudi", {"sources": True}, EVERYTHING, ()),
    Entry(WIDE, "ten.engine:by_hand", {"script": "wide.sql"}, EVERYTHING, ("wide.sql",)),
)
"""Those that need nothing beyond Doudi's own packages."""

OTHERS = (
    Entry("pandas", "ten.by_pandas:judge", {}, ALERTS, (FRAMES, "by_pandas.py")),
    Entry(OPENFISCA, "ten.by_openfisca:judge", {}, ALERTS, (FRAMES, "by_openfisca.py")),
)
"""Those of the dependency group `bench`."""

SAMPLE = Entry(ORM, "ten.by_django:judge", {"households": 600}, ALERTS, ("registry.py", "by_django.py"))
"""The loop over the ORM, on a sample: it is too slow for everybody, and its speed does not depend on how many there are."""


def measure_all(world: World, rounds: int, says: Callable[[str], None]) -> dict[str, Any]:
    """Everybody, those of the dependency group included."""
    return measure(world, rounds, says, (*ENTRIES, *OTHERS), SAMPLE)


def measure(
    world: World, rounds: int, says: Callable[[str], None], entries: Iterable[Entry] = ENTRIES, sample: Entry | None = None
) -> dict[str, Any]:
    """Race, compare, and put the numbers together. Raises Different if anybody found something else than Doudi."""
    with tempfile.TemporaryDirectory(prefix="bench-ten-") as folder:
        chosen = list(entries)
        places = {each.name: Path(folder) / str(number) for number, each in enumerate(chosen)}
        measured = race([each.racing(world, places[each.name]) for each in chosen], rounds, says)
        alerts = 0
        for each in chosen:
            alerts = assert_same(places[DOUDI], places[each.name], each.gives)
        if sample is not None:
            chosen, places[sample.name] = [*chosen, sample], Path(folder) / "sample"
            measured |= race([sample.racing(world, places[sample.name])], 1, says)
            seen = f"subject IN (SELECT subject FROM '{places[sample.name] / 'subjects.parquet'}')"  # noqa: S608 - a folder of our own
            assert_same(places[DOUDI], places[sample.name], sample.gives, seen)
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
    """The line of one contestant. `ratio`: Doudi's people per second as a multiple of its; `cpu_ratio` per second of processor."""
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
        "cpu": one.cpu,
        "cpu_ratio": round(doudi.told["people"] / doudi.cpu / (people / one.cpu), 3),
        "gives": entry.gives,
        "gathered": one.told.get("gathered"),
    }
