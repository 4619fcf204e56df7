"""Claims about a row: what they may say, and which rows contradict them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.contracts.makers import a_field

from doudi.contracts.rowchecks import compile_check

FIELDS = {
    **{name: a_field("money", name=name) for name in ("total", "basic", "aid", "own")},
    **{name: a_field("date", name=name) for name in ("start", "end")},
    **{name: a_field("month", name=name) for name in ("from_month", "to_month")},
    "count": a_field("int", name="count"),
    "note": a_field("text", name="note"),
}
AMOUNTS = st.integers(0, 10**10)


def failing(test: str, **columns: list[object]) -> list[int]:
    return compile_check(test, FIELDS).failing(columns)


def test_sums_are_compared_exactly():
    assert failing("own == total - basic - aid", total=[100, 100], basic=[60, 60], aid=[10, 10], own=[30, 31]) == [1]
    assert failing("own + basic <= total", total=[3, 3, 3], basic=[1, 1, 1], own=[1, 2, 3]) == [2]
    assert failing("total - (basic - aid) == own", total=[10], basic=[6], aid=[1], own=[5]) == []
    assert failing("total == total", total=[1]) == []
    assert failing("count > 0", count=[0, 1]) == [0]


def test_dates_and_months_are_compared():
    days: list[object] = [date(2026, 1, 31), date(2026, 2, 1), date(2026, 2, 2)]
    same: list[object] = [date(2026, 2, 1)] * 3
    assert failing("end >= start", start=same, end=days) == [0]
    assert failing("end > start", start=same, end=days) == [0, 1]
    assert failing("end < start", start=same, end=days) == [1, 2]
    assert failing("start == end", start=same, end=days) == [0, 2]
    assert failing("to_month >= from_month", from_month=[10, 10], to_month=[9, 10]) == [0]


def test_an_empty_value_or_a_missing_column_contradicts_nothing():
    assert failing("end >= start", start=[date(2026, 2, 1), None], end=[None, date(2026, 1, 1)]) == []
    assert failing("end >= start", start=[date(2026, 2, 1)]) == []


@pytest.mark.parametrize(
    ("test", "says"),
    [
        ("total >=", "不是比较式"),
        ("total", "应是一个比较"),
        ("basic <= own <= total", "应是一个比较"),
        ("total != own", "应是一个比较"),
        ("total > missing", "没有字段"),
        ("total > count", "同一类字段"),
        ("note == note", "同一类字段"),
        ("end - start > 0", "同一类字段"),
        ("end + end > start", "同一类字段"),
        ("total > 5", "不认识"),
        ("total * 2 > own", "不认识"),
        ("__import__('os') == total", "不认识"),
        ("total.real > own", "不认识"),
        ("0 == 0", "同一类字段"),
    ],
)
def test_anything_else_is_refused(test: str, says: str):
    with pytest.raises(ValueError, match=says):
        compile_check(test, FIELDS)


@given(AMOUNTS, AMOUNTS, AMOUNTS, AMOUNTS)
def test_a_sum_means_what_python_means(total: int, basic: int, aid: int, own: int):
    found = failing("own + aid <= total - basic", total=[total], basic=[basic], aid=[aid], own=[own])
    assert found == ([] if own + aid <= total - basic else [0])
