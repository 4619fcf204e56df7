"""Encodings, lines and delimiters of text files."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.intake.files import broken_of, open_bytes, refusal, rows_of

from doudi.intake.readers.model import ROW_NOT_JSON, ROW_QUOTE, ROW_TRUNCATED, Limits

TABLE = "身份证号,姓名,金额\n430124198306241234,张三,100.00\n430124198306241235,李四,200.00\n"
ROWS = [(1, ["身份证号", "姓名", "金额"]), (2, ["430124198306241234", "张三", "100.00"]), (3, ["430124198306241235", "李四", "200.00"])]


@pytest.mark.parametrize(
    "encoded",
    [
        TABLE.encode("utf-8"),
        TABLE.encode("utf-8-sig"),
        TABLE.encode("gb18030"),
        codecs.BOM_UTF16_LE + TABLE.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + TABLE.encode("utf-16-be"),
    ],
    ids=["utf-8", "utf-8-bom", "gb18030", "utf-16-le", "utf-16-be"],
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_the_same_rows_come_from_every_encoding_and_line_end(encoded: bytes, end: str) -> None:
    wide = encoded.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    codec = "utf-16" if wide else "utf-8"
    for name in (codec, "gb18030"):
        try:
            text = encoded.decode(name)
            break
        except UnicodeDecodeError:
            continue
    again = text.replace("\n", end)
    content = again.encode("utf-16") if wide else again.encode(name)
    assert rows_of(open_bytes(content)) == [(number, [cells[0], *cells[1:]]) for number, cells in ROWS]


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|", "，"])
def test_the_delimiter_is_found_by_content(delimiter: str) -> None:
    text = f"填报单位；某市，某局\n{TABLE.replace(',', delimiter)}注：数据截至月底，如有疑问，请联系我们\n"
    opened = open_bytes(text.encode())
    assert rows_of(opened)[1:4] == [(number + 1, cells) for number, cells in ROWS]


def test_a_header_alone_shows_its_delimiter() -> None:
    assert rows_of(open_bytes("身份证号\t姓名\t金额（元，两位小数）\n".encode())) == [(1, ["身份证号", "姓名", "金额（元，两位小数）"])]


def test_blank_lines_count_in_the_row_number() -> None:
    rows = rows_of(open_bytes("\n\n身份证号,姓名\n\n1,张三\n".encode()))
    assert [(number, cells) for number, cells in rows if any(cells)] == [(3, ["身份证号", "姓名"]), (5, ["1", "张三"])]


def test_quoted_cells_hold_delimiters_quotes_and_line_ends() -> None:
    text = '姓名,地址,金额\n张三,"某路\n1号","1,200.00"\n李四,"他说""好""",5\n'
    assert rows_of(open_bytes(text.encode())) == [
        (1, ["姓名", "地址", "金额"]),
        (2, ["张三", "某路\n1号", "1,200.00"]),
        (4, ["李四", '他说"好"', "5"]),
    ]


def test_a_text_written_as_a_formula_is_the_text() -> None:
    """What programs write so that a spreadsheet does not make 4.3E+17 of a number."""
    opened = open_bytes('证号,说明\n="430124198306241236",="甲"乙"\n"=""4301""",="\n'.encode())
    assert rows_of(opened)[1:] == [(2, ["430124198306241236", '="甲"乙"']), (3, ["4301", '="'])]


def test_a_header_cell_may_span_lines() -> None:
    assert rows_of(open_bytes('"身份证\n号码",姓名\n1,张三\n'.encode())) == [(1, ["身份证\n号码", "姓名"]), (3, ["1", "张三"])]


def test_a_header_alone_may_span_lines() -> None:
    text = '"身份证\n号码",姓名,"救助\n金额",日期,编号,"备\n注"\n'
    assert rows_of(open_bytes(text.encode())) == [(1, ["身份证\n号码", "姓名", "救助\n金额", "日期", "编号", "备\n注"])]


def test_a_lone_quote_spoils_one_row_and_no_other() -> None:
    lines = [f"{number},某人{number},{number}00\n" for number in range(1, 300)]
    lines[100] = '101,"某人101,10100\n'
    opened = open_bytes(("序号,姓名,金额\n" + "".join(lines)).encode())
    rows = rows_of(opened)
    assert broken_of(opened) == {102: ROW_QUOTE}
    assert [number for number, _ in rows] == list(range(1, 301))
    assert all(len(cells) == 3 for _, cells in rows)


