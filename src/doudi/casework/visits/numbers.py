"""Numbers that people read out on the telephone: letter and year, county, and a count without gaps: `Z2026-431382-000012`."""

from __future__ import annotations

from datetime import date
from uuid import NAMESPACE_URL, UUID, uuid5

from django.db import connection

from doudi.kernel.regions import county_of

TAKE = """
    INSERT INTO visits_counter (series, last) VALUES (%s, %s)
    ON CONFLICT (series) DO UPDATE SET last = visits_counter.last + EXCLUDED.last RETURNING last
"""

VISIT, CLUE, APPLICATION, CONFERENCE = "Z", "F", "S", "H"
"""走访、发现、申请、会议."""


def next_numbers(kind: str, region: str, on: date, count: int = 1) -> list[str]:
    """The next numbers of a county's series of the year; given back if the transaction is."""
    series = f"{kind}{on.year}-{county_of(region)}"
    with connection.cursor() as cursor:
        cursor.execute(TAKE, [series, count])
        last = cursor.fetchone()[0]
    return [f"{series}-{number:06d}" for number in range(last - count + 1, last + 1)]


def next_number(kind: str, region: str, on: date) -> str:
    """One such number."""
    return next_numbers(kind, region, on)[0]


def token_of_visit(number: str) -> UUID:
    """The form's key of the clue that a visit raises: the same each time, so that there is one at most."""
    return uuid5(NAMESPACE_URL, f"visit/{number}")
