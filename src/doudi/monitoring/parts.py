"""A run in parts, one for each county: each is computed from its own rows, written by itself, and kept if the run is interrupted.

The parts are the same however many are computed at a time; that follows from the memory that there is. The rows of a part are those whose bucket is a
township of the county; people without a household, and households of which no list tells the township, are the part `000000`.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass

from doudi.lake.engine import Engine
from doudi.published.schema import Table

NOWHERE = "000000"

PART = f"CASE WHEN bucket < 1000 THEN '{NOWHERE}' ELSE LPAD(CAST(bucket // 1000 AS TEXT), 6, '0') END"
"""The part of a row, from its bucket."""

PEOPLE = f"""
SELECT {PART} AS part, CAST(SUM(number) AS BIGINT) AS people
FROM (SELECT bucket, COUNT(*) AS number FROM people GROUP BY bucket) b GROUP BY 1 ORDER BY 1
"""


@dataclass(frozen=True)
class Part:
    """A county by its code, and how many people it has."""

    code: str
    people: int

    @property
    def buckets(self) -> tuple[int, int]:
        """The first and the last bucket."""
        return (-1, 999) if self.code == NOWHERE else (int(self.code) * 1000, int(self.code) * 1000 + 999)


@dataclass(frozen=True)
class Batch:
    """Neighbouring parts that are computed together."""

    parts: tuple[Part, ...]

    @property
    def where(self) -> str:
        """SQL that chooses its rows."""
        return f"bucket BETWEEN {self.parts[0].buckets[0]} AND {self.parts[-1].buckets[1]}"

    @property
    def people(self) -> int:
        return sum(part.people for part in self.parts)

    @property
    def codes(self) -> list[str]:
        return [part.code for part in self.parts]


def find_parts(engine: Engine) -> list[Part]:
    """The parts of the lake, from the view `people`, in order; `000000` is always one of them."""
    found = dict(engine.fetch(PEOPLE))
    return [Part(code, found.get(code, 0)) for code in sorted({NOWHERE, *found})]


def batches(parts: Iterable[Part], most: int, done: Container[str] = ()) -> Iterator[Batch]:
    """Parts that are not `done`, so many neighbours together that they have at most `most` people (a larger part stands alone)."""
    waiting: list[Part] = []
    for part in parts:
        if waiting and (part.code in done or sum(each.people for each in waiting) + part.people > most):
            yield Batch(tuple(waiting))
            waiting = []
        if part.code not in done:
            waiting.append(part)
    if waiting:
        yield Batch(tuple(waiting))


def in_parts(query: str, table: Table) -> str:
    """The rows of a query that has a column `part`, in order of part and key."""
    order = ", ".join(f"{column} NULLS LAST" for column in ("part", *table.key))
    return f"SELECT * FROM ({query}) ORDER BY {order}"
