"""Batches side by side: every one is computed once, by engines that share what there is; a failure stops all."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from pathlib import Path

import pytest

from doudi.lake.engine import DuckEngine
from doudi.lake.home import Home
from doudi.monitoring.crew import FEWEST, MOST_PER_MB, compute_side_by_side, size_of_batches
from doudi.monitoring.parts import Batch, Part


def batches(people: Iterable[int]) -> list[Batch]:
    return [Batch((Part(f"4313{at:02d}", number),)) for at, number in enumerate(people)]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home.open(tmp_path / "home")


def memory_of(engine: DuckEngine) -> str:
    return engine.fetch("SELECT current_setting('memory_limit')")[0][0]


def test_every_batch_is_computed_once_and_engines_share_memory_and_threads(home: Home) -> None:
    done: list[Batch] = []
    engines: dict[DuckEngine, tuple[str, int]] = {}
    together = threading.Barrier(2, timeout=30)

    def compute(engine: DuckEngine, batch: Batch) -> None:
        if not done:
            together.wait()  # two are at work at once
        done.append(batch)

    def prepare(engine: DuckEngine) -> None:
        engines[engine] = memory_of(engine), engine.fetch("SELECT current_setting('threads')")[0][0]

    todo = batches([10] * 7)
    compute_side_by_side(home, todo, 2, 400, prepare, compute)
    assert sorted(done, key=lambda batch: batch.codes) == todo
    assert list(engines.values()) == [("190.7 MiB", 1)] * 2


def test_a_large_county_has_all_the_memory_and_all_threads(home: Home) -> None:
    found: list[tuple[str, int]] = []

    def prepare(engine: DuckEngine) -> None:
        found.append((memory_of(engine), engine.fetch("SELECT current_setting('threads')")[0][0]))

    compute_side_by_side(home, batches([10, 300 * MOST_PER_MB]), 2, 400, prepare, lambda engine, batch: None)
    assert found == [("381.4 MiB", 2)]


def test_a_failure_stops_what_the_others_are_doing_and_is_told(home: Home) -> None:
    started = threading.Event()

    def compute(engine: DuckEngine, batch: Batch) -> None:
        if batch.codes == ["431300"]:
            started.set()
            engine.fetch("SELECT COUNT(*) FROM range(1000000000) a, range(1000000) b")  # would take hours
        started.wait(30)
        raise KeyError("broken")

    with pytest.raises(KeyError, match="broken"):
        compute_side_by_side(home, batches([10, 10, 10]), 2, 400, lambda engine: None, compute)


def test_few_people_are_computed_in_one_go_and_many_so_that_every_thread_has_work() -> None:
    assert size_of_batches(FEWEST * 2 - 1, 500_000, 2) == 500_000
    assert size_of_batches(300_000, 1_000_000, 2) == 150_000
    assert size_of_batches(66_000_000, 3_000_000, 2) == 1_500_000
    assert size_of_batches(1_000_000, 600_000, 1) == 600_000
