"""Which dataset a file is, or why that cannot be said."""

from __future__ import annotations

import io

import openpyxl
import pytest
from tests.unit.intake.cast import AID_HEADER, aid_row, catalogue, csv_text
from tests.unit.intake.files import open_bytes, workbook

from doudi.contracts.periods import parse_period
from doudi.intake.delivery import period_text
from doudi.intake.manifest import Entry
from doudi.intake.names import read_name
from doudi.intake.readers.model import FileRefused
from doudi.intake.recognise import Recognised, recognise

CHARITY = ("受助人身份证号", "受助人姓名", "慈善组织名称", "项目名称", "帮扶日期", "帮扶金额", "物资或服务")


def known(name: str, content: bytes | str, entry: Entry | None = None) -> Recognised:
    content = content.encode() if isinstance(content, str) else content
    return recognise(open_bytes(content), entry, read_name(name, catalogue().titles), catalogue())


def refused(name: str, content: bytes | str, entry: Entry | None = None) -> FileRefused:
    with pytest.raises(FileRefused) as caught:
        known(name, content, entry)
    assert caught.value.fault.todo
    return caught.value


def sheets(tables: dict[str, list[list[str]]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in tables.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_name_and_headers_together_say_what_a_file_is() -> None:
    found = known("临时救助_202610.csv", csv_text([aid_row(1)]))
    assert (found.contract.dataset, period_text(found.period), found.remarks) == ("temporary_aid", "202610", ())
    assert found.tables[0].match.columns["aid_no"] == 2


def test_the_manifest_comes_before_the_name() -> None:
    entry = Entry("x.csv", 2, "临时救助", parse_period("202609"))
    found = known("医疗救助_202610.csv", csv_text([aid_row(1)]), entry)
    assert (found.contract.dataset, period_text(found.period)) == ("temporary_aid", "202609")


def test_headers_alone_decide_where_nobody_claims_anything() -> None:
    assert known("花名册202610.csv", csv_text([aid_row(1)])).contract.dataset == "temporary_aid"


def test_of_two_titles_in_a_name_the_headers_choose() -> None:
    assert known("医疗救助和临时救助202610.csv", csv_text([aid_row(1)])).contract.dataset == "temporary_aid"


def test_headers_may_be_written_in_many_ways() -> None:
    header = ("*身 份 证 号", "姓名 ", "救助编号", "救助类型(必填)", "急难发生地行政区划", "救助日期", "救助金额（单位：元）", "经办人")
    rows = known("临时救助_202610.csv", csv_text([[*aid_row(1), "刘某"]], header))
    assert rows.tables[0].match.unknown == ["经办人"]


def test_a_file_with_the_columns_of_another_dataset_is_refused_and_named() -> None:
    refusal = refused("工伤_202610.csv", csv_text([], CHARITY))
    assert refusal.fault.code == "file_wrong_dataset"
    assert "慈善帮扶" in refusal.fault.what


def test_a_file_that_satisfies_its_claim_but_fits_another_dataset_far_better_is_refused() -> None:
    header = ("身份证号码", "姓名", "服务项目", "服务日期", "服务时长分钟", "承接机构", "服务对象身份证号", "服务对象姓名")
    row = ["432503198306236402", "张三", "1", "20261001", "30", "某机构", "432503198306236402", "张三"]
    assert refused("就业救助与服务_202610.csv", csv_text([row], header)).fault.code == "file_wrong_dataset"


def test_a_file_whose_manifest_names_a_like_dataset_is_refused_by_its_own_columns() -> None:
    """医疗救助 asks for less than 临时救助 has: no column is missing, but one is not its own."""
    entry = Entry("临时救助_202610.csv", 2, dataset="medical_aid", period=parse_period("202610"))
    assert refused("临时救助_202610.csv", csv_text([aid_row(1)]), entry).fault.code == "file_wrong_dataset"
    assert refused("医疗救助_202610.csv", csv_text([aid_row(1)])).fault.code == "file_wrong_dataset"


def test_missing_columns_are_named() -> None:
    refusal = refused("临时救助_202610.csv", csv_text([aid_row(1)[:5]], AID_HEADER[:5]))
    assert refusal.fault.code == "file_columns_missing"
    assert "救助日期、救助金额" in refusal.fault.what


def test_a_file_without_a_header_is_refused() -> None:
    assert refused("临时救助_202610.csv", "432503198306236402,张三,LS1,1,431382104201,20261001,5\n" * 3).fault.code == "file_no_header"
    assert refused("x.csv", "甲,乙\n1,2\n").fault.code == "file_no_header"


def test_twins_need_a_name() -> None:
    header = ("身份证号", "姓名", "发放地行政区划", "发放月份", "发放金额")
    refusal = refused("名单202610.csv", csv_text([], header))
    assert refusal.fault.code == "file_dataset_unknown"
    assert "重度残疾人护理补贴发放" in refusal.fault.what
    assert known("重度残疾人护理补贴发放202610.csv", csv_text([], header)).contract.dataset == "severe_disabled_nursing_subsidy"


def test_an_unknown_dataset_in_the_manifest_is_refused() -> None:
    assert refused("临时救助_202610.csv", csv_text([]), Entry("x", 2, "救助大全")).fault.code == "file_dataset_unknown"


def test_a_file_without_a_period_is_refused() -> None:
    assert refused("临时救助.csv", csv_text([aid_row(1)])).fault.code == "file_period_unknown"


@pytest.mark.parametrize("header", ["救助金额（万元）", "救助金额(单位:千元)", "救助金额（角）"])
def test_an_amount_in_another_unit_refuses_the_file(header: str) -> None:
    assert refused("临时救助_202610.csv", csv_text([aid_row(1)], (*AID_HEADER[:6], header))).fault.code == "file_unit"


@pytest.mark.parametrize("title", ["金额单位：万元", "填报单位：某市　　单位：万元", "临时救助情况表（万元）"])
def test_a_title_in_another_unit_refuses_the_file(title: str) -> None:
    assert refused("临时救助_202610.xlsx", workbook([[title], list(AID_HEADER), aid_row(1)])).fault.code == "file_unit"


@pytest.mark.parametrize("title", ["金额单位：元", "填报单位：万元乡", "单位：人、元"])
def test_yuan_and_other_units_in_a_title_are_fine(title: str) -> None:
    assert known("临时救助_202610.xlsx", workbook([[title], list(AID_HEADER), aid_row(1)])).contract.dataset == "temporary_aid"


def test_every_sheet_with_the_right_header_counts_and_empty_ones_do_not() -> None:
    table = [list(AID_HEADER), aid_row(1)]
    found = known("临时救助_202610.xlsx", sheets({"城区": table, "空": [], "说明": [["代码", "含义"], ["1", "急难型"]], "乡镇": table}))
    assert [table.sheet.name for table in found.tables] == ["城区", "乡镇"]
    assert len(found.remarks) == 1


def test_sheets_of_two_datasets_refuse_the_workbook() -> None:
    tables = {"甲": [list(AID_HEADER), aid_row(1)], "乙": [list(CHARITY)]}
    assert refused("临时救助_202610.xlsx", sheets(tables)).fault.code == "file_sheets_contradict"
    assert refused("名单_202610.xlsx", sheets(tables)).fault.code == "file_sheets_contradict"


def test_a_sheet_with_people_and_no_header_is_not_passed_over() -> None:
    tables = {"甲": [list(AID_HEADER), aid_row(1)], "乙": [aid_row(2)]}
    assert refused("临时救助_202610.xlsx", sheets(tables)).fault.code == "file_sheet_headless"


def test_no_word_of_a_refusal_shows_a_citizen() -> None:
    row = aid_row(1)
    for name, content in (("临时救助_202610.csv", ",".join(row) + "\n"), ("临时救助_202610.csv", csv_text([row], row))):
        text = str(refused(name, content))
        assert row[0] not in text
        assert row[1] not in text
