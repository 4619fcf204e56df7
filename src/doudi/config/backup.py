"""A backup: one folder with the whole database of one moment, encrypted, what must be found in it again, and the anchors of the audit chain.

The keys are not in it, on purpose: a backup alone tells nothing. They are copied by themselves (docs/how-to/site.md).
"""

from __future__ import annotations

import json
import os
import shutil
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg.sql import SQL, Identifier

from doudi.casework.access.sitekeys import derived, masters
from doudi.casework.audit.anchors import anchor_file
from doudi.config import tools
from doudi.config.tools import Where
from doudi.identity.keys import keys_of
from doudi.identity.sealed import seal
from doudi.kernel.errors import DoudiError, Fault, code
from doudi.kernel.folders import unfinished

BACKUP_TAKEN = code("backup_exists", "备份目录已存在")

FORMAT = 1
DUMP, CONTENTS, ANCHORS = "database.sealed", "backup.json", "audit-anchors.jsonl"
UNFINISHED = ".tmp-backup-"


@dataclass(frozen=True)
class Contents:
    """What a backup holds. `rows` table -> lines; `key` the number of the site key that seals it; `audit` the last seal, in hex."""

    format: int
    made_at: str
    server: int
    key: int
    rows: dict[str, int]
    audit: str


def backup(where: Where, folder: Path, at: datetime) -> Contents:
    """Write a backup of the database that `where` says, as the loader; the folder appears whole or not at all. Raises DoudiError."""
    if folder.exists():
        raise DoudiError(Fault(BACKUP_TAKEN, "备份目录已存在", str(folder), todo="换一个目录"))
    folder.parent.mkdir(parents=True, exist_ok=True)
    with unfinished(folder.parent, UNFINISHED) as made:
        contents = _write(where, made, at)
        os.rename(made, folder)
    return contents


def _write(where: Where, folder: Path, at: datetime) -> Contents:
    if anchor_file().exists():
        shutil.copyfile(anchor_file(), folder / ANCHORS)  # before the snapshot: what they name is in it
    with closing(psycopg.connect(**where)) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        (snapshot,) = _one(connection, "SELECT pg_export_snapshot()")
        key = len(masters()) - 1
        contents = Contents(FORMAT, at.isoformat(timespec="seconds"), major(connection), key, rows(connection), head(connection))
        _dump(where, contents, str(snapshot), folder / DUMP)
    (folder / CONTENTS).write_text(json.dumps(asdict(contents), ensure_ascii=False, indent=1) + "\n", "utf-8")
    return contents


def _dump(where: Where, contents: Contents, snapshot: str, target: Path) -> None:
    """The dump goes through the cipher as it comes: no line of it lies on the disk in the clear."""
    command = [tools.program("pg_dump", contents.server), "--format=custom", "--no-password", f"--snapshot={snapshot}"]
    with tools.running(command, where, stdout=tools.PIPE) as process:
        assert process.stdout is not None
        seal(process.stdout, target, keys_of(derived("backup", contents.key)))  # type: ignore[arg-type]


def major(connection: psycopg.Connection[Any]) -> int:
    """15, 16, 17, 18 ..."""
    return connection.info.server_version // 10_000


def rows(connection: psycopg.Connection[Any]) -> dict[str, int]:
    """Table -> lines, counted one by one."""
    names = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1").fetchall()
    return {name: int(_one(connection, SQL("SELECT count(*) FROM {}").format(Identifier(name)))[0]) for (name,) in names}


def head(connection: psycopg.Connection[Any]) -> str:
    """The digest of the last seal of the audit chain, in hex; empty if there is none."""
    found = connection.execute("SELECT encode(digest, 'hex') FROM audit_seal ORDER BY number DESC LIMIT 1").fetchone()
    return str(found[0]) if found else ""


def _one(connection: psycopg.Connection[Any], query: Any) -> tuple[Any, ...]:
    found: tuple[Any, ...] | None = connection.execute(query).fetchone()
    assert found is not None
    return found
