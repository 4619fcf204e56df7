"""PostgreSQL's own programs: those of the server's version if the machine has them, else the newest there are."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

from doudi.kernel.errors import DoudiError, Fault, code

TOOL_FAILED = code("database_tool_failed", "数据库自己的程序报错")

PIPE = subprocess.PIPE
DEBIAN = Path("/usr/lib/postgresql")
Where = dict[str, Any]
"""What psycopg's `conninfo_to_dict` gives: host, port, dbname, user, password ..."""


def program(name: str, major: int) -> str:
    """`pg_dump` or `pg_restore` for a server of this major version; else the oldest that is newer. Raises DoudiError if there is none.

    An older one refuses; a newer one writes settings that an older server does not know.
    """
    found = {version: path for path in _places(name) if (version := _version(path)) >= major}
    if not found:
        todo = f"安装 PostgreSQL {major} 的客户端（Debian：apt-get install postgresql-client-{major}）"
        raise DoudiError(Fault(TOOL_FAILED, f"没有适合 PostgreSQL {major} 的 {name}", todo=todo))
    return found[min(found)]


def _places(name: str) -> list[str]:
    from doudi.config.embedded import POSTGRES_BIN_PATH

    packaged = [str(path) for path in sorted(DEBIAN.glob(f"*/bin/{name}"))]
    return [place for place in (str(POSTGRES_BIN_PATH / name), shutil.which(name), *packaged) if place]


@cache
def _version(path: str) -> int:
    """`pg_dump (PostgreSQL) 18.6` is 18; 0 if it does not say."""
    said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603
    number = re.search(r"\) (\d+)", said)
    return int(number[1]) if number else 0


def environment(where: Where) -> dict[str, str]:
    """How a program finds the database; the password is in no command line, where everybody could read it."""
    names = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD", "dbname": "PGDATABASE", "sslmode": "PGSSLMODE"}
    known = {variable: str(where[key]) for key, variable in names.items() if where.get(key)}
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")} | known


@contextmanager
def running(command: list[str], where: Where, **streams: Any) -> Iterator[subprocess.Popen[bytes]]:
    """A program at work; at the end it is waited for. Raises DoudiError with its last words if it failed; whatever else is raised kills it."""
    with tempfile.TemporaryFile() as errors, subprocess.Popen(command, env=environment(where), stderr=errors, **streams) as process:  # noqa: S603
        try:
            with suppress(BrokenPipeError):  # it has ended, and says why below
                yield process
                if process.stdin is not None:
                    process.stdin.close()
        except BaseException:
            process.kill()
            raise
        if process.wait():
            errors.seek(0)
            said = errors.read().decode("utf-8", "replace").strip().splitlines()[-5:]
            raise DoudiError(Fault(TOOL_FAILED, "数据库程序没有成功", Path(command[0]).name, " / ".join(said)))
