"""Everybody on any population list, each in the household of the last list that had them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from doudi.contracts.model import Contract
from doudi.identity.columns import POPULATION, table_columns
from doudi.intake.settling.tables import effective_rows
from doudi.lake.engine import Engine

_BUCKETS = f"""
SELECT household, coalesce(min(try_cast(substr(coalesce(hukou_region, residence_region), 1, 9) AS INTEGER)), 0) AS bucket
FROM (
    SELECT household, residence_region, hukou_region, list_month = max(list_month) OVER (PARTITION BY household) AS newest
    FROM effective_{POPULATION} WHERE household IS NOT NULL
)
WHERE newest
GROUP BY household
"""
"""Household -> the code of the township where it is registered, as the newest list with it says; of several the first, 0 if none is known.

A township's rows lie together in every table, so that a county, or the townships that a delivery touches, are read without the rest.
"""


def settle_people(engine: Engine, contracts: Mapping[str, Contract], list_months: Mapping[str, int]) -> None:
    """Make `effective_population` (all lists) and `people`.

    people: person, household, household_no (as delivered), bucket, listed (on the newest list), list_month, the columns of the list - birth date and
    sex from the citizen ID where the list has none -, and the delivery and row they come from.
    """
    contract = contracts[POPULATION]
    engine.execute(f"CREATE OR REPLACE TABLE effective_{POPULATION} AS {effective_rows(contract, more=('household',))}")
    engine.execute(
        "CREATE OR REPLACE TABLE id_facts AS SELECT person, min(person_birth) AS birth, min(person_sex) AS sex"
        f" FROM rows_{POPULATION} WHERE person_state = 'sound' GROUP BY person"
    )
    filled = {"birth_date": "coalesce(e.birth_date, f.birth)", "sex": "coalesce(e.sex, f.sex)"}
    named = ("person", "household_no")
    columns = ", ".join(f"{filled.get(column, 'e.' + column)} AS {column}" for column in table_columns(contract) if column not in named)
    engine.execute(f"CREATE OR REPLACE TABLE buckets AS {_BUCKETS}")
    engine.execute(
        "CREATE OR REPLACE TABLE people AS SELECT e.person, e.household, e.household_no, coalesce(b.bucket, -1)::INTEGER AS bucket,"
        f" e.list_month = {list_months.get(POPULATION, -1)} AS listed, e.list_month, {columns}, e.delivery, e.row"
        f" FROM effective_{POPULATION} AS e LEFT JOIN buckets AS b USING (household)"
        " LEFT JOIN id_facts AS f USING (person)"
        " QUALIFY row_number() OVER (PARTITION BY e.person ORDER BY e.list_month DESC) = 1"
    )


def write_people(engine: Engine, path: Path) -> int:
    """Write `people.parquet`, sorted by bucket, household and person; returns its rows."""
    return engine.to_parquet("SELECT * FROM people", path, [f"{column} NULLS LAST" for column in ("bucket", "household", "person")])


def write_stays(engine: Engine, path: Path) -> int:
    """Write `household_stays.parquet`: households over time, one row for each unbroken run of lists that had a person in one household.

    person, household, bucket, from_month, to_month (months of the first and last of these lists), open (whether the newest list is among them).
    A list that lacks the person, or has them elsewhere, ends a stay. Returns its rows.
    """
    query = (
        "WITH lists AS (SELECT list_month, row_number() OVER (ORDER BY list_month) AS nth, max(list_month) OVER () AS newest"
        f" FROM (SELECT DISTINCT list_month FROM effective_{POPULATION})),"
        " on_list AS (SELECT e.person, e.household, list_month, newest,"
        " lists.nth - row_number() OVER (PARTITION BY e.person, e.household ORDER BY lists.nth) AS stay"
        f" FROM effective_{POPULATION} AS e JOIN lists USING (list_month))"
        " SELECT person, household, coalesce(any_value(bucket), -1)::INTEGER AS bucket, min(list_month) AS from_month,"
        " max(list_month) AS to_month, max(list_month) = any_value(newest) AS open FROM on_list LEFT JOIN buckets USING (household)"
        " GROUP BY person, household, stay"
    )
    return engine.to_parquet(query, path, [f"{column} NULLS LAST" for column in ("bucket", "household", "person", "from_month")])
