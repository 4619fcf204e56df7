"""What must be right before pages are served."""

from __future__ import annotations

from functools import cache

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from doudi.casework.access.sitekeys import masters
from doudi.kernel.errors import DoudiError


def checks() -> dict[str, bool]:
    """Name -> whether it is right: the keys can be read, the database answers, its tables are those of this version."""
    found = {"keys": _keys(), "database": _database()}
    found["tables"] = found["database"] and _tables()
    return found


def _keys() -> bool:
    try:
        return bool(masters())
    except DoudiError:
        return False


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return cursor.fetchone() == (1,)
    except DatabaseError:
        connection.close()
        return False


def _tables() -> bool:
    """Once right, they stay so as long as this process lives."""
    try:
        return _migrated()
    except (DatabaseError, RuntimeError):
        return False


@cache
def _migrated() -> bool:
    """Raises RuntimeError while steps are missing, so that only the good answer is kept."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise RuntimeError("migrations are missing")
    return True
