"""What a run costs when only some households changed since the published run of the same day, from which `doudi run` then starts."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

from benchmarks.harness import Contestant, Measured, StopWatch, race
from benchmarks.runs import usual_bounds
from benchmarks.worlds import AS_OF, World
from doudi.monitoring.freeze import open_books
from doudi.monitoring.run import run
from doudi.simulation.touch import touch

SHARES = (0.001, 0.01, 0.1)
WAYS = {"townships": "整乡镇", "scattered": "分散"}
GOALS = {("townships", 0.01): 0.08, ("scattered", 0.01): 0.25}
"""Way and share -> the most of a full run's time."""


EACH = [(way, share) for way in WAYS for share in SHARES]


def measure(world: World, says: Callable[[str], None], wanted: Iterable[tuple[str, float]] = EACH) -> dict[str, Any]:
    """A full run of a world, then runs after corrections, each from a fresh copy of the home with that run, and the run of the next day.

    `wanted`: way and share of the corrections.
    """
    with_run = World(world.folder.parent / "changed-base")
    copy_world(world, with_run)
    full = race([Contestant("全部重算", "changed:publish", {"world": str(with_run.folder)})], 1, says)["全部重算"]
    lines = []
    for way, share in wanted:
        name = f"{share:.1%} 的家庭有变化（{WAYS[way]}）"
        one = race([Contestant(name, "changed:again", {"world": str(with_run.folder), "share": share, "way": way})], 1, says)[name]
        lines.append(_line(one, full) | {"way": way, "share": share, "goal": GOALS.get((way, share))})
    next_day = race([Contestant("次日", "changed:tomorrow", {"world": str(with_run.folder)})], 1, says)["次日"]
    shutil.rmtree(with_run.folder)
    return {"people": world.people, "full": {"seconds": full.best, "cpu": full.cpu}, "lines": [*lines, _line(next_day, full)]}


def _line(one: Measured, full: Measured) -> dict[str, Any]:
    ratios = {"ratio": one.best / full.best, "cpu_ratio": one.cpu / full.cpu, "goal": None}
    return {"name": one.name, "seconds": one.best, "cpu": one.cpu, "peak_mb": one.peak_mb, "base": one.told["base"], **ratios}


def publish(world: str) -> dict[str, object]:
    """Contestant: a full run that stays published."""
    place, watch, books = World(Path(world)), StopWatch(), open_books()
    home, keys = place.home, place.keys
    with watch.running():
        run(home, keys, AS_OF, books, bounds=usual_bounds(), full=True)
    return watch.told()


def again(world: str, share: float, way: str) -> dict[str, object]:
    """Contestant: corrections for a share of the households, then the run; `base` says how much was computed anew."""
    place = World(Path(world).with_name("changed-copy"))
    copy_world(World(Path(world)), place)
    home, keys, books, watch = place.home, place.keys, open_books(), StopWatch()
    touch(home, keys, AS_OF, share, way)  # type: ignore[arg-type]
    with watch.running():
        outcome = run(home, keys, AS_OF, books, bounds=usual_bounds())
    base = outcome.run.times.get("base")
    shutil.rmtree(place.folder)
    return watch.told(base=base)


def tomorrow(world: str) -> dict[str, object]:
    """Contestant: the run of the day after, which nothing was delivered for and which compares itself with the published one."""
    place = World(Path(world).with_name("changed-copy"))
    copy_world(World(Path(world)), place)
    home, keys, books, watch = place.home, place.keys, open_books(), StopWatch()
    with watch.running():
        outcome = run(home, keys, AS_OF + timedelta(days=1), books, bounds=usual_bounds())
    base = outcome.run.times.get("base")
    shutil.rmtree(place.folder)
    return watch.told(base=base)


def copy_world(world: World, to: World) -> None:
    """A copy that shares its files: a home never changes a file that is there."""
    shutil.rmtree(to.folder, ignore_errors=True)
    shutil.copytree(world.folder, to.folder, copy_function=os.link, symlinks=True)
