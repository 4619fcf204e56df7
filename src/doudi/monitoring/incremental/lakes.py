"""The two cuts side by side in one engine: `lake_<table>` is the cut of the run, `base_<table>` the one that the base stands on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from doudi.contracts.model import Contract
from doudi.intake.settle import Cut
from doudi.intake.settling.fingerprints import show_fingerprints
from doudi.lake.engine import Engine

NOW, BEFORE = "lake", "base"
"""Prefixes of the views over the tables of either cut."""

MOST_ROWS = 250_000
"""Of one cut, that are compared at a time. The engine groups so few rows two to three times as fast, row for row, as those of a province."""

BUCKETS = f"""
SELECT COALESCE(n.name, b.name) AS name, COALESCE(n.bucket, b.bucket) AS bucket, GREATEST(COALESCE(n.rows, 0), COALESCE(b.rows, 0)) AS rows,
    n.rows IS DISTINCT FROM b.rows OR n.fingerprint IS DISTINCT FROM b.fingerprint AS differs
FROM fingerprints_{NOW} n FULL JOIN fingerprints_{BEFORE} b ON n.name = b.name AND n.bucket = b.bucket
ORDER BY name, bucket
"""


@dataclass(frozen=True)
class Stretch:
    """Buckets from one to another in both of which, and maybe between, rows differ."""

    first: int
    last: int
    rows: int

    @property
    def where(self) -> str:
        """SQL that chooses its rows: the engine skips all others unread."""
        return f"bucket BETWEEN {self.first} AND {self.last}"


def stretches(buckets: Iterable[tuple[int, int, bool]]) -> list[Stretch]:
    """Stretches that together have all buckets that differ, each of at most `MOST_ROWS` rows or of one bucket.

    `buckets`: all of a table in order, with how many rows they have and whether they differ.
    """
    found: list[Stretch] = []
    between = MOST_ROWS  # rows since the last one's end
    for bucket, rows, differs in buckets:
        between += rows
        if differs:
            if found and found[-1].rows + between <= MOST_ROWS:
                found[-1] = Stretch(found[-1].first, bucket, found[-1].rows + between)
            else:
                found.append(Stretch(bucket, bucket, rows))
            between = 0
    return found


@dataclass(frozen=True)
class Source:
    """A table of the lake; `subject`: the column of the person whom a row is about, None if rows are about nobody.

    `settled`: the columns that settling decides, by which rows are compared: whatever else a delivered row says never changes (ADR 4). None: all.
    """

    name: str
    subject: str | None
    settled: tuple[str, ...] | None = None

    @property
    def named(self) -> tuple[str, str]:
        """SQL of the person and of the household that a row names."""
        return f'"{self.subject}"' if self.subject else "CAST(NULL AS BIGINT)", "household"


@dataclass(frozen=True)
class Identities(Source):
    """The sealed identities of a cut: names and telephones may be others though no row is, since refused and doubtful rows have some too."""

    name: str = "identities"
    subject: str | None = None

    @property
    def named(self) -> tuple[str, str]:
        return "CASE WHEN subject = 'p' THEN number END", "CASE WHEN subject = 'h' THEN number END"


IDENTITIES = Identities()


def sources(contracts: Mapping[str, Contract]) -> list[Source]:
    """Every table that a run reads."""
    found = [Source("people", "person")]
    for name, contract in contracts.items():
        settled = ("delivery", "row", "household", "bucket", *(field.column for field in contract.of_type("id18") if field.column))
        tables = [name, f"{name}_history"] if contract.mode == "snapshot" else [name]
        found += [Source(table, contract.subject, settled) for table in tables]
    return found


class Lakes:
    """The tables of both cuts. Needs the views `lake_…`; makes the views `base_…`, with an empty table for each that the older cut lacks."""

    def __init__(self, engine: Engine, before: Cut, now: Cut, contracts: Mapping[str, Contract]) -> None:
        self.engine, self.sources = engine, sources(contracts)
        self.cuts = {NOW: now, BEFORE: before}
        engine.views({f"{NOW}_{IDENTITIES.name}": now.identities})
        engine.views({f"{BEFORE}_{name}": path for name, path in before.bucketed.items()})
        for source in self.sources:
            if source.name not in before.tables:
                engine.execute(f'CREATE OR REPLACE TABLE "{BEFORE}_{source.name}" AS SELECT * FROM "{NOW}_{source.name}" WHERE FALSE')

    @cached_property
    def differing(self) -> Mapping[str, Sequence[Stretch]]:
        """Table -> where its rows differ: only there they have to be compared one by one."""
        for prefix, cut in self.cuts.items():
            show_fingerprints(self.engine, f"fingerprints_{prefix}", cut.bucketed, cut.fingerprints)
        of_table = groupby(self.engine.fetch(BUCKETS), key=lambda line: line[0])
        found = {name: stretches((bucket, rows, differs) for _, bucket, rows, differs in lines) for name, lines in of_table}
        return {name: where for name, where in found.items() if where}

    def told_by(self, *names: str) -> tuple[str, ...]:
        """The prefixes of the cuts in which these tables must be read to know all their rows: one is enough if they are the same in both."""
        return (NOW, BEFORE) if any(name in self.differing for name in names) else (NOW,)

    def compared(self, source: Source) -> Sequence[str]:
        """The columns that tell whether a row is the same in both cuts."""
        return source.settled or self.engine.arrow(f'SELECT * FROM "{NOW}_{source.name}" LIMIT 0').column_names

    def show(self, prefix: str, names: Iterable[str] | None = None) -> None:
        """Let each table's own name stand for all its rows in one of the cuts."""
        for name in names if names is not None else [source.name for source in self.sources]:
            self.engine.execute(f'CREATE OR REPLACE VIEW "{name}" AS SELECT * FROM "{prefix}_{name}"')
