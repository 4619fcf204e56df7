"""The closed list of functions. Each has one signature, one meaning in plain Python, and one emission in `sql.py`.

A function is unknown if any argument is, except those marked `lazy`, which decide for themselves.
`FUNCTIONS` is the list; a test walks it and asks for a boundary case of each on every engine.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import lcm
from typing import Any

from doudi.kernel import months
from doudi.kernel.regions import county_of, prefecture_of
from doudi.rules.types import NUMERIC, ORDERED, Kind, Type

Value = Any  # bool, int, Fraction, str, date or None (unknown): the values of the language
Signature = Callable[[Sequence[Kind]], Kind]


class Misuse(Exception):
    """Arguments that do not fit; the checker turns it into a fault with its place."""


@dataclass(frozen=True)
class Function:
    """`signature` gives the result's kind or raises Misuse; `judge` computes it from arguments of which none is unknown."""

    name: str
    says: str
    signature: Signature
    judge: Callable[..., Value]
    lazy: bool = False  # decides itself what unknown arguments mean


def _takes(result: Type, *wanted: Type) -> Signature:
    def signature(kinds: Sequence[Kind]) -> Kind:
        if [kind.type for kind in kinds] != list(wanted) or any(kind.denominator != 1 for kind in kinds):
            raise Misuse(f"参数应为（{'，'.join(wanted)}）")
        return Kind(result, any(kind.unknown for kind in kinds))

    return signature


def _alike(kinds: Sequence[Kind]) -> Kind:
    if len(kinds) != 2 or kinds[0].type != kinds[1].type or kinds[0].type not in ORDERED:
        raise Misuse("两个参数须为同一类型")
    return _common(kinds[0], kinds[1], unknown=kinds[0].unknown or kinds[1].unknown)


def _common(a: Kind, b: Kind, unknown: bool) -> Kind:
    return Kind(a.type, unknown, lcm(a.denominator, b.denominator))


def _all_alike(kinds: Sequence[Kind]) -> Kind:
    """Unknown only if every argument can be."""
    if len(kinds) < 2 or len({kind.type for kind in kinds}) != 1 or kinds[0].type not in (Type.DATE, Type.MONTH):
        raise Misuse("参数须同为日期或同为年月，至少两个")
    return Kind(kinds[0].type, all(kind.unknown for kind in kinds))


def _at_least(kinds: Sequence[Kind]) -> Kind:
    if len(kinds) < 3 or kinds[0].type != Type.INT or any(kind.type != Type.BOOL for kind in kinds[1:]):
        raise Misuse("第一个参数为个数，其余至少两个条件")
    return Kind(Type.BOOL, any(kind.unknown for kind in kinds))


def _if_else(kinds: Sequence[Kind]) -> Kind:
    if len(kinds) != 3 or kinds[0].type != Type.BOOL or kinds[1].type != kinds[2].type:
        raise Misuse("第一个参数为条件，后两个须为同一类型")
    return _common(kinds[1], kinds[2], unknown=any(kind.unknown for kind in kinds))


def _add_days(day: date, days: int) -> date:
    return day + timedelta(days=days)


def _judge_at_least(n: int, *parts: bool | None) -> bool | None:
    certain, possible = sum(part is True for part in parts), sum(part is not False for part in parts)
    return True if certain >= n else None if possible >= n else False


def _judge_if_else(condition: bool | None, yes: Value, no: Value) -> Value:
    return None if condition is None else yes if condition else no


def _least(a: Value, b: Value) -> Value:
    return min(a, b)


def _greatest(a: Value, b: Value) -> Value:
    return max(a, b)


def _latest_known(*days: Value) -> Value:
    return max((day for day in days if day is not None), default=None)


def _township(region: str) -> str:
    return region[:9]


def _year_of(day: date) -> int:
    return day.year


FUNCTIONS = {
    function.name: function
    for function in (
        Function("add_months", "若干个月之后（之前）的日子", _takes(Type.DATE, Type.DATE, Type.INT), months.add_months),
        Function("add_days", "若干天之后（之前）的日子", _takes(Type.DATE, Type.DATE, Type.INT), _add_days),
        Function("whole_months", "从一日到另一日的整月数", _takes(Type.INT, Type.DATE, Type.DATE), months.whole_months),
        Function("years", "从一日到另一日的整年数（周岁）", _takes(Type.INT, Type.DATE, Type.DATE), months.years),
        Function("month_of", "一日所在的月", _takes(Type.MONTH, Type.DATE), months.month_of),
        Function("year_of", "一日所在的年", _takes(Type.INT, Type.DATE), _year_of),
        Function("county_of", "区划代码前六位（县）", _takes(Type.TEXT, Type.TEXT), county_of),
        Function("prefecture_of", "区划代码前四位（市州）", _takes(Type.TEXT, Type.TEXT), prefecture_of),
        Function("township_of", "区划代码前九位（乡镇）", _takes(Type.TEXT, Type.TEXT), _township),
        Function("min_of", "两者中较小（较早）的", _alike, _least),
        Function("max_of", "两者中较大（较晚）的", _alike, _greatest),
        Function("latest_known", "几个日期（年月）中已知的最晚的", _all_alike, _latest_known, lazy=True),
        Function("at_least", "至少有几个条件成立", _at_least, _judge_at_least, lazy=True),
        Function("if_else", "条件成立取前者，否则取后者", _if_else, _judge_if_else, lazy=True),
    )
}


# Worked out once, before the run, from the day of the run: no engine ever sees them.


def school_year_start(as_of: date) -> date:
    """1 September of the school year of a day."""
    return date(as_of.year if as_of.month >= 9 else as_of.year - 1, 9, 1)


def school_term(as_of: date, back: int) -> str:
    """`2026-2027-1` (September to January) or `-2` (February to August) of a day; back = 0 this term, -1 the one before."""
    start = school_year_start(as_of).year
    terms = start * 2 + (0 if as_of.month >= 9 or as_of.month == 1 else 1) + back
    return f"{terms // 2}-{terms // 2 + 1}-{terms % 2 + 1}"


def is_number(kind: Kind) -> bool:
    """Whether values of this kind can be calculated with."""
    return kind.type in NUMERIC
