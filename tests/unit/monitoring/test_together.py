"""Steps side by side on one engine: each after those it names, the same tables as one after the other, a failure is told and stops the others."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Barrier, BrokenBarrierError, Lock
from time import perf_counter

import duckdb
import pytest

from doudi.lake.engine import DuckEngine, Engine
from doudi.lake.home import Home
from doudi.monitoring.steps import WrittenStep, statement
from doudi.monitoring.together import dependencies, execute_together, perform_together

STEPS = [
    WrittenStep("numbers", "SELECT * FROM range(10) t(n)", "一"),
    WrittenStep("doubled", "SELECT n * 2 AS n FROM numbers", "二"),
    WrittenStep("squared", "SELECT n * n AS n FROM numbers", "三"),
    WrittenStep("summed", "SELECT SUM(n) AS n FROM (SELECT n FROM doubled UNION ALL SELECT n FROM squared)", "四"),
]


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[DuckEngine]:
    with DuckEngine(Home.open(tmp_path / "home"), memory=200) as engine:
        yield engine


def execute(engine: Engine, step: WrittenStep) -> None:
    engine.execute(statement(step))


def test_a_step_waits_for_the_earlier_steps_that_it_names() -> None:
    assert dependencies(STEPS) == {"numbers": set(), "doubled": {"numbers"}, "squared": {"numbers"}, "summed": {"doubled", "squared"}}


@pytest.mark.parametrize("hands", [1, 2, 3])
def test_however_many_hands_make_the_same_tables(engine: DuckEngine, hands: int) -> None:
    said: list[str] = []
    perform_together(engine, STEPS, hands, execute, said.append)
    assert engine.fetch("SELECT n FROM summed") == [(90 + 285,)]
    assert sorted(said) == ["一", "三", "二", "四"]


def test_steps_that_need_nothing_of_each_other_are_performed_at_the_same_time(engine: DuckEngine) -> None:
    met, lock, together = Barrier(2), Lock(), set[str]()

    def meeting(own: Engine, step: WrittenStep) -> None:
        if step.name in ("doubled", "squared"):
            try:
                met.wait(timeout=20)
            except BrokenBarrierError:
                return
            with lock:
                together.add(step.name)
        execute(own, step)

    perform_together(engine, STEPS, 2, meeting)
    assert together == {"doubled", "squared"}


def test_a_failure_is_raised_and_interrupts_what_runs_beside_it(engine: DuckEngine) -> None:
    endless = "CREATE TABLE endless AS SELECT SUM(a.range * b.range) FROM range(3000000) a, range(3000000) b"
    began = perf_counter()
    with pytest.raises(duckdb.CatalogException, match="nowhere"):
        execute_together(engine, [endless, "INSERT INTO nowhere VALUES (1)"], 2)
    assert perf_counter() - began < 60
    assert engine.fetch("SELECT 1") == [(1,)], "the engine goes on"


def test_statements_that_add_to_one_table_all_arrive(engine: DuckEngine) -> None:
    engine.execute("CREATE TABLE found (n BIGINT)")
    execute_together(engine, [f"INSERT INTO found SELECT {at} FROM range(1000)" for at in range(20)], 3)
    assert engine.fetch("SELECT COUNT(*), SUM(n) FROM found") == [(20_000, 190_000)]
