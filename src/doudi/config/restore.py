"""Brings a backup back: into a new database first, counted and compared; only then does it take the place of the old one, which is kept."""

from __future__ import annotations

import json
import shutil
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import psycopg
from psycopg.sql import SQL, Identifier

from doudi.casework.access.sitekeys import derived, masters
from doudi.casework.audit.anchors import anchor_file
from doudi.config import tools
from doudi.config.backup import ANCHORS, CONTENTS, DUMP, FORMAT, Contents, head, major, rows
from doudi.config.roles import APP, LOADER, grant, prepare
from doudi.config.tools import Where
from doudi.identity.keys import keys_of
from doudi.identity.sealed import open_sealed
from doudi.kernel.errors import DoudiError, Fault, code

NO_BACKUP = code("backup_unreadable", "不是可以恢复的备份")
DIFFERS = code("backup_differs", "恢复的内容与备份时不一致")
NOT_EMPTY = code("restore_not_empty", "恢复的目标数据库不是空的")


PLAIN_DEFAULTS = (
    f"ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON TABLES FROM {APP}, {LOADER}",
    f"ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON SEQUENCES FROM {APP}, {LOADER}",
    f"ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON FUNCTIONS FROM {APP}, {LOADER}",
    "ALTER DEFAULT PRIVILEGES GRANT EXECUTE ON FUNCTIONS TO PUBLIC",
)
"""A dump says who may do what beyond what a plain server gives; beyond our own defaults the site could change what is append-only."""


@dataclass(frozen=True)
class Restored:
    """What was brought back, and the name under which the database that was there before is kept (empty: there was none)."""

    contents: Contents
    kept: str


def read_contents(folder: Path) -> Contents:
    """What a backup says of itself. Raises DoudiError if it is none, or its key is not there."""
    try:
        contents = Contents(**json.loads((folder / CONTENTS).read_text("utf-8")))
    except (OSError, ValueError, TypeError) as problem:
        raise DoudiError(Fault(NO_BACKUP, "读不到备份说明", str(folder / CONTENTS), type(problem).__name__)) from None
    if contents.format != FORMAT:
        raise DoudiError(Fault(NO_BACKUP, "备份格式不是这个版本的", str(folder), f"{contents.format}"))
    if contents.key >= len(masters()):
        raise DoudiError(Fault(NO_BACKUP, "没有这份备份的密钥", str(folder), todo="先恢复密钥文件的副本，再恢复数据库"))
    return contents


def restore_into(where: Where, folder: Path) -> Contents:
    """Fill the empty database that `where` says, as the owner; compares every table's count and the audit chain's end. Raises DoudiError."""
    contents = read_contents(folder)
    with closing(psycopg.connect(**where)) as connection:
        version = major(connection)
        if connection.execute("SELECT 1 FROM pg_tables WHERE schemaname = 'public'").fetchone():
            raise DoudiError(Fault(NOT_EMPTY, "目标数据库里已有表", str(where.get("dbname")), todo="请新建一个空的数据库再恢复"))
        for statement in PLAIN_DEFAULTS:
            connection.execute(statement)
        connection.commit()
    _fill(where, folder / DUMP, contents, version)
    return contents


def compare(where: Where, contents: Contents) -> None:
    """Whether everything is there again; to be asked as a role that sees all lines. Raises DoudiError with every table that differs."""
    with closing(psycopg.connect(**where)) as connection:
        found, chain = rows(connection), head(connection)
    faults = [
        Fault(DIFFERS, f"备份时 {contents.rows.get(table, 0):,} 行，恢复后 {found.get(table, 0):,} 行", table)
        for table in sorted(contents.rows.keys() | found.keys())
        if contents.rows.get(table) != found.get(table)
    ]
    faults += [Fault(DIFFERS, "审计链的末尾不同", "audit_seal")] if chain != contents.audit else []
    if faults:
        raise DoudiError(faults)


def replace(admin: Where, database: str, owner: Where, viewer: Where, folder: Path, at: datetime) -> Restored:
    """Restore beside the database, compare, then change places; the old one stays under another name. Killed at any moment, one of both is whole.

    `admin` a superuser, `owner` and `viewer` (who bypasses row security) without their `dbname`. Raises DoudiError.
    """
    read_contents(folder)
    new = f"{database}_restoring"
    with closing(psycopg.connect(**admin, autocommit=True)) as connection:
        connection.execute(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(new)))
        prepare(connection, new, {})
    with closing(psycopg.connect(**(admin | {"dbname": new}), autocommit=True)) as inside:
        grant(inside)
    contents = restore_into(owner | {"dbname": new}, folder)
    compare(viewer | {"dbname": new}, contents)
    return Restored(contents, _change_places(admin, database, new, f"{database}_before_{at:%Y%m%d_%H%M%S}"))


def restore_anchors(folder: Path, at: datetime) -> None:
    """The anchors of the backup take the place of those there are: later ones would name seals that are gone. They are kept beside."""
    if anchor_file().exists():
        anchor_file().rename(anchor_file().with_suffix(f".before-{at:%Y%m%d-%H%M%S}.jsonl"))
    if (folder / ANCHORS).exists():
        anchor_file().parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(folder / ANCHORS, anchor_file())


def _fill(where: Where, dump: Path, contents: Contents, version: int) -> None:
    options = ["--no-owner", "--no-comments", "--exit-on-error", "--single-transaction", f"--dbname={where['dbname']}"]
    command = [tools.program("pg_restore", version), "--no-password", *options]
    with open_sealed(dump, keys_of(derived("backup", contents.key))) as source, tools.running(command, where, stdin=tools.PIPE) as process:
        assert process.stdin is not None
        shutil.copyfileobj(source, process.stdin)  # a changed file is found while it is read; then nothing of it stays


def _change_places(admin: Where, database: str, new: str, kept: str) -> str:
    with closing(psycopg.connect(**admin, autocommit=True)) as connection:
        there = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone()
        for name in (database, new):
            connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()", [name])
        with connection.transaction():
            if there:
                connection.execute(SQL("ALTER DATABASE {} RENAME TO {}").format(Identifier(database), Identifier(kept)))
            connection.execute(SQL("ALTER DATABASE {} RENAME TO {}").format(Identifier(new), Identifier(database)))
    return kept if there else ""
