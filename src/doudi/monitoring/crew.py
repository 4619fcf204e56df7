"""Batches of counties side by side: each thread has an engine of its own and computes one batch after the other.

Within one engine many steps are too small to keep several cores busy, and writing keeps only one; two engines with a thread each do.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import ExitStack

from doudi.lake.engine import DuckEngine
from doudi.lake.home import Home
from doudi.monitoring.parts import Batch, Part, batches

FEWEST = 50_000
"""People for whom an engine of their own is worth its start."""

AGAIN = 0.1
"""Seconds between interruptions of those that are to stop."""

MOST_PER_MB = 250
"""People for whom a MB of an engine is enough: 111,000 with two months of lists were computed in 400 MB, not in 286."""


def size_of_batches(parts: Sequence[Part], most: int, threads: int) -> int:
    """How many people are computed at a time, if `most` may be in all threads together: so many that all threads have work to the end.

    There are as few batches as find room, and a multiple of the threads; of these sizes it is the smallest, with which they are most alike.
    """
    people, largest, room = sum(part.people for part in parts), max((part.people for part in parts), default=0), most // threads
    if people < FEWEST * threads or len(parts) < threads:
        return most
    for number in range(threads, len(parts) + 1, threads):
        sizes = range(-(-people // number), min(room, people // number + largest) + 1)
        fits = bisect_left(sizes, True, key=lambda size: len(list(batches(parts, size))) <= number)
        if fits < len(sizes):
            return sizes[fits]
    return max(1, room)


def compute_side_by_side(
    home: Home, todo: Iterable[Batch], threads: int, memory: int,
    prepare: Callable[[DuckEngine], None], compute: Callable[[DuckEngine, Batch], None],
) -> None:  # fmt: skip
    """Compute every batch in one of several engines, which share `threads` and `memory` (MB) and are each prepared once.

    There are as many as threads, or fewer where a batch would not find room. If one fails, or somebody interrupts, the others are stopped too.
    """
    waiting = deque(todo)
    number = max(1, min(threads, len(waiting), memory * MOST_PER_MB // max(1, *(batch.people for batch in waiting))))

    def work(engine: DuckEngine) -> None:
        prepare(engine)
        while waiting:
            try:
                batch = waiting.popleft()
            except IndexError:  # another thread has just taken the last
                return
            compute(engine, batch)

    with ExitStack() as held:
        bounds = {"memory": memory // number, "threads": max(1, threads // number)}
        engines = [held.enter_context(DuckEngine(home, **bounds)) for _ in range(number)]
        pool = held.enter_context(ThreadPoolExecutor(len(engines), "batch"))
        working = [pool.submit(work, engine) for engine in engines]
        try:
            for done in wait(working, return_when=FIRST_EXCEPTION).done:
                done.result()
        except BaseException:
            waiting.clear()
            while wait(working, timeout=AGAIN).not_done:  # who was between two statements is interrupted in the next
                for engine in engines:
                    engine.interrupt()
            raise
