"""`doudi site database-sql`: what makes database and roles on a server of the installation's own, for whoever is its superuser to read and to run."""

from __future__ import annotations

from typing import Any

from psycopg import sql

from doudi.config.roles import APP, LOADER, OWNER, create, entry, granted, roles
from doudi.kernel.errors import DoudiError, Fault, code

ODD = code("site_connections_odd", "数据库连接之间不一致")
ROLES = {"owner": OWNER, "default": APP, "loader": LOADER}


def script(urls: dict[str, dict[str, Any]]) -> str:
    """The same as `roles.prepare` and `roles.grant`; again and again with the same result.

    `urls` alias -> what `conninfo_to_dict` gives: the database and the passwords are those that the site will use. Raises DoudiError.
    """
    passwords, database = _agreed(urls)
    lines = [r"\set ON_ERROR_STOP on", "SET client_min_messages = warning;"]
    for role in (OWNER, APP, LOADER):
        lines.append(f"SELECT 'CREATE ROLE {role}' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') \\gexec")  # noqa: S608
    lines += [f"{_text(one)};" for one in roles({OWNER, APP, LOADER}, passwords)]
    missing = sql.SQL("WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = {})").format(sql.Literal(database))
    lines.append(f"{_text(sql.SQL('SELECT {}').format(sql.Literal(_text(create(database)))))} {_text(missing)} \\gexec")
    lines += [f"{_text(one)};" for one in entry(database)]
    lines += [f"\\connect {_text(sql.Identifier(database))}", "SET client_min_messages = warning;"]
    lines += [f"{_text(one)};" for one in granted(database)]
    return "\n".join(lines) + "\n"


def _agreed(urls: dict[str, dict[str, Any]]) -> tuple[dict[str, str | None], str]:
    """Role -> password, and the one database; every alias must log in as its role. Raises DoudiError."""
    faults = [
        Fault(ODD, f"用户应为 {role}，并写明密码", alias, todo="改正这条连接")
        for alias, role in ROLES.items()
        if urls[alias].get("user") != role or not urls[alias].get("password")
    ]
    databases = {str(url.get("dbname")) for url in urls.values()}
    faults += [Fault(ODD, "三条连接要指向同一个库", "、".join(sorted(databases)))] if len(databases) > 1 else []
    if faults:
        raise DoudiError(faults)
    return {role: str(urls[alias]["password"]) for alias, role in ROLES.items()}, databases.pop()


def _text(statement: sql.Composable) -> str:
    return statement.as_string(None)
