"""What a site does each night: give back what was decided, take what has been delivered, run, load, back up.

Every step can be repeated: killed at any moment, the whole is done again and nothing is there twice. One that fails stops the rest.
"""

from __future__ import annotations

import fcntl
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from django.db import connections

from doudi.config import loads
from doudi.config.backup import CONTENTS
from doudi.config.decisions import decisions_export
from doudi.config.noted import backup_made
from doudi.config.preparation import must_be_prepared
from doudi.intake.sources import find_files
from doudi.kernel.clock import CHINA
from doudi.kernel.errors import DoudiError, Fault, code

STEP_FAILED = code("nightly_step_failed", "夜间作业的一步没有成功")
BUSY = code("nightly_busy", "夜间作业正在进行")

WORTH_A_LOOK = 1
"""Exit code of a command that did its work and found something to be looked at, such as a file that could not be read."""
LOCK, WORKING = "nightly.lock", "nightly"
NAME = re.compile(r"doudi-\d{8}-\d{6}")
"""How backups are called that are made, and removed, here."""

Say = Callable[[str], None]


@dataclass(frozen=True)
class Night:
    """One night's work. `home` the data folder, `folder` the site's own in it; without `inbox` or `backups` that step has nothing to do."""

    home: Path
    folder: Path
    inbox: Path | None
    backups: Path | None
    keep: int
    as_of: date
    at: datetime


def night(plan: Night, say: Say) -> bool:
    """Do it all; to be called as the loader. Returns whether something is to be looked at. Raises what stopped it, and says where."""
    must_be_prepared()
    look = False
    with _alone(plan.folder) as begun:
        for place, (name, step) in enumerate(STEPS):
            begun(name)
            say(f"{place + 1}/{len(STEPS)} {name}")
            try:
                look = step(plan, say) or look
            except BaseException:
                rest = "、".join(name for name, _ in STEPS[place + 1 :])
                say(f"“{name}”没有成功{f'，没有做：{rest}' if rest else ''}。原因见下；改正后整个再运行一次，已做的不会重复。")
                raise
    return look


def left_at(folder: Path) -> list[str]:
    """The step at which the last night's work stopped, if it is not at work now."""
    try:
        with (folder / LOCK).open("r+", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return [step for step in [lock.read().strip()] if step]
    except (FileNotFoundError, BlockingIOError):
        return []


@contextmanager
def _alone(folder: Path) -> Iterator[Callable[[str], None]]:
    """Be the only one; the file that is locked says which step is under way, and nothing once all are done. Raises DoudiError."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / LOCK).open("a+", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DoudiError(Fault(BUSY, "夜间作业正在进行", str(folder / LOCK), todo="等它结束")) from None

        def begun(step: str) -> None:
            lock.truncate(0)
            lock.write(step)
            lock.flush()

        yield begun
        begun("")


def _decisions(plan: Night, say: Say) -> bool:
    """What people decided goes in as a delivery, and lies in the clear only as long as that takes."""
    working = plan.folder / WORKING
    shutil.rmtree(working, ignore_errors=True)  # of a night that was killed
    working.mkdir(mode=0o700)
    try:
        made = decisions_export(working / "decisions", plan.at)
        say(f"  办理、走访和更正结果 {made.rows:,} 条")
        return made.rows > 0 and _doudi(plan, say, "intake", str(made.file.parent))
    finally:
        shutil.rmtree(working, ignore_errors=True)


def _intake(plan: Night, say: Say) -> bool:
    if plan.inbox is None or not find_files(plan.inbox).files:
        say("  没有要接收的文件")
        return False
    return _doudi(plan, say, "intake", str(plan.inbox))


def _run(plan: Night, say: Say) -> bool:
    return _doudi(plan, say, "run", "--as-of", plan.as_of.isoformat())


def _load(plan: Night, say: Say) -> bool:
    connections.close_all()  # the run may have taken longer than a server lets a connection idle
    for loaded in loads.load(plan.home, loads.chosen(plan.home, None, everything=False), plan.at.astimezone(CHINA).date()):
        for line in loads.words(loaded):
            say(f"  {line}")
    return False


def _backup(plan: Night, say: Say) -> bool:
    if plan.backups is None:
        say("  没有写 --backups，没有备份")
        return False
    folder = plan.backups / f"doudi-{plan.at.astimezone(CHINA):%Y%m%d-%H%M%S}"
    made = backup_made(folder, plan.at)
    say(f"  {folder}：{sum(made.rows.values()):,} 行")
    for path in oldest_removed(plan.backups, plan.keep):
        say(f"  删除了旧备份 {path.name}")
    return False


STEPS: tuple[tuple[str, Callable[[Night, Say], bool]], ...] = (
    ("回传办理结果", _decisions),
    ("接收报送", _intake),
    ("计算", _run),
    ("装载", _load),
    ("备份", _backup),
)


def _doudi(plan: Night, say: Say, *command: str) -> bool:
    """A command as a process of its own, whose memory is free again afterwards; returns whether it found something to be looked at."""
    say(f"  $ doudi {' '.join(command)}")
    arguments = [sys.executable, "-m", "doudi.cli", *command, "--home", str(plan.home)]
    done = subprocess.run(arguments, check=False).returncode  # noqa: S603 - our own command
    if done not in (0, WORTH_A_LOOK):
        raise DoudiError(Fault(STEP_FAILED, f"doudi {command[0]} 没有成功", f"退出码 {done}", todo="原因在上面"))
    return done == WORTH_A_LOOK


def oldest_removed(backups: Path, keep: int) -> list[Path]:
    """Remove all but the newest `keep` finished backups that were made here; returns those removed. Whatever has another name stays."""
    made = sorted(path.parent for path in backups.glob(f"doudi-*/{CONTENTS}") if NAME.fullmatch(path.parent.name))
    gone = made[: max(0, len(made) - keep)]
    for path in gone:
        shutil.rmtree(path)
    return gone
