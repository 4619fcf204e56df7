"""Shows the rows of the affected only, so that the plan and everything after it is computed for them as if there were nobody else."""

from __future__ import annotations

from collections.abc import Iterable

from doudi.lake.engine import Engine
from doudi.monitoring.identities import VIEW as IDENTITIES_VIEW
from doudi.monitoring.incremental.lakes import BEFORE, IDENTITIES, NOW, Source
from doudi.monitoring.parts import Batch
from doudi.monitoring.together import execute_together

MOST_BUCKETS = 1_000
"""More buckets are not named one by one in a query."""

PLACED = {NOW: "bucket", BEFORE: "bucket_before"}

HERE = """
CREATE OR REPLACE TABLE here_{what}s AS
SELECT number AS {what} FROM affected WHERE subject = '{subject}' AND COALESCE({placed}, -1) BETWEEN {first} AND {last}
"""

BUCKETS = """
SELECT DISTINCT {placed} FROM affected WHERE {placed} BETWEEN {first} AND {last} ORDER BY 1 LIMIT {most}
"""

ROWS = """
SELECT * FROM "{prefix}_{name}" WHERE {where} AND household IN (SELECT household FROM here_households)
"""

ROWS_OF_NO_HOUSEHOLD = """
UNION ALL
SELECT * FROM "{prefix}_{name}" WHERE bucket < 0 AND household IS NULL AND {whose}
"""


def show_near(engine: Engine, sources: Iterable[Source], prefix: str, batch: Batch, *, keep: bool = True, hands: int = 1) -> None:
    """Let each table's own name stand for the rows of the affected of some parts in one of the cuts, and for those about nobody.

    Makes `here_persons` and `here_households`. `keep`: the rows are read once and kept, for many queries; else for one query or two.
    """
    first, last, placed = batch.parts[0].buckets[0], batch.parts[-1].buckets[1], PLACED[prefix]
    for what, subject in (("person", "p"), ("household", "h")):
        engine.execute(HERE.format(what=what, subject=subject, placed=placed, first=first, last=last))
    where = _where(engine, placed, first, last)
    shown: dict[str, str] = {}
    for source in sources:
        query = ROWS.format(prefix=prefix, name=source.name, where=where)
        if first < 0:
            whose = f'("{source.subject}" IS NULL OR "{source.subject}" IN (SELECT person FROM here_persons))' if source.subject else "TRUE"
            query += ROWS_OF_NO_HOUSEHOLD.format(prefix=prefix, name=source.name, whose=whose)
        shown[source.name] = query
    if keep:
        execute_together(engine, [f'CREATE OR REPLACE TABLE "near_{name}" AS {query}' for name, query in shown.items()], hands)
        shown = {name: f'SELECT * FROM "near_{name}"' for name in shown}
    for name, query in shown.items():
        engine.execute(f'CREATE OR REPLACE VIEW "{name}" AS {query}')
    engine.execute(f"CREATE OR REPLACE VIEW {IDENTITIES_VIEW} AS SELECT * FROM {prefix}_{IDENTITIES.name} WHERE {where} OR bucket < 0")


def _where(engine: Engine, placed: str, first: int, last: int) -> str:
    """The buckets, named one by one as long as they are few: the engine then skips the rows of all others unread."""
    found = engine.fetch(BUCKETS.format(placed=placed, first=first, last=last, most=MOST_BUCKETS + 1))
    if 0 < len(found) <= MOST_BUCKETS:
        return f"bucket IN ({', '.join(str(bucket) for (bucket,) in found)})"
    return f"bucket BETWEEN {first} AND {last}"
