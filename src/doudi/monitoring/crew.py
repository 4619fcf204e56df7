"""Batches of counties side by side: each thread has an engine of its own and computes one batch after the other.

Within one engine many steps are too small to keep several cores busy, and writing keeps only one; two engines with a thread each do.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import ExitStack
from threading import Lock

from doudi.lake.engine import DuckEngine
from doudi.lake.home import Home
from doudi.monitoring.parts import Batch, Part, batches

FEWEST = 50_000
"""People for whom an engine of their own is worth its start."""

AGAIN = 0.1
"""Seconds between interruptions of those that are to stop."""

PER_MB, OWN = 500, 170
"""People for whom a MB of an engine is enough, besides the MB that an engine needs for itself: 111,000 with two months of lists were computed in
400 MB, not in 286; a million in 2,100."""


def room(memory: int) -> int:
    """How many people an engine with so much memory (MB) may compute at a time."""
    return max(1, memory - OWN) * PER_MB


def size_of_batches(parts: Sequence[Part], most: int, threads: int) -> int:
    """How many people are computed at a time, if `most` may be in each thread: so many that all threads have work to the end.

    There are as few batches as find room, and a multiple of the threads; of these sizes it is the smallest, with which they are most alike.
    """
    people, largest = sum(part.people for part in parts), max((part.people for part in parts), default=0)
    if people < FEWEST * threads or len(parts) < threads:
        return most * threads
    for number in range(threads, len(parts) + 1, threads):
        sizes = range(-(-people // number), min(most, people // number + largest) + 1)
        fits = bisect_left(sizes, True, key=lambda size: len(list(batches(parts, size))) <= number)
        if fits < len(sizes):
            return sizes[fits]
    return max(1, most)


def side_by_side(todo: Sequence[Batch], threads: int, memory: int) -> list[Batch]:
    """The batches that are computed side by side: those that find room in an engine's share. All others have all the memory, one after the other."""
    found = [batch for batch in todo if batch.people <= room(memory // threads)]
    return found if len(found) > 1 and threads > 1 else []


def compute_side_by_side(
    home: Home, todo: Iterable[Batch], threads: int, memory: int,
    prepare: Callable[[DuckEngine], None], compute: Callable[[DuckEngine, Batch], None],
) -> None:  # fmt: skip
    """Compute every batch in one of several engines, which share `threads` and `memory` (MB) and are each prepared once.

    See `side_by_side` for which. An engine for which nothing is left leaves its share to the others. If one fails, or somebody interrupts, the
    others are stopped too.
    """
    waiting = deque(todo)
    number = min(threads, len(waiting))
    engines: list[DuckEngine] = []
    share = Lock()

    def work(engine: DuckEngine) -> None:
        prepare(engine)
        while waiting:
            try:
                batch = waiting.popleft()
            except IndexError:  # another thread has just taken the last
                break
            compute(engine, batch)
        with share:
            engines.remove(engine)
            engine.close()
            for other in engines:
                other.bound(memory // len(engines), max(1, threads // len(engines)))

    with ExitStack() as held:
        bounds = memory // number, max(1, threads // number)
        engines += [held.enter_context(DuckEngine(home, memory=bounds[0], threads=bounds[1])) for _ in range(number)]
        pool = held.enter_context(ThreadPoolExecutor(number, "batch"))
        working = [pool.submit(work, engine) for engine in list(engines)]
        try:
            for done in wait(working, return_when=FIRST_EXCEPTION).done:
                done.result()
        except BaseException:
            waiting.clear()
            while wait(working, timeout=AGAIN).not_done:  # who was between two statements is interrupted in the next
                with share:
                    for engine in engines:
                        engine.interrupt()
            raise
