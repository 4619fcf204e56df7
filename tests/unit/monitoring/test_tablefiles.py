"""Files for spreadsheets: nothing in them runs, nothing is half written, nothing needs much memory."""

from __future__ import annotations

import csv
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from openpyxl import load_workbook

from doudi.monitoring import tablefiles
from doudi.monitoring.tablefiles import FORMATS, write_table_file

ROWS = [("431382199001011234", "=1+1"), ("", "+86"), ("001", "@x"), ("甲", "-5"), ('a,b\n"c"', "\tx"), ("", "普通")]


def test_csv_opens_in_a_spreadsheet_and_runs_nothing(tmp_path: Path) -> None:
    assert write_table_file(tmp_path / "x.csv", "csv", ("甲", "乙"), ROWS) == 6
    assert (tmp_path / "x.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    with (tmp_path / "x.csv").open(encoding="utf-8-sig", newline="") as stream:
        head, *body = csv.reader(stream)
    assert head == ["甲", "乙"]
    assert [tuple(row) for row in body] == [(a, f"'{b}" if b[0] in "=+-@\t" else b) for a, b in ROWS]


def test_a_workbook_holds_numbers_as_text_and_no_formula(tmp_path: Path) -> None:
    write_table_file(tmp_path / "x.xlsx", "xlsx", ("甲", "乙"), ROWS)
    sheet = load_workbook(tmp_path / "x.xlsx").active
    cells = [cell for row in sheet.iter_rows(min_row=2) for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}
    assert {cell.number_format for cell in cells} == {"@"}
    assert [cell.value for cell in sheet["A"][1:]] == [a for a, _ in ROWS]


def test_a_workbook_goes_on_to_the_next_sheet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tablefiles, "SHEET_ROWS", 2)
    write_table_file(tmp_path / "x.xlsx", "xlsx", ("n",), ((str(n),) for n in range(5)))
    sheets = [[cell.value for cell in sheet["A"]] for sheet in load_workbook(tmp_path / "x.xlsx").worksheets]
    assert sheets == [["n", "0", "1"], ["n", "2", "3"], ["n", "4"]]


def test_parquet_holds_texts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tablefiles, "BATCH", 4)
    write_table_file(tmp_path / "x.parquet", "parquet", ("甲", "乙"), ROWS)
    assert [tuple(row.values()) for row in pq.read_table(tmp_path / "x.parquet").to_pylist()] == ROWS


@pytest.mark.parametrize("form", FORMATS)
def test_a_file_that_fails_leaves_the_old_one(tmp_path: Path, form: str) -> None:
    path = tmp_path / f"x.{form}"
    write_table_file(path, form, ("n",), [("1",)])
    before = path.read_bytes()

    def failing() -> Iterator[tuple[str, ...]]:
        yield ("2",)
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        write_table_file(path, form, ("n",), failing())
    assert path.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("form", FORMATS)
def test_memory_does_not_grow_with_the_rows(tmp_path: Path, form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tablefiles, "BATCH", 500)

    def peak(rows: int) -> int:
        tracemalloc.start()
        write_table_file(tmp_path / f"{rows}.{form}", form, ("a", "b"), ((f"{n:018d}", "理由" * 20) for n in range(rows)))
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    peak(10)  # imports and caches
    assert peak(20_000) < 2 * peak(2_000) + 500_000
