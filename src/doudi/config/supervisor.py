"""Keeps the site's processes running: web server and worker, and the embedded database; one that dies is started again.

Whoever holds the lock on `site/up.lock` is the one supervisor of a data folder; the file says its process and the site's address.
"""

from __future__ import annotations

import ctypes
import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import IO

from doudi.kernel.errors import DoudiError, Fault, code

ALREADY_UP = code("site_already_up", "网站已经在运行")
KEEPS_FAILING = code("site_keeps_failing", "网站的进程反复退出")

PATIENCE = 30
"""Seconds that a process has to end what it is doing."""
FAILURES, WITHIN = 5, 60
"""A process that ends so many times in so many seconds is not started again."""
TICK = 0.5
_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG


@dataclass
class Kept:
    """One process that is to run: its command, its log, and when it was started."""

    name: str
    command: list[str]
    log: Path
    environment: dict[str, str] = field(default_factory=dict)
    running: subprocess.Popen[bytes] | None = None
    starts: list[float] = field(default_factory=list)

    def start(self) -> None:
        """Start it in a session of its own, so that Ctrl-C reaches only the supervisor; it ends if the supervisor is killed."""
        self.starts = [moment for moment in self.starts if time.monotonic() - moment < WITHIN] + [time.monotonic()]
        if len(self.starts) > FAILURES:
            raise DoudiError(Fault(KEEPS_FAILING, "进程反复退出", self.name, todo=f"原因在日志里：{self.log}"))
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as out:
            self.running = subprocess.Popen(  # noqa: S603 - our own commands
                self.command,
                env=os.environ | self.environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
                preexec_fn=_die_with_parent,
            )

    def stop(self) -> None:
        """Ask it to end, and wait; what does not end in time is killed."""
        if self.running is None or self.running.poll() is not None:
            return
        self.running.terminate()
        try:
            self.running.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.running.kill()
            self.running.wait()

    @property
    def has_ended(self) -> bool:
        return self.running is None or self.running.poll() is not None


class Interrupted(Exception):
    """Somebody asked the supervisor to end."""


def keep(processes: list[Kept], look_after: Callable[[], None], ready: Callable[[], None]) -> None:
    """Run the processes until SIGINT or SIGTERM, then stop them, the last started first.

    `look_after` is called twice a second; `ready` once, when all are started. Raises DoudiError if one keeps failing.
    """
    before = {number: signal.signal(number, _interrupt) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        with suppress(Interrupted):
            for process in processes:
                process.start()
            ready()
            while True:
                time.sleep(TICK)
                look_after()
                for process in processes:
                    if process.has_ended:
                        process.start()
    finally:
        for number in before:
            signal.signal(number, signal.SIG_IGN)  # a second Ctrl-C must not leave half of it running
        for process in reversed(processes):
            process.stop()
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def only_one(folder: Path, address: str) -> Iterator[None]:
    """Be the one supervisor of this folder. Raises DoudiError if there is another."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "up.lock").open("a+") as lock:
        if not _take(lock):
            raise DoudiError(Fault(ALREADY_UP, "网站已经在运行", _said(lock).get("address", ""), todo="先用 doudi site stop 停下"))
        lock.truncate(0)
        json.dump({"process": os.getpid(), "address": address}, lock)
        lock.flush()
        yield
        lock.truncate(0)


def running(folder: Path) -> dict[str, str]:
    """What the supervisor of a folder says of itself: process, address; empty if there is none."""
    try:
        with (folder / "up.lock").open("r+") as lock:
            return {} if _take(lock) else _said(lock)
    except FileNotFoundError:
        return {}


def end(folder: Path) -> bool:
    """Ask the supervisor of a folder to end, and wait until it has; False if there was none."""
    found = running(folder)
    if not found:
        return False
    with suppress(ProcessLookupError):
        os.kill(int(found["process"]), signal.SIGTERM)
    until = time.monotonic() + 3 * PATIENCE
    while running(folder) and time.monotonic() < until:
        time.sleep(0.1)
    return True


def command(*arguments: str) -> list[str]:
    """A command of this same Python."""
    return [sys.executable, "-m", *arguments]


def _take(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _said(lock: IO[str]) -> dict[str, str]:
    lock.seek(0)
    try:
        return {name: str(value) for name, value in json.load(lock).items()}
    except ValueError:
        return {}


def _interrupt(_: int, __: FrameType | None) -> None:
    raise Interrupted


def _die_with_parent() -> None:
    """In the child, before it becomes the command; only Linux can."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGTERM)
