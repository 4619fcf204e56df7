"""What is written for `psql` makes the same database and roles as the platform makes on its own server."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import psycopg
import pytest
from psycopg import sql
from tests.casework.conftest import WORD, locked, superuser

from doudi.config.databasesql import script
from doudi.config.roles import APP, LOADER, OWNER, grant, prepare
from doudi.config.tools import environment, program
from doudi.kernel.errors import DoudiError

BY_SCRIPT, BY_PLATFORM = f"doudi_test_script_{os.getpid()}", f"doudi_test_platform_{os.getpid()}"
ENTRY = "SELECT datacl::text, pg_get_userbyid(datdba), pg_encoding_to_char(encoding), datcollate FROM pg_database WHERE datname = current_database()"
INSIDE = (
    ENTRY,
    "SELECT pg_get_userbyid(defaclrole), defaclobjtype, defaclacl::text FROM pg_default_acl ORDER BY 1, 2, 3",
    "SELECT nspacl::text, pg_get_userbyid(nspowner) FROM pg_namespace WHERE nspname = 'public'",
    "SELECT extname FROM pg_extension ORDER BY 1",
)
ROLES = "SELECT rolname, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole, rolcanlogin FROM pg_roles WHERE rolname LIKE 'doudi\\_%' ORDER BY 1"


def urls(database: str = BY_SCRIPT, **users: str) -> dict[str, dict[str, Any]]:
    named = {"default": APP, "owner": OWNER, "loader": LOADER} | users
    return {alias: {"user": user, "password": WORD, "dbname": database} for alias, user in named.items()}


@pytest.fixture
def admin() -> Iterator[psycopg.Connection[Any]]:
    """The superuser; one worker at a time, because roles belong to the server."""
    with locked(), closing(psycopg.connect(**superuser(), autocommit=True)) as connection:  # type: ignore[arg-type]
        yield connection
        for name in (BY_SCRIPT, BY_PLATFORM):
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def found_in(database: str) -> list[list[tuple[Any, ...]]]:
    with closing(psycopg.connect(**(superuser() | {"dbname": database}))) as inside:  # type: ignore[arg-type]
        return [inside.execute(question).fetchall() for question in INSIDE]


def test_the_script_makes_what_the_platform_makes_and_may_be_run_twice(admin: psycopg.Connection[Any]) -> None:
    prepare(admin, BY_PLATFORM, dict.fromkeys((OWNER, APP, LOADER), WORD))
    with closing(psycopg.connect(**(superuser() | {"dbname": BY_PLATFORM}), autocommit=True)) as inside:  # type: ignore[arg-type]
        grant(inside)
    roles = admin.execute(ROLES).fetchall()
    command = [program("psql", admin.info.server_version // 10_000), "--no-psqlrc", "--quiet"]
    for _ in range(2):
        done = subprocess.run(command, env=environment(superuser()), input=script(urls()), text=True, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr
    assert found_in(BY_SCRIPT) == found_in(BY_PLATFORM)
    assert admin.execute(ROLES).fetchall() == roles
    for role in (OWNER, APP, LOADER):
        psycopg.connect(**(superuser() | {"dbname": BY_SCRIPT, "user": role, "password": WORD})).close()  # type: ignore[arg-type]


def test_a_password_with_a_quote_in_it_is_no_other_statement() -> None:
    given = urls()
    given["default"]["password"] = "a'; DROP ROLE doudi_owner; --"
    assert "PASSWORD 'a''; DROP ROLE doudi_owner; --';" in script(given)


def test_connections_that_do_not_belong_together_are_all_named() -> None:
    given = urls(owner="postgres")
    given["loader"]["dbname"], given["default"]["password"] = "another", None
    with pytest.raises(DoudiError) as raised:
        script(given)
    assert [fault.where for fault in raised.value.faults][:2] == ["owner", "default"]
    assert "another" in str(raised.value)