def test_two_lone_quotes_do_not_join_the_rows_between_them() -> None:
    lines = [f"{number},某人{number},{number}00\n" for number in range(1, 30)]
    lines[10] = '11,"某人11,1100\n'
    lines[12] = '13,某人13","1300\n'
    opened = open_bytes(("序号,姓名,金额\n" + "".join(lines)).encode())
    assert len(rows_of(opened)) == 30
    assert set(broken_of(opened)) == {12, 14}


def test_text_after_a_closing_quote_spoils_the_row() -> None:
    opened = open_bytes('姓名,金额\n"张三"的,5\n李四,6\n'.encode())
    assert broken_of(opened) == {2: ROW_QUOTE}
    assert rows_of(opened)[2] == (3, ["李四", "6"])


def test_a_file_cut_in_its_last_line_says_so() -> None:
    opened = open_bytes((TABLE + "430124198306241236,王").encode())
    assert broken_of(opened) == {4: ROW_TRUNCATED}


@pytest.mark.parametrize("codec", ["utf-8", "gb18030"])
def test_a_file_cut_in_the_middle_of_a_character_loses_only_its_last_row(codec: str) -> None:
    content = (TABLE + "430124198306241236,王五").encode(codec)
    opened = open_bytes(content[:-1])
    assert broken_of(opened) == {4: ROW_TRUNCATED}
    assert rows_of(opened)[:3] == ROWS


def test_a_file_cut_inside_quotes_loses_only_its_last_row() -> None:
    assert broken_of(open_bytes((TABLE + '430124198306241236,"王').encode())) == {4: ROW_TRUNCATED}


def test_a_whole_last_line_needs_no_line_end() -> None:
    opened = open_bytes(TABLE.rstrip("\n").encode())
    assert broken_of(opened) == {}
    assert rows_of(opened) == ROWS


@pytest.mark.parametrize(
    ("usual", "last"),
    [
        (["1200.00", "80.50", "1,350.00", "7.00", "99.90"], ["1", "120", "1200.", "1200.0"]),
        (["2026-10-08"] * 3 + ["2026-09-30", "2025-01-01"], ["2", "2026", "2026-", "2026-1", "2026-10-", "2026-10-1"]),
        (["431382104201", "431382104202", "431382105200", "431382104204", "431382104205"], ["4", "43138210420"]),
        (["110"] * 9 + ["55"], ["11", "1", ""]),
        (["1200元", "80元", "7元", "65元", "1200元"], ["120"]),
        (["王经办"] * 5, ["王"]),
    ],
)
def test_a_file_cut_inside_its_very_last_cell_loses_its_last_row(usual: list[str], last: list[str]) -> None:
    text = "姓名,金额\n" + "".join(f'张三,"{cell}"\n' for cell in usual)
    for cell in last:
        assert broken_of(open_bytes(f"{text}李四,{cell}".encode())) == {len(usual) + 2: ROW_TRUNCATED}, cell
        assert broken_of(open_bytes(f"{text}李四,{cell}\n".encode())) == {}, "its line ended"
    assert broken_of(open_bytes(f"{text}李四,{usual[1]}".encode())) == {}, "it is as the others are"


@pytest.mark.parametrize(
    ("usual", "last"),
    [
        (["1200", "110", "7", "65", "880"], ["1", "12", "1200"]),
        (["1200.00", "80.50", "7.00", "8", "9.1"], ["120"]),
        (["1200.00"] * 4, ["120"]),
        (["2026/10/8", "2026/10/12", "2026/9/1", "2026/9/21", "2026/7/7"], ["2026/10/1"]),
        (["张三", "李小四", "王五", "赵一二", "张三丰"], ["张三", "张", "李小", ""]),
        (["1", "2", "1", "3", "1"], ["10", "4"]),
        (["1200.00", "80.50", "1350.00", "7.00", "99.90"], ["合计", "1200.000"]),
        (["1200.00元", "80.50元", "1350.00元", "7.00元", "99.90元"], ["75.100000", "共5笔"]),
        (["2026-10-08", "2026-9-8", "2026-1-12", "2026-3-3", "2026-5-1"], ["46303", "20261008"]),
    ],
)
def test_a_last_cell_that_may_be_whole_is_left_alone(usual: list[str], last: list[str]) -> None:
    text = "姓名,金额\n" + "".join(f"张三,{cell}\n" for cell in usual)
    for cell in last:
        assert broken_of(open_bytes(f"{text}李四,{cell}".encode())) == {}, cell


