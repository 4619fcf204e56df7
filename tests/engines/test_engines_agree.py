"""Random rules on random rows: the judge and every engine must agree on every fact, condition and result, unknowns included."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from tests.engines.invented import PlanEngine, differences, files, made, run
from tests.engines.sparks import RowsOnSpark, sail, spark
from tests.engines.strategies import policies, worlds

from doudi.rules.judge import judge


@given(policy=policies(), rows=worlds())
def test_duckdb_computes_what_the_judge_computes(policy: dict[str, Any], rows: dict[str, Any]) -> None:
    agree(policy, rows)


@settings(max_examples=12)
@given(policy=policies(), rows=worlds())
def test_sail_computes_what_the_judge_computes(policy: dict[str, Any], rows: dict[str, Any]) -> None:
    agree(policy, rows, RowsOnSpark(sail()))


@settings(max_examples=2)
@given(policy=policies(), rows=worlds())
def test_spark_computes_what_the_judge_computes(java: None, policy: dict[str, Any], rows: dict[str, Any]) -> None:
    agree(policy, rows, RowsOnSpark(spark()))


def agree(policy: dict[str, Any], rows: dict[str, Any], on: PlanEngine | None = None) -> None:
    """The judge and an engine have the same facts, conditions, alerts and unknowns."""
    typed = made(files(**policy))
    judged, engine = judge(typed, rows), run(typed, rows, on)
    assert differences(typed, judged, engine) == []
    assert listed(engine, "alerts") == judged.hits(typed)
    assert listed(engine, "unknowns") == judged.unknown(typed)


def listed(engine: PlanEngine, table: str) -> set[tuple[str, int]]:
    return {(row["rule"], row["person"] if row["subject"] == "p" else row["household"]) for row in engine.fetch(f"SELECT * FROM {table}")}
