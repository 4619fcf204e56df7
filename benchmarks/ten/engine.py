"""Two contestants in one engine with the same settings: Doudi's compiled plan, and the SQL written by hand."""

from __future__ import annotations

from pathlib import Path

from benchmarks.harness import StopWatch
from benchmarks.ten.rules import ten_rules
from benchmarks.worlds import AS_OF, World
from doudi.lake.engine import DuckEngine
from doudi.monitoring.compute import empty_table
from doudi.monitoring.steps import Step, statement, written
from doudi.monitoring.together import perform_together
from doudi.rules.layers import WANTED
from doudi.rules.plan import compile_policy

MEMORY = 1_500
"""MB for DuckDB's buffers."""

HANDS = 2
"""How many steps that do not wait for each other are performed at a time, on the two threads that everybody has."""

SOURCES = ("alert_members", "source_uses", "source")
"""Steps of the plan that find the delivered rows behind the evidence: the others do not do that, so it is timed apart."""

CONCERNED = Step(WANTED, "SELECT person FROM alerts WHERE person IS NOT NULL UNION SELECT person FROM open_persons", "")
"""Everybody's facts are computed; together in one row, to show evidence from, stand those of whoever has an alert or an open question, as by hand."""

WRITTEN = {
    "alerts": "SELECT rule, COALESCE(person, household) AS subject FROM alerts",
    "evidence": "SELECT rule, COALESCE(person, household) AS subject, condition, result, value, threshold FROM evidence",
    "unknowns": """SELECT rule, COALESCE(person, household) AS subject, UNNEST(STRING_SPLIT(conditions, ',')) AS condition,
        UNNEST(STRING_SPLIT(reasons, CHR(10))) AS reason FROM unknowns""",
}
ORDER = {"alerts": ["rule", "subject"], "evidence": ["rule", "subject", "condition"], "unknowns": ["rule", "subject", "condition"]}


def doudi(world: str, out: str, sources: bool) -> dict[str, object]:
    """Doudi's plan of the ten rules: compile, then every step, performed as a run does; with or without the delivered rows behind the evidence."""
    place, watch = World(Path(world)), StopWatch()
    policy, contracts, states, tables = ten_rules(place), place.contracts, place.states, place.cut.tables
    with DuckEngine(place.home, memory=MEMORY) as engine:
        with watch.running():
            plan = compile_policy(policy, contracts, AS_OF, states)
            engine.views(tables)
            for name, contract in place.absent.items():
                engine.execute(empty_table(name, contract))
            steps = [written(CONCERNED if step.name == WANTED else step) for step in plan.steps if sources or not step.name.startswith(SOURCES)]
            perform_together(engine, steps, HANDS, lambda own, step: own.execute(statement(step)))
        write_findings(engine, Path(out))
    return watch.told(people=place.people)


def by_hand(world: str, out: str, script: str) -> dict[str, object]:
    """A script of SQL beside this file."""
    place, watch = World(Path(world)), StopWatch()
    text, tables = Path(__file__).with_name(script).read_text("utf-8"), place.cut.tables
    with DuckEngine(place.home, memory=MEMORY) as engine:
        with watch.running():
            engine.views(tables)
            engine.execute(f"SET VARIABLE as_of = DATE '{AS_OF.isoformat()}'")
            engine.execute(text)
        write_findings(engine, Path(out))
    return watch.told(people=place.people)


def write_findings(engine: DuckEngine, folder: Path) -> None:
    """What was found, to be compared."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, query in WRITTEN.items():
        engine.to_parquet(query, folder / f"{name}.parquet", ORDER[name])
