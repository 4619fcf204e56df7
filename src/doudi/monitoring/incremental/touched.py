"""Whom the rows name that differ between two cuts: in the tables of the lake, and in the identities."""

from __future__ import annotations

from collections.abc import Iterator

from doudi.intake.settling.fingerprints import line_hash
from doudi.lake.engine import Engine
from doudi.monitoring.incremental.lakes import BEFORE, IDENTITIES, NOW, Lakes, Source
from doudi.monitoring.together import execute_together

NOBODY = "CREATE OR REPLACE TABLE touched (person BIGINT, household BIGINT)"

TOUCHED = """
INSERT INTO touched
SELECT person, household
FROM (
    SELECT {person} AS person, {household} AS household, {line} AS line FROM {now} WHERE {where}
    UNION ALL SELECT {person} AS person, {household} AS household, {line} AS line FROM {before} WHERE {where}
)
GROUP BY person, household
HAVING BIT_XOR(line) <> 0
"""
"""Rows that are the same in both cuts cancel each other out. A table of the lake has no two equal rows, since a row says in which line of which
delivery it stood; what remains of rows that differ is zero once in 2 ** 64.
A row that moved to another bucket differs in both."""


def find_touched(engine: Engine, lakes: Lakes, hands: int = 1) -> None:
    """Make `touched` (person, household), without the rest of their households and whoever depends on them."""
    engine.execute(NOBODY)
    differing = [source for source in (*lakes.sources, IDENTITIES) if source.name in lakes.differing]
    execute_together(engine, [each for source in differing for each in _comparisons(lakes, source)], hands)


def _comparisons(lakes: Lakes, source: Source) -> Iterator[str]:
    """The statements that note who is in the rows of a table that differ."""
    person, household = source.named
    now, before = (f'"{prefix}_{source.name}"' for prefix in (NOW, BEFORE))
    line = line_hash(lakes.compared(source))
    for stretch in lakes.differing[source.name]:
        yield TOUCHED.format(person=person, household=household, line=line, now=now, before=before, where=stretch.where)
