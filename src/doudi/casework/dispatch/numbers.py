"""Numbers of work items: `2026-431382-000123`, without gaps within a county and year as long as nothing is rolled back beside it."""

from __future__ import annotations

from django.db import connection

NEXT = """
    INSERT INTO dispatch_counter (year, county, last) VALUES (%s, %s, %s)
    ON CONFLICT (year, county) DO UPDATE SET last = dispatch_counter.last + EXCLUDED.last RETURNING last
"""


def numbers_take(year: int, county: str, count: int = 1) -> int:
    """Take `count` numbers of a county; returns the one before the first. Whoever asks next waits for this transaction."""
    with connection.cursor() as cursor:
        cursor.execute(NEXT, [year, county, count])
        return int(cursor.fetchone()[0]) - count


def number_text(year: int, county: str, number: int) -> str:
    """The number as people write it."""
    return f"{year}-{county}-{number:06}"
