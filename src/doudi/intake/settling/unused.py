"""Rows and whole files that a cut does not use, each with its reason."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from doudi.intake.settling.plan import Plan
from doudi.lake.engine import Engine

SCHEMA = pa.schema(
    [("delivery", pa.int64()), ("row", pa.int32()), ("nth", pa.int16()), ("code", pa.string()), ("column", pa.string()), ("reason", pa.string()),
     ("state", pa.string())]
)  # fmt: skip
"""`row` is null where the whole file is not used; `nth` counts the reasons of a row from 1; `state` is `refused` or `held`."""


def write_unused(engine: Engine, plan: Plan, deliveries: Path, path: Path) -> int:
    """Write `unused.parquet`; returns its lines. Needs `links`."""
    engine.table("whole_files", _whole_files(plan))
    refused = {each.number: deliveries / each.id / "refused.parquet" for each in plan.accepted}
    there = {number: file for number, file in refused.items() if file.exists()}
    parts = [
        "SELECT * FROM whole_files",
        "SELECT delivery, row, row_number() OVER (PARTITION BY delivery, row ORDER BY field) AS nth, code, '' AS \"column\","
        " explanation AS reason, outcome AS state FROM links WHERE outcome IN ('held', 'refused')",
    ]
    if there:
        names = pa.table({"delivery": pa.array(list(there), pa.int64()), "filename": pa.array([str(file) for file in there.values()], pa.string())})
        engine.table("refused_files", names)
        engine.views({"refused_rows": list(there.values())}, file_column=True)
        parts.append(
            "SELECT f.delivery, r.row, r.nth, r.code, r.column, r.message AS reason, 'refused' AS state"
            " FROM refused_rows AS r JOIN refused_files AS f USING (filename)"
        )
    chosen = ", ".join(f'"{field.name}"::{_SQL[field.type]} AS "{field.name}"' for field in SCHEMA)
    query = " UNION ALL ".join(f"SELECT {chosen} FROM ({part})" for part in parts)
    return engine.to_parquet(query, path, ["delivery", "row NULLS FIRST", "nth", "code"])


_SQL = {pa.int64(): "BIGINT", pa.int32(): "INTEGER", pa.int16(): "SMALLINT", pa.string(): "VARCHAR"}


def _whole_files(plan: Plan) -> pa.Table:
    lines = [(each.number, None, 1, each.reason[0], "", each.reason[1], each.verdict) for each in plan.deliveries if each.verdict != "accepted"]
    columns = list(zip(*lines, strict=True)) or [()] * len(SCHEMA)
    return pa.table([pa.array(column, kind) for column, kind in zip(columns, SCHEMA.types, strict=True)], schema=SCHEMA)
