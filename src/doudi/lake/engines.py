"""Which engine computes a run: DuckDB on this machine, or Spark on any cluster. The result is the same."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass

from doudi.kernel.errors import DoudiError, Fault, code
from doudi.lake.engine import DuckEngine, Engine
from doudi.lake.home import Home
from doudi.lake.sparksession import LOCAL_MASTER

ENGINE_UNKNOWN = code("engine_unknown", "没有这种引擎")

ENGINES = ("duckdb", "spark")


@dataclass(frozen=True)
class EngineChoice:
    """An engine and, for Spark, its master and the share that its workers see (None: the home, seen by all).

    Raises DoudiError for a name that no engine has.
    """

    name: str = "duckdb"
    master: str = LOCAL_MASTER
    share: str | None = None

    def __post_init__(self) -> None:
        if self.name not in ENGINES:
            raise DoudiError(Fault(ENGINE_UNKNOWN, f"没有引擎 {self.name}", todo=f"可写：{'、'.join(ENGINES)}"))

    def open(self, home: Home, *, memory: int, threads: int) -> AbstractContextManager[Engine]:
        """The engine, for the length of a block. `memory` in MB and `threads` bound DuckDB; Spark's bounds are the cluster's."""
        if self.name == "duckdb":
            return DuckEngine(home, memory=memory, threads=threads)
        from doudi.lake.spark import open_spark  # pyspark is an extra

        return open_spark(home, self.master, self.share)
