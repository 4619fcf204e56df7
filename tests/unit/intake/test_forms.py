"""Workbooks, Parquet and archives: what is read, and what is refused before it can do harm."""

from __future__ import annotations

import datetime
import io
import re
import struct
import warnings
import zipfile
from decimal import Decimal
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlwt
from tests.unit.intake.files import marks_of, open_bytes, refusal, rows_of, stream_of, workbook

from doudi.intake.readers.archive import members, unpacked
from doudi.intake.readers.cells import cell_text, number_text
from doudi.intake.readers.model import CELL_ERROR, CELL_FORMULA, CELL_MERGED, LIMITS, FileRefused, Limits
from doudi.intake.readers.unzip import member_name


def moment(*parts: int) -> datetime.datetime:
    return datetime.datetime(*parts)  # noqa: DTZ001 - workbooks know no time zone


HEADER = ["身份证号", "姓名", "金额"]


def zip_of(files: dict[str, bytes], **options: Any) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, **options) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def remade(book: bytes, change: dict[str, bytes], *, add: dict[str, bytes] | None = None) -> bytes:
    """A workbook with parts replaced."""
    source = zipfile.ZipFile(io.BytesIO(book))
    return zip_of({name: change.get(name, source.read(name)) for name in source.namelist()} | (add or {}))


def sheet_xml(book: bytes) -> bytes:
    return zipfile.ZipFile(io.BytesIO(book)).read("xl/worksheets/sheet1.xml")


def archive_refusal(content: bytes, limits: Limits = LIMITS) -> str:
    with pytest.raises(FileRefused) as caught:
        members(stream_of(content), limits)
    return caught.value.fault.code


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (100.0, "100"),
        (0.1, "0.1"),
        (1234.56, "1234.56"),
        (4.30124198306241e17, "4.30124198306241E+17"),
        (430124198306241789.0, "4.30124198306241E+17"),
        (-1e15, "-1.00000000000000E+15"),
        (430124830624123.0, "430124830624123"),
        (-5.5, "-5.5"),
        (1e-7, "0.0000001"),
        (True, "1"),
        (None, ""),
        (moment(2026, 10, 3), "2026-10-03"),
        (moment(2026, 10, 3, 8, 30), "2026-10-03 08:30:00"),
        (datetime.date(2026, 10, 3), "2026-10-03"),
        (Decimal("12.50"), "12.50"),
    ],
)
def test_values_become_the_text_a_person_typed(value: object, text: str) -> None:
    assert cell_text(value) == text


def test_a_float_beyond_its_digits_keeps_the_true_ones() -> None:
    assert {number_text(float(f"430124198306241{tail:03d}")) for tail in range(900)} == {"4.30124198306241E+17"}


def test_a_workbook_gives_rows_as_the_sheet_numbers_them() -> None:
    book = workbook([["某表"], [], HEADER, ["430124198306241234", "张三", 100], [None, None, None], ["430124198306241235", "李四", 20.5]])
    assert rows_of(open_bytes(book)) == [
        (1, ["某表", "", ""]),
        (2, ["", "", ""]),
        (3, HEADER),
        (4, ["430124198306241234", "张三", "100"]),
        (5, ["", "", ""]),
        (6, ["430124198306241235", "李四", "20.5"]),
    ]


def test_a_table_that_begins_below_and_beside_the_corner_keeps_its_place() -> None:
    def put(sheet: Any) -> None:
        sheet["C3"], sheet["D3"], sheet["C4"] = "姓名", "金额", "张三"

    assert rows_of(open_bytes(workbook([], put)))[2:] == [(3, ["", "", "姓名", "金额"]), (4, ["", "", "张三", ""])]


def test_dates_are_dates_and_cached_results_are_used() -> None:
    book = workbook([HEADER, ["1", datetime.date(2026, 10, 3), "=1+1"]])
    xml = sheet_xml(book).replace(b"<f>1+1</f><v />", b"<f>1+1</f><v>2</v>").replace(b"<f>1+1</f><v></v>", b"<f>1+1</f><v>2</v>")
    assert rows_of(open_bytes(remade(book, {"xl/worksheets/sheet1.xml": xml})))[1] == (2, ["1", "2026-10-03", "2"])


