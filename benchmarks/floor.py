"""The floor: what it costs only to read, once, every column that the rules stand on, and how many times that a whole run takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from benchmarks.columns import columns_read
from benchmarks.harness import Contestant, Measured, StopWatch, race
from benchmarks.worlds import AS_OF, World
from doudi.identity.columns import table_columns
from doudi.lake.engine import DuckEngine
from doudi.monitoring.chain import with_chain_tables
from doudi.rules.plan import compile_policy

MEMORY = 600
"""MB, as `doudi run` takes if it is not told."""

ADDED = ("delivery", "row", "household", "bucket")
"""The columns of a table of the lake that no contract names."""

SUMS = {
    "VARCHAR": "SUM(STRLEN({0}))",
    "DATE": "SUM(DATE_DIFF('day', DATE '1970-01-01', {0}))",
    "BOOLEAN": "SUM(CAST({0} AS INTEGER))",
}
"""Type -> what touches every value; of numbers their sum."""


def measure(world: World, rounds: int, says: Callable[[str], None]) -> dict[str, Any]:
    """The scan and the whole run, as multiples of the scan."""
    says("查明 57 条规则读哪些列")
    columns = rule_columns(world)
    scan = scanned(world, says, max(3, rounds), columns)
    full = race([Contestant("完整运行", "runs:whole_run", {"world": str(world.folder)})], rounds, says)["完整运行"]
    plan = float(full.told["plan"])
    return {
        "people": world.people,
        "tables": len(columns),
        "columns": sum(map(len, columns.values())),
        "rows": sum(world.rows[name] for name in columns),
        "columns_by_table": columns,
        "scan": {"seconds": scan.seconds, "cpu": scan.cpu, "peak_mb": scan.peak_mb},
        "run": {"seconds": full.seconds, "cpu": full.cpu, "peak_mb": full.peak_mb, "plan": plan, "publish": round(full.told["seconds"] - plan, 3)}
        | {"alerts": full.told["alerts"], "unknown": full.told["unknown"], "steps": full.told["steps"]},
        "ratios": {
            "run": full.best / scan.best,
            "run_cpu": full.cpu / scan.cpu,
            "plan": plan / scan.best,
            "publish": (full.told["seconds"] - plan) / scan.best,
        },
        "goals": {"run": 10, "run_wish": 8},
    }


def scanned(world: World, says: Callable[[str], None], rounds: int = 2, columns: Mapping[str, Sequence[str]] | None = None) -> Measured:
    """The scan alone. `columns` by table: those that all rules read, unless they are given."""
    options = {"world": str(world.folder), "columns": columns or rule_columns(world)}
    return race([Contestant("扫描一遍", "floor:scan", options)], rounds, says)["扫描一遍"]


def rule_columns(world: World) -> Mapping[str, tuple[str, ...]]:
    """Table -> the columns that all rules read, of the tables that there are."""
    plan = compile_policy(with_chain_tables(world.policy), world.contracts, AS_OF, world.states)
    there = {name: pq.read_schema(path).names for name, path in world.cut.tables.items()}
    absent = {name: [*ADDED, *table_columns(contract)] for name, contract in world.absent.items()}
    return {name: columns for name, columns in columns_read(plan, there | absent).items() if name in there}


def scan(world: str, columns: dict[str, list[str]]) -> dict[str, object]:
    """Contestant: read these columns once and sum them."""
    place, watch = World(Path(world)), StopWatch()
    tables = {name: place.cut.tables[name] for name in columns}
    with DuckEngine(place.home, memory=MEMORY) as engine, watch.running():
        engine.views(tables)
        for name, wanted in columns.items():
            kinds = dict(engine.fetch(f"SELECT column_name, column_type FROM (DESCRIBE {name})"))  # noqa: S608 - names of contracts
            sums = ", ".join(SUMS.get(kinds[column], "SUM({0})").format(f'"{column}"') for column in wanted)
            engine.fetch(f"SELECT {sums} FROM {name}")  # noqa: S608
    return watch.told(people=place.people)
