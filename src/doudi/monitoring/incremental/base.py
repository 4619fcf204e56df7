"""The run to start from: one of the same day whose every other input is the same, so that only the rows of the lake can make a difference."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import pyarrow.parquet as pq

from doudi.intake.settle import Cut, open_cut
from doudi.kernel.errors import DoudiError
from doudi.lake.home import Home
from doudi.monitoring.freeze import Frozen, dataset_states, name_run
from doudi.monitoring.incremental.links import find_links
from doudi.published.read import PublishedRun
from doudi.published.schema import SCHEMA_VERSION
from doudi.rules import DatasetState
from doudi.rules.plan import Plan


@dataclass(frozen=True)
class Base:
    """A published run and the cut of the lake that it stands on. `checked`: whether its files are whole, which is found out meanwhile."""

    run: PublishedRun
    cut: Cut
    checked: Future[bool]

    @property
    def is_sound(self) -> bool:
        """Whether every file has its checksum; waits until that is known. Ask before anything is published of it."""
        return self.checked.result()


def find_base(home: Home, frozen: Frozen, plan: Plan) -> Base | None:
    """The newest run that can be started from if it `is_sound`; None if there is none.

    Nor is there one for a policy by which households depend on each other otherwise than through delivered columns.
    """
    if not plan.separable or _chain_is_whole(frozen, plan) or find_links(plan) is None:
        return None
    runs = [run for run in PublishedRun.all(home.root) if run.as_of == frozen.as_of and run.manifest.schema_version == SCHEMA_VERSION]
    for run in sorted(runs, key=lambda run: (run.times.get("finished_at", ""), run.id), reverse=True):
        folder = home.lake / run.manifest.cut
        if (folder / "cut.json").is_file() and open_cut(folder).identities.is_file():
            cut = open_cut(folder)
            if _fits(run, cut, frozen):
                return Base(run, cut, _begun(lambda run=run: _is_sound(run)))
    return None


def _chain_is_whole(frozen: Frozen, plan: Plan) -> bool:
    """Whether a line of the chain of aid depends on other households' rows; its tables are those that no file of the policy defines."""
    own = frozen.books.policy.tables
    return any(table.whole for name, table in plan.policy.tables.items() if table.steps and name not in own)


def _fits(run: PublishedRun, cut: Cut, frozen: Frozen) -> bool:
    """Whether nothing but the rows differs: with every other input of now the run has the name that it bears."""
    if name_run(frozen.as_of, cut, frozen.books, frozen.previous) != run.id:
        return False
    before = dataset_states(frozen.books.contracts, cut, frozen.as_of)
    return _late(before) == _late(frozen.states) and _alike(cut, frozen.cut)


def _late(states: Mapping[str, DatasetState]) -> dict[str, DatasetState]:
    """What decides how the policy is bound: of datasets in time it does not ask."""
    return {name: state for name, state in states.items() if state.late_days}


def _alike(one: Cut, other: Cut) -> bool:
    """Whether the tables that both have are of the same columns."""
    mine, theirs = one.tables, other.tables
    return all(pq.read_schema(mine[name]).equals(pq.read_schema(theirs[name])) for name in mine.keys() & theirs.keys())


def _begun(work: Callable[[], bool]) -> Future[bool]:
    """The answer of something that goes on beside everything else."""
    with_one = ThreadPoolExecutor(1, "check")
    answer = with_one.submit(work)
    with_one.shutdown(wait=False)
    return answer


def _is_sound(run: PublishedRun) -> bool:
    try:
        run.verify()
    except DoudiError:
        return False
    return True
