"""A run: freeze, compute, publish whole or not at all. The same inputs are the same run and the same bytes."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from importlib.metadata import version
from pathlib import Path
from time import perf_counter

from doudi.identity.keys import Keys
from doudi.kernel.clock import now
from doudi.kernel.errors import DoudiError, Fault, code
from doudi.lake.engines import EngineChoice
from doudi.lake.home import Home, write_whole
from doudi.monitoring.chain import with_chain_tables
from doudi.monitoring.compute import Computation
from doudi.monitoring.freeze import Books, Frozen, freeze
from doudi.monitoring.incremental.base import find_base
from doudi.published.manifest import MANIFEST, Input, Manifest
from doudi.published.read import LATEST, PublishedRun
from doudi.rules import build_policy
from doudi.rules.model import Policy
from doudi.rules.plan import plan_policy

NOT_REPEATED = code("run_not_repeated", "用同样的输入重算，结果与已发布的不同")

PEOPLE_PER_MB = 500
"""How many people are computed at a time for each MB of memory: a million took 2.35 GB with 2,000 MB, most of it while writing."""


def usual_memory() -> int:
    """MB for a run when nobody says otherwise: a third of what the machine has, from 600 to 8,000."""
    return min(max(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 3_000_000, 600), 8_000)


@dataclass(frozen=True)
class Bounds:
    """Of the engine: MB of buffers (more is spilled to the home) and threads."""

    memory: int = 600
    threads: int = 2


DEFAULT_BOUNDS, DUCKDB = Bounds(), EngineChoice()


@dataclass(frozen=True)
class Outcome:
    """`fresh`: computed now; else it had been published before. `repeated`: computed again and found equal, byte by byte."""

    run: PublishedRun
    fresh: bool
    repeated: bool = False


def run(
    home: Home, keys: Keys, as_of: date, books: Books, watch: Callable[[str], None] = lambda says: None, *,
    again: bool = False, bounds: Bounds = DEFAULT_BOUNDS, choice: EngineChoice = DUCKDB, full: bool = False,
) -> Outcome:  # fmt: skip
    """Compute and publish the run of a day, or find it published; with `again` compute it anew and compare. An interrupted run goes on.

    If only the rows of the lake differ from those of a published run, those whom the differing rows touch are computed, unless `full`.

    Raises DoudiError if the policy has faults, nothing was delivered, the home is being written, or (`again`) the result differs.
    """
    started, clock = now(), perf_counter()
    compiled = build_policy(with_chain_tables(books.policy), books.contracts, as_of)  # its faults are told before anything is computed
    frozen = freeze(home, keys, as_of, books, watch, memory=bounds.memory, threads=bounds.threads)
    published = home.runs / frozen.run
    if (published / MANIFEST).exists():
        found = PublishedRun(published)
        if again:
            with home.writing("重算一次运行"), home.temp_folder("again-") as folder:
                _compute(home, keys, frozen, compiled, folder, watch, started, clock, bounds, choice, full=True)
                _same(found, PublishedRun(folder))
        with home.writing("更新最新运行"):
            point_to_latest(home)
        return Outcome(found, fresh=False, repeated=again)
    with home.writing("运行"):
        with home.unfinished_folder(home.runs, frozen.run) as folder:
            _compute(home, keys, frozen, compiled, folder, watch, started, clock, bounds, choice, full=full)
        point_to_latest(home)
    return Outcome(PublishedRun(published), fresh=True)


def _compute(
    home: Home, keys: Keys, frozen: Frozen, compiled: Policy, folder: Path, watch: Callable[[str], None], started: datetime, clock: float,
    bounds: Bounds, choice: EngineChoice, *, full: bool,
) -> None:  # fmt: skip
    plan = plan_policy(compiled, frozen.states)
    base = None if full or choice.name != "duckdb" else find_base(home, frozen, plan)
    with choice.open(home, memory=bounds.memory, threads=bounds.threads) as engine:
        most = bounds.memory * PEOPLE_PER_MB if choice.name == "duckdb" else sys.maxsize  # a cluster divides the work by itself
        computation = Computation(engine, folder, home, keys, frozen, plan, watch, most, bounds.memory, bounds.threads, base)
        counts = computation.compute()
    manifest = Manifest(
        frozen.run,
        frozen.as_of,
        frozen.cut.id,
        frozen.books.title,
        frozen.books.contracts_hash,
        tuple(Input(one["id"], one["dataset"], "/".join(one["period"] or ())) for one in frozen.cut.deliveries),
        frozen.previous.id if frozen.previous else None,
        counts,
    )
    times = {
        "started_at": started.isoformat(timespec="seconds"),
        "finished_at": now().isoformat(timespec="milliseconds"),
        "seconds": round(perf_counter() - clock, 3),
        "program": version("doudi"),
        "base": _from_base(computation),
        "steps": {name: round(seconds, 3) for name, seconds in computation.findings.seconds.items()},
    }
    computation.writer.finish(manifest, (json.dumps(times, ensure_ascii=False, indent=1) + "\n").encode())


def _from_base(computation: Computation) -> dict[str, object] | None:
    """From which run it was computed, and how many anew; None of a full run."""
    base, affected = computation.base, computation.affected
    if base is None or affected is None:
        return None
    return {"run": base.run.id, "persons": affected.persons, "households": affected.households, "parts": len(affected.parts)}


def _same(one: PublishedRun, other: PublishedRun) -> None:
    """Raises DoudiError naming every file that differs."""
    names = sorted(set(one.manifest.files) | set(other.manifest.files))
    differing = [name for name in names if one.manifest.files.get(name) != other.manifest.files.get(name)]
    faults = [Fault(NOT_REPEATED, f"{name} 与已发布的不同", str(one.path)) for name in differing]
    if one.manifest != other.manifest and not faults:
        faults = [Fault(NOT_REPEATED, f"{MANIFEST} 与已发布的不同", str(one.path))]
    if faults:
        raise DoudiError(faults)
    one.verify()


def point_to_latest(home: Home) -> None:
    """Let `runs/latest` name the run with the latest as-of date; of several of that date the one published last."""
    runs = PublishedRun.all(home.root)
    if runs:
        newest = max(runs, key=lambda each: (each.as_of, each.times.get("finished_at", ""), each.id))
        write_whole(home.runs / LATEST, f"{newest.id}\n".encode())
