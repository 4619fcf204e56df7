"""Two tables on one sheet: a header repeated is no row, another header refuses the file."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.intake.cast import AID_HEADER, aid_row, citizen, csv_text, open_home, put, take

from doudi.intake.take import Outcome

PAY_HEADER = ("领款人身份证号", "领款人姓名", "资金项目", "所属月份", "应发金额", "实发金额", "应发日期")


def taken(tmp_path: Path, name: str, *tables: str) -> Outcome:
    (outcome,) = take(open_home(tmp_path), put(tmp_path / "in", name, "".join(tables))).outcomes
    return outcome


def pay_row(number: int) -> list[str]:
    return [*citizen(number), "01", "202610", "500.00", "480.00", "2026-10-10"]


def test_amounts_that_changed_places_under_a_second_header_refuse_the_file(tmp_path: Path) -> None:
    swapped = (*PAY_HEADER[:4], "实发金额", "应发金额", PAY_HEADER[6])
    outcome = taken(tmp_path, "社会化发放明细_202610.csv", csv_text([pay_row(1)], PAY_HEADER), csv_text([pay_row(2)], swapped))
    assert (outcome.verdict, outcome.accepted) == ("refused", 0)
    assert "第 3 行" in outcome.reason


def test_a_table_of_another_dataset_below_refuses_the_file(tmp_path: Path) -> None:
    below = csv_text([[*citizen(2), "2026-09-01", "4"]], ("身份证号码", "姓名", "工伤发生日期", "伤残等级"))
    assert taken(tmp_path, "临时救助_202610.csv", csv_text([aid_row(1)]), below).verdict == "refused"


@pytest.mark.parametrize(
    "again",
    [
        AID_HEADER,
        ("证件号码", *(f"{text}*" for text in AID_HEADER[1:])),
        AID_HEADER[:3],
        (*AID_HEADER, "备注"),
        ("", "姓名", "", "救助类型", "", "救助日期", ""),
    ],
)
def test_the_same_header_again_is_no_row_and_refuses_nothing(tmp_path: Path, again: tuple[str, ...]) -> None:
    outcome = taken(tmp_path, "临时救助_202610.csv", csv_text([aid_row(1)]), csv_text([aid_row(2)], again))
    assert (outcome.verdict, outcome.delivered, outcome.accepted) == ("accepted", 2, 2)


def test_words_of_a_header_in_the_cells_of_a_row_do_not_make_it_one(tmp_path: Path) -> None:
    outcome = taken(tmp_path, "临时救助_202610.csv", csv_text([aid_row(1), aid_row(2, 身份证号="", 姓名="姓名", 救助编号="救助类型")]))
    assert (outcome.verdict, outcome.delivered) == ("accepted", 2)
