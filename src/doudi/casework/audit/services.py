"""Keeps what was done and seen, in the same transaction as the act: both are there, or neither."""

from __future__ import annotations

import os
from functools import cache
from typing import Any

from django.db import connection

from doudi.casework.access.actor import Actor
from doudi.casework.access.sealing import hmac_sm3
from doudi.casework.access.sitekeys import derived
from doudi.casework.audit.actions import ACTIONS
from doudi.casework.audit.canonical import canonical
from doudi.casework.audit.models import Entry
from doudi.kernel.clock import now

NEXT = """
    INSERT INTO audit_writer (name, last) VALUES (%s, 1)
    ON CONFLICT (name) DO UPDATE SET last = audit_writer.last + 1 RETURNING last
"""


def record(
    by: Actor, action: str, *, kind: str = "", object: str | int = "", region: str = "", reason: str = "", detail: dict[str, Any] | None = None
) -> Entry:
    """Keep one entry. `detail` holds codes and numbers, never names or ID numbers. Must be called within the act's transaction."""
    assert action in ACTIONS, action
    assert connection.in_atomic_block, "an entry belongs into the transaction of its act"
    with connection.cursor() as cursor:
        cursor.execute(NEXT, [_writer()])
        number = cursor.fetchone()[0]
    entry = Entry(
        at=now(),
        writer=_writer(),
        number=number,
        action=action,
        user=by.user,
        actor=by.name,
        role=by.role.key if by.role else "",
        office=by.office,
        kind=kind,
        object=str(object),
        region=region,
        reason=reason[:200],
        address=by.address,
        request=by.request,
        detail=detail or {},
    )
    entry.mac = mac_of(entry)
    entry.save(force_insert=True)
    return entry


def mac_of(entry: Entry) -> bytes:
    """HMAC-SM3 over the entry, under a key outside the database."""
    return hmac_sm3(_key(), canonical(entry))


def _writer() -> str:
    """This process: a connection serves one transaction at a time, so nobody waits for the number of another."""
    return f"{os.uname().nodename}-{os.getpid()}"


@cache
def _key() -> bytes:
    return derived("audit", 0)
