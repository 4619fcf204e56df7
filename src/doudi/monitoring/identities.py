"""The sealed identities of a run: of the people and households that an alert, an unknown or a line of aid concerns, and of nobody else.

They were sealed when they were delivered; a run only looks for the lines of the cut that concern it.
"""

from __future__ import annotations

from collections.abc import Sequence

from doudi.monitoring.parts import NOWHERE, Part
from doudi.monitoring.steps import Step

VIEW = "cut_identities"
"""The name of the cut's `identities.parquet` in the engine."""

CONCERNED = """
SELECT DISTINCT person, household FROM (
    SELECT person, household FROM alert_lines
    UNION ALL SELECT e.person, CASE WHEN e.person IS NULL OR h.part = p.part THEN e.household END FROM ended_lines e
        LEFT JOIN person_places p ON e.person = p.person LEFT JOIN household_places h ON e.household = h.household
    UNION ALL SELECT person, household FROM unknowns
    UNION ALL SELECT person, household FROM chain_lines
)
"""

SUBJECTS = f"""
SELECT 'h' AS subject, h.household AS number, CAST(NULL AS BIGINT) AS household, h.head, h.part
FROM household_places h SEMI JOIN concerned c ON h.household = c.household
UNION ALL
SELECT 'p' AS subject, p.person AS number, b.household, CAST(NULL AS BIGINT) AS head, COALESCE(r.part, '{NOWHERE}') AS part
FROM (
    SELECT person FROM concerned WHERE person IS NOT NULL
    UNION
    SELECT b.person FROM person_base b JOIN (SELECT DISTINCT household FROM concerned) c ON b.household = c.household
) p
LEFT JOIN person_base b ON p.person = b.person
LEFT JOIN person_places r ON p.person = r.person
"""
"""Whoever is concerned, with the members of concerned households."""

STEPS = (
    Step("concerned", CONCERNED, "找出涉及的个人和家庭"),
    Step("identity_subjects", SUBJECTS, "找出涉及家庭的成员"),
)


def identities_query(parts: Sequence[str]) -> str:
    """The rows of `identities` of these parts, with their part and in order of it. People on no list, and what no list places, are looked for too."""
    buckets = [bucket for part in parts for bucket in Part(part, 0).buckets]
    codes = ", ".join(f"'{part}'" for part in parts)
    return f"""
SELECT s.subject, s.number, s.household, s.head, i.id, i.name, i.phone, i.household_no, s.part
FROM (SELECT * FROM identity_subjects WHERE part IN ({codes})) s
LEFT JOIN (SELECT * FROM {VIEW} WHERE bucket BETWEEN {min(buckets)} AND {max(buckets)} OR bucket = -1) i
    ON s.subject = i.subject AND s.number = i.number
ORDER BY part, subject, number
"""
