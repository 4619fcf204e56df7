"""Staging tables of one load: temporary, filled by COPY, gone with the transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pyarrow as pa
from django.db import connection
from pyarrow import csv

HOUSEHOLD = "stage_household"
PERSON = "stage_person"
CATEGORY = "stage_category"
AID = "stage_aid"

COLUMNS: dict[str, dict[str, str]] = {
    HOUSEHOLD: {
        "number": "bigint PRIMARY KEY",
        "household_no_sealed": "bytea",
        "household_no_index": "bytea",
        "head": "bigint",
        "region": "text",
        "rural": "boolean",
        "members": "integer",
        "facts": "jsonb",
        "source": "bytea",
        "fresh": "boolean",
    },
    PERSON: {
        "number": "bigint PRIMARY KEY",
        "household": "bigint",
        "name": "text",
        "pinyin": "text",
        "initials": "text",
        "id_sealed": "bytea",
        "id_index": "bytea",
        "id_masked": "text",
        "phone_sealed": "bytea",
        "phone_masked": "text",
        "gender": "text",
        "birth_on": "date",
        "fresh": "boolean",
        "identity": "bytea",
        "living": "boolean",
        "listed": "boolean",
        "region": "text",
        "facts": "jsonb",
        "source": "bytea",
    },
    CATEGORY: {
        "person": "bigint",
        "household": "bigint",
        "code": "text",
        "starts_on": "date",
        "starts_exact": "boolean",
        "region": "text",
        "living": "boolean",
    },
    AID: {
        "date": "date",
        "whole_month": "boolean",
        "whole_year": "boolean",
        "person": "bigint",
        "household": "bigint",
        "region": "text",
        "programme": "text",
        "department": "text",
        "title": "text",
        "kind": "text",
        "amount": "bigint",
        "counts_in_sum": "boolean",
        "quantity": "bigint",
        "unit": "text",
        "dataset": "text",
        "delivery": "bigint",
        "row": "integer",
        "line": "integer",
    },
}


def make() -> None:
    """Empty staging tables for this transaction."""
    for table, columns in COLUMNS.items():
        listed = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
        run(f"DROP TABLE IF EXISTS {table}")
        run(f"CREATE TEMPORARY TABLE {table} ({listed}) ON COMMIT DROP")


def copy(table: str, lines: Iterable[Sequence[Any]]) -> int:
    """Bring lines into a staging table, columns in the order of `COLUMNS`; returns how many."""
    names, count = ", ".join(f'"{name}"' for name in COLUMNS[table]), 0
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as out:
        for line in lines:
            out.write_row(line)
            count += 1
    return count


def copy_blocks(table: str, blocks: Iterable[pa.Table]) -> int:
    """The same for lines that come as Arrow tables, which write themselves faster than line by line; an empty value is one without quotes."""
    names, count = ", ".join(f'"{name}"' for name in COLUMNS[table]), 0
    options = csv.WriteOptions(include_header=False, quoting_style="all_valid")
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN (FORMAT csv)") as out:
        for block in blocks:
            written = pa.BufferOutputStream()
            csv.write_csv(block, written, options)
            out.write(written.getvalue().to_pybytes())
            count += block.num_rows
    return count


def analyze() -> None:
    """Let the planner know how much there is."""
    for table in COLUMNS:
        run(f"ANALYZE {table}")


def run(statement: str, values: Sequence[Any] | dict[str, Any] | None = None) -> int:
    """Run one statement of our own; returns how many lines it wrote."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.rowcount


def rows(statement: str, values: Sequence[Any] | dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
    """The lines of one query of our own."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()
