"""What is new for an office: notices of others' steps, and what the last run did to its work."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Count, Exists, F, QuerySet

from doudi.casework.access.actor import Actor
from doudi.casework.audit.actions import action
from doudi.casework.audit.services import record
from doudi.casework.dispatch.models import Event, Notice
from doudi.casework.runs.models import Run

NOTICES_SEEN = action("notices_seen", "看过消息")
MOST = 100


def notices_listed(viewer: Actor) -> list[Notice]:
    """To the viewer's office: unseen ones first, newest first; at most a hundred. One query."""
    return list(Notice.objects.select_related("item").filter(office=viewer.office).order_by(F("seen_at").desc(nulls_first=True), "-at", "-id")[:MOST])


def something_unseen(viewer: Actor) -> Exists:
    """Whether the office has a notice that nobody there has seen, to be asked for in a query that is made anyway."""
    return Exists(Notice.objects.filter(office=viewer.office, seen_at=None))


def notices_see(by: Actor, *, newest: int, at: datetime) -> int:
    """The office has seen its notices up to one; returns how many were new."""
    by.must("work.see")
    with transaction.atomic():
        count = unseen_upto(by, newest).update(seen_at=at)
        if count:
            record(by, NOTICES_SEEN, kind="office", object=by.office or "", region=by.region, detail={"count": count})
    return count


def unseen_upto(by: Actor, newest: int) -> QuerySet[Notice]:
    """The office's unseen notices that are not newer than one."""
    return Notice.objects.filter(office=by.office, seen_at=None, pk__lte=newest)


def brought_by_run(viewer: Actor, run: Run) -> dict[str, int]:
    """Step of the platform -> how many items of the viewer's office it was taken on since the run was loaded. One query."""
    since = Event.objects.filter(item__office=viewer.office, user=None, at__gte=run.loaded_at) if run.loaded_at else Event.objects.none()
    return dict(since.values_list("step").annotate(count=Count("item", distinct=True)))
