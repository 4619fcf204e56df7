"""Titles, totals, notes, repeated headers and blank lines are no rows; a row without an ID is one."""

from __future__ import annotations

import pytest

from doudi.intake.furniture import Found, Furniture, find_header

HEADER = ("序号", "身份证号", "姓名", "救助金额", "备注")
TITLES = ("某市临时救助情况表", "填报单位：某市")
FURNITURE = Furniture(Found(HEADER, (3,), TITLES), [1], [2], [1, 2, 3])
NAME_FIRST = Furniture(Found(("姓名", "身份证号", "救助金额", "备注"), (1,), ()), [1], [0], [0, 1, 2])
ID_FIRST = Furniture(Found(("身份证号", "姓名", "救助金额"), (1,), ()), [0], [1], [0, 1, 2])


@pytest.mark.parametrize(
    "cells",
    [
        ["1", "432503198306236402", "张三", "100", ""],
        ["1", " 432503 19830623 6402", "张三", "100", ""],
        ["1", "４３２５０３１９８３０６２３６４０２", "张三", "100", ""],
        ["1", "4.32503E+17", "张三", "100", ""],
        ["1", "", "张三", "100", ""],
        ["1", "", "张三", "", ""],
        ["", "", "张三", "100", "合计"],
        ["1", "", "", "100", ""],
        ["", "身份不明", "张三", "100", ""],
        ["1", "432503198306236402", "", "100", ""],
        ["1", "432503198306236402", "合计", "100", ""],
        ["1", "", "总计强", "100", ""],
        ["", "", "", "", "待补充材料"],
    ],
)
def test_a_row_of_data_is_a_row_even_where_its_id_is_missing(cells: list[str]) -> None:
    assert FURNITURE.kind(cells) == ""


@pytest.mark.parametrize(
    "cells",
    [
        ["合计", "共8条", "", "17100.0", ""],
        ["", "合计", "共8条", "17100.0", ""],
        ["", "", "合计", "17100.0", ""],
        ["", "", "", "合计", ""],
        ["合　计", "", "", "17,100.00", ""],
        ["总计：", "", "8人", "17100.0", ""],
        ["本页合计", "", "", "17100.0", ""],
        ["小计", "", "", "", ""],
        ["累计", "", "—", "1", ""],
        ["12", "合计", "", "17100.0", ""],
        ["某镇小计", "", "", "3", ""],
        ["共计8人", "", "", "17100.0", ""],
        ["合计（元）", "", "", "17100.0", ""],
        ["", "", "8人", "17100.0", "合计"],
    ],
)
def test_totals_have_a_sign_and_no_person(cells: list[str]) -> None:
    assert FURNITURE.kind(cells) == "total"


@pytest.mark.parametrize(
    "cells",
    [
        ["注：本表数据由业务系统导出，如有疑问请与业务股室联系。", "", "", "", ""],
        ["备注：1.金额为实发数", "", "", "", ""],
        ["说明：截至月底", "", "", "", ""],
        ["填表人：刘某", "", "审核人：王某", "", "填表日期：2026年10月8日"],
        ["", "制表：刘某", "", "", ""],
        ["单位负责人（签字）：", "", "审核：", "", ""],
        ["第 1 页 共 3 页", "", "", "", ""],
        ["联系电话：13800001234", "", "", "", ""],
        ["——以下空白——", "", "", "", ""],
        ["本页以下空白", "", "", "", ""],
        ["（盖章）", "", "", "", ""],
        ["", "单位（公章）", "", "", ""],
        ["审核人（签字）", "", "填报单位盖章", "", ""],
        ["以上数据已经各乡镇核实，确认无误。", "", "", "", ""],
    ],
)
def test_notes_have_a_sign_and_no_person(cells: list[str]) -> None:
    assert FURNITURE.kind(cells) == "note"


@pytest.mark.parametrize(
    "cells", [["一、城市低保", "", "", "", ""], ["", "（二）乡镇", "", "", ""], ["某某镇", "", "", "", ""], ["", "", "三、敬老院", "", ""]]
)
def test_headings_between_rows_are_notes(cells: list[str]) -> None:
    assert FURNITURE.kind(cells) == "note"


