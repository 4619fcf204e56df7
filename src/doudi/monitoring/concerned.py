"""Whose facts and identities are published: the one definition of who is concerned.

A household is concerned by an alert, by an alert of the run before that has ended, and by a recognised member: somebody of whom a variable holds that
the policy declares a category (低保, 特困 …). It is concerned as a whole: every member's facts are published. Somebody without a household is
concerned alone. That a conclusion is unknown concerns nobody, nor does a line of aid: those have tables of their own, for everybody.
"""

from __future__ import annotations

from collections.abc import Mapping

from doudi.monitoring.parts import NOWHERE
from doudi.monitoring.steps import Step
from doudi.policyfiles import PolicyFiles
from doudi.rules.layers import FACTS, WANTED, layer_name
from doudi.rules.model import Variable

SUBJECTS = """
SELECT DISTINCT person, household FROM (
    SELECT person, household FROM alerts
    UNION ALL SELECT e.person, CASE WHEN e.person IS NULL OR h.part = p.part THEN e.household END FROM ended_lines e
        LEFT JOIN person_places p ON e.person = p.person LEFT JOIN household_places h ON e.household = h.household
    {recognised}
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


RECOGNISED = "UNION ALL SELECT {person}, f.household FROM {layer} f WHERE {categories}"

WANTED_PERSONS = "SELECT person FROM concerned_persons UNION SELECT person FROM open_persons"


def steps(policy: PolicyFiles, variables: Mapping[str, Variable]) -> list[Step]:
    """Make `concerned_households` (household), `concerned_persons` (person, household, part) and the plan's `wanted_persons`; see above.

    `variables`: those of the plan. Needs its layers and `alerts`, `ended_lines`, and the tables of `places.STEPS`.
    """
    categories: dict[tuple[str, str], list[str]] = {}
    for name, variable in variables.items():
        if name in policy.variables and policy.variables[name].category:
            of_person = variable.of == "person"
            table = ("f.person", layer_name(variable.rank)) if of_person else ("CAST(NULL AS BIGINT)", FACTS["household"])
            categories.setdefault(table, []).append(f'f."{name}"')
    recognised = [RECOGNISED.format(person=who, layer=layer, categories=" OR ".join(names)) for (who, layer), names in categories.items()]
    return [
        Step("concerned", SUBJECTS.format(recognised="\n    ".join(recognised)), "找出涉及的个人和家庭"),
        Step("concerned_households", HOUSEHOLDS, "找出涉及的家庭"),
        Step("concerned_persons", PERSONS, "找出涉及家庭的成员"),
        Step(WANTED, WANTED_PERSONS, "选定要汇集情况的人员"),
    ]
