"""Where leads belong: the region that a rule's routing names, else where the household is registered, else the person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from doudi.monitoring.steps import Step

HOUSEHOLD_PLACES = """
SELECT household, region, head
FROM (
    SELECT household, hukou_region AS region, person AS head,
        ROW_NUMBER() OVER (
            PARTITION BY household
            ORDER BY listed DESC, CASE WHEN relation IN ('01', '02') THEN 0 ELSE 1 END, living DESC, birth_date NULLS LAST, person
        ) AS place
    FROM person_base
    WHERE household IS NOT NULL
)
WHERE place = 1
"""
"""The head's registered region (policy: relation 02 or 01, a living one before a dead one; without one the oldest)."""

PERSON_PLACES = """
SELECT b.person, COALESCE(p.region, b.hukou_region) AS region
FROM person_base b LEFT JOIN household_places p ON b.household = p.household
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
"""From `person_base`: the region and the head of every household, the region of everybody."""


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
