"""One value, many ways to write it: the forms the data requirement list names, and what offices make of them.

`as_text` is for forms that know only text; `as_cell` gives numbers, dates and truth values for those that have types.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from random import Random
from typing import Any

import opencc
from tests.journeys.worse.records import Column, Month, Raw, is_id, labels

_WIDE = str.maketrans("0123456789X.,", "０１２３４５６７８９Ｘ．，")
_EPOCH = date(1899, 12, 30)
_TO_TRADITIONAL, _TO_SIMPLE = opencc.OpenCC("s2t"), opencc.OpenCC("t2s")

ODD = 0.06
"""Share of cells written in another form than the rest of their column."""

_DATES: tuple[Callable[[date], str], ...] = (
    lambda day: f"{day:%Y%m%d}",
    lambda day: f"{day:%Y-%m-%d}",
    lambda day: f"{day.year}/{day.month}/{day.day}",
    lambda day: f"{day:%Y/%m/%d}",
    lambda day: f"{day.year}年{day.month}月{day.day}日",
    lambda day: f"{day.year}年{day.month:02d}月{day.day:02d}日",
    lambda day: f"{day.year}.{day.month}.{day.day}",
    lambda day: f"{day:%Y-%m-%d} 00:00:00",
    lambda day: str((day - _EPOCH).days),
    lambda day: f"{(day - _EPOCH).days}.0",
    lambda day: f"{day:%Y-%m-%d}".translate(_WIDE),
    lambda day: f" {day:%Y-%m-%d} ",
)
_MONTHS: tuple[Callable[[Month], str], ...] = (
    lambda month: f"{month.year}{month.number:02d}",
    lambda month: f"{month.year}-{month.number:02d}",
    lambda month: f"{month.year}年{month.number}月",
    lambda month: f"{month.year}年{month.number:02d}月",
    lambda month: f"{month.year}/{month.number:02d}",
    lambda month: f"{month.year}/{month.number}",
    lambda month: f"{month.year}.{month.number:02d}",
    lambda month: f"{month.year}{month.number:02d}.0",
    lambda month: f"{month.year}-{month.number:02d}-01",
    lambda month: f"{month.year}{month.number:02d}".translate(_WIDE),
)
_AMOUNTS: tuple[Callable[[Decimal], str], ...] = (
    lambda amount: f"{amount:.2f}",
    lambda amount: f"{amount.normalize():f}",
    lambda amount: f"{amount:,.2f}",
    lambda amount: f"{amount.normalize():,f}元",
    lambda amount: f"{amount:,.2f}元",
    lambda amount: f"{amount:.2f} 元",
    lambda amount: f"¥{amount:,.2f}",
    lambda amount: f"￥{amount:.2f}",
    lambda amount: f"¥ {amount:,.2f}",
    lambda amount: f"{amount:,.2f}".translate(_WIDE),
    lambda amount: f"  {amount:.2f} ",
    lambda amount: f"\t{amount:.2f}\u3000",
    lambda amount: f"{amount:.2f}0000",
    lambda amount: repr(float(amount)),
)
_TRUTHS = (("是", "否"), ("1", "0"), ("1.0", "0.0"), (" 是", "否 "), ("１", "０"))


def as_text(column: Column, value: Any, form: int, random: Random) -> str:
    """The text of a value. `form` is the column's habit; now and then a cell breaks it."""
    if value is None:
        return ""
    if isinstance(value, Raw):
        return str(value)
    if random.random() < ODD:
        form = random.randrange(1000)
    return _TEXTS[column.type.split(":")[0]](column, value, form, random)


