"""The synthetic people that everything is measured on: homes made by `doudi simulate`, kept below one folder and used again."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

import pyarrow.parquet as pq

import doudi
from benchmarks.harness import ContestantFailed, listen
from doudi.contracts.model import Contract
from doudi.contracts.read import load_contracts
from doudi.identity.keys import Keys, open_keys
from doudi.intake.settle import Cut, open_cut
from doudi.kernel.resources import resource_dir
from doudi.lake.home import Home
from doudi.monitoring.freeze import dataset_states
from doudi.policyfiles import PolicyFiles, read_policy
from doudi.rules import DatasetState

AS_OF = date(2026, 10, 31)
MAKERS = ("simulation", "intake/settling", "identity", "lake", "kernel", "standards")
"""The rooms that decide what a home holds."""

PREFECTURE, PROVINCE = "4313", "43"
"""Where the people live: at the nightly size in the five counties of a prefecture, which really has some millions. In all 122 counties a million
would be written into twenty times as many files."""

HOUSEHOLD = 2.79
"""People on the lists of a simulated household, deaths and births of its story included."""


@dataclass(frozen=True)
class World:
    """A home with one settled cut of the lake. `folder` also holds the keys."""

    folder: Path

    @property
    def root(self) -> Path:
        return self.folder / "home"

    @cached_property
    def home(self) -> Home:
        return Home.open(self.root, create=False)

    @cached_property
    def keys(self) -> Keys:
        os.environ["DOUDI_KEYS"] = str(self.folder / "keys")
        return open_keys(self.home)

    @cached_property
    def cut(self) -> Cut:
        (folder,) = (path for path in self.home.lake.iterdir() if not path.name.startswith("."))
        return open_cut(folder)

    @cached_property
    def rows(self) -> Mapping[str, int]:
        """Rows by table of the lake."""
        return {name: pq.read_metadata(path).num_rows for name, path in self.cut.tables.items()}

    @cached_property
    def absent(self) -> Mapping[str, Contract]:
        """Table -> contract of what was never delivered and nobody owes: a run sees an empty table."""
        wanted = {table: one for name, one in self.contracts.items() for table in ([name, f"{name}_history"] if one.mode == "snapshot" else [name])}
        return {table: contract for table, contract in wanted.items() if table not in self.cut.tables}

    @property
    def people(self) -> int:
        return self.rows["people"]

    @cached_property
    def contracts(self) -> Mapping[str, Contract]:
        return load_contracts()

    @cached_property
    def policy(self) -> PolicyFiles:
        return read_policy(resource_dir("policy"))

    @property
    def states(self) -> Mapping[str, DatasetState]:
        return dataset_states(self.contracts, self.cut, AS_OF)


def simulated(people: int, data: Path, says: Callable[[str], None] = lambda line: None, region: str = PREFECTURE) -> World:
    """About so many people of a region below `data`, made now unless they are there, made by the same program."""
    folder = data / f"people-{people}-{region}-{program()}"
    if not (folder / "made").exists():
        for older in data.glob(f"people-{people}-{region}-*"):
            shutil.rmtree(older)
        folder.mkdir(parents=True)
        says(f"生成 {people:,} 人")
        households = str(round(people / HOUSEHOLD))
        options = ["--households", households, "--seed", "1", "--region", region, "--as-of", AS_OF.isoformat(), "--lake-only"]
        command = [sys.executable, "-m", "doudi.cli", "simulate", *options, "--out", str(folder / "home")]
        code, last = listen(command, "约还需", says, os.environ | {"DOUDI_KEYS": str(folder / "keys")})
        if code:
            raise ContestantFailed(f"生成 {people:,} 人：\n{last}")
        (folder / "made").touch()
    return World(folder)


def program(rooms: Sequence[str] = MAKERS) -> str:
    """Names what makes a home: data made by another version are made again. `rooms`: of the program."""
    package, total = Path(doudi.__file__).parent, hashlib.sha256()
    files = [path for room in rooms for path in sorted((package / room).rglob("*.py"))]
    for path in (*files, *sorted(resource_dir("contracts").rglob("*.yaml"))):
        total.update(path.read_bytes())
    return total.hexdigest()[:8]
