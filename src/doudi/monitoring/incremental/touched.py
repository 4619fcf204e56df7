"""Whom the rows name that differ between two cuts: in the tables of the lake, and in the identities."""

from __future__ import annotations

from doudi.lake.engine import Engine
from doudi.monitoring.incremental.lakes import BEFORE, IDENTITIES, NOW, Lakes, Source

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


def find_touched(engine: Engine, lakes: Lakes) -> None:
    """Make `touched` (person, household), without the rest of their households and whoever depends on them."""
    engine.execute(NOBODY)
    for source in (*lakes.sources, IDENTITIES):
        _compare(engine, lakes, source)


def _compare(engine: Engine, lakes: Lakes, source: Source) -> None:
    """Note who is in the rows of a table that differ."""
    buckets = lakes.differing(source)
    if buckets:
        where = f"WHERE bucket IN ({', '.join(map(str, buckets))})"
        person, household = source.named
        now, before = (f'"{prefix}_{source.name}"' for prefix in (NOW, BEFORE))
        engine.execute(TOUCHED.format(person=person, household=household, now=now, before=before, where=where))
