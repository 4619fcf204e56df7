"""Fingerprints of townships: the same rows, the same number; any other row, another one, however it was written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from doudi.intake.settling.fingerprints import show_fingerprints, write_fingerprints
from doudi.lake.engine import DuckEngine
from doudi.lake.home import Home

Row = tuple[int, int | None, str | None, int]
HERE, THERE = 431382101, 430102001
ROWS: tuple[Row, ...] = ((1, 10, "甲", HERE), (2, None, "乙", HERE), (3, 30, None, THERE))


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[DuckEngine]:
    with DuckEngine(Home.open(tmp_path / "home"), memory=200) as opened:
        yield opened


def write(folder: Path, name: str, rows: tuple[Row, ...], text: pa.DataType = pa.string()) -> Path:
    columns = [pa.array([row[at] for row in rows], kind) for at, kind in enumerate((pa.int64(), pa.int64(), text, pa.int32()))]
    path = folder / f"{name}.parquet"
    pq.write_table(pa.table(columns, ["person", "household", "note", "bucket"]), path)
    return path


def prints(engine: DuckEngine, path: Path) -> dict[int, tuple[int, int]]:
    """Bucket -> rows and fingerprint of one table, as they are written to a file."""
    out = path.with_suffix(".prints")
    write_fingerprints(engine, {"table": path}, out)
    return {line["bucket"]: (line["rows"], line["fingerprint"]) for line in pq.read_table(out).to_pylist()}


def test_the_same_rows_have_the_same_fingerprint_in_any_order_and_encoding(engine: DuckEngine, tmp_path: Path) -> None:
    found = prints(engine, write(tmp_path, "a", ROWS))
    assert {bucket: rows for bucket, (rows, _) in found.items()} == {HERE: 2, THERE: 1}
    assert prints(engine, write(tmp_path, "b", ROWS[::-1], pa.dictionary(pa.int32(), pa.string()))) == found


@pytest.mark.parametrize(
    "rows",
    [
        ((1, 10, "甲", HERE), (2, None, "丙", HERE), ROWS[2]),
        ((1, None, "甲", HERE), (2, 10, "乙", HERE), ROWS[2]),
        ((1, 10, "乙", HERE), (2, None, "甲", HERE), ROWS[2]),
        ((2, 10, "甲", HERE), (1, None, "乙", HERE), ROWS[2]),
        (ROWS[0], ROWS[2]),
    ],
    ids=["another value", "exchanged in the middle", "exchanged in the last column", "exchanged in the first", "a row less"],
)
def test_a_township_whose_rows_differ_has_another_fingerprint_and_no_other_township(
    engine: DuckEngine, tmp_path: Path, rows: tuple[Row, ...]
) -> None:
    before, now = prints(engine, write(tmp_path, "a", ROWS)), prints(engine, write(tmp_path, "b", rows))
    assert before[HERE] != now[HERE]
    assert before[THERE] == now[THERE]


def test_a_row_that_moves_changes_both_townships(engine: DuckEngine, tmp_path: Path) -> None:
    before, now = prints(engine, write(tmp_path, "a", ROWS)), prints(engine, write(tmp_path, "b", ((*ROWS[0][:3], THERE), *ROWS[1:])))
    assert before[HERE] != now[HERE]
    assert before[THERE] != now[THERE]


def test_tables_that_are_the_same_keep_the_fingerprints_they_have(engine: DuckEngine, tmp_path: Path) -> None:
    a, b = write(tmp_path, "a", ROWS), write(tmp_path, "b", ROWS[:1])
    first, second, whole = (tmp_path / f"{name}.prints" for name in ("first", "second", "whole"))
    write_fingerprints(engine, {"a": a, "b": a}, first)
    write_fingerprints(engine, {"a": a, "b": b}, second, first, ["a"])
    write_fingerprints(engine, {"a": a, "b": b}, whole)
    assert second.read_bytes() == whole.read_bytes() != first.read_bytes()


def test_a_cut_without_fingerprints_or_with_those_of_another_scheme_has_them_computed(engine: DuckEngine, tmp_path: Path) -> None:
    path, old, new = write(tmp_path, "a", ROWS), tmp_path / "old.prints", tmp_path / "new.prints"
    write_fingerprints(engine, {"a": path}, new)
    table = pq.read_table(new)
    pq.write_table(table.set_column(table.column_names.index("scheme"), "scheme", pa.array(["v0.1 1"] * table.num_rows)), old)
    for view, file in (("none", tmp_path / "missing.prints"), ("other", old), ("own", new)):
        show_fingerprints(engine, view, {"a": path}, file)
        assert engine.fetch(f"SELECT * FROM {view} ORDER BY bucket") == [tuple(line.values()) for line in table.to_pylist()]
