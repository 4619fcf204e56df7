"""Spark as an engine: the same queries over the same lake, on as many machines as there are.

What DuckDB keeps as a table is here a folder of Parquet files in the share, with a view over it: a worker that is lost loses nothing that was
finished, and Spark repeats the rest. Results in order are written by the workers and read part after part, so that the driver holds no more than a
batch; through Spark Connect, where the order of parts is not promised, they come in one piece.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from doudi.kernel.errors import DoudiError, Fault, code
from doudi.lake.engine import Parameters, Query, sql
from doudi.lake.home import Home
from doudi.lake.parquet import ROW_GROUP, ParquetOut
from doudi.lake.share import Share, open_share
from doudi.lake.sparksession import LOCAL_MASTER, is_connect, open_session
from doudi.lake.sparksql import Asks, Statement, understand

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession
    from pyspark.sql.types import StructType

SPARK_FAILED = code("spark_failed", "Spark 计算失败")

AT_ONCE = 4
"""Pieces of a query that are planned and run side by side."""

TYPES = {
    pa.bool_(): "BOOLEAN",
    pa.int16(): "SMALLINT",
    pa.int32(): "INT",
    pa.int64(): "BIGINT",
    pa.float64(): "DOUBLE",
    pa.string(): "STRING",
    pa.large_string(): "STRING",
    pa.binary(): "BINARY",
    pa.large_binary(): "BINARY",
    pa.date32(): "DATE",
}
"""Arrow's types in the lake as Spark names them."""


