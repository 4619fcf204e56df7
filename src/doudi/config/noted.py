"""What is done to a site from its server's command line is kept in the audit log too. Needs Django to be set up, and the loader."""

from __future__ import annotations

import getpass
from pathlib import Path

from django.db import transaction

from doudi.casework.access.actor import Scope, job
from doudi.casework.audit.actions import action
from doudi.casework.audit.services import record
from doudi.config.backup import Contents

BACKED_UP = action("backup_made", "备份")
RESTORED = action("backup_restored", "从备份恢复")
COMMAND_LINE = job("服务器命令行", Scope.of("43"))


def login() -> str:
    """Who is logged in at the server."""
    try:
        return getpass.getuser()[:40]
    except (KeyError, OSError):
        return ""


@transaction.atomic
def note(done: str, folder: Path, contents: Contents) -> None:
    """That a backup was made or brought back (`BACKED_UP`, `RESTORED`)."""
    detail = {"rows": sum(contents.rows.values()), "made_at": contents.made_at, "login": login()}
    record(COMMAND_LINE, done, kind="backup", object=folder.name[:64], detail=detail)
