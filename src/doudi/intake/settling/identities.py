"""Who everybody in a cut is: the values that intake sealed, one line for each person and household, where a run finds them beside their rows."""

from __future__ import annotations

from pathlib import Path

from doudi.identity.index import chosen_names
from doudi.lake.engine import Engine

IDENTITIES = "identities.parquet"
"""Beside the tables of a cut, not one of them: bucket, subject ('p' or 'h'), number; sealed: id, name, phone (people), household_no (households)."""

ORDER = ("bucket", "subject", "number")

_PERSONS = f"""
SELECT coalesce(p.bucket, -1)::INTEGER AS bucket, 'p' AS subject, n.person AS number, n.id_sealed AS id, n.name_sealed AS name,
    f.phone_sealed AS phone, NULL::BLOB AS household_no
FROM ({chosen_names("seen")}) AS n
LEFT JOIN (
    SELECT person, phone_sealed FROM (SELECT DISTINCT person, phone_sealed FROM seen WHERE phone_sealed IS NOT NULL)
    QUALIFY row_number() OVER (PARTITION BY person ORDER BY phone_sealed) = 1
) AS f USING (person)
LEFT JOIN (SELECT person, bucket FROM people) AS p USING (person)
"""
"""Everybody whom a delivery names by a sound number; who is on no population list has bucket -1."""

_HOUSEHOLDS = """
SELECT p.bucket, 'h' AS subject, p.household AS number, NULL::BLOB AS id, NULL::BLOB AS name, NULL::BLOB AS phone, s.sealed AS household_no
FROM (SELECT DISTINCT household, bucket, household_no FROM people WHERE household IS NOT NULL) AS p
LEFT JOIN (SELECT DISTINCT household, household_no, sealed FROM seen_houses) AS s USING (household, household_no)
QUALIFY row_number() OVER (PARTITION BY p.household ORDER BY p.household_no, s.sealed) = 1
"""
"""A household whose number has two spellings (spaces, full-width digits) is shown with the first."""


def write_identities(engine: Engine, path: Path) -> int:
    """Write the identities of a cut; returns the lines. Needs `seen`, `seen_houses` and `people`.

    Sealed values stand among what is grouped and sorted, never in an aggregate: those the engine can spill.
    """
    return engine.to_parquet(f"{_PERSONS} UNION ALL {_HOUSEHOLDS}", path, ORDER)