class SparkEngine:
    """Spark behind the protocol `Engine`. The session and the share are somebody else's; `close` leaves neither views nor files in them."""

    def __init__(self, session: SparkSession, share: Share, *, connect: bool) -> None:
        self._session, self._share, self._connect = session, share, connect
        self._tables: dict[str, Sequence[str]] = {}

    def __enter__(self) -> SparkEngine:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def views(self, tables: Mapping[str, Path | Sequence[Path]], *, file_column: bool = False) -> None:
        for name, paths in tables.items():
            files = [paths] if isinstance(paths, Path) else list(paths)
            schema = pa.unify_schemas([pq.read_schema(file) for file in files], promote_options="permissive")
            if file_column:
                self._gathered(name, files, schema)
            else:
                with _clear_errors():
                    self._name(name, self._session.read.schema(ddl(schema)).parquet(*(self._share.seen(file) for file in files)))

    def table(self, name: str, content: pa.Table) -> None:
        path = self._share.new(name)
        with self._share.writer(path, content.schema) as out:
            out.write_table(content)
        self._keep(name, [path], ddl(content.schema))

    def execute(self, query: Query, parameters: Parameters = ()) -> None:
        asked = understand(query)
        match asked.asks:
            case Asks.TABLE:
                paths = [self._share.new(asked.name) for _ in asked.pieces]  # jobs that write side by side need folders of their own
                with _clear_errors():
                    planned = self._write(asked.pieces, parameters, paths)
                written = self._share.schema(paths)  # as it is on disk: a server may plan an INT and write a BIGINT
                self._keep(asked.name, paths, ddl(written) if written else planned)
            case Asks.VIEW:
                with _clear_errors():
                    self._name(asked.name, self._frame(asked, parameters))
            case Asks.DROP:
                self._forget(asked.name)
            case Asks.ROWS:
                raise ValueError("rows are fetched, not executed")

    def fetch(self, query: Query, parameters: Parameters = ()) -> list[tuple]:
        found = self.arrow(query, parameters)
        return list(zip(*(column.to_pylist() for column in found.columns), strict=True))

    def arrow(self, query: Query, parameters: Parameters = ()) -> pa.Table:
        with _clear_errors():
            return self._frame(understand(query), parameters).toArrow()

    def batches(self, query: Query, parameters: Parameters = (), size: int = 50_000) -> Iterator[pa.RecordBatch]:
        if self._connect:
            yield from self.arrow(query, parameters).to_batches(size)
            return
        path = self._share.new("result")
        with _clear_errors():
            self._frame(understand(query), parameters).write.parquet(self._share.target(path))
        yield from self._share.batches(path, size)
        self._share.remove(path)

    def to_parquet(self, query: Query, path: Path, order_by: Sequence[str], row_group: int = ROW_GROUP) -> int:
        ordered = f"SELECT * FROM ({sql(query)}) ORDER BY {', '.join(order_by)}"  # noqa: S608 - both come from code and contracts
        schema = self._frame(understand(ordered), ()).limit(0).toArrow().schema
        with ParquetOut(path, schema, row_group) as out:
            for batch in self.batches(ordered, size=row_group):
                out.write(batch.cast(schema))
        return out.rows

    def close(self) -> None:
        for name in list(self._tables):
            self._forget(name)

    def _frame(self, asked: Statement, parameters: Parameters) -> DataFrame:
        return self._session.sql(asked.text, args=list(parameters) or None)

    def _write(self, pieces: Sequence[str], parameters: Parameters, paths: Sequence[str]) -> StructType:
        """Write the rows of each piece into its folder, some at a time; returns the columns as planned."""

        def write(piece: str, path: str) -> StructType:
            frame = self._session.sql(piece, args=list(parameters) or None)
            frame.write.parquet(self._share.target(path))
            return frame.schema

        with ThreadPoolExecutor(AT_ONCE) as pool:
            first, *others = pool.map(write, pieces, paths)
        if odd := [other for other in others if _columns(other) != _columns(first)]:
            raise ValueError(f"parts of a UNION ALL differ: {_columns(first)} and {_columns(odd[0])}")
        return first

    def _keep(self, name: str, paths: Sequence[str], schema: str | StructType) -> None:
        """Let a name stand for folders or files in the share; what it stood for goes."""
        with _clear_errors():
            self._name(name, self._session.read.schema(schema).parquet(*map(self._share.source, paths)), paths)

    def _name(self, name: str, frame: DataFrame, paths: Sequence[str] = ()) -> None:
        frame.createOrReplaceTempView(name)
        before, self._tables[name] = self._tables.get(name, ()), paths
        for path in before:
            self._share.remove(path)

    def _forget(self, name: str) -> None:
        with _clear_errors():
            self._session.catalog.dropTempView(name)
        for path in self._tables.pop(name, ()):
            self._share.remove(path)

    def _gathered(self, name: str, files: Sequence[Path], schema: pa.Schema) -> None:
        """One file of many, with the name of each: small files, and no way to name them that all servers share."""
        wide = schema.append(pa.field("filename", pa.string()))
        path = self._share.new(name)
        with self._share.writer(path, wide) as out:
            for file in files:
                rows = pq.read_table(file)
                columns = [rows[field.name] if field.name in rows.schema.names else pa.nulls(rows.num_rows, field.type) for field in schema]
                named = [*(column.cast(field.type) for column, field in zip(columns, schema, strict=True)), pa.repeat(str(file), rows.num_rows)]
                out.write_table(pa.table(named, schema=wide))
        self._keep(name, [path], ddl(wide))


@contextmanager
def open_spark(home: Home, master: str = LOCAL_MASTER, share: str | None = None) -> Iterator[SparkEngine]:
    """Spark at a master, with a session and a share of its own. Raises DoudiError if either cannot be had."""
    connect = is_connect(master)
    with (
        open_session(master) as session,
        open_share(home, share, classic=not connect) as place,
        SparkEngine(session, place, connect=connect) as engine,
    ):
        yield engine


def _columns(schema: StructType) -> list[tuple[str, str]]:
    return [(field.name, field.dataType.simpleString()) for field in schema]


def ddl(schema: pa.Schema) -> str:
    """A schema in Spark's words. Raises ValueError for a type that the lake does not have."""
    unknown = [f"{field.name} {field.type}" for field in schema if field.type not in TYPES]
    if unknown:
        raise ValueError(f"no type of Spark for {unknown}")
    return ", ".join(f"`{field.name}` {TYPES[field.type]}" for field in schema)


@contextmanager
def _clear_errors() -> Iterator[None]:
    from pyspark.errors import PySparkException

    try:
        yield
    except PySparkException as problem:
        why = str(problem).strip().splitlines()[0] if str(problem).strip() else type(problem).__name__
        todo = "查看集群日志；内存不足时调高执行器内存或分区数，再重新运行（已发布的不受影响）"
        raise DoudiError(Fault(SPARK_FAILED, "Spark 没有完成计算", why=why, todo=todo)) from problem
