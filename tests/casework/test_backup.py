"""A backup is whole, unreadable without the keys, and what is brought back is what was there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connections
from psycopg import sql
from tests.casework.conftest import WORD, superuser

from doudi.casework.access import sitekeys
from doudi.casework.audit import anchors
from doudi.config.backup import CONTENTS, DUMP, backup
from doudi.config.restore import compare, read_contents, replace, restore_anchors, restore_into
from doudi.config.roles import APP, LOADER, OWNER, grant, prepare
from doudi.kernel.errors import DoudiError

AT = datetime(2026, 11, 24, 1, 2, 3, tzinfo=UTC)
NAME = "只在备份里的镇"
TARGET = f"doudi_test_restored_{os.getpid()}"

pytestmark = pytest.mark.django_db


def place(user: str, database: str) -> dict[str, Any]:
    """How a role reaches a database of the test server."""
    return {key: value for key, value in superuser().items() if key in ("host", "port")} | {"user": user, "password": WORD, "dbname": database}


@pytest.fixture
def source() -> Iterator[dict[str, Any]]:
    """The tests' database with some lines that are committed, as the loader sees it."""
    where = place(LOADER, str(connections["loader"].settings_dict["NAME"]))
    codes = ["99", "9901", "990101"]
    with closing(psycopg.connect(**where, autocommit=True)) as connection:
        for code in codes:
            connection.execute(
                "INSERT INTO organisation_region (code, name, kind, path, initials, parent_id) VALUES (%s, %s, 'county', '', '', %s)",
                [code, NAME, code[:-2] or None],
            )
        yield where
        connection.execute("DELETE FROM organisation_region WHERE code LIKE '99%'")


@pytest.fixture
def empty() -> Iterator[str]:
    """The name of a database that is prepared and empty; it is dropped afterwards, with all that came of it."""
    with closing(psycopg.connect(**superuser(), autocommit=True)) as admin:
        prepare(admin, TARGET, {})
        with closing(psycopg.connect(**(superuser() | {"dbname": TARGET}), autocommit=True)) as inside:
            grant(inside)
        yield TARGET
        for (name,) in admin.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [TARGET + "%"]).fetchall():
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def test_what_is_brought_back_is_what_was_there(source: dict[str, Any], empty: str, tmp_path: Path) -> None:
    made = backup(source, tmp_path / "one", AT)
    assert made.rows["organisation_region"] == 3
    assert made.rows["django_migrations"] > 10
    contents = restore_into(place(OWNER, empty), tmp_path / "one")
    assert contents == made
    compare(place(LOADER, empty), contents)
    with closing(psycopg.connect(**place(LOADER, empty))) as there:
        assert there.execute("SELECT DISTINCT name FROM organisation_region").fetchall() == [(NAME,)]


