"""What tells whether the rows of a township are the same in two cuts, without reading them: one number for each table and bucket."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

import pyarrow.parquet as pq

from doudi.lake.engine import Engine

FINGERPRINTS = "fingerprints.parquet"
"""Beside the tables of a cut: name, bucket, rows, fingerprint, scheme (how it was computed: numbers of another scheme mean nothing here)."""

SCHEME = "version() || ' 1'"
"""The engine's hash may change with its version. Raise the number when `line_hash` or what is hashed changes."""

_OF_TABLE = """
SELECT '{name}' AS name, bucket, COUNT(*) AS rows, BIT_XOR({line}) AS fingerprint, {scheme} AS scheme FROM "{view}" GROUP BY bucket
"""
_NOTHING = "SELECT '' AS name, 0::INTEGER AS bucket, 0::BIGINT AS rows, 0::UBIGINT AS fingerprint, '' AS scheme WHERE FALSE"


def line_hash(columns: Iterable[str]) -> str:
    """SQL of a row's hash, 64 bits that can be summed up by XOR in any order.

    Hashed twice: the engine mixes the last column in by XOR alone, so two rows that exchange its values would cancel each other out.
    """
    return f"HASH(HASH({', '.join(_quoted(column) for column in columns)}))"


def fingerprints_query(engine: Engine, tables: Mapping[str, Path]) -> str:
    """The query of the fingerprints of some tables by name, each a Parquet file with a column `bucket`. Makes views over the files."""
    engine.views({f"print_{name}": path for name, path in tables.items()})
    parts = [
        _OF_TABLE.format(name=name, line=line_hash(pq.read_schema(path).names), view=f"print_{name}", scheme=SCHEME) for name, path in tables.items()
    ]
    return " UNION ALL ".join(parts) or _NOTHING


def write_fingerprints(engine: Engine, tables: Mapping[str, Path], path: Path, earlier: Path | None = None, same: Collection[str] = ()) -> int:
    """Write the fingerprints of a cut; returns the lines. Of the tables `same` those in the file `earlier` of another cut are taken over."""
    query = fingerprints_query(engine, {name: file for name, file in tables.items() if not (earlier and name in same)})
    if earlier and same:
        engine.views({"print_earlier": earlier})
        query = f"{query} UNION ALL SELECT * FROM print_earlier WHERE name IN ({', '.join(_text(name) for name in same)})"
    return engine.to_parquet(query, path, ["name", "bucket"])


def show_fingerprints(engine: Engine, view: str, tables: Mapping[str, Path], path: Path) -> None:
    """Give the fingerprints of a cut a name; computed now if the file is not there or was written by another scheme."""
    if path.is_file():
        engine.views({view: path})
        if not engine.fetch(f"SELECT 1 FROM {view} WHERE scheme <> {SCHEME} LIMIT 1"):
            return
        engine.execute(f"DROP VIEW {view}")
    engine.execute(f"CREATE OR REPLACE TABLE {view} AS {fingerprints_query(engine, tables)}")


def _quoted(column: str) -> str:
    return f'"{column}"'


def _text(value: str) -> str:
    return f"'{value}'"
