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
NOT_READY = code("site_not_ready", "工作平台没有启动起来")

PATIENCE = 30
"""Seconds that a process has to end what it is doing."""
WITHIN, LONGEST_PAUSE = 120, 16
"""A process that ended before in the last so many seconds is started again after a pause: 1, 2, 4 seconds, up to the longest."""
TICK = 0.5
_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG


@dataclass
class Kept:
    """One process that is to run: its command, its log, the variables it is given and those it must not see, and when it was started."""

    name: str
    command: list[str]
    log: Path
    environment: dict[str, str] = field(default_factory=dict)
    without: tuple[str, ...] = ()
    running: subprocess.Popen[bytes] | None = None
    starts: list[float] = field(default_factory=list)

    def start(self) -> None:
        """Start it in a session of its own, so that Ctrl-C reaches only the supervisor; it ends if the supervisor is killed."""
        self.starts = [moment for moment in self.starts if time.monotonic() - moment < WITHIN] + [time.monotonic()]
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as out:
            self.running = subprocess.Popen(  # noqa: S603 - our own commands
                self.command,
                env={name: value for name, value in (os.environ | self.environment).items() if name not in self.without},
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
    def is_due(self) -> bool:
        """Whether it has ended and its pause is over."""
        if self.running is not None and self.running.poll() is None:
            return False
        lately = [moment for moment in self.starts if time.monotonic() - moment < WITHIN]
        return not lately or time.monotonic() - lately[-1] >= min(LONGEST_PAUSE, 2 ** (len(lately) - 1))


class Interrupted(Exception):
    """Somebody asked the supervisor to end."""


def keep(processes: list[Kept], look_after: Callable[[], None], ready: Callable[[], bool], told: Callable[[], None]) -> None:
    """Run the processes until SIGINT or SIGTERM, then stop them, the last started first.

    `look_after` is called twice a second. `told` is called once, when `ready` first holds. Raises DoudiError if it does not hold in time.
    """
    before = {number: signal.signal(number, _interrupt) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        with suppress(Interrupted):
            for process in processes:
                process.start()
            _await(ready, processes)
            told()
            while True:
                time.sleep(TICK)
                look_after()
                for process in processes:
                    if process.is_due:
                        process.start()
    finally:
        for number in before:
            signal.signal(number, signal.SIG_IGN)  # a second Ctrl-C must not leave half of it running
        for process in reversed(processes):
            process.stop()
        for number, handler in before.items():
            signal.signal(number, handler)


def _await(ready: Callable[[], bool], processes: list[Kept]) -> None:
    until = time.monotonic() + 2 * PATIENCE
    while not ready():
        ended = [process for process in processes if process.running is not None and process.running.poll() is not None]
        if ended or time.monotonic() > until:
            places = "、".join(str(process.log) for process in ended or processes)
            raise DoudiError(Fault(NOT_READY, "工作平台没有启动起来", todo=f"原因在日志里：{places}"))
        time.sleep(TICK / 2)


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
