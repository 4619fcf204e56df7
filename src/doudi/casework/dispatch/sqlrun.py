"""Statements over whole tables, for the loader: there a line at a time would take hours."""

from __future__ import annotations

from typing import Any

from django.db import connection


def execute(statement: str, values: dict[str, Any] | None = None) -> int:
    """Run one statement of our own; returns how many lines it wrote."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.rowcount


def rows(statement: str, values: dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
    """The lines of one query of our own."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()
