"""The bytes of an entry that are guarded: every column, in order, as JSON without spaces."""

from __future__ import annotations

import json
from datetime import UTC, datetime
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
