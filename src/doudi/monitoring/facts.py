"""The wide tables as they are published: the facts of those concerned, with where they live."""

from __future__ import annotations

from doudi.monitoring.places import parts
from doudi.monitoring.standing import variable_lines
from doudi.published.read import fact_columns
from doudi.published.schema import Table
from doudi.published.tables import TABLES
from doudi.rules.plan import Plan

PERSONS = """
SELECT f.person, f.household, f.listed, f.living, f.deceased, {place}, h.rural{variables}, p.part
FROM person_facts f SEMI JOIN concerned_persons c ON f.person = c.person
LEFT JOIN person_places p ON f.person = p.person
LEFT JOIN household_facts h ON f.household = h.household
"""

HOUSEHOLDS = """
SELECT f.household, f.members, {place}, f.rural{variables}, p.part
FROM household_facts f SEMI JOIN concerned_households c ON f.household = c.household
LEFT JOIN household_places p ON f.household = p.household
"""


def facts_table(plan: Plan, of: str) -> Table:
    """The declaration of the facts of persons or households, with a column for each variable."""
    return TABLES[f"{of}_facts"].with_facts(fact_columns(variable_lines(plan).to_pylist(), of))


def facts_query(plan: Plan, of: str) -> str:
    """The query of the published facts of persons or households."""
    own = {column.name for column in TABLES[f"{of}_facts"].columns}
    names = [column.name for column in facts_table(plan, of).columns if column.name not in own]
    variables = "".join(f', f."{name}"' for name in names)
    return (PERSONS if of == "person" else HOUSEHOLDS).format(place=parts("p.region"), variables=variables)
