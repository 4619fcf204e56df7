"""The delivered rows behind the evidence, each with the day that the row itself bears."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from doudi.contracts.model import Contract
from doudi.monitoring.ended import quoted
from doudi.monitoring.steps import Step

DAYS = """
SELECT {dataset} AS dataset, t.delivery, t.row, {day} AS date
FROM "{table}" t SEMI JOIN (SELECT DISTINCT delivery, row FROM sources WHERE dataset = {dataset}) s ON t.delivery = s.delivery AND t.row = s.row
"""

NO_DAYS = """
SELECT '' AS dataset, CAST(NULL AS BIGINT) AS delivery, CAST(NULL AS INT) AS row, CAST(NULL AS DATE) AS date WHERE FALSE
"""

QUERY = """
SELECT DISTINCT a.alert, s.condition, s.variable, s.dataset, s.delivery, s.row, d.date
FROM sources s
JOIN alert_lines a ON s.rule = a.rule AND COALESCE(s.person, s.household) = COALESCE(a.person, a.household)
LEFT JOIN source_days d ON s.dataset = d.dataset AND s.delivery = d.delivery AND s.row = d.row
ORDER BY a.alert, s.condition, s.variable, s.dataset, s.delivery, s.row
"""


def steps(contracts: Mapping[str, Contract], tables: Iterable[str]) -> list[Step]:
    """Make `source_days` (dataset, delivery, row, date) for the rows in `sources`. `tables`: those that the cut has."""
    there = set(tables)
    queries = [
        DAYS.format(dataset=quoted(name), table=table, day=day)
        for name, contract in contracts.items()
        if (day := _day(contract))
        for table in (name, f"{name}_history")
        if table in there
    ]
    return [Step("source_days", " UNION ALL ".join([NO_DAYS, *queries]), "查明来源行的日期")]


def _day(contract: Contract) -> str | None:
    """SQL of the day that a row bears: its first required date, in events also an optional one, else the first of its month; None if it has none."""
    dates = [each for each in contract.of_type("date") if each.required or contract.mode == "events"]
    if dates:
        return f"t.{min(dates, key=lambda each: not each.required).name}"
    months = [each.name for each in contract.of_type("month") if each.required]
    return f"MAKE_DATE(CAST(t.{months[0]} // 12 AS BIGINT), CAST(t.{months[0]} % 12 + 1 AS BIGINT), 1)" if months else None
