"""Values of evidence and facts as people read them. Evidence is canonical text, facts are Arrow values; both come out alike."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from doudi.kernel.money import show_yuan
from doudi.kernel.months import show_month

UNKNOWN = "未知"
OPERATORS = {"<": "低于", "<=": "不高于", ">": "高于", ">=": "不低于", "==": "等于", "!=": "不等于"}
DATE_OPERATORS = {"<": "早于", "<=": "不晚于", ">": "晚于", ">=": "不早于", "==": "等于", "!=": "不等于"}
NEGATED = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}


def show_text(text: str | None, kind: str, unit: str = "") -> str:
    """A canonical text (fen, 2026-10-31, 2026-10, true, code) of a type of the rule language."""
    if text is None:
        return UNKNOWN
    match kind:
        case "money":
            return show_yuan(int(text))
        case "bool":
            return "是" if text == "true" else "否"
        case "date":
            return show_day(date.fromisoformat(text))
        case "month":
            year, number = text.split("-")
            return f"{year}年{int(number)}月"
        case "int":
            return f"{int(text):,}{_space(unit)}"
        case "ratio":
            return show_ratio(Fraction(text))
        case _:
            return text + _space(unit)


def show_fact(value: object, kind: str, unit: str = "", denominator: int = 1) -> str:
    """A fact as it is stored: month indexes, fen, whole numbers times a denominator."""
    if value is None:
        return UNKNOWN
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, date):
        return show_day(value)
    if kind == "month" and isinstance(value, int):
        return show_text(show_month(value), "month")
    if isinstance(value, int) and denominator != 1:
        exact = Fraction(value, denominator)
        return f"{show_yuan(int(exact))}{'多' if exact != int(exact) else ''}" if kind == "money" else show_ratio(exact)
    return show_text(str(value), kind, unit)


def show_ratio(value: Fraction) -> str:
    """`0.6` for 3/5 where it ends in a few decimals, else `1/3`."""
    for digits in range(5):
        if (scaled := value * 10**digits).denominator == 1:
            whole = f"{scaled.numerator:0{digits + 1}d}"
            return f"{whole[:-digits]}.{whole[-digits:]}" if digits else whole
    return f"{value.numerator}/{value.denominator}"


def show_day(day: date) -> str:
    """`2026年10月31日`."""
    return f"{day.year}年{day.month}月{day.day}日"


def show_distance(value: str, threshold: str, kind: str, unit: str = "") -> str:
    """How far a value is from its line: `4,400.00 元`, `31 天`, `3 个月`; empty where types have no distance."""
    match kind:
        case "money":
            return show_yuan(abs(int(value) - int(threshold)))
        case "int":
            return f"{abs(int(value) - int(threshold)):,}{_space(unit)}"
        case "date":
            return f"{abs((date.fromisoformat(value) - date.fromisoformat(threshold)).days)} 天"
        case "month":
            return f"{abs(_month(value) - _month(threshold))} 个月"
        case _:
            return ""


def _month(text: str) -> int:
    year, number = text.split("-")
    return int(year) * 12 + int(number) - 1


def _space(unit: str) -> str:
    return f" {unit}" if unit and unit not in ("元", "分") else ""
