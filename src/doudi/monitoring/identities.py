"""The sealed identities of a run: of the people and households concerned (see `concerned.py`), and of nobody else.

They were sealed when they were delivered; a run only looks for the lines of the cut that concern it.
"""

from __future__ import annotations

from collections.abc import Sequence

from doudi.monitoring.parts import Part

VIEW = "cut_identities"
"""The name of the cut's `identities.parquet` in the engine."""

SUBJECTS = """
SELECT 'h' AS subject, h.household AS number, CAST(NULL AS BIGINT) AS household, h.head, h.part
FROM household_places h SEMI JOIN concerned_households c ON h.household = c.household
UNION ALL
SELECT 'p' AS subject, person AS number, household, CAST(NULL AS BIGINT) AS head, part FROM concerned_persons
"""


def identities_query(parts: Sequence[str]) -> str:
    """The rows of `identities` of these parts, with their part and in order of it. People on no list, and what no list places, are looked for too."""
    buckets = [bucket for part in parts for bucket in Part(part, 0).buckets]
    codes = ", ".join(f"'{part}'" for part in parts)
    return f"""
SELECT s.subject, s.number, s.household, s.head, i.id, i.name, i.phone, i.household_no, s.part
FROM (SELECT * FROM ({SUBJECTS}) WHERE part IN ({codes})) s
LEFT JOIN (SELECT * FROM {VIEW} WHERE bucket BETWEEN {min(buckets)} AND {max(buckets)} OR bucket = -1) i
    ON s.subject = i.subject AND s.number = i.number
ORDER BY part, subject, number
"""
