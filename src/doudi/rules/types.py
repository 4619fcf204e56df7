"""The types of the rule language, and what a typed expression knows about itself."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Type(StrEnum):
    """A value's type. Money is whole fen, a month an index (year * 12 + month - 1), a ratio an exact fraction."""

    BOOL = "bool"
    INT = "int"
    MONEY = "money"
    RATIO = "ratio"
    DATE = "date"
    MONTH = "month"
    TEXT = "text"
    NUMBER = "number"  # a person, household, delivery or row: compared for equality, never calculated with


CHINESE = {
    Type.BOOL: "是/否",
    Type.INT: "整数",
    Type.MONEY: "金额",
    Type.RATIO: "比例",
    Type.DATE: "日期",
    Type.MONTH: "年月",
    Type.TEXT: "文本",
    Type.NUMBER: "编号",
}

NUMERIC = frozenset({Type.INT, Type.MONEY, Type.RATIO})
ORDERED = NUMERIC | {Type.DATE, Type.MONTH, Type.TEXT}


@dataclass(frozen=True, slots=True)
class Kind:
    """What is known of a value before anything runs: its type, whether it may be unknown, and its denominator.

    A number with denominator d is stored as the whole number value * d: ratios stay exact without fractions in the engine.
    """

    type: Type
    unknown: bool = True
    denominator: int = 1
