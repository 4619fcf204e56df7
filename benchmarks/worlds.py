"""The synthetic people that everything is measured on: homes made by `doudi simulate`, kept below one folder and used again."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

import pyarrow.parquet as pq

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


def simulated(people: int, data: Path, says: Callable[[str], None] = lambda line: None) -> World:
    """A province of about so many people below `data`, made now unless it is there."""
    folder = data / f"people-{people}"
    if not (folder / "made").exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        says(f"生成 {people:,} 人")
        households = str(round(people / HOUSEHOLD))
        options = ["--households", households, "--seed", "1", "--region", "43", "--as-of", AS_OF.isoformat(), "--lake-only"]
        command = [sys.executable, "-m", "doudi.cli", "simulate", *options, "--out", str(folder / "home")]
        subprocess.run(command, check=True, capture_output=True, env=os.environ | {"DOUDI_KEYS": str(folder / "keys")})  # noqa: S603
        (folder / "made").touch()
    return World(folder)