def as_cell(column: Column, value: Any, form: int, random: Random) -> Any:
    """A value with a type where it has one, else its text."""
    if value is None or isinstance(value, Raw):
        return value if value is None else str(value)
    kind = column.type.split(":")[0]
    if kind == "money":
        return float(value)
    if kind == "date":
        return datetime(value.year, value.month, value.day)  # noqa: DTZ001 - cells have no time zone
    if kind == "month" and form % 3:
        return value.year * 100 + value.number if form % 3 == 1 else datetime(value.year, value.number, 1)  # noqa: DTZ001
    if kind in ("code", "region12", "region6", "phone") and str(value).isdigit() and form % 2:
        return int(value)  # the zero in front is lost
    if kind in ("int", "bool"):
        return value
    return as_text(column, value, form, random)


def _date(_column: Column, value: date, form: int, _random: Random) -> str:
    return _DATES[form % len(_DATES)](value)


def _month(_column: Column, value: Month, form: int, _random: Random) -> str:
    return _MONTHS[form % len(_MONTHS)](value)


def _money(_column: Column, value: Decimal, form: int, _random: Random) -> str:
    return _AMOUNTS[form % len(_AMOUNTS)](value)


def _code(column: Column, value: str, form: int, _random: Random) -> str:
    label = labels(column.type.split(":")[1])[value]
    bare = value.lstrip("0") or "0"
    forms = (
        value,
        label,
        bare,
        f" {label} ",
        value.translate(_WIDE),
        f"{value} {label}",
        f"{value}-{label}",
        f"{bare}.0" if bare.isdigit() else value,
    )
    return forms[form % len(forms)]


def _bool(_column: Column, value: bool, form: int, _random: Random) -> str:
    return _TRUTHS[form % len(_TRUTHS)][0 if value else 1]


def _int(_column: Column, value: int, form: int, _random: Random) -> str:
    return (str(value), f"{value}.0", f" {value}", str(value).translate(_WIDE))[form % 4]


def _region(_column: Column, value: str, form: int, _random: Random) -> str:
    return (value, f" {value}", value.translate(_WIDE), f"'{value}")[form % 4]


def _phone(_column: Column, value: str, form: int, _random: Random) -> str:
    return (value, f"{value[:3]}-{value[3:7]}-{value[7:]}", f"{value[:3]} {value[3:7]} {value[7:]}", f"+86{value}", f"{value}.0")[form % 5]


def _name(_column: Column, value: str, _form: int, random: Random) -> str:
    chance = random.random()
    if chance < 0.04:
        return value[0] + random.choice((" ", "\u3000", "  ")) + value[1:]
    if chance < 0.07:
        return random.choice((f" {value}", f"{value} ", f"{value}\u3000", f"\u200b{value}"))
    if chance < 0.11:
        other = _TO_TRADITIONAL.convert(value)
        return other if _TO_SIMPLE.convert(other) == value else value
    if "·" in value and chance < 0.6:
        return value.replace("·", random.choice("•．・.‧"))
    return value


def _id(_column: Column, value: str, _form: int, random: Random) -> str:
    if not is_id(value):
        return value
    chance = random.random()
    if value.endswith("X") and chance < 0.4:
        value = value.lower()
    if chance > 0.97 and value[6:8] == "19":  # every old number was given before 2000
        return value[:6] + value[8:17]
    dressed = (
        lambda: f"{value[:6]} {value[6:14]} {value[14:]}",
        lambda: value.translate(_WIDE).replace("x", "ｘ"),
        lambda: f"'{value}",
        lambda: f"‘{value}",
        lambda: f" {value}\u3000",
        lambda: f"{value[:6]}-{value[6:14]}-{value[14:]}",
        lambda: f"\t{value}",
        lambda: f"\ufeff{value}",
        lambda: f"{value}\u00a0",
    )
    return random.choice(dressed)() if random.random() < 0.08 else value


def _text(_column: Column, value: str, form: int, random: Random) -> str:
    return f" {value} " if random.random() < 0.02 else value


_TEXTS = {
    "date": _date, "month": _month, "money": _money, "code": _code, "bool": _bool, "int": _int, "region12": _region, "region6": _region,
    "phone": _phone, "name": _name, "id18": _id, "text": _text,
}  # fmt: skip
