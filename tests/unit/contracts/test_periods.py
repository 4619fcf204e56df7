"""Periods as manifests and file names write them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doudi.contracts.periods import Period, find_period, parse_period


def period(text: str) -> Period:
    first, last = text.split("..")
    return Period(date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        *(
            (form, "2026-07-01..2026-07-31")
            for form in ("202607", "2026-07", "2026-7", "2026/7", "2026.07", "2026年7月", "2026年07月份", "２０２６年７月")
        ),
        *((form, "2026-07-18..2026-07-18") for form in ("20260718", "2026-07-18", "2026/7/18", "2026年7月18日", "2026.7.18")),
        *(
            (form, "2025-10-01..2026-07-31")
            for form in ("202510-202607", "2025-10-2026-07", "2025年10月-2026年7月", "2025年10月至2026年7月", "202510~202607")
        ),
        *(
            (form, "2026-07-01..2026-09-30")
            for form in ("2026Q3", "2026-Q3", "2026q3", "2026年第三季度", "2026年3季度", "2026年三季度", "2026年7-9月")
        ),
        *((form, "2026-01-01..2026-12-31") for form in ("2026", "2026年", "2026年度")),
        ("2026年上半年", "2026-01-01..2026-06-30"),
        ("2026年下半年", "2026-07-01..2026-12-31"),
        ("2025-2026-1", "2025-09-01..2026-01-31"),
        ("2025-2026学年第二学期", "2026-02-01..2026-08-31"),
        ("2025-2026学年", "2025-09-01..2026-08-31"),
        ("2025-2026", "2025-01-01..2026-12-31"),
        ("2026W44", "2026-10-26..2026-11-01"),
        ("2026年第44周", "2026-10-26..2026-11-01"),
        ("20261001-20261018", "2026-10-01..2026-10-18"),
        ("202402", "2024-02-01..2024-02-29"),
        (" 2026 年 7 月 ", "2026-07-01..2026-07-31"),
    ],
)
def test_a_period_is_understood(text: str, wanted: str):
    assert parse_period(text) == period(wanted)


@pytest.mark.parametrize(
    "text", ["", "七月", "202613", "20260230", "2026Q5", "202607-202510", "2025-2027-1", "180001", "7月", "2026W60", "12345678901234"]
)
def test_what_names_no_period_gives_none(text: str):
    assert parse_period(text) is None


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("全员人口_涟源市_2026年7月.zip", "2026-07-01..2026-07-31"),
        ("临时救助_涟源市_202510-202607_历史补报.jsonl", "2025-10-01..2026-07-31"),
        ("涟源市医疗救助(202510-202607_历史补报).xlsx", "2025-10-01..2026-07-31"),
        ("临时救助_涟源市_2026年9月（更正）.xlsx", "2026-09-01..2026-09-30"),
        ("工伤_涟源市_202610_第一次.csv", "2026-10-01..2026-10-31"),
        ("死亡人员_涟源市_20261028.csv", "2026-10-28..2026-10-28"),
        ("2026年医保报销_202610.csv", "2026-10-01..2026-10-31"),
        ("医保报销_202610_20261104导出.csv", "2026-10-01..2026-10-31"),
        ("易地搬迁_涟源市_2025年度.xlsx", "2025-01-01..2025-12-31"),
        ("住房救助2026年第三季度(2).xlsx", "2026-07-01..2026-09-30"),
        ("医保报销_202610-2.csv", "2026-10-01..2026-10-31"),
        ("截至2026年10月31日涟源市失业.xlsx", "2026-10-31..2026-10-31"),
        ("失业（2025.10-2026.07）_补报.xlsx", "2025-10-01..2026-07-31"),
        ("学籍_431382_2026年秋.csv", "2026-01-01..2026-12-31"),
    ],
)
def test_a_period_is_found_in_a_file_name(name: str, wanted: str):
    assert find_period(name) == period(wanted)


@pytest.mark.parametrize(
    "name", ["全员人口_涟源市.csv", "431382199903.csv", "20260908143015.csv", "新建文件夹(2).xlsx", "9202610.csv", "2026-10431382失业.csv"]
)
def test_a_file_name_without_a_period_gives_none(name: str):
    assert find_period(name) is None


@given(st.dates(date(1950, 1, 1), date(2099, 12, 31)))
def test_every_month_and_day_round_trips(day: date):
    assert parse_period(f"{day:%Y%m%d}") == Period(day, day)
    found = parse_period(f"{day.year}年{day.month}月")
    assert found
    assert found.first <= day <= found.last
    assert found.first.day == 1


@given(st.text(alphabet="2025年月日-至Q季度第学期1367 _()", max_size=24))
def test_no_text_breaks_the_search_for_a_period(text: str):
    found = find_period(text)
    assert found is None or found.first <= found.last
