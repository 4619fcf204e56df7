# ruff: noqa: DTZ001 - workbooks know no time zones
"""What delivered cells mean, by type: tables of cases, and round trips through every form a value is written in."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.contracts.makers import a_field, value_of

from doudi.contracts.converters import converter
from doudi.kernel.months import month, month_of

DAY = date(2026, 3, 8)
DAYS = st.dates(date(1850, 1, 1), date(2100, 12, 31))
MONTHS = st.integers(month(1850, 1), month(2100, 12))
FEN = st.integers(0, 9_999_999_999)


def serial(day: date) -> int:
    return (day - date(1899, 12, 30)).days


@pytest.mark.parametrize(
    "cell",
    [
        *("20260308", "2026-03-08", "2026-3-8", "2026/3/8", "2026/03/08", "2026.3.8", "2026年3月8日", "2026年03月08日", "2026年3月8号"),
        *("２０２６年３月８日", " 2026-03-08 ", "2026-03-08 00:00:00", "2026-03-08T00:00:00", "2026/3/8 0:00", "2026-03-08 14:22:10", "'20260308"),
        *("20260308000000", "20260308.0", "46089", "46089.0", "46089.75", 46089, 46089.0, 20260308, 20260308.0, DAY, datetime(2026, 3, 8)),
        *(datetime(2026, 3, 8, 14, 22), "2026-03-07T16:00:00Z", "2026-03-08 00:00:00+08:00", "2026-03-08 00:00:00.000"),
    ],
)
def test_a_date_is_understood(cell: object):
    assert value_of("date", cell) == DAY


@pytest.mark.parametrize(
    "cell",
    [
        *("20260230", "2026-02-30", "2026-13-01", "20261301", "2026-03", "202603", "26/3/8", "3/8/2026", "2026-3/8", "00000000", "0000-00-00"),
        *("99991231", "18491231", "21010101", "4608", "123456", "80000", "00001", "昨天", "2026年3月", "432503198008022576", "1" * 9999, True, 0, -1),
    ],
)
def test_what_is_no_date_is_impossible(cell: object):
    assert value_of("date", cell) == "date_impossible"


@given(
    DAYS,
    st.sampled_from(["%Y%m%d", "%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y-%m-%d 00:00:00", "short/", "short年", "date", "datetime"]),
)
def test_every_form_of_every_day_gives_the_day(day: date, form: str):
    other: dict[str, object] = {
        "short/": f"{day.year}/{day.month}/{day.day}",
        "short年": f"{day.year}年{day.month}月{day.day}日",
        "date": day,
        "datetime": datetime(day.year, day.month, day.day),
    }
    assert value_of("date", other.get(form) or day.strftime(form)) == day


@given(st.dates(date(1927, 5, 18), date(2100, 12, 31)), st.sampled_from([int, float, str]))
def test_excel_serials_of_five_digits_are_days(day: date, kind: type):
    assert value_of("date", kind(serial(day))) == day


@pytest.mark.parametrize(
    "cell",
    [
        *("202607", "2026-07", "2026-7", "2026/7", "2026/07", "2026.07", "2026年7月", "2026年07月", "2026年7月份", "２０２６０７", 202607, 202607.0),
        *("202607.0", "20260715", "2026-07-01", "2026-07-01 00:00:00", "2026年7月31日", date(2026, 7, 9), datetime(2026, 7, 1), 46204, "46204"),
    ],
)
def test_a_month_is_understood(cell: object):
    assert value_of("month", cell) == month(2026, 7)


@pytest.mark.parametrize("cell", ["202613", "202600", "2026-13", "2026", "7月", "2026.1", 2026.1, "209913", "184912", "210101", "20260230", "某月"])
def test_what_is_no_month_is_impossible(cell: object):
    assert value_of("month", cell) == "month_impossible"


@given(MONTHS, st.sampled_from(["{y}{m:02d}", "{y}-{m:02d}", "{y}-{m}", "{y}/{m}", "{y}.{m:02d}", "{y}年{m}月", "{y}-{m:02d}-11"]))
def test_every_form_of_every_month_gives_the_month(index: int, form: str):
    assert value_of("month", form.format(y=index // 12, m=index % 12 + 1)) == index


@given(DAYS)
def test_a_day_lies_in_its_month(day: date):
    assert value_of("month", day) == month_of(day)


@pytest.mark.parametrize(
    ("cell", "fen"),
    [
        *(("1,200.00", 120000), ("1200元", 120000), ("1,200.00元", 120000), ("¥1,200.00", 120000), ("１２００.５", 120050), ("0", 0), ("0元", 0)),
        *((1200, 120000), (1200.5, 120050), (0.1 + 0.2, 30), (4351.0, 435100), (Decimal("12.30"), 1230), ("99999999.99", 9_999_999_999)),
    ],
)
def test_an_amount_is_understood(cell: object, fen: int):
    assert value_of("money", cell) == fen


@pytest.mark.parametrize("cell", ["-0.01", "-300", -300.0, "100000000", "1e8", 1e8, "1.2万元", "壹佰元", "12.345", "1,20", "￥", True, "1" * 5000])
def test_an_amount_below_zero_or_a_hundred_million_or_unreadable_is_impossible(cell: object):
    assert value_of("money", cell) == "money_impossible"


@given(FEN, st.sampled_from(["{:.2f}", "{:,.2f}", "{:,.2f}元", "¥{:,.2f}"]))
def test_every_form_of_every_amount_gives_its_fen(fen: int, form: str):
    assert value_of("money", form.format(Decimal(fen) / 100)) == fen


@given(FEN)
def test_an_amount_as_a_float_keeps_its_fen(fen: int):
    assert value_of("money", fen / 100) == fen


@pytest.mark.parametrize(
    ("cell", "unit", "number"),
    [
        ("3", None, 3),
        ("3.0", None, 3),
        (3, None, 3),
        (3.0, None, 3),
        ("３", None, 3),
        (" 3 ", None, 3),
        ("3人", "人", 3),
        ("3级", "级", 3),
        ("三级", "级", 3),
        ("十级", "级", 10),
        ("0", None, 0),
        ("100", None, 100),
        ("3.", None, 3),
    ],
)
def test_a_whole_number_is_understood(cell: object, unit: str | None, number: int):
    assert value_of("int", cell, unit=unit) == number


@pytest.mark.parametrize("cell", ["3.5", 3.5, "101", "-1", "三", "3人", "1e2", "1,00", "1" * 9999, True])
def test_what_is_no_whole_number_in_bounds_is_impossible(cell: object):
    assert value_of("int", cell) == "int_impossible"


@pytest.mark.parametrize(
    ("cell", "share"),
    [("0.35", "0.35"), ("35%", "0.35"), ("35％", "0.35"), (0.35, "0.35"), ("1", "1"), ("100%", "1"), ("0", "0"), (".5", "0.5"), ("12.5%", "0.125")],
)
def test_a_share_is_exact(cell: object, share: str):
    assert value_of("ratio", cell) == Decimal(share)


@pytest.mark.parametrize("cell", ["1.01", "101%", "-0.1", "35", "a", "0.35%%"])
def test_what_is_no_share_is_impossible(cell: object):
    assert value_of("ratio", cell) == "ratio_impossible"


@pytest.mark.parametrize("cell", ["是", "有", "1", "１", "true", "TRUE", "T", "Y", "yes", 1, 1.0, "1.0", True, " 是 "])
def test_yes_is_true(cell: object):
    assert value_of("bool", cell) is True


@pytest.mark.parametrize("cell", ["否", "无", "没有", "0", "false", "F", "N", "no", 0, 0.0, "0.0", False])
def test_no_is_false(cell: object):
    assert value_of("bool", cell) is False


@pytest.mark.parametrize("cell", ["2", "可能", "是否", 2, "-1"])
def test_what_is_neither_yes_nor_no_is_unknown(cell: object):
    assert value_of("bool", cell) == "bool_unknown"


@pytest.mark.parametrize(
    ("cell", "code"), [("2", "2"), (2, "2"), (2.0, "2"), ("住院", "2"), ("2 住院", "2"), ("ZZ", "code_unknown"), (True, "code_unknown")]
)
def test_a_code_is_looked_up_in_its_list(cell: object, code: str):
    assert value_of("code", cell, code_list="visit_kind") == code


@pytest.mark.parametrize(
    ("kind", "cell", "code"),
    [
        ("region12", "431382104215", "431382104215"),
        ("region12", 431382104215.0, "431382104215"),
        ("region12", "４３１３８２１０４２１５", "431382104215"),
        ("region12", "431382104", "431382104000"),
        ("region12", "431382", "431382000000"),
        ("region12", "431121104215", "431121104215"),  # a county code that no longer exists
        ("region12", "43138210421", "region_unknown"),
        ("region12", "991382104215", "region_unknown"),
        ("region12", "涟源市", "region_unknown"),
        ("region6", "431382", "431382"),
        ("region6", 431382, "431382"),
        ("region6", "431382104215", "431382"),
        ("region6", "4313", "region_unknown"),
    ],
)
def test_a_region_code_has_its_form_and_need_not_exist_today(kind: str, cell: object, code: str):
    assert value_of(kind, cell) == code  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("cell", "phone"),
    [
        ("17600003210", "17600003210"),
        (17600003210.0, "17600003210"),
        ("176 0000 3210", "17600003210"),
        ("+86-176-0000-3210", "17600003210"),
        ("(0738)4412345", "07384412345"),
        ("没装", "phone_impossible"),
        ("12345", "phone_impossible"),
    ],
)
def test_a_phone_number_is_its_digits(cell: object, phone: str):
    assert value_of("phone", cell) == phone


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("JZ000006560", "JZ000006560"),
        ("ＪＺ000006560", "JZ000006560"),
        (" JZ 000006560", "JZ000006560"),
        ("'43130000001", "43130000001"),
        (43130000001.0, "43130000001"),
        (43130000001, "43130000001"),
        ("4.3130000001E+10", "43130000001"),
        ("4.3130E+10", "number_lost"),
        (4.3130000000000012e17, "number_lost"),
        ("2025－2026－1", "2025-2026-1"),
    ],
)
def test_a_record_number_is_the_same_text_however_it_was_written(cell: object, number: str):
    assert value_of("text", cell, record_no=True) == number


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (" 涟源市中医医院　", "涟源市中医医院"),
        ("Ａ楼 2 单元", "Ａ楼 2 单元"),
        ("无", "无"),
        ("-", "-"),
        (12, "12"),
        (12.0, "12"),
        (True, "true"),
        (DAY, "2026-03-08"),
    ],
)
def test_free_text_stays_as_it_was_delivered(cell: object, text: str):
    assert value_of("text", cell) == text


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("43250319880114200x", "43250319880114200x"),
        (432503198801142.0, "432503198801142"),
        (4.32503198801142e17, "432503198801142000"),
        ("４３２５０３198801142002", "４３２５０３198801142002"),
        ("4.32503E+17", "4.32503E+17"),
    ],
)
def test_a_citizen_id_is_left_to_identity(cell: object, text: str):
    assert value_of("id18", cell) == text


def test_a_code_field_needs_its_list():
    with pytest.raises(ValueError, match="no code list"):
        converter(a_field("code", code_list="none"), None)


@given(
    st.sampled_from(["date", "month", "money", "int", "ratio", "bool", "region12", "region6", "phone", "text", "id18", "name"]), st.text(max_size=30)
)
def test_no_text_whatever_breaks_a_converter(kind: str, text: str):
    value_of(kind, text)  # type: ignore[arg-type]
    value_of(kind, text, record_no=True, embeds_id=False)  # type: ignore[arg-type]
