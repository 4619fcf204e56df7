"""What a site does each night: take what has been delivered, run, load, back up. Each step can be repeated; one that fails stops the rest."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path

from doudi.config.backup import CONTENTS
from doudi.kernel.errors import DoudiError, Fault, code

STEP_FAILED = code("nightly_step_failed", "夜间作业的一步没有成功")
WORTH_A_LOOK = 1
"""Exit code of a command that did its work and found something to be looked at, such as refused rows."""
STAMP = "%Y%m%d-%H%M%S"

Say = Callable[[str], None]


def take_and_run(home: Path, inbox: Path | None, as_of: date, say: Say) -> bool:
    """`doudi intake` if there is a folder to take from, then `doudi run`, each as a process whose memory is free again afterwards.

    Returns whether something is to be looked at. Raises DoudiError if one of them fails.
    """
    look = False
    for command in _commands(inbox, as_of):
        say(f"$ doudi {' '.join(command)}")
        done = subprocess.run([sys.executable, "-m", "doudi.cli", *command, "--home", str(home)], check=False).returncode  # noqa: S603 - our own command
        if done not in (0, WORTH_A_LOOK):
            raise DoudiError(Fault(STEP_FAILED, f"doudi {command[0]} 没有成功", f"退出码 {done}", todo="原因在上面；改正后可以整个再运行一次"))
        look = look or done == WORTH_A_LOOK
    return look


def _commands(inbox: Path | None, as_of: date) -> Iterator[list[str]]:
    if inbox is not None:
        yield ["intake", str(inbox)]
    yield ["run", "--as-of", as_of.isoformat()]


def backup_folder(backups: Path, at: datetime) -> Path:
    """Where tonight's backup goes."""
    return backups / f"doudi-{at.strftime(STAMP)}"


def oldest_removed(backups: Path, keep: int) -> list[Path]:
    """Remove all but the newest `keep` finished backups that were made here; returns those removed. Whatever has another name stays."""
    made = sorted(path.parent for path in backups.glob(f"doudi-*/{CONTENTS}"))
    gone = made[:-keep]
    for path in gone:
        shutil.rmtree(path)
    return gone
