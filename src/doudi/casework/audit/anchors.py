"""Where the chain stood, kept outside the database: whoever cuts off its end, or computes it anew, contradicts this file.

One line a minute at most, each under an HMAC of its own. Copy the file elsewhere: what an administrator of the machine cannot reach, proves most.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from django.conf import settings

from doudi.casework.access.sealing import hmac_sm3
from doudi.casework.access.sitekeys import derived

SECONDS_BETWEEN = 60


@dataclass(frozen=True)
class Anchor:
    """The seal that was the last at a moment; `sound` if the line is as it was written. `line` counts from 1."""

    line: int
    number: int
    digest: bytes
    sound: bool


def anchor_file() -> Path:
    """`site/audit-anchors.jsonl` in the data folder."""
    return Path(settings.OPTIONS.home) / "site" / "audit-anchors.jsonl"


def keep(number: int, digest: bytes, at: datetime) -> None:
    """Add a line, unless the last is younger than a minute."""
    path = anchor_file()
    try:
        if at.timestamp() - path.stat().st_mtime < SECONDS_BETWEEN:
            return
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
    said = f"{number} {digest.hex()} {at.astimezone(UTC).isoformat(timespec='seconds')}"
    line = json.dumps({"seal": said, "mac": _mac(said)}) + "\n"
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(handle, "w") as out:
        out.write(line)


def anchors() -> Iterator[Anchor]:
    """All lines, the oldest first. A last line cut short by a crash is passed over."""
    try:
        lines = anchor_file().read_text("utf-8").splitlines(keepends=True)
    except FileNotFoundError:
        return
    for place, line in enumerate(lines, 1):
        if line.endswith("\n"):
            yield _anchor(place, line)


def _anchor(place: int, line: str) -> Anchor:
    try:
        known = json.loads(line)
        number, digest, _ = known["seal"].split(" ")
        return Anchor(place, int(number), bytes.fromhex(digest), _mac(known["seal"]) == known["mac"])
    except (ValueError, KeyError, TypeError):
        return Anchor(place, 0, b"", sound=False)


def _mac(said: str) -> str:
    return hmac_sm3(_key(), said.encode()).hex()


@cache
def _key() -> bytes:
    return derived("audit anchors", 0)
