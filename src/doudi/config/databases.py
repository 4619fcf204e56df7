"""Where the database is: a server of the installation's own, or the one that comes as a wheel."""

from __future__ import annotations

import json
from pathlib import Path

from psycopg.conninfo import make_conninfo

from doudi.config.options import Options
from doudi.config.roles import APP, LOADER, OWNER

DATABASE = "doudi"
PASSWORDS = "passwords.json"


def connection_strings(options: Options) -> dict[str, str]:
    """Django's alias -> connection string: `default` is the site's, `owner` migrates, `loader` loads. An alias nobody set is left out."""
    if options.database_url:
        given = {"default": options.database_url, "owner": options.owner_database_url, "loader": options.loader_database_url}
        return {alias: address for alias, address in given.items() if address}
    folder = cluster_folder(options.home)
    return {alias: local(folder, role) for alias, role in (("default", APP), ("owner", OWNER), ("loader", LOADER))}


def cluster_folder(home: Path) -> Path:
    """Where the embedded server keeps its data, and its socket."""
    return home.resolve() / "postgres"


def local(folder: Path, role: str, database: str = DATABASE) -> str:
    """The connection string of a role at the embedded server; without a password as long as the server was never started."""
    return make_conninfo(host=str(socket_folder(folder)), dbname=database, user=role, password=passwords(folder).get(role))


def socket_folder(folder: Path) -> Path:
    """Where the server's socket is: where the running server says (line 5 of its pid file), else its data folder."""
    try:
        return Path((folder / "data" / "postmaster.pid").read_text("utf-8").splitlines()[4])
    except (OSError, IndexError):
        return folder / "data"


def passwords(folder: Path) -> dict[str, str]:
    """Role -> password; empty before the first start."""
    try:
        return dict(json.loads((folder / PASSWORDS).read_text("utf-8")))
    except FileNotFoundError:
        return {}
