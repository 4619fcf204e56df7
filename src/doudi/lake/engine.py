"""The engine: SQL over Parquet. The only room that opens DuckDB; everybody else sees `Engine`.

An engine works in a temporary folder of its own inside the home and under a bound of memory; what does not fit goes to that folder. It never
touches the network and never changes a file it reads.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import cache, lru_cache
from pathlib import Path
from types import TracebackType
from typing import Protocol

import duckdb
import pyarrow as pa
from sqlglot import exp

from doudi.kernel.errors import DoudiError, Fault, code
from doudi.lake.home import Home
from doudi.lake.parquet import ROW_GROUP, ParquetOut

ENGINE_FULL = code("engine_full", "内存或磁盘空间不足")
ENGINE_READ = code("engine_read", "数据湖文件无法读取")

LONG = 500
"""Characters of a text that is worth being parsed only once; what is shorter is mostly said only once too."""

Query = str | exp.Expression
Parameters = Sequence[object]


class Engine(Protocol):
    """What Doudi asks of an engine. Queries are SQL text in the engine's dialect or sqlglot expressions; names are unquoted identifiers."""

    def views(self, tables: Mapping[str, Path | Sequence[Path]], *, file_column: bool = False) -> None:
        """Give Parquet files names: each becomes a view over its files (columns matched by name, absent ones null).

        With `file_column`, a column `filename` says which file a row is from, as the path was given.
        """
        ...

    def table(self, name: str, content: pa.Table) -> None:
        """Put a small Arrow table into the engine under a name, replacing what had it."""
        ...

    def execute(self, query: Query, parameters: Parameters = ()) -> None:
        """Run a statement for its effect."""
        ...

    def fetch(self, query: Query, parameters: Parameters = ()) -> list[tuple]:
        """All rows of a small result."""
        ...

    def arrow(self, query: Query, parameters: Parameters = ()) -> pa.Table:
        """A result as an Arrow table."""
        ...

    def batches(self, query: Query, parameters: Parameters = (), size: int = 50_000) -> Iterator[pa.RecordBatch]:
        """A result as Arrow batches of up to `size` rows, computed as they are taken; no other query in between."""
        ...

    def to_parquet(self, query: Query, path: Path, order_by: Sequence[str], row_group: int = ROW_GROUP) -> int:
        """Write a result sorted by `order_by` (columns, optionally with `DESC`, that leave no ties); returns its rows. Equal rows, equal bytes."""
        ...

    def close(self) -> None:
        """Let go of memory and working files."""
        ...


class DuckEngine:
    """DuckDB on one machine. Use as a context manager; `memory` in MB bounds its buffers, what is beyond is spilled to the home."""

    def __init__(self, home: Home, *, memory: int = 600, threads: int = 2) -> None:
        self._held = ExitStack()
        folder = self._held.enter_context(home.temp_folder("engine-"))
        options: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": f"{memory}MB",
            "threads": threads,
            "temp_directory": str(folder),
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "preserve_insertion_order": False,  # what is written is sorted by a whole key; in between order means nothing, and costs memory
            "wal_autocheckpoint": "1TB",  # nothing lasts here; a checkpoint would move all tables about for seconds
        }
        self._con = duckdb.connect(":memory:", config=options)
        self._con.execute("SET GLOBAL parquet_metadata_cache = true")  # else every scan reads it anew: 500 groups in a province
        self._held.callback(self._con.close)

    def __enter__(self) -> DuckEngine:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def views(self, tables: Mapping[str, Path | Sequence[Path]], *, file_column: bool = False) -> None:
        for name, paths in tables.items():
            files = [str(path) for path in ([paths] if isinstance(paths, Path) else paths)]
            with _clear_errors():
                source = self._con.read_parquet(files, union_by_name=len(files) > 1, filename=file_column)
                self._con.execute(f"CREATE OR REPLACE VIEW {_quoted(name)} AS {source.sql_query()}")

    def table(self, name: str, content: pa.Table) -> None:
        self._con.register("_arriving", content)
        self.execute(f"CREATE OR REPLACE TABLE {_quoted(name)} AS SELECT * FROM _arriving")  # noqa: S608 - the name is quoted
        self._con.unregister("_arriving")

    def execute(self, query: Query, parameters: Parameters = ()) -> None:
        self.fetch(query, parameters)

    def fetch(self, query: Query, parameters: Parameters = ()) -> list[tuple]:
        with _clear_errors():
            return self._run(query, parameters).fetchall()

    def arrow(self, query: Query, parameters: Parameters = ()) -> pa.Table:
        with _clear_errors():
            return self._select(query, parameters).to_arrow_table()

    def batches(self, query: Query, parameters: Parameters = (), size: int = 50_000) -> Iterator[pa.RecordBatch]:
        with _clear_errors():
            yield from self._select(query, parameters).to_arrow_reader(size)

    def to_parquet(self, query: Query, path: Path, order_by: Sequence[str], row_group: int = ROW_GROUP) -> int:
        ordered = f"SELECT * FROM ({sql(query)}) ORDER BY {', '.join(order_by)}"  # noqa: S608 - both come from code and contracts
        with _clear_errors():
            reader = self._select(ordered).to_arrow_reader(row_group)
            with ParquetOut(path, reader.schema, row_group) as out:
                for batch in reader:
                    out.write(batch)
            return out.rows

    def beside(self) -> DuckEngine:
        """A second hand on the same tables, for another thread. Close it before the engine itself."""
        other = object.__new__(DuckEngine)
        other._held = ExitStack()
        other._con = self._con.cursor()
        other._held.callback(other._con.close)
        return other

    def interrupt(self) -> None:
        """Let the query that another thread is waiting for fail at once."""
        self._con.interrupt()

    def bound(self, memory: int, threads: int) -> None:
        """Allow other bounds from now on, even while another thread is waiting for a query."""
        with self._con.cursor() as beside:
            beside.execute(f"SET GLOBAL memory_limit = '{int(memory)}MB'; SET GLOBAL threads = {int(threads)}")

    def close(self) -> None:
        self._held.close()

    def _run(self, query: Query, parameters: Parameters = ()) -> duckdb.DuckDBPyConnection:
        text = sql(query)
        if len(text) < LONG or parameters:
            return self._con.execute(text, list(parameters) or None)
        for each in _parsed(text):
            self._con.execute(each)
        return self._con

    def _select(self, query: Query, parameters: Parameters = ()) -> duckdb.DuckDBPyRelation:
        return self._con.sql(sql(query), params=list(parameters) or None)


@contextmanager
def _clear_errors() -> Iterator[None]:
    try:
        yield
    except duckdb.OutOfMemoryException as problem:
        raise DoudiError(Fault(ENGINE_FULL, "计算所需内存或磁盘超过上限", why=str(problem), todo="释放磁盘空间或提高内存上限后再试")) from problem
    except duckdb.IOException as problem:
        raise DoudiError(Fault(ENGINE_READ, "数据湖文件无法读取", why=str(problem), todo="检查磁盘，必要时重新接收文件")) from problem


def sql(query: Query) -> str:
    """The text of a query in DuckDB's dialect. No copy of the tree is made: DuckDB can say all that we write, so nothing is rewritten in it."""
    return query if isinstance(query, str) else query.sql(dialect="duckdb", copy=False)


@lru_cache(maxsize=300)
def _parsed(text: str) -> list[duckdb.Statement]:
    """The statements of a long text. A run performs the same for every batch; to parse some 150 of them takes a quarter of a second."""
    return _parser().extract_statements(text)


@cache
def _parser() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(":memory:", config={"threads": 1})


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
