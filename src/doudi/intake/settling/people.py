"""Everybody on any population list, each in the household of the last list that had them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from doudi.contracts.model import Contract
from doudi.identity.columns import POPULATION, table_columns
from doudi.intake.settling.tables import BUCKETS, effective_rows
from doudi.lake.engine import Engine


def settle_people(engine: Engine, contracts: Mapping[str, Contract], list_months: Mapping[str, int]) -> None:
    """Make `effective_population` (all lists) and `people`.

    people: person, household, household_no (as delivered), bucket, listed (on the newest list), list_month, the columns of the list - birth date and
    sex from the citizen ID where the list has none -, and the delivery and row they come from.
    """
    contract = contracts[POPULATION]
    engine.execute(f"CREATE OR REPLACE TABLE effective_{POPULATION} AS {effective_rows(contract)}")
    engine.execute(
        "CREATE OR REPLACE TABLE id_facts AS SELECT person, min(person_birth) AS birth, min(person_sex) AS sex"
        f" FROM rows_{POPULATION} WHERE person_state = 'sound' GROUP BY person"
    )
    filled = {"birth_date": "coalesce(e.birth_date, f.birth)", "sex": "coalesce(e.sex, f.sex)"}
    named = ("person", "household_no")
    columns = ", ".join(f"{filled.get(column, 'e.' + column)} AS {column}" for column in table_columns(contract) if column not in named)
    engine.execute(
        f"CREATE OR REPLACE TABLE people AS SELECT e.person, h.household, e.household_no, coalesce(h.household % {BUCKETS}, -1)::INTEGER AS bucket,"
        f" e.list_month = {list_months.get(POPULATION, -1)} AS listed, e.list_month, {columns}, e.delivery, e.row"
        f" FROM effective_{POPULATION} AS e LEFT JOIN households AS h USING (household_no) LEFT JOIN id_facts AS f USING (person)"
        " QUALIFY row_number() OVER (PARTITION BY e.person ORDER BY e.list_month DESC) = 1"
    )


def write_people(engine: Engine, path: Path) -> int:
    """Write `people.parquet`, sorted by bucket, household and person; returns its rows."""
    return engine.to_parquet("SELECT * FROM people", path, [f"{column} NULLS LAST" for column in ("bucket", "household", "person")])