def test_a_total_whose_word_stands_behind_its_sums_is_a_total() -> None:
    sums_first = Furniture(Found(("总费用", "自付", "报销", "补贴", "身份证号", "姓名"), (1,), ()), [4], [5], range(6))
    assert sums_first.kind(["900", "100", "800", "0", "14人", "合计"]) == "total"
    assert sums_first.kind(["900", "100", "800", "0", "", "总计强"]) == ""


def test_a_note_under_an_id_column_is_a_note() -> None:
    assert ID_FIRST.kind(["（盖章）", "", ""]) == "note"
    assert ID_FIRST.kind(["注：1.本表共 123456 条，2.联系电话 13800001234。", "", ""]) == "note"
    assert ID_FIRST.kind(["合计", "", "123456789.00"]) == "total"
    assert NAME_FIRST.kind(["填表人：刘某", "联系电话：13800001234", "", ""]) == "note"
    assert NAME_FIRST.kind(["合计", "", "900", ""]) == "total"


@pytest.mark.parametrize("cells", [[], ["", "", "", "", ""], ["\x1a"], ["\ufeff"], [" ", "\u3000", "\t", "", ""], ["7", "", "", "", ""]])
def test_blank_lines_and_bare_running_numbers_are_no_rows(cells: list[str]) -> None:
    assert FURNITURE.kind(cells) == "blank"


def test_a_repeated_header_or_title_is_no_row() -> None:
    assert FURNITURE.kind(list(HEADER)) == "header"
    assert FURNITURE.kind(["序号", "身份证号", " 姓 名", "救助金额", ""]) == "header"
    assert FURNITURE.kind(["某市临时救助情况表", "", "", "", ""]) == "title"


def test_a_lone_text_merged_across_the_sheet_is_a_note() -> None:
    assert FURNITURE.kind(["", "某镇", "", "", ""], wide=True) == "note"
    assert FURNITURE.kind(["", "某镇", "", "", ""]) == ""
    assert FURNITURE.kind(["", "", "张三", "", ""], wide=True) == ""


WORDS = {"身份证号", "姓名", "救助金额", "救助日期", "户号"}


def score(cells: object) -> int:
    return sum(cell in WORDS for cell in cells)  # type: ignore[attr-defined]


def found(*rows: list[str]) -> Found | None:
    return find_header([(number, row) for number, row in enumerate(rows, start=1)], score)


def test_the_header_stands_below_titles() -> None:
    assert found(["某表", "", ""], [], ["身份证号", "姓名", "救助金额"], ["1", "张三", "5"]) == Found(
        ("身份证号", "姓名", "救助金额"), (3,), ("某表",)
    )


def test_a_header_of_two_rows_names_each_column_once() -> None:
    header = found(["序号", "人员信息", "", "救助金额"], ["", "身份证号", "姓名", ""], ["1", "432503198306236402", "张三", "5"])
    assert header == Found(("序号", "身份证号", "姓名", "救助金额"), (1, 2), ())


def test_a_second_row_may_complete_the_words_of_the_first() -> None:
    header = found(["身份", "姓名", "救助", "救助"], ["证号", "", "金额", "日期"], ["432503198306236402", "张三", "5", "20261008"])
    assert header == Found(("身份证号", "姓名", "救助金额", "救助日期"), (1, 2), ())


def test_a_row_of_data_is_never_half_of_a_header() -> None:
    assert found(["身份证号", "姓名", "救助金额"], ["432503198306236402", "姓名", "20261008"]) == Found(("身份证号", "姓名", "救助金额"), (1,), ())


def test_where_vertical_merges_fill_both_rows_the_lower_is_the_header() -> None:
    header = found(["户号", "人员", "", "救助金额"], ["户号", "身份证号", "姓名", "救助金额"], ["A", "1", "张三", "5"])
    assert header is not None
    assert header.rows == (2,)


def test_one_known_word_is_no_header() -> None:
    assert found(["姓名", "电话"], ["张三", "1"]) is None


def test_a_header_below_the_thirtieth_row_is_none() -> None:
    rows = [["x", "", ""] for _ in range(30)]
    assert found(*rows, ["身份证号", "姓名", "救助金额"]) is None
    assert found(*rows[1:], ["身份证号", "姓名", "救助金额"]) is not None
