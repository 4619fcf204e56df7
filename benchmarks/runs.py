"""A whole `doudi run` as a contestant: from the lake to the published run, of all rules or of some."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

from benchmarks.harness import StopWatch, now_and_then
from benchmarks.reduced import reduce_policy
from benchmarks.worlds import AS_OF, World
from doudi.lake.home import UNFINISHED, Home
from doudi.monitoring.chain import with_chain_tables
from doudi.monitoring.freeze import Books, open_books
from doudi.monitoring.run import Bounds, run, usual_memory
from doudi.rules.plan import compile_policy


def whole_run(world: str, rules: list[str] | None = None) -> dict[str, object]:
    """Compute and publish with the settings of `doudi run`, and remove what was published. `plan`: seconds of the compiled plan's own steps."""
    place, watch = World(Path(world)), StopWatch()
    home, keys, books = place.home, place.keys, books_of(place, rules)
    forget_unfinished(home)
    bounds = usual_bounds()
    with watch.running():
        outcome = run(home, keys, AS_OF, books, now_and_then(), bounds=bounds, full=True)
    times, counts = outcome.run.times, outcome.run.manifest.counts
    shutil.rmtree(outcome.run.path)
    (home.runs / "latest").unlink(missing_ok=True)
    plan = compile_policy(with_chain_tables(books.policy), place.contracts, AS_OF, place.states)
    mine = {step.name for step in plan.steps}
    steps = times["steps"]
    return watch.told(
        people=place.people,
        rows=sum(place.rows.values()),
        rules=len(books.policy.rules),
        memory_limit_mb=bounds.memory,
        plan=round(sum(seconds for name, seconds in steps.items() if name in mine), 3),
        steps=steps,
        alerts=counts["alerts"],
        unknown=counts["unknown"],
    )


def usual_bounds() -> Bounds:
    """The memory and the threads that `doudi run` takes when nobody says otherwise."""
    return Bounds(usual_memory())


def forget_unfinished(home: Home) -> None:
    """Remove what a benchmark that was killed has left of a run: going on with it would measure the rest only."""
    for folder in home.runs.glob(f"{UNFINISHED}*"):
        shutil.rmtree(folder)


def books_of(world: World, rules: list[str] | None) -> Books:
    """The books of Doudi's own policy, or of that policy reduced to some rules."""
    books = open_books()
    if rules is None:
        return books
    reduced = reduce_policy(books.policy, books.contracts, AS_OF, rules)
    return replace(books, policy=reduced, policy_hash=f"{books.policy_hash[:-8]}{len(rules):08d}")
