"""The sealed identities of a run: of the people and households that an alert, an unknown or a line of aid concerns, and of nobody else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

import pyarrow as pa

from doudi.identity.index import PersonIndex
from doudi.lake.engine import Engine
from doudi.monitoring.parts import NOWHERE
from doudi.monitoring.steps import Step
from doudi.published.seal import Sealer
from doudi.published.tables import TABLES

BATCH = 50_000

CONCERNED = """
SELECT DISTINCT person, household FROM (
    SELECT person, household FROM alert_lines
    UNION ALL SELECT e.person, CASE WHEN h.part = COALESCE(p.part, h.part) THEN e.household END FROM ended_lines e
        LEFT JOIN person_parts p ON e.person = p.person LEFT JOIN household_parts h ON e.household = h.household
    UNION ALL SELECT person, household FROM unknowns
    UNION ALL SELECT person, household FROM chain_lines
)
"""

HOUSEHOLDS = """
SELECT c.household, i.name, n.household_no
FROM (SELECT DISTINCT household FROM concerned WHERE household IS NOT NULL) c
LEFT JOIN household_places h ON c.household = h.household
LEFT JOIN index_here i ON h.head = i.person
LEFT JOIN household_numbers n ON c.household = n.household
JOIN household_parts r ON c.household = r.household
WHERE r.part = '{part}'
ORDER BY c.household
"""

NUMBERS = """
SELECT household, MIN(household_no) AS household_no
FROM people
WHERE household IS NOT NULL
GROUP BY household
"""
"""The number as delivered; a household that went through two spellings of one number (spaces, full-width digits) is shown with the first."""

EVERYBODY = """
SELECT person FROM person_base UNION SELECT person FROM concerned WHERE person IS NOT NULL
"""

PERSONS = """
SELECT p.person, b.household, i.id_sealed, i.name, i.phone_sealed
FROM (
    SELECT person FROM concerned WHERE person IS NOT NULL
    UNION
    SELECT b.person FROM person_base b SEMI JOIN concerned c ON b.household = c.household
) p
LEFT JOIN person_base b ON p.person = b.person
LEFT JOIN index_here i ON p.person = i.person
LEFT JOIN person_parts r ON p.person = r.person
WHERE COALESCE(r.part, '{nowhere}') = '{part}'
ORDER BY p.person
"""


STEPS = (
    Step("concerned", CONCERNED, "找出涉及的个人和家庭"),
    Step("household_numbers", NUMBERS, "找出涉及家庭的户号"),
)


def identity_batches(engine: Engine, index: PersonIndex, key: bytes, parts: Iterable[str]) -> Iterator[pa.RecordBatch]:
    """The rows of `identities`, with their part and in order of it, sealed under `key`."""
    sealer, schema = Sealer(key), TABLES["identities"].arrow.append(pa.field("part", pa.string()))
    index.gather(EVERYBODY, "index_here")
    for part in parts:
        for rows in chain(_households(engine, index, sealer, part), _persons(engine, index, sealer, part)):
            yield from pa.Table.from_pylist([row | {"part": part} for row in rows], schema=schema).to_batches()


def _households(engine: Engine, index: PersonIndex, sealer: Sealer, part: str) -> Iterator[list[dict[str, Any]]]:
    for lines in _in_parts(engine.fetch(HOUSEHOLDS.format(part=part))):
        hidden = index.hidden_texts(number for _, _, number in lines if number and "#" in number)
        yield [
            {
                "subject": "h",
                "number": number,
                "name": sealer.seal(name, "name", number),
                "household_no": sealer.seal(hidden.get(household_no, household_no), "household_no", number),
            }
            for number, name, household_no in lines
        ]


def _persons(engine: Engine, index: PersonIndex, sealer: Sealer, part: str) -> Iterator[list[dict[str, Any]]]:
    for lines in _in_parts(engine.fetch(PERSONS.format(part=part, nowhere=NOWHERE))):
        yield [
            {
                "subject": "p",
                "number": person,
                "household": household,
                "id": sealer.seal(id_sealed and index.reveal(id_sealed), "id", person),
                "name": sealer.seal(name, "name", person),
                "phone": sealer.seal(phone_sealed and index.reveal(phone_sealed), "phone", person),
            }
            for person, household, id_sealed, name, phone_sealed in lines
        ]


def _in_parts(lines: list[tuple]) -> Iterator[list[tuple]]:
    for start in range(0, len(lines), BATCH):
        yield lines[start : start + BATCH]
