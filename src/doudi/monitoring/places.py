"""Where leads belong: the region that a rule's routing names, else where the household is registered, else the person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from doudi.monitoring.parts import NOWHERE, PART
from doudi.monitoring.steps import Step

DEAD = "SELECT person FROM person_base WHERE deceased"

HEAD = """{
    'place': CASE WHEN p.listed THEN 0 ELSE 4 END + CASE WHEN p.relation IN ('01', '02') THEN 0 ELSE 2 END
        + CASE WHEN d.person IS NULL THEN 0 ELSE 1 END,
    'birth_date': COALESCE(p.birth_date, DATE '9999-12-31'), 'person': p.person, 'region': p.hukou_region
}"""
"""What makes somebody the head of a household: the least in this order, in which nobody is equal to another."""

HOUSEHOLD_PLACES = f"""
SELECT household, head.region AS region, head.person AS head, {PART} AS part
FROM (
    SELECT p.household, MIN({HEAD}) AS head, MIN(p.bucket) AS bucket
    FROM people p LEFT JOIN ({DEAD}) d ON p.person = d.person
    WHERE p.household IS NOT NULL
    GROUP BY p.household
) h
"""
"""The head's registered region (policy: relation 02 or 01, a living one before a dead one; without one the oldest)."""

PERSON_PLACES = f"""
SELECT p.person, COALESCE(h.region, p.hukou_region) AS region, {PART} AS part, p.listed AND d.person IS NULL AS here, d.person IS NOT NULL AS deceased
FROM people p LEFT JOIN ({DEAD}) d ON p.person = d.person
LEFT JOIN household_places h ON p.household = h.household
UNION ALL
SELECT person, CAST(NULL AS TEXT) AS region, '{NOWHERE}' AS part, FALSE AS here, TRUE AS deceased FROM person_base WHERE list_month IS NULL
"""
"""Of people as they are on the lists: what else is known of everybody is only who is dead, and of somebody on no list nothing else."""

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
