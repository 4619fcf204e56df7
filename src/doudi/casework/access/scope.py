"""Sets the scope in the transaction, where row-level security reads it.

A setting made for a transaction is an empty text on the next use of the connection, not NULL, so every policy reads it through nullif.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection, transaction

from doudi.casework.access.actor import NOBODY, Scope


@contextmanager
def scoped(scope: Scope) -> Iterator[None]:
    """One transaction that sees this scope and no more; the scope ends with it.

    `settings.ACTING_ROLE` is only set in tests, where one connection plays all three roles.
    """
    inside_another = connection.in_atomic_block
    with transaction.atomic(), _as(settings.ACTING_ROLE):
        apply(scope)
        try:
            yield
        finally:
            if inside_another and not connection.needs_rollback:
                apply(NOBODY)  # else it ends with the transaction


def apply(scope: Scope) -> None:
    """Set the scope for the rest of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('doudi.lo', %s, true), set_config('doudi.hi', %s, true), set_config('doudi.department', %s, true)",
            [scope.lo, scope.hi, scope.department],
        )


@contextmanager
def _as(role: str) -> Iterator[None]:
    if not role:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        before = cursor.fetchone()[0]
        cursor.execute(f'SET ROLE "{role}"')
    try:
        yield
    finally:
        if not connection.needs_rollback:
            with connection.cursor() as cursor:
                cursor.execute(f'SET ROLE "{before}"')
