"""The effective rows of each dataset: held rows set aside, later rows instead of earlier ones, every row with its household."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from doudi.contracts.model import Contract
from doudi.identity.columns import POPULATION, key_columns, table_columns
from doudi.lake.engine import Engine


def prepare(engine: Engine) -> None:
    """Make `left_out (delivery, row)`: rows that are held or refused after linking. Needs `links`."""
    engine.execute("CREATE OR REPLACE TABLE left_out AS SELECT DISTINCT delivery, row FROM links WHERE outcome IN ('held', 'refused')")


def linked_rows(contract: Contract, more: Sequence[str] = ()) -> str:
    """All rows of a dataset that are not left out, with the person numbers that linkage gave them. `more`: columns that are not of the lake."""
    values, joins = [f"r.{column}" for column in more], []
    states = {field.column: field for field in contract.of_type("id18")}
    for column in table_columns(contract):
        if column not in states:
            values.append(f"r.{column}")
            continue
        link = f"l_{column}"
        joins.append(
            f"LEFT JOIN (SELECT delivery, row, outcome, person FROM links WHERE field = '{states[column].name}') AS {link}"
            f" ON {link}.delivery = r.delivery AND {link}.row = r.row"
        )
        plain = f"WHEN {link}.outcome IS NULL AND r.{column}_state = 'sound' THEN r.{column}"
        values.append(f"CASE WHEN {link}.outcome = 'linked' THEN {link}.person {plain} END AS {column}")
    return (
        f"SELECT r.delivery, r.place, r.list_month, r.row, {', '.join(values)} FROM rows_{contract.dataset} AS r {' '.join(joins)}"
        " ANTI JOIN left_out AS o ON o.delivery = r.delivery AND o.row = r.row"
    )


def effective_rows(contract: Contract, where: str = "true", more: Sequence[str] = ()) -> str:
    """Of rows with one key the later sent, in one file the later row; in a snapshot within each list. `where` chooses lists; see `linked_rows`."""
    key = (["list_month"] if contract.mode == "snapshot" else []) + key_columns(contract)
    return (
        f"SELECT * FROM ({linked_rows(contract, more)}) WHERE {where}"
        f" QUALIFY row_number() OVER (PARTITION BY {', '.join(key)} ORDER BY place DESC, row DESC) = 1"
    )


def write_tables(engine: Engine, contracts: Mapping[str, Contract], list_months: Mapping[str, int], folder: Path) -> dict[str, int]:
    """Write `<dataset>.parquet`, and for snapshots `<dataset>_history.parquet`, into `folder`; returns rows by table. Needs `people`."""
    rows: dict[str, int] = {}
    for dataset, contract in contracts.items():
        if contract.mode == "events":
            rows[dataset] = _write(engine, contract, effective_rows(contract), folder / f"{dataset}.parquet", history=False)
            continue
        newest = list_months.get(dataset, -1)
        for name, where in ((dataset, f"list_month = {newest}"), (f"{dataset}_history", f"list_month < {newest}")):
            query = effective_rows(contract, where) if dataset != POPULATION else f"SELECT * FROM effective_{POPULATION} WHERE {where}"
            rows[name] = _write(engine, contract, query, folder / f"{name}.parquet", history=name != dataset)
    return rows


def _write(engine: Engine, contract: Contract, query: str, path: Path, *, history: bool) -> int:
    subject = contract.subject
    columns = ", ".join(f"e.{column}" for column in table_columns(contract))
    months = ", e.list_month" if history else ""
    homes = f"LEFT JOIN people AS p ON p.person = e.{subject}" if subject else "LEFT JOIN people AS p ON false"
    stamped = f"SELECT e.delivery, e.row, {columns}, p.household, coalesce(p.bucket, -1)::INTEGER AS bucket{months} FROM ({query}) AS e {homes}"
    order = ["bucket", "household", *([subject] if subject else []), *key_columns(contract), *(["list_month"] if history else []), "delivery", "row"]
    return engine.to_parquet(stamped, path, [f"{column} NULLS LAST" for column in dict.fromkeys(order)])
