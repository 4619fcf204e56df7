"""The engine: names for files, results, stable bytes, working files that go away."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sqlglot import exp

from doudi.kernel.errors import DoudiError
from doudi.lake.engine import ENGINE_FULL, DuckEngine
from doudi.lake.home import Home
from doudi.lake.parquet import ParquetOut, write_parquet


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home.open(tmp_path / "home")


@pytest.fixture
def engine(home: Home) -> Iterator[DuckEngine]:
    with DuckEngine(home, memory=200) as opened:
        yield opened


def test_files_become_views_with_columns_matched_by_name(engine: DuckEngine, tmp_path: Path) -> None:
    write_parquet(tmp_path / "old.parquet", pa.table({"a": [1], "b": ["x"]}))
    write_parquet(tmp_path / "it's new.parquet", pa.table({"b": ["y"], "c": [True], "a": [2]}))
    engine.views({"lists": [tmp_path / "old.parquet", tmp_path / "it's new.parquet"], "one": tmp_path / "old.parquet"})
    assert engine.fetch("SELECT a, b, c FROM lists ORDER BY a") == [(1, "x", None), (2, "y", True)]
    assert engine.fetch("SELECT * FROM one") == [(1, "x")]
    engine.views({"lists": [tmp_path / "old.parquet"]}, file_column=True)
    assert engine.fetch("SELECT filename FROM lists") == [(str(tmp_path / "old.parquet"),)]


def test_queries_are_text_or_expressions_and_take_parameters(engine: DuckEngine) -> None:
    engine.table("figures", pa.table({"n": [1, 2, 3]}))
    engine.execute("CREATE TABLE double AS SELECT n * 2 AS m FROM figures WHERE n > ?", [1])
    assert engine.fetch(exp.select("m").from_("double").order_by("m")) == [(4,), (6,)]
    assert engine.arrow("SELECT n FROM figures WHERE n < ?", [2]).to_pydict() == {"n": [1]}
    assert [batch.num_rows for batch in engine.batches("SELECT * FROM range(5000)", size=2048)] == [2048, 2048, 904]


def test_equal_rows_give_equal_bytes_whatever_their_order_and_the_threads(home: Home, tmp_path: Path) -> None:
    rows = {"a": list(range(30_000)), "b": [f"x{n % 97}" for n in range(30_000)]}
    files = []
    for name, threads, step in (("one", 1, 1), ("two", 2, -1)):
        with DuckEngine(home, memory=200, threads=threads) as engine:
            engine.table("rows_", pa.table({key: values[::step] for key, values in rows.items()}))
            files.append(tmp_path / name)
            assert engine.to_parquet("SELECT * FROM rows_", files[-1], ["b", "a DESC"], 10_000) == 30_000
    assert files[0].read_bytes() == files[1].read_bytes()
    written = pq.ParquetFile(files[0])
    assert [written.metadata.row_group(at).num_rows for at in range(written.num_row_groups)] == [10_000] * 3


def test_row_groups_do_not_depend_on_the_batches(tmp_path: Path) -> None:
    content = pa.table({"n": list(range(1000))})
    for name, size in (("small", 7), ("large", 1000)):
        with ParquetOut(tmp_path / name, content.schema, row_group=300) as out:
            for batch in content.to_batches(max_chunksize=size):
                out.write(batch)
    assert (tmp_path / "small").read_bytes() == (tmp_path / "large").read_bytes()
    assert pq.read_table(tmp_path / "small").equals(content)


def test_a_file_that_was_not_finished_is_no_file_of_rows(tmp_path: Path) -> None:
    out = ParquetOut(tmp_path / "rows", pa.schema([("n", pa.int64())]))
    out.write(pa.record_batch({"n": [1, 2]}))
    out.__exit__(RuntimeError, RuntimeError(), None)
    assert pq.read_table(tmp_path / "rows").num_rows == 0


def test_working_files_lie_in_the_home_and_go_with_the_engine(home: Home) -> None:
    with DuckEngine(home, memory=60, threads=1) as engine:
        rows = engine.fetch("SELECT count(*), min(a), max(b) FROM (SELECT range AS a, hash(range) AS b FROM range(4000000) ORDER BY b)")
        assert rows[0][0] == 4_000_000
        assert [path.name for path in home.root.glob(".tmp-*")]
    assert not list(home.root.glob(".tmp-*"))


def test_too_little_memory_is_said_in_plain_words(home: Home) -> None:
    with DuckEngine(home, memory=10, threads=1) as engine, pytest.raises(DoudiError) as caught:
        engine.fetch("SELECT list(range) FROM range(20000000)")
    assert caught.value.faults[0].code == ENGINE_FULL
