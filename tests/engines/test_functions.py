"""Each function at its boundaries, on the judge and on every engine. A function without a case fails."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import duckdb
import pytest
from sqlglot import exp
from tests.engines.sparks import sail, spark

from doudi.rules.check import Scope, check
from doudi.rules.functions import FUNCTIONS
from doudi.rules.sql import cast, constant, emit
from doudi.rules.syntax import Place
from doudi.rules.types import Kind, Type
from doudi.rules.values import as_stored, evaluate

AS_OF = dt.date(2026, 10, 31)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


CASES: list[tuple[str, dict[str, Any], Any]] = [
    ("add_months(a, 6)", {"a": day("2026-04-30")}, day("2026-10-30")),
    ("add_months(a, 4)", {"a": day("2026-10-31")}, day("2027-02-28")),
    ("add_months(a, -12)", {"a": day("2024-02-29")}, day("2023-02-28")),
    ("add_months(a, 1)", {"a": None}, None),
    ("add_days(a, 15)", {"a": day("2026-02-20")}, day("2026-03-07")),
    ("add_days(a, -1)", {"a": day("2026-01-01")}, day("2025-12-31")),
    ("whole_months(a, b)", {"a": day("2026-01-31"), "b": day("2026-02-28")}, 1),
    ("whole_months(a, b)", {"a": day("2026-01-31"), "b": day("2026-02-27")}, 0),
    ("whole_months(a, b)", {"a": day("2026-03-15"), "b": day("2026-03-14")}, -1),
    ("whole_months(a, b)", {"a": day("2026-03-15"), "b": None}, None),
    ("years(a, b)", {"a": day("2008-02-29"), "b": day("2026-02-28")}, 18),
    ("years(a, b)", {"a": day("2008-02-29"), "b": day("2026-02-27")}, 17),
    ("years(a, as_of)", {"a": day("1966-10-31")}, 60),
    ("years(a, as_of)", {"a": day("1966-11-01")}, 59),
    ("years(a, as_of)", {"a": day("2026-11-01")}, -1),
    ("month_of(a) == this_month - 1", {"a": day("2026-09-30")}, True),
    ("month_of(a) - this_month", {"a": day("2025-12-31")}, -10),
    ("year_of(a)", {"a": day("2025-12-31")}, 2025),
    ("county_of(t)", {"t": "431382104201"}, "431382"),
    ("prefecture_of(t)", {"t": "431382104201"}, "4313"),
    ("township_of(t)", {"t": "431382104201"}, "431382104"),
    ("min_of(x, y)", {"x": 1, "y": 2}, 1),
    ("min_of(x, y)", {"x": 1, "y": None}, None),  # engines skip NULL here; the language does not
    ("max_of(a, b)", {"a": day("2026-01-31"), "b": day("2026-02-01")}, day("2026-02-01")),
    ("max_of(x, y)", {"x": None, "y": 2}, None),
    ("latest_known(a, b)", {"a": None, "b": day("2026-02-01")}, day("2026-02-01")),
    ("latest_known(a, b, a)", {"a": day("2026-02-02"), "b": day("2026-02-01")}, day("2026-02-02")),
    ("latest_known(a, b)", {"a": None, "b": None}, None),
    ("at_least(2, p, q, r)", {"p": True, "q": None, "r": True}, True),
    ("at_least(2, p, q, r)", {"p": True, "q": None, "r": False}, None),
    ("at_least(2, p, q, r)", {"p": False, "q": None, "r": False}, False),
    ("if_else(p, x, y)", {"p": True, "x": 1, "y": None}, 1),
    ("if_else(p, x, y)", {"p": False, "x": 1, "y": None}, None),
    ("if_else(p, x, y)", {"p": None, "x": 1, "y": 1}, None),
    ("last_months(a, 12)", {"a": day("2025-10-31")}, False),
    ("last_months(a, 12)", {"a": day("2025-11-01")}, True),
    ("last_months(a, 12)", {"a": day("2026-11-01")}, False),
    ("last_months(m, 2)", {"m": 2026 * 12 + 8}, True),
    ("last_months(m, 2)", {"m": 2026 * 12 + 7}, False),
    ("x * share > y", {"x": 5, "y": 3, "share": 3}, False),  # share is 3/5, stored as 3
    ("x * share >= y", {"x": 5, "y": 3, "share": 3}, True),
]

KINDS = {name: Kind(Type.DATE) for name in "ab"} | {name: Kind(Type.INT) for name in "xy"} | {name: Kind(Type.BOOL) for name in "pqr"}
KINDS |= {"t": Kind(Type.TEXT), "m": Kind(Type.MONTH), "share": Kind(Type.RATIO, denominator=5)}


def on_duckdb(query: exp.Select) -> Any:
    found = duckdb.connect(":memory:").execute(query.sql("duckdb")).fetchone()
    return found and found[0]


def on_spark(query: exp.Select) -> Any:
    return spark().fetch(query)[0][0]


def on_sail(query: exp.Select) -> Any:
    return sail().fetch(query)[0][0]


ENGINES = {"duckdb": on_duckdb, "sail": on_sail, "spark": on_spark}

on_every_engine = pytest.mark.parametrize("engine", ENGINES)


@pytest.fixture
def compute(engine: str, request: pytest.FixtureRequest) -> Callable[[exp.Select], Any]:
    """The one value of a query, computed by an engine."""
    if engine == "spark":
        request.getfixturevalue("java")
    return ENGINES[engine]


@on_every_engine
@pytest.mark.parametrize(("text", "values", "result"), CASES, ids=[f"{text} {list(values.values())}" for text, values, _ in CASES])
def test_a_function_means_the_same_to_judge_and_engine(text: str, values: dict[str, Any], result: Any, compute: Callable[[exp.Select], Any]) -> None:
    node = check(text, Place("case", 1), Scope(AS_OF, KINDS))
    judged = evaluate(node, {name: Fraction(value, 5) if name == "share" else value for name, value in values.items()})
    constants = {name: cast(constant(value, KINDS[name].type), KINDS[name].type) for name, value in values.items()}
    query = exp.select(exp.alias_(emit(node, lambda name: constants[name.name]), "result"))
    assert judged == result
    assert compute(query) == as_stored(result, node.kind.type, node.kind.denominator)


def test_every_function_has_a_boundary_case() -> None:
    named = " ".join(text for text, _, _ in CASES)
    assert [name for name in FUNCTIONS if f"{name}(" not in named] == []


def test_windows_and_terms_are_worked_out_before_any_engine_sees_them() -> None:
    scope = Scope(dt.date(2027, 1, 31), {"t": Kind(Type.TEXT)})
    assert evaluate(check("school_term(0) == '2026-2027-1'", Place(), scope), {}) is True
    assert evaluate(check("school_term(-1) == '2025-2026-2'", Place(), scope), {}) is True
    assert evaluate(check("school_year_start()", Place(), scope), {}) == dt.date(2026, 9, 1)
    february = Scope(dt.date(2027, 2, 1), {})
    assert evaluate(check("school_term(0) == '2026-2027-2' and school_term(-1) == '2026-2027-1'", Place(), february), {}) is True
    assert evaluate(check("school_year_start()", Place(), Scope(dt.date(2026, 9, 1), {})), {}) == dt.date(2026, 9, 1)
