"""Several hands on one engine: where the rows are few, a statement keeps one processor busy for as long as it takes to plan it.

Of steps, each waits for those whose tables it names; whatever has nothing to wait for is performed at the same time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from queue import SimpleQueue
from time import sleep

from doudi.lake.engine import DuckEngine, Engine
from doudi.monitoring.steps import WrittenStep, statement

AGAIN = 0.1
"""Seconds between interruptions of those that are to stop."""

Perform = Callable[[Engine, WrittenStep], None]


def execute_together(engine: Engine, statements: Iterable[str], hands: int) -> None:
    """Run statements that do not depend on each other. One of them fails: the others are stopped, its error is raised."""
    steps = [WrittenStep(str(at), text, "") for at, text in enumerate(statements)]
    perform_together(engine, steps, hands, lambda own, step: own.execute(step.query), waits_for={})


def perform_together(
    engine: Engine, steps: Sequence[WrittenStep], hands: int, perform: Perform, says: Callable[[str], None] = lambda text: None,
    waits_for: Mapping[str, set[str]] | None = None,
) -> None:  # fmt: skip
    """Perform every step with one of the `hands`, each after the steps that it waits for (see `dependencies`). `says` is told what begins."""
    if hands < 2 or not isinstance(engine, DuckEngine):
        for step in steps:
            says(step.says)
            perform(engine, step)
        return
    open_ = dependencies(steps) if waits_for is None else {step.name: waits_for.get(step.name, set[str]()) for step in steps}
    waiting = {step.name: step for step in steps}
    with _handed_out(engine, hands) as submit:
        working: dict[Future[None], str] = {}
        while waiting or working:
            for name in [name for name in waiting if not open_[name]][: hands - len(working)]:
                step = waiting.pop(name)
                says(step.says)
                working[submit(perform, step)] = name
            for done in wait(working, return_when=FIRST_COMPLETED).done:
                done.result()
                finished = working.pop(done)
                for others in open_.values():
                    others.discard(finished)


def dependencies(steps: Sequence[WrittenStep]) -> dict[str, set[str]]:
    """Step -> the earlier steps that its query names. A column of the same name makes it wait for nothing, which does no harm."""
    earlier: set[str] = set()
    found: dict[str, set[str]] = {}
    for step in steps:
        found[step.name] = earlier.intersection(re.findall(r"\w+", statement(step))) - {step.name}
        earlier.add(step.name)
    return found


@contextmanager
def _handed_out(engine: DuckEngine, hands: int) -> Iterator[Callable[[Perform, WrittenStep], Future[None]]]:
    """A function that performs a step in a thread. If the block fails, whatever is being performed is interrupted."""
    with ExitStack() as held:
        others = [held.enter_context(engine.beside()) for _ in range(hands)]
        free: SimpleQueue[DuckEngine] = SimpleQueue()
        for each in others:
            free.put(each)

        def work(perform: Perform, step: WrittenStep) -> None:
            own = free.get()
            try:
                perform(own, step)
            finally:
                free.put(own)

        pool = held.enter_context(ThreadPoolExecutor(hands, "hand"))
        try:
            yield lambda perform, step: pool.submit(work, perform, step)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            while free.qsize() < hands:  # who had only just begun is interrupted the next time
                for each in others:
                    each.interrupt()
                sleep(AGAIN)
            raise
