"""The benchmark of ten rules compares like with like: whoever needs no extra package finds exactly what Doudi finds."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest
from benchmarks.lines import lines_of_code, lines_of_policy
from benchmarks.ten import engine
from benchmarks.ten.rules import TEN, choice, ten_rules
from benchmarks.ten.same import Different, assert_same
from benchmarks.worlds import AS_OF, World, simulated

from doudi.rules import build_policy


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return simulated(12_000, tmp_path_factory.mktemp("bench"))


@pytest.fixture(scope="module")
def by_doudi(world: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("doudi")
    engine.doudi(str(world.folder), str(folder), sources=False)
    return folder


@pytest.fixture(scope="module")
def by_hand(world: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hand")
    engine.by_hand(str(world.folder), str(folder), "wide.sql")
    return folder


def test_the_sql_written_by_hand_finds_what_doudi_finds_with_evidence_and_unknowns(by_doudi: Path, by_hand: Path) -> None:
    assert assert_same(by_doudi, by_hand) > 100
    found = pq.read_table(by_doudi / "alerts.parquet")["rule"].unique().to_pylist()
    assert len(found) >= 6, "too few of the ten rules hit anybody for the comparison to say anything"
    assert pq.read_metadata(by_doudi / "unknowns.parquet").num_rows > 1_000


@pytest.mark.parametrize("table", ["alerts", "evidence", "unknowns"])
def test_a_contestant_that_lost_one_line_is_named(by_doudi: Path, by_hand: Path, tmp_path: Path, table: str) -> None:
    for name in ("alerts", "evidence", "unknowns"):
        whole = pq.read_table(by_hand / f"{name}.parquet")
        pq.write_table(whole.slice(1) if name == table else whole, tmp_path / f"{name}.parquet")
    with pytest.raises(Different, match=table):
        assert_same(by_doudi, tmp_path)


def test_no_ten_rules_touch_more_tables_than_the_ten(world: World) -> None:
    best = choice(world)
    own = choice(world, TEN)
    assert len(own.missed) == len(best.missed)
    assert own.tables == best.tables > 30


def test_the_reduced_policy_has_the_ten_rules_and_nothing_they_do_not_need(world: World) -> None:
    reduced = ten_rules(world)
    assert tuple(sorted(reduced.rules)) == TEN
    policy = build_policy(reduced, world.contracts, AS_OF)
    assert set(policy.rules) == set(TEN)
    assert 0 < len(reduced.variables) < len(world.policy.variables) / 2
    assert 0 < lines_of_policy(reduced, world.policy) < lines_of_policy(world.policy, world.policy)


def test_lines_of_code_are_counted_without_comments_and_docstrings(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text('"""Says\nmuch."""\n\n# nothing\nx = 1  # one\n\n\ndef f():\n    """Doc."""\n    return x\n', "utf-8")
    (tmp_path / "b.sql").write_text("-- nothing\nSELECT 1 -- one\n\n  -- more\n;\n", "utf-8")
    assert lines_of_code([tmp_path / "a.py"]) == 3
    assert lines_of_code([tmp_path / "b.sql"]) == 2
