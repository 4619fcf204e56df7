"""New, continuing, changed, ended - over three runs of a small world."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest
from tests.unit.monitoring.filling import put

from doudi.lake.engine import DuckEngine
from doudi.lake.home import Home
from doudi.monitoring import diff, ended, places
from doudi.monitoring.earlier import Earlier
from doudi.monitoring.steps import Performance
from doudi.published.manifest import Manifest, Policy
from doudi.published.read import PublishedRun
from doudi.published.tables import TABLES
from doudi.published.write import RunWriter

RULES = "rule version kind grade department level within_working_days"
ORDER = "ORDER BY rule, subject, household NULLS LAST, person NULLS LAST"
RESULTS = {"person": "SELECT * FROM person_facts", "household": "SELECT * FROM household_facts"}
DAYS = {"r1": date(2026, 8, 31), "r2": date(2026, 9, 30), "r3": date(2026, 10, 31)}


@dataclass(frozen=True)
class Condition:
    name: str
    says: str
    position: int
    negated: bool


@dataclass(frozen=True)
class Rule:
    rule: str
    of: str
    conditions: tuple[Condition, ...]
    subjects: str = "living"


K01 = Rule("K01", "household", (Condition("poor", "收入低于低保标准", 1, False), Condition("core", "家中有人享受低保", 2, True)))
W07 = Rule("W07", "person", (Condition("absent", "没有学籍", 1, False),))


@dataclass
class World:
    """What one run sees: households with income and line, people with age; a missing income is unknown."""

    incomes: dict[int, int | None]
    line: int = 1000
    core: frozenset[int] = frozenset()
    absent: frozenset[int] = frozenset()
    dead: frozenset[int] = frozenset()
    grade: str = "O"
    rules: tuple[Rule, ...] = (K01, W07)
    threshold_type: str = "money"


def tables(engine: DuckEngine, world: World) -> None:
    people = [(10 * household + n, household) for household in world.incomes for n in (1, 2)]
    put(
        engine,
        "person_base",
        "person household listed list_month living deceased",
        *((p, h, True, 24321, p not in world.dead, p in world.dead) for p, h in people),
    )
    put(
        engine,
        "people",
        "person household bucket listed relation hukou_region birth_date",
        *((p, h, 431382100 + h % 10, True, "02" if p % 10 == 1 else "20", f"43138210{h % 10}00{p % 10}", date(1980, 1, p % 10)) for p, h in people),
    )
    put(
        engine,
        "person_facts",
        "person household listed living deceased W07_c1",
        *((p, h, True, p not in world.dead, p in world.dead, p in world.absent) for p, h in people),
    )
    poor = {h: None if income is None else income < world.line for h, income in world.incomes.items()}
    put(engine, "household_facts", "household K01_c1 K01_c2", *((h, poor[h], h in world.core) for h in world.incomes))
    hits = [h for h in world.incomes if poor[h] and h not in world.core] if K01 in world.rules else []
    away = [(p, h) for p, h in people if p in world.absent and p not in world.dead]
    put(engine, "alerts", "rule subject person household", *(("K01", "h", None, h) for h in hits), *(("W07", "p", p, h) for p, h in away))
    put(
        engine,
        "evidence",
        "rule subject person household position condition result value threshold",
        *(("K01", "h", None, h, 1, "poor", True, str(world.incomes[h]), str(world.line)) for h in hits),
        *(("K01", "h", None, h, 2, "core", False, "false", None) for h in hits),
        *(("W07", "p", p, h, 1, "absent", True, "true", None) for p, h in away),
    )
    put(
        engine,
        "unknowns",
        "rule subject person household conditions reasons",
        *(("K01", "h", None, h, "poor", "近12个月没有核对报告") for h, income in world.incomes.items() if income is None and h not in world.core),
        ("K99", "h", None, 0, "x", "别的"),
    )
    put(engine, "positions", "at", (1,), (2,))


def publish(home: Home, run: str, world: World, previous: PublishedRun | None) -> PublishedRun:
    """One run in an engine of its own, with the tables that the next one looks at."""
    with DuckEngine(home, memory=300) as engine:
        tables(engine, world)
        return _publish(engine, home, run, world, previous)


def _publish(engine: DuckEngine, home: Home, run: str, world: World, previous: PublishedRun | None) -> PublishedRun:
    kinds = {"K01": "may_qualify", "W07": "early_warning"}
    lines = [(r.rule, "2024-09-02", kinds[r.rule], world.grade, "civil_affairs", "county", 20) for r in world.rules]
    rules = pa.Table.from_pylist([dict(zip(RULES.split(), line, strict=True)) for line in lines])
    conditions = pa.table({"rule": ["K01", "K01"], "condition": ["poor", "core"], "threshold_type": [world.threshold_type, None]})
    Earlier(previous).load(engine)
    engine.table("rule_lines", rules)
    engine.table("condition_lines", conditions)
    by_name = {rule.rule: rule for rule in world.rules}
    Performance(engine).perform([*places.STEPS, *diff.steps(places.routed_regions({}, {})), ended.LINES, *ended.steps(by_name, RESULTS)])
    folder = home.runs / run
    folder.mkdir()
    writer = RunWriter(folder)
    writer.table(TABLES["alerts"], engine.arrow(f"{diff.alerts_query(DAYS[run], run)} {ORDER}"))
    writer.table(TABLES["ended"], engine.arrow(f"{diff.ended_query(previous)} {ORDER}"))
    writer.table(TABLES["evidence"], engine.arrow("SELECT * FROM alert_evidence ORDER BY alert, position"))
    writer.finish(Manifest(run, DAYS[run], "cut", Policy("p", "1", "h"), "c"), b"{}")
    return PublishedRun(folder)


def changes(run: PublishedRun) -> dict[tuple[str, int], tuple[str, str | None, date]]:
    return {(a["rule"], a["person"] or a["household"]): (a["change"], a["changed"], a["since"]) for a in run.alerts.to_pylist()}


def alert_of(run: PublishedRun, household: int) -> str:
    return next(a["alert"] for a in run.alerts.to_pylist() if a["household"] == household)


def causes(run: PublishedRun) -> dict[tuple[str, int], tuple[str, str]]:
    return {(a["rule"], a["person"] or a["household"]): (a["cause"], a["reason"]) for a in run.ended.to_pylist()}


def test_a_series_of_runs_tells_new_continuing_changed_and_ended(home: Home) -> None:
    first = publish(home, "r1", World({1: 500, 2: 600, 3: 700}), None)
    assert changes(first) == {("K01", h): ("new", None, DAYS["r1"]) for h in (1, 2, 3)}
    assert causes(first) == {}
    second = publish(home, "r2", World({1: 500, 2: 650, 3: 1000, 4: 10}), first)
    assert changes(second) == {
        ("K01", 1): ("continuing", None, DAYS["r1"]),
        ("K01", 2): ("changed", "poor", DAYS["r1"]),
        ("K01", 4): ("new", None, DAYS["r2"]),
    }
    assert causes(second) == {("K01", 3): ("miss", "不再成立：收入低于低保标准")}
    assert [(a["last_run"], a["since"]) for a in second.ended.to_pylist()] == [("r1", DAYS["r1"])]
    third = publish(home, "r3", World({1: 500, 2: 650, 3: 900, 4: None}), second)
    assert changes(third) == {
        ("K01", 1): ("continuing", None, DAYS["r1"]),
        ("K01", 2): ("continuing", None, DAYS["r1"]),
        ("K01", 3): ("new", None, DAYS["r3"]),
    }, "a broken series begins anew"
    assert causes(third) == {("K01", 4): ("unknown", "变为未知：近12个月没有核对报告")}
    assert {a["alert"] for a in first.alerts.to_pylist() if a["household"] == 3} == {
        a["alert"] for a in third.alerts.to_pylist() if a["household"] == 3
    }


def test_a_grade_and_a_line_that_move_are_changes_but_a_date_that_moves_is_none(home: Home) -> None:
    first = publish(home, "r1", World({1: 500}), None)
    second = publish(home, "r2", World({1: 500}, line=1100, grade="R"), first)
    assert changes(second) == {("K01", 1): ("changed", "grade,poor", DAYS["r1"])}
    third = publish(home, "r3", World({1: 500}, line=1200, grade="R", threshold_type="date"), second)
    assert changes(third) == {("K01", 1): ("continuing", None, DAYS["r1"])}


@pytest.mark.parametrize(
    ("world", "expected"),
    [
        (World({1: 500}, core=frozenset({1})), {("K01", 1): ("miss", "不再成立：家中有人享受低保（现为是）")}),
        (World({1: 5000}, core=frozenset({1})), {("K01", 1): ("miss", "不再成立：收入低于低保标准；家中有人享受低保（现为是）")}),
        (World({2: 5000}), {("K01", 1): ("subject_gone", "家庭已无在册在世成员")}),
        (World({1: 500}, rules=(W07,)), {("K01", 1): ("rule_gone", "规则已不执行")}),
    ],
)
def test_an_ended_alert_of_a_household_says_why(home: Home, world: World, expected: dict) -> None:
    first = publish(home, "r1", World({1: 500}), None)
    assert causes(publish(home, "r2", world, first)) == expected


@pytest.mark.parametrize(
    ("world", "expected"),
    [
        (World({1: 5000}), ("miss", "不再成立：没有学籍")),
        (World({1: 5000}, absent=frozenset({12}), dead=frozenset({12})), ("subject_gone", "人员已死亡")),
        (World({2: 5000}), ("subject_gone", "人员已不在最新人口名单")),
    ],
)
def test_an_ended_alert_of_a_person_says_why(home: Home, world: World, expected: tuple[str, str]) -> None:
    first = publish(home, "r1", World({1: 5000}, absent=frozenset({12})), None)
    assert causes(publish(home, "r2", world, first)) == {("W07", 12): expected}


def test_an_alert_stands_where_its_household_is_registered_unless_the_routing_says_otherwise(engine: DuckEngine, home: Home) -> None:
    run = publish(home, "r1", World({1: 500, 2: 500}, absent=frozenset({22})), None)
    found = {(a["rule"], a["household"]): (a["county"], a["township"], a["village"]) for a in run.alerts.to_pylist()}
    assert found == {
        ("K01", 1): ("431382", "431382101", "431382101001"),
        ("K01", 2): ("431382", "431382102", "431382102001"),
        ("W07", 2): ("431382", "431382102", "431382102001"),
    }
    tables(engine, World({1: 500, 2: 500}))
    put(engine, "household_facts", "household to_region K01_c1 K01_c2", (1, "431381000000", True, False), (2, None, True, False))
    routed = places.routed_regions({"K01": ("to_region",)}, {"to_region": "household"})
    rows = engine.fetch(f"SELECT household, region FROM ({routed}) ORDER BY household")
    assert rows == [(1, "431381000000"), (2, None)]


def test_codes_that_stop_at_the_county_have_no_township_and_no_village(engine: DuckEngine) -> None:
    put(engine, "codes", "region", ("431382",), ("431382000000",), ("431382103000",), ("431382103005",), ("43",), (None,))
    rows = engine.fetch(f"SELECT {places.parts('region')} FROM codes")
    assert rows == [
        ("431382", None, None),
        ("431382", None, None),
        ("431382", "431382103", None),
        ("431382", "431382103", "431382103005"),
        (None, None, None),
        (None, None, None),
    ]


def test_the_folder_of_the_previous_run_is_only_read(home: Home) -> None:
    first = publish(home, "r1", World({1: 500}), None)
    publish(home, "r2", World({1: 900}), first)
    PublishedRun(Path(first.path)).verify()
