"""Who has to be recomputed: all whom a differing row names, with everybody in their households, before and now, and who shares an alert with them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from doudi.lake.engine import Engine
from doudi.monitoring.incremental.lakes import BEFORE, NOW
from doudi.monitoring.parts import NOWHERE, PART

NOBODY = """
CREATE OR REPLACE TABLE affected_persons (person BIGINT);
CREATE OR REPLACE TABLE affected_households (household BIGINT)
"""

HOMES = "SELECT '{prefix}' AS prefix, person, household, bucket FROM \"{prefix}_people\""

NEW_HOUSEHOLDS = """
CREATE OR REPLACE TABLE new_households AS
SELECT DISTINCT household FROM (
    SELECT household FROM touched
    UNION ALL SELECT p.household FROM homes p SEMI JOIN touched t ON p.person = t.person
) f WHERE household IS NOT NULL AND household NOT IN (SELECT household FROM affected_households)
"""

NEW_PERSONS = """
CREATE OR REPLACE TABLE new_persons AS
SELECT DISTINCT person FROM (
    SELECT person FROM touched
    UNION ALL SELECT p.person FROM homes p SEMI JOIN new_households n ON p.household = n.household
) f WHERE person IS NOT NULL AND person NOT IN (SELECT person FROM affected_persons)
"""

FORGET = """
DELETE FROM touched WHERE (person IS NULL OR person IN (SELECT person FROM affected_persons))
    AND (household IS NULL OR household IN (SELECT household FROM affected_households))
"""
"""Who is affected already has the household among the affected, and the other way round."""

SHARED = """
INSERT INTO touched
SELECT DISTINCT a.person, a.household FROM earlier_alerts a
WHERE a.person IS NOT NULL AND a.household IS NOT NULL
    AND (a.person IN (SELECT person FROM affected_persons)) <> (a.household IN (SELECT household FROM affected_households))
"""
"""Where somebody of the run before has left the household: its identity is published with that person's ended alert."""

PLACES = f"""
CREATE OR REPLACE TABLE affected AS
WITH persons AS (
    SELECT h.person AS number, MIN(CASE WHEN h.prefix = '{NOW}' THEN h.bucket END) AS bucket,
        MIN(CASE WHEN h.prefix = '{{before}}' THEN h.bucket END) AS bucket_before
    FROM homes h SEMI JOIN affected_persons a ON h.person = a.person GROUP BY h.person
),
households AS (
    SELECT h.household AS number, MIN(CASE WHEN h.prefix = '{NOW}' THEN h.bucket END) AS bucket,
        MIN(CASE WHEN h.prefix = '{{before}}' THEN h.bucket END) AS bucket_before
    FROM homes h SEMI JOIN affected_households a ON h.household = a.household GROUP BY h.household
)
SELECT 'p' AS subject, a.person AS number, p.bucket, p.bucket_before FROM affected_persons a LEFT JOIN persons p ON a.person = p.number
UNION ALL
SELECT 'h', a.household, h.bucket, h.bucket_before FROM affected_households a LEFT JOIN households h ON a.household = h.number
"""

IN_PARTS = """
SELECT subject, number, {now} AS part, {before} AS part_before FROM affected ORDER BY subject, number
"""


@dataclass(frozen=True)
class Subjects:
    """Person and household numbers."""

    persons: pa.Array
    households: pa.Array


@dataclass(frozen=True)
class Affected:
    """Who is recomputed. `people`: part -> how many persons are in it now; `before`: part -> whose lines in the base are dropped.

    `nobodys`: rows differ that are about nobody known.
    """

    persons: int
    households: int
    nobodys: bool = False
    people: Mapping[str, int] = field(default_factory=dict)
    before: Mapping[str, Subjects] = field(default_factory=dict)

    @property
    def parts(self) -> set[str]:
        """The parts in which lines can differ; with the part of those who are nowhere, where the rows of nobody are."""
        return {*self.people, *self.before, NOWHERE} if self.persons or self.households or self.nobodys else set()

    def dropped(self, part: str) -> Subjects:
        """Whose lines in a part of the base are dropped."""
        return self.before.get(part, NO_SUBJECTS)


NO_SUBJECTS = Subjects(pa.array([], pa.int64()), pa.array([], pa.int64()))


def find_affected(engine: Engine, told_by: Sequence[str] = (NOW, BEFORE), share: Callable[[bool], None] = lambda nobodys: None) -> Affected:
    """Make `affected_persons`, `affected_households` and `affected` (with buckets) from `touched`, which is used up. Needs `earlier_alerts`.

    `told_by`: the prefixes of the cuts whose `people` must be read, only `lake` where both have the same.
    `share` adds to `touched` who depends on `new_households` and `new_persons`, and, if it is told so, on rows about nobody known.
    """
    homes = " UNION ALL ".join(HOMES.format(prefix=prefix) for prefix in told_by)
    engine.execute(f"CREATE OR REPLACE VIEW homes AS {homes}")
    nobodys = first = bool(engine.fetch("SELECT 1 FROM touched WHERE person IS NULL AND household IS NULL LIMIT 1"))
    engine.execute(NOBODY)
    while first or engine.fetch("SELECT 1 FROM touched LIMIT 1"):
        engine.execute(NEW_HOUSEHOLDS)
        engine.execute(NEW_PERSONS)
        for what in ("household", "person"):
            engine.execute(f"INSERT INTO affected_{what}s SELECT {what} FROM new_{what}s")
        engine.execute("DELETE FROM touched")
        engine.execute(SHARED)
        share(first)
        engine.execute(FORGET)
        first = False
    engine.execute(PLACES.format(before=told_by[-1]))
    part = {name: f"CASE WHEN {name} IS NULL THEN '{NOWHERE}' ELSE {PART.replace('bucket', name)} END" for name in ("bucket", "bucket_before")}
    return _in_parts(engine.arrow(IN_PARTS.format(now=part["bucket"], before=part["bucket_before"])), nobodys)


def _in_parts(found: pa.Table, nobodys: bool) -> Affected:
    lines = {subject: found.filter(pc.equal(found["subject"], subject)) for subject in ("p", "h")}
    people = _counted(lines["p"]["part"])
    before: dict[str, dict[str, pa.Array]] = {}
    for subject, of_subject in lines.items():
        for part in _counted(of_subject["part_before"]):
            mine = of_subject.filter(pc.equal(of_subject["part_before"], part))
            before.setdefault(part, {})[subject] = mine["number"].combine_chunks()
    none = NO_SUBJECTS.persons
    subjects = {part: Subjects(numbers.get("p", none), numbers.get("h", none)) for part, numbers in before.items()}
    return Affected(lines["p"].num_rows, lines["h"].num_rows, nobodys, people | _also(lines["h"]["part"], people), subjects)


def _also(parts: pa.ChunkedArray, counted: Mapping[str, int]) -> dict[str, int]:
    """Parts with a household but without a person of those affected."""
    return {part: 0 for part in _counted(parts) if part not in counted}


def _counted(parts: Iterable[pa.Scalar] | pa.ChunkedArray) -> dict[str, int]:
    return {line["values"]: line["counts"] for line in pc.value_counts(parts).to_pylist()}