def test_a_damaged_utf8_file_is_refused_with_the_place() -> None:
    content = TABLE.encode()
    at = content.index("李四".encode())
    damaged = content[:at] + b"\xff" + content[at + 1 :]
    assert refusal(damaged) == "file_encoding"
    with pytest.raises(Exception, match=rf"第 {at + 1} 个字节（第 3 行）不是 UTF-8"):
        open_bytes(damaged)


def test_bytes_of_no_encoding_are_refused() -> None:
    assert refusal("身份证号,姓名\n1,".encode("gb18030") + b"\xff\xff\n") == "file_encoding"


def test_damaged_utf16_is_refused() -> None:
    assert refusal(codecs.BOM_UTF16_LE + "姓名,金额\n".encode("utf-16-le") + b"\x00\xd8\x00\x00\x00\x00") == "file_encoding"


def test_a_nul_in_the_middle_is_refused() -> None:
    assert refusal(TABLE.encode() + b"\x00" * 50) == "file_binary"
    assert refusal(TABLE.encode() * 2000 + b"\x00" * 50) == "file_binary"


@pytest.mark.parametrize(("content", "code"), [(b"", "file_empty"), (b" \r\n\t\n  ", "file_blank"), (b"\xef\xbb\xbf\n\n", "file_blank")])
def test_nothing_is_refused_as_nothing(content: bytes, code: str) -> None:
    assert refusal(content) == code


def test_an_endless_line_is_refused_without_being_held() -> None:
    assert refusal(b"a,b\n" + b"x" * 5000, Limits(line_chars=1000)) == "file_too_large"


def test_a_line_of_too_many_columns_is_refused() -> None:
    assert refusal(b"a,b\n" + b"," * 600 + b"\n") == "file_too_large"


def test_reading_twice_gives_the_same() -> None:
    opened = open_bytes(TABLE.encode("gb18030"))
    assert rows_of(opened) == rows_of(opened) == ROWS


def test_json_lines_take_the_keys_of_all_records() -> None:
    text = '{"姓名": "张三", "金额": 12.5}\n\n{"金额": 430124198306241234, "备注": null, "姓名": "李四"}\n{"姓名": true}\n'
    opened = open_bytes(text.encode())
    assert opened.sheets[0].header == ("姓名", "金额", "备注")
    assert rows_of(opened) == [(1, ["张三", "12.5", ""]), (2, ["李四", "430124198306241234", ""]), (3, ["1", "", ""])]


def test_a_line_that_is_no_json_object_is_a_row_of_its_own() -> None:
    text = '{"姓名": "张三"}\n{"姓名": "李\n[1, 2]\n{"姓名": {"名": "四"}}\n{"姓名": "王五"}\n{"姓名": "赵'
    opened = open_bytes(text.encode())
    assert broken_of(opened) == {2: ROW_NOT_JSON, 3: ROW_NOT_JSON, 4: ROW_NOT_JSON, 6: ROW_TRUNCATED}
    assert [cells for number, cells in rows_of(opened) if number in (1, 5)] == [["张三"], ["王五"]]


def test_json_without_any_object_is_refused() -> None:
    assert refusal(b"{broken\n{again\n") == "file_no_record"
    assert refusal(b'[{"a": 1}]') == "file_kind"


@given(st.lists(st.lists(st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=6), min_size=3, max_size=3), min_size=1, max_size=8))
def test_what_the_csv_module_writes_is_read_back(table: list[list[str]]) -> None:
    import csv
    import io

    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([["列一", "列二", "列三"], *table])
    opened = open_bytes(out.getvalue().encode())
    assert [cells for _, cells in rows_of(opened)] == [["列一", "列二", "列三"], *table]
