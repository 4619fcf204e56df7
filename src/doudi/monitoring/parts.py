"""A run in parts, one for each county: each is computed from its own rows, written by itself, and kept if the run is interrupted.

The parts are the same however many are computed at a time; that follows from the memory that there is. The rows of a part are those whose bucket is a
township of the county; people without a household, and households of which no list tells the township, are the part `000000`.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass

from doudi.lake.engine import Engine
from doudi.monitoring.steps import Step
from doudi.published.schema import Table

NOWHERE = "000000"

PART = f"CASE WHEN bucket < 1000 THEN '{NOWHERE}' ELSE LPAD(CAST(bucket // 1000 AS TEXT), 6, '0') END"
"""The part of a row, from its bucket."""

PEOPLE = f"SELECT part, COUNT(*) AS people FROM (SELECT {PART} AS part FROM people) GROUP BY part ORDER BY part"

PERSON_PARTS = f"""
SELECT b.person, COALESCE(p.part, '{NOWHERE}') AS part
FROM person_base b LEFT JOIN (SELECT person, {PART} AS part FROM people) p ON b.person = p.person
"""

HOUSEHOLD_PARTS = f"""
SELECT household, MIN({PART}) AS part FROM people WHERE household IS NOT NULL GROUP BY household
"""

ALERT_PARTS = f"""
SELECT a.alert, COALESCE(p.part, h.part, '{NOWHERE}') AS part
FROM alert_lines a LEFT JOIN person_parts p ON a.person = p.person LEFT JOIN household_parts h ON a.household = h.household
"""

STEPS = (
    Step("person_parts", PERSON_PARTS, "查明各人所在的县"),
    Step("household_parts", HOUSEHOLD_PARTS, "查明各户所在的县"),
)
"""From `people` and `person_base`: in which part everybody and every household is."""

JOINS = {
    "subject": "LEFT JOIN person_parts p ON q.person = p.person LEFT JOIN household_parts h ON q.household = h.household",
    "household": "LEFT JOIN household_parts h ON q.household = h.household",
    "alert": "LEFT JOIN alert_parts p ON q.alert = p.alert",
}
FOUND = {
    "subject": "COALESCE(CASE WHEN q.person IS NULL THEN h.part ELSE p.part END, '{0}')",  # of somebody on no list any more also in batches nowhere
    "household": "COALESCE(h.part, '{0}')",
    "alert": "COALESCE(p.part, '{0}')",
}


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


def in_parts(query: str, table: Table, by: str = "subject") -> str:
    """The query with a column `part`, in order of part and key. `by`: what of a row tells the part - its `subject`, `household` or `alert`."""
    order = ", ".join(f"{column} NULLS LAST" for column in ("part", *table.key))
    return f"SELECT q.*, {FOUND[by].format(NOWHERE)} AS part FROM ({query}) q {JOINS[by]} ORDER BY {order}"
