"""The database and its three roles, so that no mistake of the site's can read past a person's scope.

- `doudi_owner` owns tables and migrates; row security is forced, so it binds the owner too.
- `doudi_app` is what the site and its jobs log in as: row security applies, and it owns nothing.
- `doudi_loader` bypasses row security: loads runs, backs up, keeps retention. No page logs in as it.
"""

from __future__ import annotations

from collections.abc import Iterator

from psycopg import Connection, sql

OWNER, APP, LOADER = "doudi_owner", "doudi_app", "doudi_loader"

QUIET = {"log_min_error_statement": "panic", "log_error_verbosity": "terse", "log_parameter_max_length_on_error": "0"}
"""The server's own log says that a statement failed, and neither the statement nor the line it was about: names stand in both."""


def prepare(admin: Connection[tuple[object, ...]], database: str, passwords: dict[str, str | None]) -> None:
    """Make roles and database where they are missing; to be run as a superuser, again and again with the same result.

    `passwords` role -> password, or None to leave it as it is. The connection must be in autocommit.
    """
    known = {name for (name,) in admin.execute("SELECT rolname FROM pg_roles").fetchall()}
    for statement in roles(known, passwords):
        admin.execute(statement)
    if admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone() is None:
        admin.execute(create(database))
    for statement in entry(database):
        admin.execute(statement)


def grant(inside: Connection[tuple[object, ...]]) -> None:
    """Inside the database, as a superuser: what the owner makes, app and loader may use. The app may neither make nor empty tables."""
    for statement in granted(inside.info.dbname):
        inside.execute(statement)


def create(database: str) -> sql.Composed:
    """The database, its owner's."""
    return sql.SQL("CREATE DATABASE {} OWNER {} ENCODING 'UTF8' TEMPLATE template0").format(sql.Identifier(database), sql.Identifier(OWNER))


def entry(database: str) -> Iterator[sql.Composed]:
    """Who may connect."""
    yield sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(database))
    yield sql.SQL("GRANT CONNECT ON DATABASE {} TO {}, {}").format(sql.Identifier(database), sql.Identifier(APP), sql.Identifier(LOADER))


def granted(database: str) -> Iterator[sql.Composed]:
    """What is done inside the database."""
    for statement in (
        "CREATE EXTENSION IF NOT EXISTS pg_trgm",
        f"ALTER SCHEMA public OWNER TO {OWNER}",
        "REVOKE ALL ON SCHEMA public FROM PUBLIC",
        f"GRANT USAGE ON SCHEMA public TO {APP}, {LOADER}",
        f"ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {APP}",
        f"ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} IN SCHEMA public GRANT ALL ON TABLES TO {LOADER}",
        f"ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {APP}, {LOADER}",
        f"ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC",
        f"ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} IN SCHEMA public GRANT EXECUTE ON FUNCTIONS TO {APP}, {LOADER}",
    ):
        yield sql.SQL(statement).format()  # type: ignore[arg-type]
    yield sql.SQL("GRANT TEMPORARY ON DATABASE {} TO {}").format(sql.Identifier(database), sql.Identifier(LOADER))


def roles(known: set[object], passwords: dict[str, str | None]) -> Iterator[sql.Composed]:
    """The three roles, made or brought back to what they may; `known` those that are there."""
    for role in (OWNER, APP, LOADER):
        can = "NOSUPERUSER NOCREATEDB NOCREATEROLE LOGIN " + ("BYPASSRLS" if role == LOADER else "NOBYPASSRLS")
        verb = "ALTER" if role in known else "CREATE"
        yield sql.SQL(f"{verb} ROLE {{}} {can}").format(sql.Identifier(role))  # type: ignore[arg-type]
        for setting, value in QUIET.items():
            yield sql.SQL("ALTER ROLE {} SET {} = {}").format(sql.Identifier(role), sql.Identifier(setting), sql.Literal(value))
        if password := passwords.get(role):
            yield sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(role), sql.Literal(password))
