"""The sealer: chains what has been committed, in batches, every second. One seals at a time, whoever is first.

A seal is SM3 over the seal before, its own number and moment, the entry and the entry's HMAC. So nothing can be changed, removed or put in
between without breaking the chain from there on - unless somebody computes all of it anew, which the HMACs and the anchors prevent.
"""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import structlog
from cryptography.hazmat.primitives.hashes import SM3, Hash
from django.db import connection, connections

from doudi.casework.audit import anchors
from doudi.casework.audit.canonical import canonical
from doudi.casework.audit.models import Entry, Seal, Unsealed
from doudi.casework.audit.reading import reading_everything
from doudi.kernel.clock import now

START = bytes(32)
"""What stands before the first seal."""
BATCH = 1000
PAUSE = 1.0
"""Seconds between two looks: an entry is sealed within two seconds of its commit."""
LOCK = 0x5EA1
log = structlog.get_logger("doudi.audit")


def digest_of(before: bytes, number: int, sealed_at: datetime, entry: Entry) -> bytes:
    """32 bytes: the link of an entry behind the link before it."""
    moment = sealed_at.astimezone(UTC).isoformat(timespec="microseconds").encode()
    link = Hash(SM3())
    for part in (before, number.to_bytes(8, "big"), moment, canonical(entry), bytes(entry.mac)):
        link.update(len(part).to_bytes(4, "big") + part)
    return link.finalize()


def seal_batch(*, at: datetime, limit: int = BATCH) -> int:
    """Seal up to `limit` entries that are committed and wait; returns how many. Another sealer at work: none."""
    with reading_everything():
        if not _alone():
            return 0
        last = Seal.objects.order_by("-number").first()
        number, digest = (last.number, bytes(last.digest)) if last else (0, START)
        waiting = list(Unsealed.objects.order_by("entry").values_list("entry", flat=True)[:limit])
        seals = []
        for entry in Entry.objects.filter(pk__in=waiting).order_by("pk"):
            number += 1
            digest = digest_of(digest, number, at, entry)
            seals.append(Seal(number=number, entry=entry, digest=digest, sealed_at=at))
        Seal.objects.bulk_create(seals)
        Unsealed.objects.filter(pk__in=[seal.entry_id for seal in seals]).delete()
    if seals:
        anchors.keep(number, digest, at)
    return len(seals)


def seal_all(*, at: datetime) -> int:
    """Seal whatever waits; returns how many."""
    total = 0
    while sealed := seal_batch(at=at):
        total += sealed
    return total


def run(stop: threading.Event) -> None:
    """Seal until told to stop; for a thread of the worker's own. A database that is away is tried again."""
    while not stop.wait(PAUSE):
        try:
            seal_all(at=now())
        except Exception as problem:
            log.error("sealing_failed", problem=type(problem).__name__)
            connection.close()
    connections.close_all()


def _alone() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        return bool(cursor.fetchone()[0])