def test_the_rules_of_who_sees_what_come_back_with_the_tables(source: dict[str, Any], empty: str, tmp_path: Path) -> None:
    backup(source, tmp_path / "one", AT)
    restore_into(place(OWNER, empty), tmp_path / "one")
    guards = """
        SELECT relname, relrowsecurity, relforcerowsecurity, pg_get_userbyid(relowner), relacl::text FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'S') ORDER BY 1
    """
    functions = "SELECT oid::regprocedure::text, proacl::text FROM pg_proc WHERE pg_get_userbyid(proowner) = 'doudi_owner' ORDER BY 1"
    defaults = "SELECT pg_get_userbyid(defaclrole), defaclobjtype, defaclacl::text FROM pg_default_acl ORDER BY 1, 2, 3"
    policies = "SELECT tablename, policyname, qual, with_check FROM pg_policies ORDER BY 1, 2"
    triggers = "SELECT tgname, tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1, 2"
    with closing(psycopg.connect(**source)) as before, closing(psycopg.connect(**place(LOADER, empty))) as after:
        for question in (guards, triggers, functions, defaults, policies):
            assert after.execute(question).fetchall() == before.execute(question).fetchall()
    with closing(psycopg.connect(**place(APP, empty))) as app:
        assert app.execute("SELECT count(*) FROM registry_person").fetchone() == (0,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute("DELETE FROM audit_entry")


def test_a_backup_tells_nothing_without_the_keys(source: dict[str, Any], tmp_path: Path) -> None:
    backup(source, tmp_path / "one", AT)
    for file in (tmp_path / "one").iterdir():
        assert NAME.encode() not in file.read_bytes()
    sealed = (tmp_path / "one" / DUMP).read_bytes()
    assert b"organisation_region" not in sealed  # not even in a compressed dump's table of contents
    assert b"PGDMP" not in sealed


def test_a_backup_that_was_changed_is_refused_and_leaves_no_lines(source: dict[str, Any], empty: str, tmp_path: Path) -> None:
    backup(source, tmp_path / "one", AT)
    file = tmp_path / "one" / DUMP
    damaged = bytearray(file.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    file.write_bytes(damaged)
    with pytest.raises(DoudiError):
        restore_into(place(OWNER, empty), tmp_path / "one")
    with closing(psycopg.connect(**place(LOADER, empty))) as there:
        assert there.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (0,)


def test_a_database_that_holds_something_is_not_overwritten(source: dict[str, Any], tmp_path: Path) -> None:
    backup(source, tmp_path / "one", AT)
    with pytest.raises(DoudiError, match="restore_not_empty"):
        restore_into(source | {"user": OWNER}, tmp_path / "one")


def test_a_line_that_is_missing_afterwards_is_found_and_its_table_named(source: dict[str, Any], empty: str, tmp_path: Path) -> None:
    contents = backup(source, tmp_path / "one", AT)
    restore_into(place(OWNER, empty), tmp_path / "one")
    with closing(psycopg.connect(**place(LOADER, empty), autocommit=True)) as there:
        there.execute("DELETE FROM organisation_region WHERE code = '990101'")
    with pytest.raises(DoudiError, match="organisation_region：备份时 3 行，恢复后 2 行"):
        compare(place(LOADER, empty), contents)


def test_the_restored_database_takes_the_place_of_the_old_one_which_is_kept(source: dict[str, Any], empty: str, tmp_path: Path) -> None:
    backup(source, tmp_path / "one", AT)
    done = replace(superuser(), empty, place(OWNER, ""), place(LOADER, ""), tmp_path / "one", AT)
    assert done.kept == f"{empty}_before_20261124_010203"
    with closing(psycopg.connect(**place(LOADER, empty))) as there:
        assert there.execute("SELECT count(*) FROM organisation_region").fetchone() == (3,)
    with closing(psycopg.connect(**(superuser() | {"dbname": done.kept}))) as kept:
        assert kept.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (0,)


def test_a_backup_that_fails_leaves_nothing_behind(source: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("doudi.config.tools.program", lambda name, version: "/bin/false")
    with pytest.raises(DoudiError, match="database_tool_failed"):
        backup(source, tmp_path / "one", AT)
    assert list(tmp_path.iterdir()) == []


def test_a_backup_is_not_written_over_another(source: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    with pytest.raises(DoudiError, match="backup_exists"):
        backup(source, tmp_path / "one", AT)


def test_a_backup_whose_key_is_gone_says_so_before_anything_is_done(source: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    backup(source, tmp_path / "one", AT)
    said = (tmp_path / "one" / CONTENTS).read_text("utf-8").replace('"key": 0', f'"key": {len(sitekeys.masters())}')
    (tmp_path / "one" / CONTENTS).write_text(said, "utf-8")
    with pytest.raises(DoudiError, match="先恢复密钥文件"):
        read_contents(tmp_path / "one")


def test_the_anchors_go_back_with_the_data_and_the_later_ones_are_kept_beside(
    source: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(anchors, "anchor_file", lambda: tmp_path / "site" / "audit-anchors.jsonl")
    for module in ("backup", "restore"):
        monkeypatch.setattr(f"doudi.config.{module}.anchor_file", anchors.anchor_file)
    anchors.keep(1, b"a" * 32, AT)
    backup(source, tmp_path / "one", AT)
    later = datetime(2027, 1, 1, tzinfo=UTC)
    anchors.anchor_file().write_text(anchors.anchor_file().read_text("utf-8") + "later\n", "utf-8")
    restore_anchors(tmp_path / "one", later)
    assert [anchor.number for anchor in anchors.anchors()] == [1]
    assert "later" in (tmp_path / "site" / "audit-anchors.before-20270101-000000.jsonl").read_text("utf-8")
