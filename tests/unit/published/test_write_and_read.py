"""What the writer writes is the same every time, and the reader takes nothing on trust."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from doudi.kernel.errors import DoudiError
from doudi.published import write
from doudi.published.findings import CHAIN, SOURCES, UNKNOWN, read_reasons, reasons_text
from doudi.published.manifest import Manifest, Policy
from doudi.published.read import PublishedRun
from doudi.published.schema import Column, Table
from doudi.published.tables import TABLES
from doudi.published.write import RunWriter, write_table

KEYS = Table("keys", "键", "一行", "keys", ("a", "b"), (Column("a", "int64", "甲", "a", empty=True), Column("b", "text", "乙", "b")))


def rows(*pairs: tuple[int | None, str]) -> pa.Table:
    return pa.table({"b": [b for _, b in pairs], "a": pa.array([a for a, _ in pairs], pa.int64())})


def manifest(run: str = "2026-10-31-abc", as_of: date = date(2026, 10, 31)) -> Manifest:
    return Manifest(run, as_of, "cut", Policy("湖南参考政策", "1", "p"), "c", counts={"alerts": 0})


def publish(home: Path, run: str = "2026-10-31-abc", as_of: date = date(2026, 10, 31)) -> Path:
    folder = home / "runs" / run
    folder.mkdir(parents=True)
    writer = RunWriter(folder)
    writer.table(UNKNOWN, UNKNOWN.arrow.empty_table())
    writer.bytes("sql/01_facts.sql", b"SELECT 1\n")
    writer.finish(manifest(run, as_of), b"{}")
    (home / "runs" / "latest").write_text(run + "\n")
    return folder


def test_equal_rows_are_equal_bytes_whatever_the_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(write, "ROW_GROUP", 3)
    table = rows(*((n // 2, f"{n % 2}") for n in range(11)))
    for name, size in (("one", 11), ("two", 4), ("three", 1)):
        assert write_table(tmp_path / name, KEYS, table.to_batches(max_chunksize=size)) == 11
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes() == (tmp_path / "three").read_bytes()
    stored = pq.ParquetFile(tmp_path / "one")
    assert [stored.metadata.row_group(n).num_rows for n in range(stored.num_row_groups)] == [3, 3, 3, 2]
    assert stored.read().to_pydict() == table.select(["a", "b"]).to_pydict()


@pytest.mark.parametrize("size", [1, 2, 5])
def test_texts_that_come_by_number_are_written_like_any_others(size: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(write, "ROW_GROUP", 3)
    words = replace(KEYS, repeated=("b",))
    table = rows((1, "y"), (1, "z"), (2, "x"), (2, "z"), (None, "w"))
    one, other = (table.slice(at, length).combine_chunks() for at, length in ((0, 2), (2, 3)))
    by_number = pa.Table.from_batches([batch for part in (one, other) for batch in _numbered(part).to_batches(max_chunksize=size)])
    write_table(tmp_path / "words", words, table.to_batches())
    write_table(tmp_path / "numbers", words, by_number.to_batches())
    assert (tmp_path / "words").read_bytes() == (tmp_path / "numbers").read_bytes()


def test_texts_by_number_are_in_order_of_the_texts(tmp_path: Path) -> None:
    wrong = pa.table({"a": [1, 1], "b": pa.DictionaryArray.from_arrays(pa.array([0, 1], pa.int32()), ["z", "y"])})
    with pytest.raises(ValueError, match="is not after the one before it"):
        write_table(tmp_path / "x", replace(KEYS, repeated=("b",)), wrong.to_batches())


def _numbered(table: pa.Table) -> pa.Table:
    return table.set_column(table.column_names.index("b"), "b", table["b"].combine_chunks().dictionary_encode())


def test_columns_that_came_later_are_empty_in_a_run_of_an_earlier_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plainest = {"int64": 1, "int32": 1, "bool": False, "text": "x", "date": date(2026, 1, 1)}
    line = pa.Table.from_pylist([{column.name: plainest[column.type] for column in CHAIN.columns}], schema=CHAIN.arrow)
    folder = tmp_path / "runs" / "2026-10-31-abc"
    folder.mkdir(parents=True)
    writer = RunWriter(folder)
    writer.table(CHAIN, line)
    writer.finish(manifest(), b"{}")
    later = Column("later", "text", "后来的列", "a later column", empty=True, since="9.9")
    monkeypatch.setitem(TABLES, "chain", replace(CHAIN, columns=(*CHAIN.columns, later)))
    run = PublishedRun(folder)
    (found,) = run.chain.to_pylist()
    assert set(found) == {*(column.name for column in CHAIN.columns), "later"}
    assert found["later"] is None
    assert run.table("chain", ["title", "later"]).to_pylist() == [{"title": "x", "later": None}]


def test_a_table_in_parts_is_read_as_one_in_the_order_of_its_parts(tmp_path: Path) -> None:
    folder = tmp_path / "runs" / "2026-10-31-abc"
    folder.mkdir(parents=True)
    found = [("K01", "h", None, 7, "1 x", part) for part in ("431381", "431382", "431382")]
    names = ["rule", "subject", "person", "household", "reasons", "part"]
    lines = pa.Table.from_pylist([dict(zip(names, line, strict=True)) | {"household": at} for at, line in enumerate(found)])
    lines = (
        lines.append_column("county", lines["part"])
        .append_column("township", pa.nulls(3, pa.string()))
        .append_column("village", pa.nulls(3, pa.string()))
    )
    writer = RunWriter(folder)
    writer.parted(UNKNOWN, lines.to_batches(max_chunksize=2))
    writer.parted(CHAIN, [])
    writer.finish(manifest(), b"{}")
    run = PublishedRun(folder)
    run.verify()
    assert set(run.manifest.files) == {"parts/431381/unknown.parquet", "parts/431382/unknown.parquet"}
    assert {part: pq.read_metadata(path).num_rows for part, path in run.parts("unknown").items()} == {"431381": 1, "431382": 2}
    assert run.unknown["household"].to_pylist() == [0, 1, 2]
    assert [batch.num_rows for batch in run.batches("unknown", ["rule"])] == [1, 2]
    assert run.chain.schema.equals(CHAIN.arrow)
    assert run.table("chain", ["title"]).column_names == ["title"]


def test_empty_values_come_last(tmp_path: Path) -> None:
    assert write_table(tmp_path / "x", KEYS, rows((1, "x"), (2, "a"), (None, "a"), (None, "b")).to_batches()) == 4


@pytest.mark.parametrize(
    "wrong", [[(2, "a"), (1, "a")], [(1, "a"), (1, "a")], [(None, "a"), (1, "a")], [(None, "a"), (None, "a")], [(1, "b"), (1, "a")]]
)
def test_rows_out_of_order_or_twice_are_refused(tmp_path: Path, wrong: list[tuple[int | None, str]]) -> None:
    with pytest.raises(ValueError, match="is not after the one before it"):
        write_table(tmp_path / "x", KEYS, rows(*wrong).to_batches())


def test_order_is_checked_across_row_groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(write, "ROW_GROUP", 2)
    with pytest.raises(ValueError, match="is not after the one before it"):
        write_table(tmp_path / "x", KEYS, rows((1, "a"), (3, "a"), (2, "a")).to_batches())


def test_a_missing_column_and_a_forbidden_empty_value_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"columns \['b'\] are missing"):
        write_table(tmp_path / "x", KEYS, pa.table({"a": [1]}).to_batches())
    with pytest.raises(ValueError, match=r"empty values in \['b'\]"):
        write_table(tmp_path / "x", KEYS, pa.table({"a": [1], "b": pa.array([None], pa.string())}).to_batches())


def test_a_published_run_is_read_back_and_is_the_latest(tmp_path: Path) -> None:
    publish(tmp_path, "2026-09-30-aaa", date(2026, 9, 30))
    publish(tmp_path)
    latest = PublishedRun.latest(tmp_path)
    assert (latest.id, latest.as_of) == ("2026-10-31-abc", date(2026, 10, 31))
    assert latest.unknown.num_rows == 0
    assert [run.id for run in PublishedRun.all(tmp_path)] == ["2026-09-30-aaa", "2026-10-31-abc"]
    assert PublishedRun.open(tmp_path, "2026-09-30-aaa").as_of == date(2026, 9, 30)
    latest.verify()
    assert set(latest.manifest.files) == {"unknown.parquet", "sql/01_facts.sql"}
    assert replace(latest.manifest, files={}) == manifest()


def test_two_writers_of_the_same_content_write_the_same_bytes(tmp_path: Path) -> None:
    one, other = publish(tmp_path / "a"), publish(tmp_path / "b")
    files = sorted(path.relative_to(one) for path in one.rglob("*") if path.is_file())
    assert len(files) == 4
    assert all((one / name).read_bytes() == (other / name).read_bytes() for name in files)


def test_folders_that_are_no_runs_are_passed_over(tmp_path: Path) -> None:
    publish(tmp_path)
    (tmp_path / "runs" / ".tmp-abc").mkdir()
    (tmp_path / "runs" / "notes").mkdir()
    assert [run.id for run in PublishedRun.all(tmp_path)] == ["2026-10-31-abc"]


def test_an_altered_a_missing_and_an_additional_file_are_named(tmp_path: Path) -> None:
    path = publish(tmp_path)
    (path / "unknown.parquet").write_bytes(b"PAR1")
    (path / "sql" / "01_facts.sql").unlink()
    (path / "extra").write_text("x")
    with pytest.raises(DoudiError) as found:
        PublishedRun(path).verify()
    assert [fault.code for fault in found.value.faults] == ["run_damaged"] * 3
    with pytest.raises(DoudiError, match="缺失或被改动"):
        _ = PublishedRun(path).unknown


def test_another_major_version_is_refused_with_advice(tmp_path: Path) -> None:
    path = publish(tmp_path)
    content = json.loads((path / "run.json").read_text())
    (path / "run.json").write_text(json.dumps({**content, "schema_version": "99.0"}))
    with pytest.raises(DoudiError, match="run_schema_version"):
        PublishedRun(path)
    assert PublishedRun.all(tmp_path) == [], "an old run does not stand in the way of new ones"
    (path / "run.json").write_text("{")
    with pytest.raises(DoudiError, match="run_unreadable"):
        PublishedRun(path)


def test_a_home_without_runs_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(DoudiError, match="先用 doudi intake"):
        PublishedRun.latest(tmp_path)
    with pytest.raises(DoudiError, match="没有编号为 x 的运行"):
        PublishedRun.open(tmp_path, "x")
    assert PublishedRun.all(tmp_path) == []


def test_tables_are_read_in_part(tmp_path: Path) -> None:
    lines = [("a", "c", "v", "payment", 5, row, date(2026, 10, row)) for row in (1, 2, 3)]
    writer = RunWriter(tmp_path)
    writer.table(SOURCES, pa.Table.from_pylist([dict(zip(SOURCES.arrow.names, line, strict=True)) for line in lines]))
    writer.finish(manifest("r"), b"{}")
    run = PublishedRun(tmp_path)
    assert run.table("sources", ["row"], where=pa.compute.field("row") > 1).to_pydict() == {"row": [2, 3]}
    assert sum(batch.num_rows for batch in run.batches("sources")) == 3


def test_reasons_are_read_as_they_were_written() -> None:
    text = reasons_text([(1, "从未报送"), (2, "迟交 40 天（只到 2026-09-30）"), (4, "从未报送")])
    assert text == "1,4 从未报送\n2 迟交 40 天（只到 2026-09-30）"
    assert read_reasons(text) == [((1, 4), "从未报送"), ((2,), "迟交 40 天（只到 2026-09-30）")]
