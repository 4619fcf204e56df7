"""The casework half against a real PostgreSQL: the embedded one, or the server that TEST_DATABASE_URL names (as superuser).

Tests hold one connection that plays all three roles: it is the loader while a test prepares and looks, and becomes `doudi_app` where a page or
`scope.scoped` runs, so that row-level security is the real one. Nothing is committed, but in tests marked `transaction=True`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from django.core.management import call_command
from django.db import connections
from django.test import Client
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from tests.casework.cast import Cast, Member

from doudi.config import embedded
from doudi.config.databases import passwords, socket_folder
from doudi.config.roles import APP, LOADER, OWNER, grant, prepare

TESTER, WORD = "doudi_tests", "only-for-tests"
FOLDER = Path(os.environ["DOUDI_TEST_POSTGRES"])


def superuser() -> dict[str, object]:
    """How to reach the server as its superuser; starts the embedded one if no other is named."""
    if given := os.environ.get("TEST_DATABASE_URL"):
        return conninfo_to_dict(given)
    embedded.start(FOLDER)
    return {"host": str(socket_folder(FOLDER)), "user": embedded.SUPERUSER, "password": passwords(FOLDER)[embedded.SUPERUSER], "dbname": "postgres"}


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: pytest.FixtureRequest, worker_id: str) -> Iterator[None]:
    """A database of its own for each worker, migrated by its owner."""
    name = f"doudi_test_{os.getpid()}_{worker_id}"
    with locked(), psycopg.connect(make_conninfo(**superuser()), autocommit=True) as admin:
        prepare(admin, name, dict.fromkeys((OWNER, APP, LOADER), WORD))
        verb = "ALTER" if admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [TESTER]).fetchone() else "CREATE"
        admin.execute(f"{verb} ROLE {TESTER} LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD '{WORD}'")
        admin.execute(f"GRANT {OWNER}, {APP}, {LOADER} TO {TESTER}")
        if not os.environ.get("TEST_DATABASE_URL"):
            admin.execute("ALTER SYSTEM SET fsync = off")
            admin.execute("SELECT pg_reload_conf()")
    at = superuser() | {"dbname": name}
    with psycopg.connect(make_conninfo(**at), autocommit=True) as inside:
        grant(inside)
        inside.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(sql.Identifier(name), sql.Identifier(TESTER)))
    with django_db_blocker.unblock():
        for alias, user in (("owner", OWNER), ("loader", LOADER), ("default", TESTER)):
            point(alias, at, user)
        call_command("migrate", database="owner", verbosity=0)
        connections["owner"].close()
    yield
    with django_db_blocker.unblock():
        connections.close_all()
    with psycopg.connect(make_conninfo(**superuser()), autocommit=True) as admin:
        admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def point(alias: str, at: dict[str, object], user: str) -> None:
    """Let an alias of Django's lead to the test database."""
    connections[alias].close()
    connections[alias].settings_dict.update(NAME=at["dbname"], HOST=at.get("host", ""), PORT=str(at.get("port", "")), USER=user, PASSWORD=WORD)


class locked:
    """One worker at a time: roles belong to the server, not to a database."""

    def __enter__(self) -> None:
        import fcntl

        FOLDER.parent.mkdir(parents=True, exist_ok=True)
        self._file = open(FOLDER.with_suffix(".lock"), "w")
        fcntl.flock(self._file, fcntl.LOCK_EX)

    def __exit__(self, *_: object) -> None:
        self._file.close()


@pytest.fixture(autouse=True)
def _one_connection_plays_all_roles(request: pytest.FixtureRequest, settings: object) -> None:
    """While a test prepares and looks it is the loader; pages and `scoped` become the app."""
    if "db" not in request.fixturenames and request.node.get_closest_marker("django_db") is None:
        return
    request.getfixturevalue("db")
    settings.ACTING_ROLE = APP  # type: ignore[attr-defined]
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}  # type: ignore[attr-defined]
    settings.STATIC_ROOT = str(Path(__file__).parents[2] / "src/doudi/web/static")  # type: ignore[attr-defined]  # an absent folder is a warning
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # type: ignore[attr-defined]
    with connections["default"].cursor() as cursor:
        cursor.execute(f"SET ROLE {LOADER}")


@pytest.fixture
def cast(db: None) -> Cast:
    """The fixed cast of users: everybody of one county, and strangers from the next and from another department."""
    return Cast()


@pytest.fixture
def browser_of(db: None) -> Callable[[Member], Client]:
    """A client logged in as a member of the cast, second factor included."""
    return lambda member: member.client()
