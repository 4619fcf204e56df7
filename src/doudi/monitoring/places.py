"""Where leads belong: the region that a rule's routing names, else where the household is registered, else the person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from doudi.monitoring.parts import NOWHERE, PART
from doudi.monitoring.steps import Step

HOUSEHOLD_PLACES = f"""
SELECT p.household, p.region, p.head, COALESCE(h.part, '{NOWHERE}') AS part
FROM (
    SELECT household, hukou_region AS region, person AS head,
        ROW_NUMBER() OVER (
            PARTITION BY household
            ORDER BY listed DESC, CASE WHEN relation IN ('01', '02') THEN 0 ELSE 1 END, living DESC, birth_date NULLS LAST, person
        ) AS place
    FROM person_base
    WHERE household IS NOT NULL
) p
LEFT JOIN (SELECT household, MIN({PART}) AS part FROM people WHERE household IS NOT NULL GROUP BY household) h ON p.household = h.household
WHERE p.place = 1
"""
"""The head's registered region (policy: relation 02 or 01, a living one before a dead one; without one the oldest)."""

PERSON_PLACES = f"""
SELECT b.person, COALESCE(h.region, b.hukou_region) AS region, COALESCE(p.part, '{NOWHERE}') AS part, b.living AND b.listed AS here, b.deceased
FROM person_base b
LEFT JOIN household_places h ON b.household = h.household
LEFT JOIN (SELECT person, {PART} AS part FROM people) p ON b.person = p.person
"""

ROUTED = """
SELECT a.rule, a.subject, a.person, a.household, COALESCE({variables}) AS region
FROM alerts a
LEFT JOIN person_facts f ON a.person = f.person
LEFT JOIN household_facts h ON a.household = h.household
WHERE a.rule = '{rule}'
"""

NOT_ROUTED = """
SELECT rule, subject, person, household, CAST(NULL AS TEXT) AS region FROM alerts WHERE FALSE
"""

PARTS = """
CASE WHEN LENGTH({region}) >= 6 THEN SUBSTR({region}, 1, 6) END AS county,
CASE WHEN LENGTH({region}) >= 9 AND SUBSTR({region}, 7, 3) <> '000' THEN SUBSTR({region}, 1, 9) END AS township,
CASE WHEN LENGTH({region}) = 12 AND SUBSTR({region}, 10, 3) <> '000' THEN {region} END AS village
"""


def parts(region: str) -> str:
    """SQL of county, township and village of a region column; empty where the code does not reach so far."""
    return PARTS.format(region=region)


STEPS = (
    Step("household_places", HOUSEHOLD_PLACES, "查明各家庭所在地"),
    Step("person_places", PERSON_PLACES, "查明各人所在地"),
)
"""From `person_base` and `people`: the region, the head and the part of every household, the region and the part of everybody, and whether
they are among the living on the newest list or among the dead."""


def part_of(row: str) -> str:
    """SQL of the part of a row about a person or a household, beside `person_places` as `p` and `household_places` as `h`.

    Somebody on no list any more is nowhere, also where the household is computed too.
    """
    return f"COALESCE(CASE WHEN {row}.person IS NULL THEN h.part ELSE p.part END, '{NOWHERE}') AS part"


def routed_regions(routes: Mapping[str, Sequence[str]], of: Mapping[str, str]) -> str:
    """The query of the regions that the routing itself names: rule -> text variables, of which the first that is known counts.

    `of` says for each variable whether it is of a person or a household.
    """
    queries = []
    for rule, names in sorted(routes.items()):
        if names:
            variables = ", ".join(f"{'f' if of[name] == 'person' else 'h'}.{name}" for name in names)
            queries.append(ROUTED.format(rule=rule, variables=variables))
    return " UNION ALL ".join([NOT_ROUTED, *queries])
