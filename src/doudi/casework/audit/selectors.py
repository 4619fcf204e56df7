"""What the audit page asks: entries by day, who, action, object, office, reason; who looked is kept as well."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from doudi.casework.access.actor import Actor
from doudi.casework.audit.actions import EXPORTED, action
from doudi.casework.audit.models import Entry
from doudi.casework.audit.reading import reading, reading_everything
from doudi.casework.audit.services import record
from doudi.kernel.clock import CHINA

LOG_READ = action("audit_read", "查阅审计日志")
LOG_VERIFIED = action("audit_verified", "核验审计日志")
SIZE = 50
MOST = 20_000
"""Lines of one export."""


@dataclass(frozen=True)
class Wanted:
    """What is looked for; empty is everything. Days are Chinese days, both included."""

    since: date | None = None
    until: date | None = None
    actor: str = ""
    action: str = ""
    object: str = ""
    office: int | None = None
    reason: str = ""

    def told(self) -> dict[str, Any]:
        """For the entry about looking: which filters were used, and days; not the words typed, which may name somebody."""
        used = [name for name in ("actor", "action", "object", "office", "reason") if getattr(self, name)]
        return {"since": self.since, "until": self.until, "by": used}


@dataclass(frozen=True)
class Entries:
    """The entries of a page (numbered from 1), the latest first, and whether another follows."""

    rows: list[Entry]
    page: int
    more: bool


def entries_read(viewer: Actor, *, wanted: Wanted, page: int = 1) -> Entries:
    """One page, of the viewer's region. Looking is kept, in the same transaction. Raises DoudiError if the role may not."""
    start = (page - 1) * SIZE
    with transaction.atomic(), reading(viewer):
        found = list(_chosen(wanted)[start : start + SIZE + 1])
        record(viewer, LOG_READ, kind="audit", detail=wanted.told() | {"page": page, "count": min(len(found), SIZE)})
    return Entries(found[:SIZE], page, len(found) > SIZE)


def entries_export(viewer: Actor, *, wanted: Wanted) -> tuple[list[Entry], bool]:
    """Up to `MOST` entries, the latest first, and whether there are more; kept as an export."""
    with transaction.atomic(), reading(viewer):
        found = list(_chosen(wanted)[: MOST + 1])
        record(viewer, EXPORTED, kind="audit", detail=wanted.told() | {"count": min(len(found), MOST)})
    return found[:MOST], len(found) > MOST


def last_verified(viewer: Actor) -> tuple[datetime, int] | None:
    """When the whole log was last verified, and how many problems were found: it concerns every region."""
    viewer.must("audit.see")
    with reading_everything():
        last = Entry.objects.filter(action=LOG_VERIFIED).order_by("-pk").first()
    return (last.at, last.detail.get("problems", 0)) if last else None


def _chosen(wanted: Wanted) -> QuerySet[Entry]:
    asked = Q()
    if wanted.since:
        asked &= Q(at__gte=_midnight(wanted.since))
    if wanted.until:
        asked &= Q(at__lt=_midnight(wanted.until + timedelta(days=1)))
    if wanted.actor:
        asked &= Q(actor__icontains=wanted.actor)
    if wanted.action:
        asked &= Q(action=wanted.action)
    if wanted.object:
        asked &= Q(object=wanted.object)
    if wanted.office is not None:
        asked &= Q(office=wanted.office)
    if wanted.reason:
        asked &= Q(reason__icontains=wanted.reason)
    return Entry.objects.filter(asked).order_by("-pk")


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), CHINA)
