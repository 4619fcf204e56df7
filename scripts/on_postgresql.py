"""Run a command with a PostgreSQL server of the machine's own packages to test against, in a cluster that is made for it and removed again.

    python scripts/on_postgresql.py pytest tests/casework

The command finds the server in `TEST_DATABASE_URL`. Nothing of a server that runs on the machine already is touched. As root the cluster is the
user `postgres`'s, because PostgreSQL refuses to run as root.
"""
# ruff: noqa: S603 - runs the server's own programs and the command that it is given

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PACKAGES = Path("/usr/lib/postgresql")
USER = "postgres"
SETTINGS = {"listen_addresses": "", "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "60"}
"""Only a socket, and nothing that makes data outlive a power cut: they are thrown away."""


def programs() -> Path:
    """The folder of the newest server's programs. Ends with a remedy if there is none."""
    found = sorted((path.parent for path in PACKAGES.glob("*/bin/initdb")), key=lambda path: int(path.parent.name))
    if not found:
        raise SystemExit("没有 PostgreSQL 服务器（Debian：apt-get install postgresql）")
    return found[-1]


@contextmanager
def cluster() -> Iterator[str]:
    """A server in a folder of its own; gives the address of its superuser."""
    bin_folder, user = programs(), USER if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="doudi-server-"))
    word = folder / "word"
    word.write_text(secrets.token_hex(16), "utf-8")
    if user:
        for path in (folder, word):
            shutil.chown(path, user, user)

    def call(program: str, *arguments: str) -> None:
        subprocess.run([str(bin_folder / program), *arguments], check=True, user=user, cwd=folder, stdout=subprocess.DEVNULL)

    data = str(folder / "data")
    options = " ".join(f"-c {name}={value or chr(39) * 2}" for name, value in SETTINGS.items())
    try:
        call("initdb", "-D", data, "-U", USER, "--auth=scram-sha-256", f"--pwfile={word}", "--no-sync", "--encoding=UTF8", "--locale=C.UTF-8")
        call("pg_ctl", "-D", data, "-w", "-l", str(folder / "log"), "-o", f"{options} -k {folder}", "start")
        try:
            yield f"postgresql://{USER}:{word.read_text('utf-8')}@/postgres?host={folder}"
        finally:
            call("pg_ctl", "-D", data, "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main() -> int:
    """Run the command; its exit code."""
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    print(f"· {programs().parent.name}：{' '.join(sys.argv[1:])}", flush=True)
    with cluster() as address:
        return subprocess.run(sys.argv[1:], env=os.environ | {"TEST_DATABASE_URL": address}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
