"""Words for values, so that every page writes days, money and unknowns the same way. Built into all templates."""

from __future__ import annotations

from datetime import date, datetime

from django import template
from django.utils import timezone

from doudi.casework.access.sealing import masked_name

register = template.Library()
UNKNOWN = "不明"


@register.filter
def day(value: date | datetime | None) -> str:
    """2026年11月23日."""
    if isinstance(value, datetime):
        value = timezone.localtime(value).date()
    return f"{value.year}年{value.month}月{value.day}日" if value else UNKNOWN


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
    """王**."""
    return masked_name(name)
