"""A driver of its own process: computes a plan over a home's newest cut on a cluster, says each step, and writes what came out.

python -m tests.engines.driver MASTER HOME OUT RULE…
"""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

from doudi.contracts import load_contracts
from doudi.kernel.resources import resource_dir
from doudi.lake.engine import Engine
from doudi.lake.engines import EngineChoice
from doudi.lake.home import Home
from doudi.monitoring.compute import empty_table
from doudi.policyfiles import read_policy
from doudi.policyfiles.standing import cut_to
from doudi.rules import build_policy
from doudi.rules.plan import Plan, plan_policy

AS_OF = date(2026, 10, 31)

RESULTS = {
    "person_facts": ["person"],
    "household_facts": ["household"],
    "alerts": ["rule", "subject", "household", "person"],
    "evidence": ["rule", "subject", "household", "person", "position"],
    "unknowns": ["rule", "subject", "household", "person"],
}
"""Table -> the order in which its rows are written."""


def plan_of(rules: list[str]) -> Plan:
    """The plan of these rules and what they stand on."""
    contracts = load_contracts(resource_dir("contracts"))
    return plan_policy(build_policy(cut_to(read_policy(resource_dir("policy")), rules), contracts, AS_OF), {})


def compute(engine: Engine, home: Path, plan: Plan, out: Path) -> None:
    """Run the plan over the newest cut of a home and write its results as Parquet; every step is said on standard output."""
    cut = max((home / "lake").glob("*/tables"))
    contracts = load_contracts(resource_dir("contracts"))
    for name in plan.inputs:
        if (cut / f"{name}.parquet").exists():
            engine.views({name: cut / f"{name}.parquet"})
        else:
            engine.execute(empty_table(name, contracts[name.removesuffix("_history")]))
    for step in plan.steps:
        print("step", step.name, flush=True)
        engine.execute(f'CREATE OR REPLACE TABLE "{step.name}" AS {step.query.sql("duckdb")}')
    out.mkdir(parents=True, exist_ok=True)
    for name, order in RESULTS.items():
        print("write", name, flush=True)
        engine.to_parquet(f"SELECT * FROM {name}", out / f"{name}.parquet", order)


if __name__ == "__main__":
    master, home, out, *rules = sys.argv[1:]
    with EngineChoice("spark", master).open(Home.open(Path(home)), memory=600, threads=2) as engine:
        compute(engine, Path(home), plan_of(rules), Path(out))
