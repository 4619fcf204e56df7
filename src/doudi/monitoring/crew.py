"""Batches of counties side by side: each thread has an engine of its own and computes one batch after the other.

Within one engine many steps are too small to keep several cores busy, and writing keeps only one; two engines with a thread each do.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import ExitStack

from doudi.lake.engine import DuckEngine
from doudi.lake.home import Home
from doudi.monitoring.parts import Batch

FEWEST = 50_000
"""People for whom an engine of their own is worth its start."""


def size_of_batches(people: int, most: int, threads: int) -> int:
    """How many of `people` are computed at a time, if `most` may be in all threads together: so many that every thread has work."""
    if people < FEWEST * threads:
        return most
    return max(1, min(most // threads, -(-people // threads)))


def compute_side_by_side(
    home: Home, todo: Iterable[Batch], threads: int, memory: int,
    prepare: Callable[[DuckEngine], None], compute: Callable[[DuckEngine, Batch], None],
) -> None:  # fmt: skip
    """Compute every batch in one of `threads` engines, which share `memory` MB and are each prepared once.

    If one fails, or somebody interrupts, the others are stopped too.
    """
    waiting = deque(todo)

    def work(engine: DuckEngine) -> None:
        prepare(engine)
        while waiting:
            try:
                batch = waiting.popleft()
            except IndexError:  # another thread has just taken the last
                return
            compute(engine, batch)

    with ExitStack() as held:
        engines = [held.enter_context(DuckEngine(home, memory=memory // threads, threads=1)) for _ in range(min(threads, len(waiting)))]
        pool = held.enter_context(ThreadPoolExecutor(len(engines), "batch"))
        working = [pool.submit(work, engine) for engine in engines]
        try:
            for done in wait(working, return_when=FIRST_EXCEPTION).done:
                done.result()
        except BaseException:
            waiting.clear()
            for engine in engines:
                engine.interrupt()
            raise