def test_errors_and_uncalculated_formulas_are_marked_not_empty() -> None:
    book = workbook([HEADER, ["#N/A", "张三", "=B2*2"], ["2", "李四", 5]])
    opened = open_bytes(book)
    assert marks_of(opened) == {(2, 0): CELL_ERROR, (2, 2): CELL_FORMULA}


def test_values_under_a_vertical_merge_are_filled_down_and_marked() -> None:
    def merge(sheet: Any) -> None:
        sheet.merge_cells("A2:A4")
        sheet.merge_cells("C3:C4")

    opened = open_bytes(workbook([HEADER, ["DB1", "张三", 100], [None, "李四", 200], [None, "王五", None]], merge))
    assert rows_of(opened)[1:] == [(2, ["DB1", "张三", "100"]), (3, ["DB1", "李四", "200"]), (4, ["DB1", "王五", "200"])]
    assert marks_of(opened) == {(row, 0): CELL_MERGED for row in (2, 3, 4)} | {(3, 2): CELL_MERGED, (4, 2): CELL_MERGED}


def test_titles_merged_across_are_known_by_their_row() -> None:
    opened = open_bytes(workbook([["某表"], HEADER, ["1", "张三", 5]], lambda sheet: sheet.merge_cells("A1:C1")))
    assert [batch.wide for batch in opened.sheets[0].batches()] == [frozenset({0})]


def test_sheets_keep_their_names_and_hidden_ones_are_known() -> None:
    book = openpyxl.Workbook()
    book.active.append(HEADER)
    book.create_sheet("空表")
    book.create_sheet("藏").sheet_state = "hidden"
    book.create_chartsheet("图")
    out = io.BytesIO()
    book.save(out)
    opened = open_bytes(out.getvalue())
    assert [(sheet.name, sheet.hidden) for sheet in opened.sheets] == [("Sheet", False), ("空表", False), ("藏", True)]
    assert rows_of(opened, 1) == []


def test_an_old_workbook_is_read_like_a_new_one() -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("表一")
    for row, cells in enumerate([["某表"], HEADER, ["430124198306241234", "张三", 100.5]]):
        for column, cell in enumerate(cells):
            sheet.write(row, column, cell)
    sheet.merge(0, 0, 0, 2)
    sheet.write_merge(3, 4, 0, 0, "并")
    sheet.write(4, 1, "李四")
    out = io.BytesIO()
    book.save(out)
    opened = open_bytes(out.getvalue())
    assert opened.form == "xls"
    assert rows_of(opened) == rows_of(opened)
    assert rows_of(opened)[1:] == [(2, HEADER), (3, ["430124198306241234", "张三", "100.5"]), (4, ["并", "", ""]), (5, ["并", "李四", ""])]


