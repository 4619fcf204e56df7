"""A site to measure: the home of a simulated world with two days' published runs, a database of its own, processes whose work can be told."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from benchmarks.changed import copy_world
from benchmarks.harness import ContestantFailed
from benchmarks.worlds import AS_OF, World

Says = Callable[[str], None]
DAYS = (AS_OF, AS_OF + timedelta(days=1))
"""As-of dates of the runs: the first load, and the refresh of the day after."""


@dataclass(frozen=True)
class Place:
    """`folder` holds the home, its keys, and marks of how far the site is prepared."""

    folder: Path

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def environment(self) -> dict[str, str]:
        return {"DOUDI_KEYS": str(self.folder / "keys"), "DOUDI_HOME": str(self.home), "DOUDI_DEMO": "1"}

    @cached_property
    def runs(self) -> list[str]:
        """The numbers of the published runs, the oldest first."""
        return sorted(path.name for path in (self.home / "runs").iterdir() if path.is_dir() and not path.is_symlink() and path.name[0] != ".")

    def doudi(self, *arguments: str) -> str:
        """One command of Doudi's; returns what it said."""
        done = subprocess.run(  # noqa: S603 - our own
            [sys.executable, "-m", "doudi.cli", *arguments], env=os.environ | self.environment, capture_output=True, text=True, check=False
        )
        if done.returncode not in (0, 1):
            raise ContestantFailed(f"doudi {' '.join(arguments)}：\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
        return done.stdout

    def marked(self, name: str) -> bool:
        """Whether something was done already."""
        return (self.folder / name).exists()

    def mark(self, name: str) -> None:
        """It is done."""
        (self.folder / name).touch()


def place_of(world: World, says: Says) -> Place:
    """A copy of the world in which both days' runs are published, made once."""
    place = Place(world.folder.with_name(f"site-{world.folder.name.removeprefix('people-')}"))
    if not place.marked("published"):
        copy_world(world, World(place.folder))
        for day in DAYS:
            says(f"发布 {day} 的运行")
            place.doudi("run", "--as-of", day.isoformat())
        place.mark("published")
    return place


@contextmanager
def database(place: Place) -> Iterator[None]:
    """The embedded server of the place runs inside."""
    from doudi.config import embedded
    from doudi.config.databases import cluster_folder

    os.environ.update(place.environment)
    embedded.start(cluster_folder(place.home))
    try:
        yield
    finally:
        embedded.stop(cluster_folder(place.home))


def begin_anew(place: Place) -> None:
    """Throw the site's database away."""
    for what in ("postgres", "site"):
        shutil.rmtree(place.home / what, ignore_errors=True)
    for mark in ("loaded", "filled"):
        (place.folder / mark).unlink(missing_ok=True)


def ready(place: Place, says: Says) -> None:
    """Tables of this version, regions, offices and the first run loaded. The server must not be running."""
    loaded = place.marked("loaded")
    if not loaded:
        begin_anew(place)
    says("准备网站" if loaded else "准备网站，装载第一次运行")
    place.doudi("site", "prepare", "--demo")
    if not loaded:
        place.doudi("site", "load", "--run", place.runs[0])
        place.mark("loaded")


def processor_seconds(of: Mapping[int, Any]) -> float:
    """What processes have used so far, with those of their children that have ended."""
    total = 0.0
    for process in of.values():
        times = process.cpu_times()
        total += times.user + times.system
    return total


def server_seconds(place: Place) -> float:
    """Seconds of processor that the database server has used so far, all its processes together."""
    import psutil

    from doudi.config.databases import cluster_folder

    main = psutil.Process(int((cluster_folder(place.home) / "data" / "postmaster.pid").read_text("utf-8").split()[0]))
    ended = main.cpu_times()
    return processor_seconds(family(main)) + ended.children_user + ended.children_system


def family(main: Any) -> dict[int, Any]:
    """A process and its children that live."""
    return {one.pid: one for one in (main, *main.children(recursive=True))}
