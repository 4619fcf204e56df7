"""Whom the rows name that differ between two cuts: in the tables of the lake, in derived tables that depend on everybody, in the identities."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from sqlglot import exp

from doudi.lake.engine import Engine
from doudi.monitoring.everybody import compute_whole, needed
from doudi.monitoring.incremental.lakes import BEFORE, IDENTITIES, NOW, Lakes, Source
from doudi.rules.model import Lookup, Match, Table
from doudi.rules.plan import Plan

NOBODY = "CREATE OR REPLACE TABLE touched (person BIGINT, household BIGINT)"

TOUCHED = """
INSERT INTO touched
SELECT DISTINCT {person} AS person, {household} AS household
FROM (
    (SELECT * FROM {now} {where} EXCEPT SELECT * FROM {before} {where})
    UNION ALL (SELECT * FROM {before} {where} EXCEPT SELECT * FROM {now} {where})
)
"""
"""Rows are told apart by all their values; a table of the lake has no two equal rows, since a row says in which line of which delivery it stood."""

NONE = "CAST(NULL AS BIGINT)"


def find_touched(engine: Engine, lakes: Lakes, plan: Plan, folder: Path, watch: Callable[[str], None]) -> None:
    """Make `touched` (person, household), without the rest of their households.

    `folder`: where the whole tables of now stay, for the run. Leaves the views showing everybody now.
    """
    engine.execute(NOBODY)
    changed = {source.name for source in (*lakes.sources, IDENTITIES) if _compare(lakes, source)}
    _compare_whole(engine, lakes, plan, changed, folder, watch)


def _compare(lakes: Lakes, source: Source) -> bool:
    """Note who is in the rows of a table that differ; returns whether any does."""
    buckets = lakes.differing(source)
    if buckets:
        where = f"WHERE bucket IN ({', '.join(map(str, buckets))})"
        person, household = source.named
        now, before = (f'"{prefix}_{source.name}"' for prefix in (NOW, BEFORE))
        lakes.engine.execute(TOUCHED.format(person=person, household=household, now=now, before=before, where=where))
    return bool(buckets)


def crossing(plan: Plan) -> list[str]:
    """The derived tables by whose rows one household's facts depend on another's, each with whose its rows are, in order.

    Rows that are of nobody (of a shared account, say) count for those whose rows are matched to them: those tables are compared instead.
    """
    made = {step.name: plan.policy.tables[step.name] for step in plan.steps if step.name in plan.policy.tables}
    homeless = {name for name, table in made.items() if table.whole and not table.home}
    return [name for name, table in made.items() if table.home and (table.whole or homeless & set(_stands_on(table)))]


def _stands_on(table: Table) -> Iterable[str]:
    return [table.source, *(step.table for step in table.steps if isinstance(step, Lookup | Match))]


def _compare_whole(engine: Engine, lakes: Lakes, plan: Plan, changed: set[str], folder: Path, watch: Callable[[str], None]) -> None:
    names = crossing(plan)
    read = {table.name for step in needed(plan, names) for table in step.query.find_all(exp.Table)}
    differs = bool(read & changed)
    if differs:
        lakes.show(BEFORE)
        older = folder / "before"
        older.mkdir(exist_ok=True)
        compute_whole(engine, plan, older, watch, names, "before_")
    lakes.show(NOW)
    compute_whole(engine, plan, folder, watch, names if differs else [])
    for name in names if differs else []:
        home = plan.policy.tables[name].home
        person = next((f'"{column}"' for column in sorted(home) if column != "household"), NONE)
        household = "household" if "household" in home else NONE
        engine.execute(TOUCHED.format(person=person, household=household, now=f'"whole_{name}"', before=f'"before_whole_{name}"', where=""))
