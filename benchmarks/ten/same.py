"""Whether contestants found the same: a benchmark of programs that disagree measures nothing, so any difference ends it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb

EVERYTHING = ("alerts", "evidence", "unknowns")
"""What Doudi and the SQL written by hand give; the others give alerts only."""


class Different(AssertionError):
    """Two contestants found different things."""


def assert_same(one: Path, other: Path, tables: Sequence[str] = EVERYTHING, only: str = "TRUE") -> int:
    """Compare what two contestants wrote, row by row; returns the alerts. `only`: SQL that chooses the subjects that both have seen.

    Raises Different with the first lines that only one of them has.
    """
    connection = duckdb.connect()
    for name in tables:
        mine, theirs = (f"SELECT * FROM read_parquet('{folder / f'{name}.parquet'}') WHERE {only}" for folder in (one, other))  # noqa: S608
        for missing, has, not_in in ((f"({mine}) EXCEPT ALL ({theirs})", one, other), (f"({theirs}) EXCEPT ALL ({mine})", other, one)):
            rows = connection.execute(f"{missing} ORDER BY ALL LIMIT 5").fetchall()
            if rows:
                raise Different(f"{name}：只在 {has.name} 中、不在 {not_in.name} 中：{rows}")
    alerts = connection.execute(f"SELECT COUNT(*) FROM read_parquet('{one / 'alerts.parquet'}') WHERE {only}").fetchall()  # noqa: S608
    return int(alerts[0][0])
