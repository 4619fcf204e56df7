"""Hands out what waits: the gravest first, and no more on one day than an office's cap, since nobody can act on a hundred thousand alerts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.db import connection, transaction
from django.db.models import Count, Q

from doudi.casework.access.actor import Actor
from doudi.casework.audit.services import record
from doudi.casework.dispatch.actions import STEP_ACTIONS
from doudi.casework.dispatch.calendar import calendar
from doudi.casework.dispatch.figures import Figures, figures
from doudi.casework.dispatch.models import Event, State, WorkItem
from doudi.casework.dispatch.moves import start_clock
from doudi.casework.organisation.models import Office

LOCK = 6_810_002
"""The advisory lock of handing out: two at once would each fill the cap."""
FIELDS = ("state", "pushed_on", "accept_by", "due_on", "due_estimated", "version")


@transaction.atomic
def items_push_for_day(by: Actor, *, on: date, at: datetime, even_on_a_day_off: bool = False) -> int:
    """Hand out for a day; returns how many. Run again on the same day it fills up to the cap and no further.

    On a day off nothing is handed out, unless told so: who loads a run on one wants to see the work.
    """
    by.must("work.redirect")
    days, lines = calendar(), figures()
    if not (even_on_a_day_off or days.works(on)):
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    pushed = [item for office, room in _rooms(lines, on) for item in _next(office, room)]
    for item in pushed:
        start_clock(item, on, days, lines)
        item.state, item.version = State.PUSHED, item.version + 1
    WorkItem.objects.bulk_update(pushed, FIELDS, batch_size=500)
    Event.objects.bulk_create((_event(by, item, at) for item in pushed), batch_size=1_000)
    if pushed:
        record(by, STEP_ACTIONS["push"], kind="items", object=on.isoformat(), detail={"count": len(pushed)})
    return len(pushed)


def _rooms(lines: Figures, on: date) -> Iterable[tuple[int, int]]:
    """Office and how many more it may be given today, of the offices for which something waits."""
    waiting = WorkItem.objects.filter(state=State.WAITING).values("office").distinct()
    today = Count("items", filter=Q(items__pushed_on=on, items__origin=WorkItem.Origin.ALERT))
    for office, region, given in Office.objects.filter(pk__in=waiting).annotate(given=today).values_list("pk", "region", "given"):
        room = int(lines.of("new_items_per_office_day", region, on)) - given
        if room > 0:
            yield office, room


def _next(office: int, room: int) -> list[WorkItem]:
    waiting = WorkItem.objects.select_for_update(skip_locked=True).filter(office=office, state=State.WAITING)
    return list(waiting.order_by("urgency", "opened_on", "pk")[:room])


def _event(by: Actor, item: WorkItem, at: datetime) -> Event:
    terms = {"accept_by": str(item.accept_by), "due_on": str(item.due_on), "estimated": item.due_estimated}
    return Event(item=item, at=at, actor=by.name, step="push", state_before=State.WAITING, state_after=State.PUSHED, data=terms)