def test_a_damaged_old_workbook_is_refused_whatever_happens_to_the_program_that_reads_it() -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("表一")
    for row in range(500):
        sheet.write(row, 0, f"值{row}")
    out = io.BytesIO()
    book.save(out)
    content = out.getvalue()
    assert refusal(content[: len(content) // 3]) == "file_broken"


def test_a_workbook_of_two_far_corners_is_refused_before_it_is_laid_out() -> None:
    book = workbook([HEADER, ["1", "张三", 5]])
    far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    assert refusal(remade(book, {"xl/worksheets/sheet1.xml": sheet_xml(book).replace(b"</sheetData>", far)})) == "file_too_large"


def test_a_claimed_dimension_costs_nothing() -> None:
    book = workbook([HEADER, ["1", "张三", 5]])
    xml = re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:XFD1048576"', sheet_xml(book))
    assert len(rows_of(open_bytes(remade(book, {"xl/worksheets/sheet1.xml": xml})))) == 2


def test_formats_down_to_the_last_row_are_no_rows() -> None:
    book = workbook([HEADER, ["1", "张三", 5]])
    styled = b'<row r="1048576"><c r="A1048576" s="0"/><c r="XFD1048576" s="0"/></row></sheetData>'
    assert len(rows_of(open_bytes(remade(book, {"xl/worksheets/sheet1.xml": sheet_xml(book).replace(b"</sheetData>", styled)})))) == 2


def test_a_workbook_whose_part_unpacks_to_too_much_is_refused() -> None:
    book = workbook([HEADER])
    bomb = remade(book, {}, add={"xl/media/x.bin": bytes(20 << 20)})
    assert refusal(bomb) == "file_too_large"
    assert refusal(remade(book, {}, add={"xl/media/x.bin": bytes(1 << 20)}), Limits(part_bytes=1 << 19)) == "file_too_large"


def test_entities_in_a_workbook_are_refused() -> None:
    book = workbook([HEADER])
    assert refusal(remade(book, {"xl/workbook.xml": b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'})) == "file_broken"


def test_a_workbook_with_one_flipped_byte_in_its_sheet_is_refused() -> None:
    book = workbook([HEADER, *[[str(n), "张三", n] for n in range(200)]])
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        info = archive.getinfo("xl/worksheets/sheet1.xml")
    at = info.header_offset + 30 + len(info.filename) + info.compress_size // 2
    assert refusal(book[:at] + bytes([book[at] ^ 8]) + book[at + 1 :]) == "file_broken"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"%PDF-1.7\n...", "file_kind"),
        (b"<html><table><tr><td>x</td></tr></table></html>", "file_kind"),
        (b'<?xml version="1.0"?><Workbook/>', "file_kind"),
        (b"\x89PNG\r\n\x1a\n....", "file_kind"),
        (b"\x1f\x8b\x08....", "file_kind"),
        (b"Rar!\x1a\x07\x00", "file_kind"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le"), "file_kind"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "file_encrypted"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "file_broken"),
        (bytes(range(1, 32)) * 40, "file_binary"),
        (b"\x00\x01\x02" * 100, "file_binary"),
        (b"PK\x03\x04 and no more", "file_broken"),
        (b"PAR1 and no more", "file_broken"),
        (zip_of({"word/document.xml": b"<w/>", "[Content_Types].xml": b"<t/>"}), "file_kind"),
        (zip_of({"mimetype": b"x", "content.xml": b"<o/>"}), "file_kind"),
        (zip_of({"xl/workbook.bin": b"x"}), "file_kind"),
        (zip_of({"xl/workbook.xml": b"<workbook/>"}), "file_broken"),
    ],
)
def test_what_is_no_table_is_refused_by_its_content(content: bytes, code: str) -> None:
    assert refusal(content) == code


def parquet_of(table: pa.Table, **options: Any) -> bytes:
    out = io.BytesIO()
    pq.write_table(table, out, **options)
    return out.getvalue()


def test_every_parquet_type_becomes_text() -> None:
    table = pa.table(
        {
            "文字": ["a", None, ""],
            "整数": pa.array([1, None, 430124198306241234], pa.int64()),
            "小数": [1.5, None, 2.0],
            "定点": pa.array([Decimal("1.20"), None, Decimal("0.05")], pa.decimal128(10, 2)),
            "日期": pa.array([datetime.date(2026, 1, 2), None, None], pa.date32()),
            "时刻": pa.array([moment(2026, 1, 2), None, moment(2026, 1, 2, 3, 4)], pa.timestamp("ms")),
            "真假": [True, None, False],
            "字典": pa.array(["甲", None, "甲"]).dictionary_encode(),
        }
    )
    opened = open_bytes(parquet_of(table))
    assert opened.sheets[0].header == tuple(table.column_names)
    assert rows_of(opened) == [
        (1, ["a", "1", "1.5", "1.20", "2026-01-02", "2026-01-02", "1", "甲"]),
        (2, ["", "", "", "", "", "", "", ""]),
        (3, ["", "430124198306241234", "2", "0.05", "", "2026-01-02 03:04:00", "0", "甲"]),
    ]


def test_parquet_rows_are_numbered_through_row_groups() -> None:
    opened = open_bytes(parquet_of(pa.table({"a": [str(n) for n in range(100)]}), row_group_size=7))
    assert rows_of(opened) == [(n + 1, [str(n)]) for n in range(100)]


def test_nested_parquet_columns_are_refused() -> None:
    assert refusal(parquet_of(pa.table({"a": [[1, 2]]}))) == "file_kind"


def test_a_parquet_group_larger_than_allowed_is_refused_by_its_header() -> None:
    content = parquet_of(pa.table({"a": [str(n) * 20 for n in range(20_000)]}), compression="zstd")
    assert refusal(content, Limits(group_bytes=100_000)) == "file_too_large"


def test_half_a_parquet_file_is_refused() -> None:
    content = parquet_of(pa.table({"a": [str(n) for n in range(5000)]}))
    assert refusal(content[: len(content) // 2]) == "file_broken"


def test_members_come_with_their_names_and_bytes() -> None:
    stream = stream_of(zip_of({"甲/乙.csv": "姓名\n".encode(), "丙.csv": b"x"}))
    found = members(stream, LIMITS)
    assert [member.name for member in found] == ["甲/乙.csv", "丙.csv"]
    with unpacked(stream, found[0], LIMITS) as copy:
        assert copy.read() == "姓名\n".encode()


@pytest.mark.parametrize(
    ("name", "codec"), [("临时救助_202610.csv", "gb18030"), ("失业_202610.csv", "gb18030"), ("失业·丙.csv", "utf-8"), ("a.csv", "ascii")]
)
def test_member_names_without_a_mark_are_read_as_they_were_written(name: str, codec: str) -> None:
    """失业 in GBK is valid UTF-8 too, for something that nobody writes."""
    entry = zipfile.ZipInfo("x")
    entry.orig_filename = name.encode(codec).decode("cp437")
    entry.filename = entry.orig_filename
    entry.flag_bits = 0
    assert member_name(entry) == name


@pytest.mark.parametrize("name", ["../x.csv", "a/../../x.csv", "/etc/x.csv", "C:/x.csv", "..\\x.csv"])
def test_names_that_leave_the_archive_are_refused(name: str) -> None:
    assert archive_refusal(zip_of({name: b"x"})) == "file_unsafe_name"


def test_links_in_an_archive_are_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        entry = zipfile.ZipInfo("x.csv")
        entry.external_attr = 0o120777 << 16
        archive.writestr(entry, "/etc/passwd")
    assert archive_refusal(out.getvalue()) == "file_unsafe_name"


def test_a_locked_archive_is_refused() -> None:
    content = bytearray(zip_of({"x.csv": b"abc"}))
    for magic, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = content.index(magic) + at
        content[place] |= 1
    assert archive_refusal(bytes(content)) == "file_encrypted"


def test_a_bomb_is_refused_by_what_it_declares() -> None:
    assert archive_refusal(zip_of({"x.csv": bytes(32 << 20)})) == "file_too_large"
    assert archive_refusal(zip_of({f"{n}.csv": b"x" * 1000 for n in range(20)}), Limits(unpacked_bytes=10_000)) == "file_too_large"
    assert archive_refusal(zip_of({f"{n}.csv": b"x" for n in range(20)}), Limits(members=10)) == "file_too_large"


def test_a_member_that_declares_ten_gigabytes_is_refused_at_once() -> None:
    content = bytearray(zip_of({"x.csv": b"x" * 1000}))
    place = content.index(b"PK\x01\x02") + 24
    content[place : place + 4] = struct.pack("<I", 0xF0000000)
    assert archive_refusal(bytes(content)) == "file_too_large"


def test_a_member_larger_than_it_declares_is_refused() -> None:
    content = bytearray(zip_of({"x.csv": b"x" * 1000}))
    place = content.index(b"PK\x01\x02") + 24
    content[place : place + 4] = struct.pack("<I", 10)
    assert archive_refusal(bytes(content)) == "file_broken"


def test_two_members_of_one_name_are_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        archive.writestr("x.csv", "1")
        archive.writestr("x.csv", "2")
    assert archive_refusal(out.getvalue()) == "file_broken"


def test_an_archive_with_one_damaged_member_is_refused_whole() -> None:
    content = bytearray(zip_of({"a.csv": b"good" * 50, "b.csv": bytes(range(200))}))
    place = content.index(b"b.csv") + 20
    content[place] ^= 0xFF
    assert archive_refusal(bytes(content)) == "file_broken"


def test_an_empty_archive_is_refused() -> None:
    assert archive_refusal(zip_of({})) == "file_blank"
