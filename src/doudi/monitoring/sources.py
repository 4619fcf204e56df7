"""The delivered rows behind the evidence, each with the day that the row itself bears.

The plan gives the rows of variables. That somebody is dead is no variable but known of everybody; where a condition stands on it, the death
record is a source too, under the name `death_date`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from doudi.contracts.model import Contract
from doudi.monitoring.ended import quoted
from doudi.monitoring.steps import Step
from doudi.rules.model import Formula, FromRows, Members, Policy, Where
from doudi.rules.syntax import Node, names

DEATH = "death"
OF_DEATH = frozenset({"deceased", "death_date"})

DAYS = """
SELECT {dataset} AS dataset, t.delivery, t.row, {day} AS date
FROM "{table}" t SEMI JOIN (SELECT DISTINCT delivery, row FROM sources WHERE dataset = {dataset}) s ON t.delivery = s.delivery AND t.row = s.row
"""

NO_DAYS = """
SELECT '' AS dataset, CAST(NULL AS BIGINT) AS delivery, CAST(NULL AS INT) AS row, CAST(NULL AS DATE) AS date WHERE FALSE
"""

DEATHS = """
SELECT a.alert, {condition} AS condition, 'death_date' AS variable, 'death' AS dataset, d.delivery, d.row, d.death_date AS date
FROM alert_lines a
JOIN person_base b ON a.{subject} = b.{subject}
JOIN death d ON b.person = d.person
WHERE a.rule = {rule} AND d.death_date <= DATE '{as_of}'
"""

NO_DEATHS = """
SELECT '' AS alert, '' AS condition, '' AS variable, '' AS dataset, CAST(NULL AS BIGINT) AS delivery, CAST(NULL AS INT) AS row,
    CAST(NULL AS DATE) AS date
WHERE FALSE
"""

QUERY = """
SELECT s.*, a.part FROM (SELECT DISTINCT * FROM (
    SELECT a.alert, s.condition, s.variable, s.dataset, s.delivery, s.row, d.date
    FROM sources s
    JOIN alert_lines a ON s.rule = a.rule AND COALESCE(s.person, s.household) = COALESCE(a.person, a.household)
    LEFT JOIN source_days d ON s.dataset = d.dataset AND s.delivery = d.delivery AND s.row = d.row
    UNION ALL SELECT * FROM source_deaths
)) s JOIN alert_lines a ON s.alert = a.alert
"""


def steps(contracts: Mapping[str, Contract], tables: Iterable[str], policy: Policy) -> list[Step]:
    """Make `source_days` (dataset, delivery, row, date) for the rows in `sources`, and `source_deaths`. `tables`: those that the cut has."""
    there = set(tables)
    days = [
        DAYS.format(dataset=quoted(name), table=table, day=day)
        for name, contract in contracts.items()
        if (day := _day(contract))
        for table in (name, f"{name}_history")
        if table in there
    ]
    deaths = list(_deaths(policy, policy.as_of)) if DEATH in contracts else []
    return [
        Step("source_days", " UNION ALL ".join([NO_DAYS, *days]), "查明来源行的日期"),
        Step("source_deaths", " UNION ALL ".join([NO_DEATHS, *deaths]), "找出作为依据的死亡登记"),
    ]


def _day(contract: Contract) -> str | None:
    """SQL of the day that a row bears: its first required date, in events also an optional one, else the first of its month; None if it has none."""
    dates = [each for each in contract.of_type("date") if each.required or contract.mode == "events"]
    if dates:
        return f"t.{min(dates, key=lambda each: not each.required).name}"
    months = [each.name for each in contract.of_type("month") if each.required]
    return f"MAKE_DATE(CAST(t.{months[0]} // 12 AS BIGINT), CAST(t.{months[0]} % 12 + 1 AS BIGINT), 1)" if months else None


def _deaths(policy: Policy, as_of: date) -> Iterator[str]:
    for rule in policy.rules.values():
        for condition in rule.conditions:
            if stands_on_death(policy, condition.test):
                subject = "household" if rule.of == "household" else "person"
                yield DEATHS.format(condition=quoted(condition.name), rule=quoted(rule.name), subject=subject, as_of=as_of.isoformat())


def stands_on_death(policy: Policy, node: Node | None) -> bool:
    """Whether a test asks, itself or through its variables, if or when somebody died."""
    asked = set(names(node)) if node else set()
    return bool(asked & OF_DEATH) or any(_variable_does(policy, name) for name in asked if name in policy.variables)


def _variable_does(policy: Policy, variable: str) -> bool:
    match policy.variables[variable].how:
        case FromRows(table=table, where=where, aggregate=aggregate):  # here names are columns of the rows
            tests = [where, aggregate.argument, *(step.test for step in policy.tables[table].steps if isinstance(step, Where))]
            return any(set(names(test)) & OF_DEATH for test in tests if test)
        case Formula(node=node):
            return stands_on_death(policy, node)
        case Members(aggregate=aggregate):
            return stands_on_death(policy, aggregate.argument)
