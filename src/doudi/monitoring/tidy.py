"""Tidying the lake: cuts that nothing stands on any more are removed. Whatever is removed can be made again from the deliveries.

Kept are the cut of everything that lies in the home (receipts and the list of deliveries read it), every cut that a published run stands on (its
explanations and exports read it), whatever version wrote the run, and the cut made last: a run may have made it and not have begun to compute.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from doudi.contracts.model import Contract
from doudi.identity.keys import Keys
from doudi.identity.policy import read_link_policy
from doudi.intake.settle import plan_cut
from doudi.kernel.errors import DoudiError, Fault
from doudi.lake.home import TEMPORARY, Home
from doudi.published.manifest import MANIFEST, UNREADABLE


@dataclass(frozen=True)
class Tidied:
    """How many cuts were removed and how many bytes they had, and how many were kept."""

    removed: int
    size: int
    kept: int


def tidy_lake(home: Home, keys: Keys, contracts: Mapping[str, Contract]) -> Tidied:
    """Remove the cuts that are not needed. Raises DoudiError, and removes nothing, if the home is being written or a run cannot be read."""
    with home.writing("清理数据湖"):
        cuts = sorted(path for path in home.lake.iterdir() if path.is_dir() and not path.name.startswith("."))
        wanted = _of_runs(home) | {plan_cut(home, keys, contracts, None, read_link_policy()).cut}
        if cuts:
            wanted.add(max(cuts, key=lambda cut: (cut.stat().st_mtime_ns, cut.name)).name)
        needless = [cut for cut in cuts if cut.name not in wanted]
        size = sum(_size(cut) for cut in needless)
        for cut in needless:
            gone = cut.rename(cut.with_name(f"{TEMPORARY}{cut.name}"))  # away in one step: nobody finds half a cut, and a crash leaves a left-over
            shutil.rmtree(gone)
    return Tidied(len(needless), size, len(cuts) - len(needless))


def _of_runs(home: Home) -> set[str]:
    """The cuts that published runs stand on. Reads the one key that every version of `run.json` has."""
    found: set[str] = set()
    for folder in home.runs.iterdir():
        if folder.is_dir() and not folder.name.startswith("."):
            path = folder / MANIFEST
            try:
                found.add(str(json.loads(path.read_bytes())["cut"]))
            except (OSError, ValueError, KeyError, TypeError) as error:
                todo = "恢复或移走这次运行，再清理"
                raise DoudiError(Fault(UNREADABLE, "不知道这次运行用到哪个切面，没有清理", str(path), type(error).__name__, todo)) from error
    return found


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
