"""The wide tables as they are published: everybody's facts, with where they live, and how many each rule asked, hit and left open."""

from __future__ import annotations

from collections import defaultdict

from doudi.lake.engine import Engine
from doudi.monitoring.places import parts
from doudi.monitoring.standing import Counts, variable_lines
from doudi.published.read import fact_columns
from doudi.published.schema import Table
from doudi.published.tables import TABLES
from doudi.rules.plan import Plan

PERSONS = """
SELECT f.person, f.household, f.listed, f.living, f.deceased, {place}, h.rural{variables}, p.part
FROM person_facts f
LEFT JOIN person_places p ON f.person = p.person
LEFT JOIN household_facts h ON f.household = h.household
"""

HOUSEHOLDS = """
SELECT f.household, f.members, {place}, f.rural{variables}, p.part
FROM household_facts f
LEFT JOIN household_places p ON f.household = p.household
"""

ASKED = {"living": "(f.living AND f.listed)", "deceased": "f.deceased", "household": "TRUE"}


def facts_table(plan: Plan, of: str) -> Table:
    """The declaration of the facts of persons or households, with a column for each variable."""
    return TABLES[f"{of}_facts"].with_facts(fact_columns(variable_lines(plan).to_pylist(), of))


def facts_query(plan: Plan, of: str) -> str:
    """The query of the published facts of persons or households."""
    own = {column.name for column in TABLES[f"{of}_facts"].columns}
    names = [column.name for column in facts_table(plan, of).columns if column.name not in own]
    variables = "".join(f', f."{name}"' for name in names)
    return (PERSONS if of == "person" else HOUSEHOLDS).format(place=parts("p.region"), variables=variables)


def count_subjects(engine: Engine, plan: Plan) -> dict[str, dict[str, Counts]]:
    """Part -> rule -> how many subjects it asked, hit and left unknown; one pass over each of the wide tables."""
    counted: defaultdict[str, dict[str, Counts]] = defaultdict(dict)
    for of in ("person", "household"):
        rules = [rule for rule in plan.rules.values() if rule.of == of]
        if not rules:
            continue
        columns = []
        for rule in rules:
            asked = ASKED[rule.subjects if of == "person" else "household"]
            for test in (asked, f"{asked} AND f.hit_{rule.rule}", f"{asked} AND f.hit_{rule.rule} IS NULL"):
                columns.append(f"COUNT(CASE WHEN {test} THEN 1 END)")
        query = f"SELECT p.part, {', '.join(columns)} FROM {of}_facts f JOIN {of}_places p ON f.{of} = p.{of} GROUP BY p.part"
        for part, *numbers in engine.fetch(query):
            counted[part] |= {rule.rule: Counts(*numbers[3 * at : 3 * at + 3]) for at, rule in enumerate(rules)}
    return counted
