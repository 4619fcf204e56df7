"""What is done to a site from its server's command line is kept in the audit log too. Needs Django to be set up, and the loader."""

from __future__ import annotations

import getpass
from datetime import datetime
from pathlib import Path

from django.db import transaction

from doudi.casework.access.actor import Scope, job
from doudi.casework.audit.actions import BACKED_UP, RESTORED
from doudi.casework.audit.services import record
from doudi.config import databases
from doudi.config.backup import Contents
from doudi.config.backup import backup as write

COMMAND_LINE = job("服务器命令行", Scope.of("43"))


def login() -> str:
    """Who is logged in at the server."""
    try:
        return getpass.getuser()[:40]
    except (KeyError, OSError):
        return ""


def backup_made(folder: Path, at: datetime) -> Contents:
    """Write a backup of the site's database into a new folder, and keep that it was made. Raises DoudiError."""
    contents = write(databases.where("loader"), folder, at)
    _note(BACKED_UP, folder, contents)
    return contents


def backup_restored(folder: Path, contents: Contents) -> None:
    """Keep, in the database that came of it, that a backup was brought back."""
    _note(RESTORED, folder, contents)


@transaction.atomic
def _note(done: str, folder: Path, contents: Contents) -> None:
    detail = {"rows": sum(contents.rows.values()), "made_at": contents.made_at, "login": login()}
    record(COMMAND_LINE, done, kind="backup", object=folder.name[:64], detail=detail)
