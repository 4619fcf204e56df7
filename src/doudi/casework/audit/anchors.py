"""Where the chain stood, kept outside the database: whoever cuts off its end, or computes it anew, contradicts this file.

One line a minute, each under an HMAC of its own, and a last one that moves along with every batch.
Copy the file elsewhere: what an administrator of the machine cannot reach, proves most.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

from doudi.casework.access.sealing import hmac_sm3
from doudi.casework.access.sitekeys import derived

SECONDS_BETWEEN = 60
LONGEST = 400
"""Bytes of a line, at most."""


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
    """Add a line; in place of the last one if the line before that is younger than a minute."""
    path = anchor_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    said = f"{number} {digest.hex()} {at.astimezone(UTC).isoformat(timespec='seconds')}"
    line = json.dumps({"seal": said, "mac": _mac(said)}) + "\n"
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(_place(file, at))
        file.write(line.encode())
        file.truncate()


def _place(file: BinaryIO, at: datetime) -> int:
    """Where the next line goes: behind the others, or where the last one begins."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - 2 * LONGEST))
    lines = file.read().splitlines(keepends=True)
    last = len(lines[-1]) if lines else 0
    if last and not lines[-1].endswith(b"\n"):
        return size - last  # cut short by a crash
    return size - last if len(lines) > 1 and _is_young(lines[-2], at) else size


def _is_young(line: bytes, at: datetime) -> bool:
    try:
        told = datetime.fromisoformat(json.loads(line)["seal"].split(" ")[2])
    except (ValueError, KeyError, IndexError, TypeError):
        return False
    return abs(at - told) < timedelta(seconds=SECONDS_BETWEEN)


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
