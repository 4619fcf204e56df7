"""Where the database is: a server of the installation's own, or the one that comes as a wheel."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from doudi.config.options import Options, options
from doudi.config.roles import APP, LOADER, OWNER
from doudi.kernel.errors import DoudiError, Fault, code

NO_CONNECTION = code("site_connection_missing", "没有给出这一步要用的数据库连接")
SAYS = {"default": "网站", "owner": "建表和升级", "loader": "装载、备份和账号准备"}

DATABASE = "doudi"
PASSWORDS = "passwords.json"


def connection_strings(options: Options) -> dict[str, str]:
    """Django's alias -> connection string: `default` is the site's, `owner` migrates, `loader` loads. An alias nobody set is left out."""
    if options.database_url:
        given = {"default": options.database_url, "owner": options.owner_database_url, "loader": options.loader_database_url}
        return {alias: address for alias, address in given.items() if address}
    folder = cluster_folder(options.home)
    return {alias: local(folder, role) for alias, role in (("default", APP), ("owner", OWNER), ("loader", LOADER))}


def where(alias: str) -> dict[str, Any]:
    """How psycopg and PostgreSQL's own programs reach the database as `alias` says. Raises DoudiError if nobody said."""
    addresses = connection_strings(options())
    if not options().database_url:
        addresses["superuser"] = local(cluster_folder(options().home), "postgres", "postgres")
    if alias not in addresses:
        raise DoudiError(Fault(NO_CONNECTION, f"没有{SAYS[alias]}用的数据库连接", f"DOUDI_{alias.upper()}_DATABASE_URL", todo="设置这个环境变量"))
    return conninfo_to_dict(addresses[alias])


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
