"""The database and its three roles, so that no mistake of the site's can read past a person's scope.

- `doudi_owner` owns tables and migrates; row security is forced, so it binds the owner too.
- `doudi_app` is what the site and its jobs log in as: row security applies, and it owns nothing.
- `doudi_loader` bypasses row security: loads runs, backs up, keeps retention. No page logs in as it.
"""

from __future__ import annotations

from collections.abc import Iterator

from psycopg import Connection, sql

OWNER, APP, LOADER = "doudi_owner", "doudi_app", "doudi_loader"


def prepare(admin: Connection[tuple[object, ...]], database: str, passwords: dict[str, str | None]) -> None:
    """Make roles and database where they are missing; to be run as a superuser, again and again with the same result.

    `passwords` role -> password, or None to leave it as it is. The connection must be in autocommit.
    """
    known = {name for (name,) in admin.execute("SELECT rolname FROM pg_roles").fetchall()}
    for statement in _roles(known, passwords):
        admin.execute(statement)
    if admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone() is None:
        admin.execute(
            sql.SQL("CREATE DATABASE {} OWNER {} ENCODING 'UTF8' TEMPLATE template0").format(sql.Identifier(database), sql.Identifier(OWNER))
        )
    admin.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(database)))
    admin.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}, {}").format(sql.Identifier(database), sql.Identifier(APP), sql.Identifier(LOADER)))


def grant(inside: Connection[tuple[object, ...]]) -> None:
    """Inside the database, as a superuser: what the owner makes, app and loader may use. The app may neither make nor empty tables."""
    for statement in (
        "CREATE EXTENSION IF NOT EXISTS pg_trgm",
        f"ALTER SCHEMA public OWNER TO {OWNER}",
        "REVOKE ALL ON SCHEMA public FROM PUBLIC",
        f"GRANT USAGE ON SCHEMA public TO {APP}, {LOADER}",
        f"GRANT TEMPORARY ON DATABASE {inside.info.dbname} TO {LOADER}",
        f"ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {APP}",
        f"ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} IN SCHEMA public GRANT ALL ON TABLES TO {LOADER}",
        f"ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {APP}, {LOADER}",
        f"ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC",
        f"ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} IN SCHEMA public GRANT EXECUTE ON FUNCTIONS TO {APP}, {LOADER}",
    ):
        inside.execute(sql.SQL(statement))  # type: ignore[arg-type]


def _roles(known: set[object], passwords: dict[str, str | None]) -> Iterator[sql.Composed]:
    for role in (OWNER, APP, LOADER):
        can = "NOSUPERUSER NOCREATEDB NOCREATEROLE LOGIN " + ("BYPASSRLS" if role == LOADER else "NOBYPASSRLS")
        verb = "ALTER" if role in known else "CREATE"
        yield sql.SQL(f"{verb} ROLE {{}} {can}").format(sql.Identifier(role))  # type: ignore[arg-type]
        if password := passwords.get(role):
            yield sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(role), sql.Literal(password))
