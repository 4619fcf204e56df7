"""The two cuts side by side in one engine: `lake_<table>` is the cut of the run, `base_<table>` the one that the base stands on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from doudi.contracts.model import Contract
from doudi.intake.settle import Cut
from doudi.intake.settling.fingerprints import show_fingerprints
from doudi.lake.engine import Engine

NOW, BEFORE = "lake", "base"
"""Prefixes of the views over the tables of either cut."""

MOST_BUCKETS = 1_000
"""More buckets are not named one by one in a query."""

DIFFERING = f"""
SELECT COALESCE(n.name, b.name) AS name, COALESCE(n.bucket, b.bucket) AS bucket
FROM fingerprints_{NOW} n FULL JOIN fingerprints_{BEFORE} b ON n.name = b.name AND n.bucket = b.bucket
WHERE n.rows IS DISTINCT FROM b.rows OR n.fingerprint IS DISTINCT FROM b.fingerprint
ORDER BY name, bucket
"""


def in_buckets(buckets: Sequence[int]) -> str:
    """SQL that chooses the rows of these buckets; nothing, which is all rows, if they are too many to be named."""
    return f"WHERE bucket IN ({', '.join(map(str, buckets))})" if len(buckets) <= MOST_BUCKETS else ""


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
    def differing(self) -> Mapping[str, list[int]]:
        """Table -> the buckets in which its rows differ: the only ones whose rows have to be compared one by one."""
        for prefix, cut in self.cuts.items():
            show_fingerprints(self.engine, f"fingerprints_{prefix}", cut.bucketed, cut.fingerprints)
        found: dict[str, list[int]] = defaultdict(list)
        for name, bucket in self.engine.fetch(DIFFERING):
            found[name].append(bucket)
        return found

    def told_by(self, *names: str) -> tuple[str, ...]:
        """The prefixes of the cuts in which these tables must be read to know all their rows: one is enough if they are the same in both."""
        return (NOW, BEFORE) if any(name in self.differing for name in names) else (NOW,)

    def meetings(self, one: str, other: str) -> list[tuple[list[str], str]]:
        """Which rows of `one` have to be brought together with which of `other`, as SQL after FROM, to find all that meet in either cut.

        Where few buckets differ, all rows of now stand for those of before too; else the cuts are taken one after the other.
        """
        few = all(len(self.differing.get(name, ())) <= MOST_BUCKETS for name in (one, other))
        if not few:
            return [([f'"{prefix}_{one}"'], f'"{prefix}_{other}"') for prefix in self.told_by(one, other)]
        ones, others = self._rows_ever(one), self._rows_ever(other)
        return [(ones, each) for each in others]

    def _rows_ever(self, name: str) -> list[str]:
        """Every row of a table in either cut: all of now, of before those that can be others."""
        before = [f'"{BEFORE}_{name}" {in_buckets(self.differing[name])}'] if name in self.differing else []
        return [f'"{NOW}_{name}"', *before]

    def compared(self, source: Source) -> Sequence[str]:
        """The columns that tell whether a row is the same in both cuts."""
        return source.settled or self.engine.arrow(f'SELECT * FROM "{NOW}_{source.name}" LIMIT 0').column_names

    def show(self, prefix: str, names: Iterable[str] | None = None) -> None:
        """Let each table's own name stand for all its rows in one of the cuts."""
        for name in names if names is not None else [source.name for source in self.sources]:
            self.engine.execute(f'CREATE OR REPLACE VIEW "{name}" AS SELECT * FROM "{prefix}_{name}"')
