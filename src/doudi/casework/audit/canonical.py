"""The bytes of an entry that are guarded: every column, in order, as JSON without spaces."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any, Protocol

FIELDS = (
    "writer",
    "number",
    "at",
    "action",
    "user",
    "actor",
    "role",
    "office",
    "kind",
    "object",
    "region",
    "reason",
    "address",
    "request",
    "detail",
)


class EntryLike(Protocol):
    """What has an entry's columns."""

    def __getattribute__(self, name: str) -> Any: ...


def canonical(entry: EntryLike) -> bytes:
    """UTF-8; the moment in UTC to the microsecond; keys of `detail` in order."""
    values = [getattr(entry, field) for field in FIELDS]
    plain = [value.astimezone(UTC).isoformat(timespec="microseconds") if isinstance(value, datetime) else value for value in values]
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def storable(detail: dict[str, Any]) -> dict[str, Any]:
    """The detail as a database gives it back. Raises ValueError for what it might give back otherwise: fractions, and keys that are no text."""
    return {_text(key): _storable(value) for key, value in detail.items()}


def _storable(value: Any) -> Any:
    if isinstance(value, dict):
        return storable(value)
    if isinstance(value, list | tuple):
        return [_storable(item) for item in value]
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, date):
        return value.isoformat()
    return _text(value)


def _text(value: Any) -> str:
    if not isinstance(value, str) or "\x00" in value:
        raise ValueError(f"an audit entry cannot hold {type(value).__name__}")
    return str(value)
