"""Whose facts and identities are published: the one definition of who is concerned.

A household is concerned by an alert, by an alert of the run before that has ended, and by a recognised member: somebody of whom a variable holds that
the policy declares a category (低保, 特困 …). It is concerned as a whole: every member's facts are published. Somebody without a household is
concerned alone. That a conclusion is unknown concerns nobody, nor does a line of aid: those have tables of their own, for everybody.
"""

from __future__ import annotations

from doudi.monitoring.parts import NOWHERE
from doudi.monitoring.steps import Step
from doudi.policyfiles import PolicyFiles

SUBJECTS = """
SELECT DISTINCT person, household FROM (
    SELECT person, household FROM alert_lines
    UNION ALL SELECT e.person, CASE WHEN e.person IS NULL OR h.part = p.part THEN e.household END FROM ended_lines e
        LEFT JOIN person_places p ON e.person = p.person LEFT JOIN household_places h ON e.household = h.household
    UNION ALL SELECT f.person, f.household FROM person_facts f WHERE {person}
    UNION ALL SELECT CAST(NULL AS BIGINT), f.household FROM household_facts f WHERE {household}
)
"""
"""The household of an ended alert may be in another part by now, where it is computed without this alert."""

HOUSEHOLDS = """
SELECT DISTINCT household FROM (
    SELECT household FROM concerned
    UNION ALL SELECT b.household FROM person_base b SEMI JOIN concerned c ON b.person = c.person
) WHERE household IS NOT NULL
"""

PERSONS = f"""
SELECT p.person, b.household, COALESCE(r.part, '{NOWHERE}') AS part
FROM (
    SELECT person FROM concerned WHERE person IS NOT NULL
    UNION
    SELECT b.person FROM person_base b SEMI JOIN concerned_households c ON b.household = c.household
) p
LEFT JOIN person_base b ON p.person = b.person
LEFT JOIN person_places r ON p.person = r.person
"""


def steps(policy: PolicyFiles, variables: frozenset[str]) -> list[Step]:
    """Make `concerned_households` (household) and `concerned_persons` (person, household, part); see above. `variables`: those of the plan."""
    categories: dict[str, list[str]] = {"person": [], "household": []}
    for name, variable in policy.variables.items():
        if variable.category and name in variables:
            categories[variable.of].append(f'f."{name}"')
    tests = {of: " OR ".join(names) or "FALSE" for of, names in categories.items()}
    return [
        Step("concerned", SUBJECTS.format(**tests), "找出涉及的个人和家庭"),
        Step("concerned_households", HOUSEHOLDS, "找出涉及的家庭"),
        Step("concerned_persons", PERSONS, "找出涉及家庭的成员"),
    ]
