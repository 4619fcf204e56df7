"""Steps of a run: a name, a query whose result is kept under that name, and what the screen says meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter
from typing import Protocol

from doudi.lake.engine import Engine, Query, sql


class StepLike(Protocol):
    """Steps of the rule compiler's plan, and those of this room."""

    @property
    def name(self) -> str: ...
    @property
    def query(self) -> Query: ...
    @property
    def says(self) -> str: ...
    @property
    def view(self) -> bool: ...


@dataclass(frozen=True)
class Step:
    """One query; `name` is the table it makes."""

    name: str
    query: Query
    says: str
    view: bool = False


@dataclass(frozen=True)
class WrittenStep:
    """A step whose query is text already. `view`: the query is asked anew each time, nothing is kept."""

    name: str
    query: str
    says: str
    view: bool = False

    @property
    def kind(self) -> str:
        """What it makes, in SQL's words."""
        return "VIEW" if self.view else "TABLE"


def statement(step: StepLike) -> str:
    """The statement that makes the table or view of a step."""
    made = written(step)
    return f'CREATE OR REPLACE {made.kind} "{made.name}" AS\n{made.query}'


def written(step: StepLike) -> WrittenStep:
    """The step with its query as text."""
    return WrittenStep(step.name, sql(step.query).strip(), " ".join(step.says.split()), step.view)


def dropped(step: WrittenStep) -> str:
    """The statement that lets go of what a step made."""
    return f'DROP {step.kind} "{step.name}"'


@dataclass
class Performance:
    """Performs steps and keeps how long each took, and other work: what -> seconds, summed up over the times it was done."""

    engine: Engine
    watch: Callable[[str], None] = lambda says: None
    seconds: dict[str, float] = field(default_factory=dict)

    def perform(self, steps: Iterable[StepLike]) -> None:
        """Make the table of each step."""
        for step in steps:
            self.watch(step.says)
            with self.timed(step.name):
                self.engine.execute(statement(step))

    @contextmanager
    def timed(self, what: str) -> Iterator[None]:
        """Add the time of the block to what `what` took."""
        began = perf_counter()
        yield
        self.seconds[what] = self.seconds.get(what, 0.0) + perf_counter() - began
