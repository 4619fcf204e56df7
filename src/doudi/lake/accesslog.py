"""Who looked at full names and numbers, when, and how many: one JSON line each, never a name or a number of a person."""

from __future__ import annotations

import getpass
import json
import os

from doudi.kernel.clock import now
from doudi.lake.home import Home

FILE = "access.jsonl"


def note_access(home: Home, what: str, run: str, **counts: int) -> None:
    """Append to `logs/access.jsonl`, before anything of a run (or a delivery) is shown: what cannot be noted is not shown."""
    line = {"at": now().isoformat(timespec="seconds"), "who": who(), "what": what, "run": run, **counts}
    handle = os.open(home.logs / FILE, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(handle, (json.dumps(line, ensure_ascii=False) + "\n").encode())
        os.fsync(handle)
    finally:
        os.close(handle)


def who() -> str:
    """The operating system's user; the number where it has no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())
