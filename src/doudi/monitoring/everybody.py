"""What must be known of everybody before some households can be computed by themselves: derived tables whose rows depend on other households'."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from doudi.lake.engine import Engine
from doudi.monitoring.steps import WrittenStep
from doudi.rules.plan import Plan

WITH_BUCKET = {
    "household": "SELECT household, MIN(bucket) AS bucket FROM people WHERE household IS NOT NULL GROUP BY household",
    "person": "SELECT person AS {key}, bucket FROM people",
}


def whole_view(name: str) -> str:
    """The view over the file of a whole table."""
    return f"whole_{name}"


def compute_whole(engine: Engine, plan: Plan, steps: Sequence[WrittenStep], folder: Path, watch: Callable[[str], None]) -> None:
    """Make a view `whole_<table>` for each whole table of the plan, over a file in `folder`; those that are there are taken as they are.

    `steps`: the plan's, in words. Needs views of all datasets with everybody's rows. The rows of a table that has a home carry their bucket and
    are sorted by it.
    """
    views: list[str] = []
    for step in _needed(plan, steps):
        path = folder / f"{step.name}.parquet"
        if plan.policy.tables.get(step.name) and plan.policy.tables[step.name].whole:
            if not path.exists():
                watch(step.says)
                _write(engine, plan, step, path)
            engine.views({whole_view(step.name): path})
            text = f'SELECT * FROM "{whole_view(step.name)}"'
        else:
            text = step.query
        engine.execute(f'CREATE OR REPLACE VIEW "{step.name}" AS {text}')
        views.append(step.name)
    for name in reversed(views):
        engine.execute(f'DROP VIEW "{name}"')


def _needed(plan: Plan, steps: Sequence[WrittenStep]) -> list[WrittenStep]:
    """The whole tables and everything they stand on, in order. A step that only shares its name with a column does no harm: it is a view."""
    wanted = {table.name for table in plan.whole}
    for step in reversed(steps):
        if step.name in wanted:
            wanted.update(re.findall(r"\w+", step.query))
    return [step for step in steps if step.name in wanted]


def _write(engine: Engine, plan: Plan, step: WrittenStep, path: Path) -> None:
    home = plan.policy.tables[step.name].home
    query, order = step.query, "1"
    if home:
        key = min(home, key=lambda column: column != "household")
        buckets = WITH_BUCKET["household" if key == "household" else "person"].format(key=key)
        query = f"SELECT t.*, COALESCE(b.bucket, -1) AS bucket FROM ({query}) t LEFT JOIN ({buckets}) b ON t.{key} = b.{key}"
        order = "bucket"
    unfinished = path.with_suffix(".unfinished")
    engine.to_parquet(query, unfinished, [order])
    unfinished.rename(path)
