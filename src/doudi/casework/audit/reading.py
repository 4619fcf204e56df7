"""Who may read how much of the audit log: set in the transaction, as a person's scope is, and asked by the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from doudi.casework.access.actor import Actor, Scope

EVERYTHING = ("*", ":")
"""From the entries of no region to behind the last code."""


@contextmanager
def reading(viewer: Actor) -> Iterator[None]:
    """The transaction reads the entries of the viewer's region; who answers for the province also those of no region.

    Raises DoudiError if the role may not.
    """
    viewer.must("audit.see")
    with _range(*(EVERYTHING if len(viewer.region) <= 2 else (Scope.of(viewer.region).lo, Scope.of(viewer.region).hi))):
        yield


@contextmanager
def reading_everything() -> Iterator[None]:
    """The transaction reads all entries: for the sealer and the verifier, which look at their bytes only."""
    with _range(*EVERYTHING):
        yield


@contextmanager
def _range(lo: str, hi: str) -> Iterator[None]:
    with transaction.atomic():
        _set(lo, hi)
        try:
            yield
        finally:
            if not connection.needs_rollback:
                _set("", "")


def _set(lo: str, hi: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('doudi.audit_lo', %s, true), set_config('doudi.audit_hi', %s, true)", [lo, hi])
