"""Spark for the tests: Sail in this process (Spark Connect, no JVM) for every day, and a real Spark in a JVM of its own. Each is started once."""

from __future__ import annotations

import os
import tempfile
import warnings
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
from sqlglot import exp

from doudi.lake.engines import EngineChoice
from doudi.lake.home import Home
from doudi.lake.spark import SparkEngine
from doudi.rules.types import Kind, Type

ARROW = {
    Type.BOOL: pa.bool_(),
    Type.DATE: pa.date32(),
    Type.MONTH: pa.int32(),
    Type.TEXT: pa.string(),
}
"""Types of source columns; every other is a 64-bit whole number."""


HELD = ExitStack()
"""Engines that are open; `tests/conftest.py` closes them when the tests are over, while threads can still be started."""


@cache
def sail_server() -> Any:
    """A Sail server of this process; it ends when nobody holds it any more."""
    from pysail.spark import SparkConnectServer

    os.environ["SAIL_SPARK__SESSION_TIMEOUT_SECS"] = "86400"  # on a slow machine a session may wait long between two tests
    server = SparkConnectServer("127.0.0.1", 0)
    server.start(background=True)
    return server


def sail_url() -> str:
    """Where the Sail server of this process listens."""
    _, port = sail_server().listening_address
    return f"sc://127.0.0.1:{port}"


@cache
def sail() -> SparkEngine:
    """Sail as an engine, for as long as the tests run."""
    return _kept(EngineChoice("spark", sail_url()))


@cache
def spark() -> SparkEngine:
    """Spark on this machine as an engine, for as long as the tests run. Ask for the fixture `java` first."""
    return _kept(EngineChoice("spark", "local[2]"))


def _kept(choice: EngineChoice) -> SparkEngine:
    home = Home.open(Path(HELD.enter_context(tempfile.TemporaryDirectory())) / "home")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pyspark's own, on import
        engine = HELD.enter_context(choice.open(home, memory=600, threads=1))
    assert isinstance(engine, SparkEngine)
    return engine


class OnSpark:
    """A Spark engine as tables of cases and plans use an engine."""

    dialect = "spark"

    def __init__(self, engine: SparkEngine) -> None:
        self.engine = engine

    def source(self, name: str, columns: Mapping[str, Kind], rows: Sequence[Mapping[str, Any]]) -> None:
        """A source table with every column that the policy knows."""
        schema = pa.schema([(column, ARROW.get(kind.type, pa.int64())) for column, kind in columns.items()])
        content = [{column: row.get(column) for column in columns} for row in rows]
        self.engine.table(name, pa.Table.from_pylist(content, schema=schema))

    def create(self, name: str, query: exp.Expr) -> None:
        self.engine.execute(exp.Create(this=exp.to_table(name), kind="TABLE", expression=query))

    def fetch(self, query: exp.Expr) -> Sequence[tuple[Any, ...]]:
        return self.engine.fetch(query)


class RowsOnSpark(OnSpark):
    """The same, its rows as mappings."""

    def fetch(self, query: str) -> list[dict[str, Any]]:  # type: ignore[override] - as `invented.Duck` gives them
        return self.engine.arrow(query).to_pylist()
