"""Three results: True, False, and None for unknown. A missing figure makes a comparison unknown; and, or, not are Kleene's."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


def no(value: bool | None) -> bool | None:
    """Not: unknown stays unknown."""
    return None if value is None else not value


def both(*values: bool | None) -> bool | None:
    """And: one False decides."""
    return every(values)


def either(*values: bool | None) -> bool | None:
    """Or: one True decides."""
    return some(values)


def every(values: Iterable[bool | None]) -> bool | None:
    """True of nothing."""
    seen = set(values)
    return False if False in seen else None if None in seen else True


def some(values: Iterable[bool | None]) -> bool | None:
    """False of nothing."""
    seen = set(values)
    return True if True in seen else None if None in seen else False


def at_least(wanted: int, values: Iterable[bool | None]) -> bool | None:
    """Whether so many are true, as soon as it is certain."""
    seen = list(values)
    if seen.count(True) >= wanted:
        return True
    return False if seen.count(True) + seen.count(None) < wanted else None


def less(a: Any, b: Any) -> bool | None:
    """a < b."""
    return None if a is None or b is None else a < b


def most(a: Any, b: Any) -> bool | None:
    """a <= b."""
    return None if a is None or b is None else a <= b


def same(a: Any, b: Any) -> bool | None:
    """a = b."""
    return None if a is None or b is None else a == b


def among(a: Any, values: Iterable[Any]) -> bool | None:
    """Whether a is one of the values."""
    return None if a is None else a in list(values)
