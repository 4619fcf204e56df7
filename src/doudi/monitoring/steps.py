"""Steps of a run: a name, a query whose result is kept under that name, and what the screen says meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterable
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


@dataclass(frozen=True)
class Step:
    """One query; `name` is the table it makes."""

    name: str
    query: Query
    says: str


@dataclass
class Performance:
    """Performs steps and keeps the text of each statement, for the record of what ran, and how long it took."""

    engine: Engine
    watch: Callable[[str], None] = lambda says: None
    statements: list[tuple[str, str]] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)

    def perform(self, steps: Iterable[StepLike]) -> None:
        """Make the table of each step."""
        for step in steps:
            text = f'CREATE OR REPLACE TABLE "{step.name}" AS\n{sql(step.query).strip()}'
            self.watch(step.says)
            began = perf_counter()
            self.engine.execute(text)
            self.note(step.name, text, perf_counter() - began)

    def note(self, name: str, text: str, seconds: float) -> None:
        """Keep a statement that was run elsewhere."""
        self.statements.append((name, text))
        self.seconds[name] = self.seconds.get(name, 0.0) + seconds
