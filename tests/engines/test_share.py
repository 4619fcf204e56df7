"""Where Spark's tables lie: in the home, or at a location that workers see and the home's files are copied to. Nothing is left behind."""

from __future__ import annotations

import socket
from pathlib import Path

import pyarrow as pa
import pytest
from tests.engines.sparks import sail_url

from doudi.kernel.errors import DoudiError
from doudi.lake.engines import EngineChoice
from doudi.lake.home import Home
from doudi.lake.parquet import write_parquet


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home.open(tmp_path / "home")


def test_workers_that_do_not_see_the_home_read_copies(home: Home, tmp_path: Path) -> None:
    lake, share = tmp_path / "people.parquet", tmp_path / "共享"
    write_parquet(lake, pa.table({"person": [1, 2]}))
    with EngineChoice("spark", sail_url(), str(share)).open(home, memory=100, threads=1) as engine:
        engine.views({"people": lake})
        lake.unlink()  # the workers' copy is another file
        engine.execute("CREATE OR REPLACE TABLE more AS SELECT person + 1 AS person FROM people")
        assert sorted(engine.fetch("SELECT person FROM more")) == [(2,), (3,)]
        assert len(list(share.glob("*/*-people_parquet"))) == 1
    assert list(share.iterdir()) == []


def test_a_failed_run_leaves_nothing_in_home_and_share(home: Home, tmp_path: Path) -> None:
    for share in (None, str(tmp_path / "share")):
        with pytest.raises(DoudiError, match="spark_failed"):
            _fail(EngineChoice("spark", sail_url(), share), home)
    assert list((tmp_path / "share").iterdir()) == []
    assert list(home.root.glob(".tmp-*")) == []


def _fail(choice: EngineChoice, home: Home) -> None:
    with choice.open(home, memory=100, threads=1) as engine:
        engine.execute("CREATE OR REPLACE TABLE t AS SELECT 1 AS a")
        engine.execute("CREATE OR REPLACE TABLE u AS SELECT b FROM t")


def test_dropped_tables_give_their_space_back(home: Home, tmp_path: Path) -> None:
    with EngineChoice("spark", sail_url(), str(tmp_path / "share")).open(home, memory=100, threads=1) as engine:
        for number in range(3):
            engine.execute(f"CREATE OR REPLACE TABLE t AS SELECT {number} AS a")
        assert len(list((tmp_path / "share").glob("*/*-t"))) == 1
        engine.execute('DROP TABLE "t"')
        assert list((tmp_path / "share").glob("*/*")) == []


def test_a_cluster_that_does_not_answer_is_named_at_once(home: Home) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        master = f"sc://127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(DoudiError, match="spark_unreachable") as told:
        EngineChoice("spark", master).open(home, memory=100, threads=1).__enter__()
    assert master in str(told.value)


def test_a_share_that_cannot_be_written_is_named(home: Home, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DoudiError, match="share_unreachable"):
        EngineChoice("spark", sail_url(), str(tmp_path / "file" / "below")).open(home, memory=100, threads=1).__enter__()


def test_an_engine_that_there_is_not_is_refused() -> None:
    with pytest.raises(DoudiError, match="duckdb、spark"):
        EngineChoice("polars")
