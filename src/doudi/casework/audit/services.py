"""Keeps what was done and seen, in the same transaction as the act: both are there, or neither."""

from __future__ import annotations

import os
from functools import cache
from typing import Any

from django.db import connection
from psycopg.types.json import Jsonb

from doudi.casework.access.actor import Actor
from doudi.casework.access.sealing import hmac_sm3
from doudi.casework.access.sitekeys import derived
from doudi.casework.audit.actions import ACTIONS
from doudi.casework.audit.canonical import FIELDS, canonical, storable
from doudi.casework.audit.models import Entry
from doudi.kernel.clock import now

NOWHERE = "*"
"""The region of an entry that belongs to none; it sorts before all codes."""

NEXT = """
    INSERT INTO audit_writer (name, last) VALUES (%s, 1)
    ON CONFLICT (name) DO UPDATE SET last = audit_writer.last + 1
    RETURNING last, nextval(pg_get_serial_sequence('audit_entry', 'id'))
"""
KEEP = f"""
    WITH kept AS (INSERT INTO audit_entry (id, mac, {", ".join(f'"{name}"' for name in FIELDS)}) VALUES ({", ".join(["%s"] * (len(FIELDS) + 2))}))
    INSERT INTO audit_unsealed (entry) VALUES (%s)
"""  # noqa: S608 - names of our own; not through the model, because RETURNING would ask for the right to read what was written


def record(
    by: Actor, action: str, *, kind: str = "", object: str | int = "", region: str = "", reason: str = "", detail: dict[str, Any] | None = None
) -> Entry:
    """Keep one entry. Must be called within the act's transaction.

    `detail` holds codes and counts, never names or ID numbers, and no fractions: raises ValueError for what JSON in a database would alter.
    `region` is the object's; without one the entry belongs to the region of who acts.
    """
    assert action in ACTIONS, action
    assert connection.in_atomic_block, "an entry belongs into the transaction of its act"
    kept = storable(detail or {})  # before a number is taken: what is refused must leave no gap
    with connection.cursor() as cursor:
        cursor.execute(NEXT, [_writer()])
        number, key = cursor.fetchone()
        entry = Entry(
            id=key,
            at=now(),
            writer=_writer(),
            number=number,
            action=action,
            user=by.user,
            actor=by.name[:60],
            role=by.role.key if by.role else "",
            office=by.office,
            kind=kind[:40],
            object=str(object)[:64],
            region=region or by.region or NOWHERE,
            reason=reason[:200],
            address=by.address,
            request=by.request,
            detail=kept,
        )
        entry.mac = mac_of(entry)
        values = [Jsonb(entry.detail) if name == "detail" else getattr(entry, name) for name in FIELDS]
        cursor.execute(KEEP, [key, entry.mac, *values, key])
    return entry


def mac_of(entry: Entry) -> bytes:
    """HMAC-SM3 over the entry, under a key outside the database."""
    return hmac_sm3(_key(), canonical(entry))


def _writer() -> str:
    """This process: a connection serves one transaction at a time, so nobody waits for the number of another."""
    return f"{os.uname().nodename}-{os.getpid()}"[:80]


@cache
def _key() -> bytes:
    return derived("audit", 0)
