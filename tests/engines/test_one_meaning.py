"""What SQL leaves to engines means in Spark what it means in DuckDB: division, signs, months, NULLs, ties, texts, dates, aggregates over unknowns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.engines.sparks import sail, spark

from doudi.kernel.errors import DoudiError
from doudi.lake.engine import DuckEngine
from doudi.lake.home import Home
from doudi.lake.parquet import write_parquet
from doudi.lake.spark import SparkEngine
from doudi.lake.sparksql import understand

ENGINES: dict[str, Callable[[], SparkEngine]] = {"sail": sail, "spark": spark}

ROWS = pa.table(
    {
        "n": pa.array([1, 2, 3, 4, 5, 6], pa.int64()),
        "number": pa.array([-7, 7, None, 0, -1, 7], pa.int64()),
        "month": pa.array([24_321, None, 24_311, 24_312, 24_321, 24_321], pa.int32()),
        "day": pa.array([dt.date(2026, 1, 31), dt.date(2024, 2, 29), None, dt.date(1400, 3, 1), dt.date(9999, 12, 31), dt.date(2026, 2, 28)]),
        "flag": pa.array([True, None, False, None, True, False]),
        "word": pa.array(["张%三", "", None, "a'b\\n\n", "Ａ a", "张三"]),
        "kind": pa.array(["1", "1", "2", "2", None, None]),
    }
)

QUERIES = {
    "integer division and remainder cut towards zero": """SELECT n, number // 2 AS half, number % 2 AS rest, (number - 1) // 3 AS third
        FROM r ORDER BY n""",
    "division of long numbers is exact": "SELECT n, 52010119450101007 // 10 AS a, (number * 52010119450101007) // 10 AS b FROM r ORDER BY n",
    "months move to the end of a shorter month": """SELECT n, CAST(day + INTERVAL '1' MONTH AS DATE) AS later,
        CAST(day - INTERVAL '12' MONTH AS DATE) AS before,
        CAST(day - INTERVAL '1' DAY AS DATE) AS eve, LAST_DAY(day) AS last FROM r WHERE n <> 5 ORDER BY n""",
    "the parts of days, also of odd ones": "SELECT n, YEAR(day) AS y, MONTH(day) AS m, DAY(day) AS d, CAST(day AS TEXT) AS t FROM r ORDER BY n",
    "a day made of a month": "SELECT n, MAKE_DATE(CAST(month // 12 AS BIGINT), CAST(month % 12 + 1 AS BIGINT), 1) AS day FROM r ORDER BY n",
    "NULLs are last upwards": "SELECT n FROM r ORDER BY number, word, n",
    "NULLs are last downwards": "SELECT n FROM r ORDER BY number DESC, word DESC, n",
    "NULLs first where it says so": "SELECT n FROM r ORDER BY kind NULLS FIRST, n DESC",
    "texts are ordered by their bytes": "SELECT word FROM r ORDER BY word",
    "ties go to the first in order": """SELECT n, ROW_NUMBER() OVER (PARTITION BY kind ORDER BY number DESC, n) AS place,
        COUNT(flag) OVER (PARTITION BY kind) AS known FROM r ORDER BY n""",
    "texts of numbers, days and truths": """SELECT n, CAST(number AS TEXT) || '|' || CAST(flag AS TEXT) AS a, CAST(n AS TEXT) AS b,
        LPAD(CAST(number % 100 AS TEXT), 2, '0') AS c FROM r ORDER BY n""",
    "pieces of texts": """SELECT n, SUBSTR(word, 1, 2) AS a, SUBSTR(word, 3, 9) AS b, LENGTH(word) AS c, REPLACE(word, '张', '李') AS d
        FROM r ORDER BY n""",
    "quotes and backslashes": "SELECT n FROM r WHERE word = 'a''b\\n\n' OR word = '张%三' ORDER BY n",
    "LIKE": "SELECT n, word LIKE '张%' AS a, word LIKE '张_' AS b, word LIKE '%A%' AS c FROM r ORDER BY n",
    "greatest and least pass over NULLs": """SELECT n, GREATEST(number, 1) AS a, LEAST(number, month) AS b, GREATEST(number, NULL) AS c
        FROM r ORDER BY n""",
    "three truths": """SELECT n, flag AND NULL AS a, flag OR NULL AS b, NOT flag AS c, flag IS DISTINCT FROM TRUE AS d, flag = (kind = '1') AS e,
        kind IN ('1', NULL) AS f, CASE WHEN flag THEN 1 WHEN NOT flag THEN 0 END AS g FROM r ORDER BY n""",
    "truths added up": """SELECT kind, BOOL_OR(flag) AS some, BOOL_AND(flag) AS every, COUNT(flag) AS known, COUNT(*) AS rows
        FROM r GROUP BY kind ORDER BY kind""",
    "numbers added up": """SELECT kind, CAST(SUM(number) AS BIGINT) AS total, MIN(day) AS first, MAX(word) AS last,
        COUNT(DISTINCT number) AS numbers FROM r GROUP BY kind ORDER BY kind""",
    "nothing added up": "SELECT COUNT(*) AS rows, SUM(number) AS total, BOOL_OR(flag) AS some, MAX(day) AS last FROM r WHERE FALSE",
    "pairs counted": "SELECT COUNT(DISTINCT (kind, flag)) AS pairs FROM r WHERE kind IS NOT NULL AND flag IS NOT NULL",
    "texts joined in order": """SELECT kind, STRING_AGG(word, ',' ORDER BY n DESC) AS a, STRING_AGG(DISTINCT kind, '；' ORDER BY kind) AS b
        FROM r GROUP BY kind ORDER BY kind""",
    "texts joined without NULLs": """SELECT n, CONCAT_WS(',', word, CASE WHEN flag THEN '是' END) AS a, NULLIF(word, '') AS b, word || kind AS c
        FROM r ORDER BY n""",
    "hashes": "SELECT n, SUBSTR(SHA256(word || '|'), 1, 16) AS a FROM r ORDER BY n",
    "rows that have and have not": """SELECT a.n, b.n AS other FROM r a LEFT JOIN r b ON a.number = b.number AND a.n <> b.n
        SEMI JOIN r c ON a.kind = c.kind ANTI JOIN r d ON a.n = d.n AND d.flag ORDER BY a.n, b.n""",
    "rows for which something else exists": """SELECT n FROM r WHERE NOT EXISTS (SELECT 1 FROM r o WHERE o.number = r.number 
       AND (o.day > r.day) IS NULL)
        AND EXISTS (SELECT 1 FROM r o WHERE o.n = r.n) ORDER BY n""",
    "both sides of a full join": """SELECT COALESCE(a.n, b.n) AS n, a.flag AS mine, b.flag AS theirs FROM (SELECT * FROM r WHERE n < 4) a
        FULL JOIN (SELECT * FROM r WHERE n > 2) b ON a.n = b.n ORDER BY 1""",
    "what both have": "SELECT kind FROM r WHERE n < 4 INTERSECT SELECT kind FROM r WHERE n > 3 ORDER BY 1",
}


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> SparkEngine:
    """Each Spark in turn."""
    if request.param == "spark":
        request.getfixturevalue("java")
    return ENGINES[request.param]()


@pytest.fixture
def duck(tmp_path: Path) -> Iterator[DuckEngine]:
    with DuckEngine(Home.open(tmp_path / "home"), memory=200, threads=1) as engine:
        yield engine


@pytest.mark.parametrize("query", QUERIES.values(), ids=list(QUERIES))
def test_a_query_has_one_meaning(query: str, engine: SparkEngine, duck: DuckEngine) -> None:
    for each in (engine, duck):
        each.table("r", ROWS)
    expected = duck.fetch(query)
    assert expected
    assert engine.fetch(query) == expected


def test_a_sum_beyond_64_bits_is_an_error_and_never_another_number(java: None, duck: DuckEngine) -> None:
    """Sail does not tell; so nothing is published from it."""
    query = "SELECT CAST(SUM(number) AS BIGINT) FROM big"
    big = pa.table({"number": pa.array([2**63 - 1, 1], pa.int64())})
    for engine in (spark(), duck):
        engine.table("big", big)
        with pytest.raises(Exception, match=r"(?i)overflow|cast|64"):
            engine.fetch(query)


def test_views_put_files_together_by_the_names_of_columns(engine: SparkEngine, duck: DuckEngine, tmp_path: Path) -> None:
    folder = tmp_path / ("a 张" if engine is sail() else "a[1]{b} 张")
    folder.mkdir()
    files = [folder / "one.parquet", folder / "two.parquet"]
    write_parquet(files[0], pa.table({"a": pa.array([1, 2], pa.int64()), "b": ["x", None]}))
    write_parquet(files[1], pa.table({"c": [True], "a": pa.array([3], pa.int64())}))
    for each in (engine, duck):
        each.views({"together": files})
        each.views({"told": files}, file_column=True)
    for query in ("SELECT a, b, c FROM together ORDER BY a", "SELECT a, filename FROM told ORDER BY a"):
        assert engine.fetch(query) == duck.fetch(query) != []


def test_a_sorted_result_is_written_byte_for_byte_alike(engine: SparkEngine, duck: DuckEngine, tmp_path: Path) -> None:
    many = pa.table({"n": pa.array(range(20_000), pa.int64()), "word": [f"{at * 7919 % 20_011:05d}" for at in range(20_000)]})
    written = {}
    for name, each in (("spark", engine), ("duck", duck)):
        each.table("many", many)
        each.execute(
            "CREATE OR REPLACE TABLE fewer AS SELECT word, n FROM many WHERE n % 3 <> 0 UNION ALL SELECT 'x' || word, n FROM many WHERE n < 9"
        )
        path = tmp_path / f"{name}.parquet"
        assert each.to_parquet("SELECT * FROM fewer", path, ["word"], row_group=5_000) == 13_342
        written[name] = path.read_bytes()
    assert written["spark"] == written["duck"]
    assert pq.read_table(tmp_path / "duck.parquet")["word"].to_pylist() == sorted(pq.read_table(tmp_path / "spark.parquet")["word"].to_pylist())


def test_tables_are_replaced_by_what_stands_on_them_and_dropped(engine: SparkEngine) -> None:
    engine.execute("CREATE OR REPLACE TABLE t AS SELECT 1 AS a")
    engine.execute("CREATE OR REPLACE TABLE t AS SELECT a + 1 AS a FROM t UNION ALL SELECT a + 2 FROM t")
    assert sorted(engine.fetch("SELECT a FROM t")) == [(2,), (3,)]
    engine.execute('CREATE OR REPLACE TABLE "t" ("a" BIGINT, b TEXT, c DATE)')
    assert engine.fetch("SELECT a, b, c FROM t") == []
    engine.execute("DROP TABLE t")
    with pytest.raises(DoudiError, match="spark_failed"):
        engine.fetch("SELECT * FROM t")


def test_a_union_of_many_branches_keeps_names_and_rows(engine: SparkEngine, duck: DuckEngine) -> None:
    union = " UNION ALL ".join(
        f"SELECT n AS {'number' if at == 0 else f'x{at}'}, '{at}' AS word{at or ''} FROM r WHERE n % 7 = {at % 7}" for at in range(15)
    )
    for each in (engine, duck):
        each.table("r", ROWS)
        each.execute(f"CREATE OR REPLACE TABLE many AS {union}")
    query = "SELECT number, word FROM many ORDER BY number, word"
    assert engine.fetch(query) == duck.fetch(query) != []


@pytest.mark.parametrize("query", ["SELECT MEDIAN(n) FROM (", "INSERT INTO t VALUES (1)", "PRAGMA version"])
def test_what_spark_is_not_asked_is_refused(query: str) -> None:
    with pytest.raises(ValueError, match="not"):
        understand(query)
