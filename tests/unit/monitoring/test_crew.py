"""Batches side by side: every one is computed once, by engines that share what there is; a failure stops all."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from pathlib import Path

import pytest

from doudi.lake.engine import DuckEngine
from doudi.lake.home import Home
from doudi.monitoring.crew import FEWEST, compute_side_by_side, room, side_by_side, size_of_batches
from doudi.monitoring.parts import Batch, Part
from doudi.monitoring.parts import batches as in_batches


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


def test_an_engine_for_which_nothing_is_left_leaves_its_share_to_the_others(home: Home) -> None:
    short = threading.Event()
    bounds: list[tuple[str, int]] = []

    def compute(engine: DuckEngine, batch: Batch) -> None:
        if batch.codes == ["431300"]:
            short.wait(30)
            until = time.monotonic() + 30
            while not bounds and time.monotonic() < until:
                memory, threads = engine.fetch("SELECT current_setting('memory_limit'), current_setting('threads')")[0]
                bounds.extend([(memory, threads)] if threads > 1 else [])
        else:
            short.set()

    compute_side_by_side(home, batches([10, 10]), 2, 400, lambda engine: None, compute)
    assert bounds == [("381.4 MiB", 2)]


def test_a_county_too_large_for_a_share_is_computed_before_the_others_with_all_the_memory() -> None:
    todo = batches([10, 60_000, 120_000, 70_000])
    assert room(600 // 2) == 65_000
    assert side_by_side(todo, 2, 600) == batches([10, 60_000])
    assert side_by_side(todo, 2, 2_000) == todo


def test_one_batch_or_one_thread_has_nothing_beside_it() -> None:
    assert side_by_side(batches([10, 120_000]), 2, 600) == []
    assert side_by_side(batches([10, 10]), 1, 600) == []


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


def parts_of(*people: int) -> list[Part]:
    return [Part(f"{at:06d}", number) for at, number in enumerate(people)]


def made(parts: list[Part], most: int, threads: int) -> list[int]:
    return [batch.people for batch in in_batches(parts, size_of_batches(parts, most, threads))]


def test_few_people_are_computed_together() -> None:
    assert made(parts_of(FEWEST, FEWEST - 1), 250_000, 2) == [2 * FEWEST - 1]


def test_every_thread_has_as_much_to_do_and_no_small_batch_is_left_over() -> None:
    assert made(parts_of(*[70_000, 30_000] * 5), 1_000_000, 2) == [270_000, 230_000]
    assert made(parts_of(*[9_000] * 111, 2_000), 1_000_000, 2) == [504_000, 497_000]


def test_there_are_as_few_batches_as_find_room_and_all_threads_work_to_the_end() -> None:
    assert made(parts_of(*[100_000] * 40), 1_500_000, 2) == [1_000_000] * 4
    assert made(parts_of(*[100_000] * 10), 600_000, 1) == [500_000] * 2


def test_counties_for_which_there_is_hardly_room_stand_alone() -> None:
    assert made(parts_of(400_000, 100_000, 500_000), 350_000, 2) == [400_000, 100_000, 500_000]
