"""Values as people read them."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from doudi.published.wording import show_distance, show_fact, show_ratio, show_text


@pytest.mark.parametrize(
    ("text", "kind", "unit", "shown"),
    [
        (None, "money", "", "未知"),
        ("1234567", "money", "元", "12,345.67 元"),
        ("-5", "money", "", "-0.05 元"),
        ("true", "bool", "", "是"),
        ("false", "bool", "", "否"),
        ("2026-10-31", "date", "", "2026年10月31日"),
        ("2026-09", "month", "", "2026年9月"),
        ("1200", "int", "人", "1,200 人"),
        ("3/5", "ratio", "", "0.6"),
        ("43", "text", "", "43"),
    ],
)
def test_texts_of_evidence(text: str | None, kind: str, unit: str, shown: str) -> None:
    assert show_text(text, kind, unit) == shown


@pytest.mark.parametrize(
    ("value", "kind", "denominator", "shown"),
    [
        (None, "int", 1, "未知"),
        (True, "bool", 1, "是"),
        (date(2026, 1, 2), "date", 1, "2026年1月2日"),
        (2026 * 12 + 8, "month", 1, "2026年9月"),
        (123456, "money", 1, "1,234.56 元"),
        (6172_80, "money", 5, "1,234.56 元"),
        (7, "money", 2, "0.03 元多"),
        (3, "ratio", 5, "0.6"),
        ("1", "text", 1, "1"),
    ],
)
def test_facts_as_they_are_stored(value: object, kind: str, denominator: int, shown: str) -> None:
    assert show_fact(value, kind, "", denominator) == shown


@pytest.mark.parametrize(("value", "shown"), [("0.6", "0.6"), ("3/2", "1.5"), ("2", "2"), ("1/3", "1/3"), ("1/20", "0.05"), ("12.25", "12.25")])
def test_ratios_are_exact(value: str, shown: str) -> None:
    assert show_ratio(Fraction(value)) == shown


@pytest.mark.parametrize(
    ("value", "threshold", "kind", "far"),
    [
        ("4000000", "4440000", "money", "4,400.00 元"),
        ("3", "1", "int", "2 人"),
        ("2026-10-01", "2026-10-31", "date", "30 天"),
        ("2026-01", "2025-11", "month", "2 个月"),
        ("a", "b", "text", ""),
    ],
)
def test_distances_to_the_line(value: str, threshold: str, kind: str, far: str) -> None:
    assert show_distance(value, threshold, kind, "人") == far
