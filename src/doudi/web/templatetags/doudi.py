"""Words for values, so that every page writes days, money and unknowns the same way. Built into all templates."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django import template
from django.utils import timezone

from doudi.casework.access.sealing import masked_name
from doudi.casework.dispatch.models import Result, Verdict
from doudi.casework.organisation.models import Department

register = template.Library()
UNKNOWN = "不明"
LONG_NAME = 4
GRADES = {"R": "红色", "O": "橙色", "Y": "黄色", "B": "蓝色"}
DEPARTMENTS = dict(Department.choices)


@register.filter
def day(value: date | datetime | None) -> str:
    """2026年11月23日."""
    if isinstance(value, datetime):
        value = timezone.localtime(value).date()
    return f"{value.year}年{value.month}月{value.day}日" if value else UNKNOWN


@register.filter
def day_or_text(value: date | str) -> str:
    """2026年11月23日, also for 2026-11-23; what is no day is shown as it is."""
    try:
        return day(date.fromisoformat(value) if isinstance(value, str) else value)
    except ValueError:
        return str(value)


@register.filter
def moment(value: datetime | None) -> str:
    """2026年11月23日 09:12."""
    return f"{day(value)} {timezone.localtime(value):%H:%M}" if value else UNKNOWN


@register.filter
def yuan(fen: int | None) -> str:
    """Fen as money, 12,345.60 元; unknown is said, not shown as nothing."""
    return UNKNOWN if fen is None else f"{'-' if fen < 0 else ''}{abs(fen) // 100:,}.{abs(fen) % 100:02d} 元"


@register.filter
def masked(name: str | None) -> str:
    """王**; a long name is not drawn out, nor told by its length."""
    hidden = masked_name(name)
    return hidden if len(hidden) <= LONG_NAME else f"{hidden[0]}***"


@register.filter
def grade_words(letter: str | None) -> str:
    """红色."""
    return GRADES.get(letter or "", UNKNOWN)


@register.filter
def department_words(key: str | None) -> str:
    """医疗保障部门; what is none of the ten is shown as it is."""
    return str(DEPARTMENTS.get(key or "", key or UNKNOWN))


@register.filter
def wan(fen: int | None) -> str:
    """Fen as money to read at a glance: 1.82 万元 from ten thousand yuan on; give the full value as title."""
    if fen is None or abs(fen) < 1_000_000:
        return yuan(fen)
    return f"{fen / 1_000_000:.2f} 万元"


@register.filter
def rate(value: float | None) -> str:
    """A rate with as many figures as mean something: 132, 12.3, 0.52."""
    if value is None:
        return UNKNOWN
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 1 else f"{value:.2f}".rstrip("0").rstrip(".")


@register.filter
def thousands(count: int | None) -> str:
    """12,345."""
    return UNKNOWN if count is None else f"{count:,}"


@register.filter
def unlocalised(value: float) -> str:
    """A number for a drawing: a point, no grouping."""
    return f"{value:g}"


@register.filter
def share(ten_thousandths: int | None) -> str:
    """98.5%; a dash where nothing can be said."""
    return "—" if ten_thousandths is None or ten_thousandths == "" else f"{ten_thousandths / 100:.1f}%"


@register.filter
def of(words: Mapping[str, Any], key: str) -> Any:
    """The word of a key: `{{ levels|of:rule.level }}`; what has none is shown as it is, a missing number as nothing."""
    return words.get(key, "" if not words or any(isinstance(value, int) for value in words.values()) else key)


@register.filter
def positive(number: int) -> int:
    """3 for -3."""
    return abs(number)


@register.filter
def verdict_words(key: str) -> str:
    """属实."""
    return str(dict(Verdict.choices).get(key, key))


@register.filter
def result_words(key: str) -> str:
    """已纳入救助保障."""
    return str(dict(Result.choices).get(key, key))
