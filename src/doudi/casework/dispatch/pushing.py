"""Hands out what waits: the gravest first, and no more on one day than an office's cap, since nobody can act on a hundred thousand alerts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from functools import cache

from django.db import transaction
from django.db.models import Count, Q

from doudi.casework.access.actor import Actor
from doudi.casework.audit.services import record
from doudi.casework.dispatch.actions import STEP_ACTIONS
from doudi.casework.dispatch.calendar import calendar
from doudi.casework.dispatch.figures import Figures, figures
from doudi.casework.dispatch.models import State, WorkItem
from doudi.casework.dispatch.sqlrun import execute, rows
from doudi.casework.organisation.models import Office

LOCK = 6_810_002
"""The advisory lock of handing out: two at once would each fill the cap."""

CHOOSE = """
    SELECT i.id, i.region, i.within_working_days FROM unnest(%(offices)s::bigint[], %(rooms)s::integer[]) AS r (office, room)
    CROSS JOIN LATERAL (
        SELECT id, region, within_working_days FROM dispatch_workitem
        WHERE office_id = r.office AND state = 'waiting' ORDER BY urgency, opened_on, id LIMIT r.room FOR UPDATE SKIP LOCKED
    ) i
"""
PUSH = """
    WITH terms AS (
        SELECT * FROM unnest(%(ids)s::bigint[], %(accepts)s::date[], %(dues)s::date[], %(estimated)s::boolean[])
            AS t (id, accept_by, due_on, estimated)
    ), pushed AS (
        UPDATE dispatch_workitem i SET state = 'pushed', pushed_on = %(on)s, accept_by = t.accept_by, due_on = t.due_on, due_estimated = t.estimated,
            version = i.version + 1
        FROM terms t WHERE t.id = i.id
    )
    INSERT INTO dispatch_event (item_id, at, actor, role, step, state_before, state_after, note, data, facts_hash)
    SELECT id, %(at)s, %(actor)s, '', 'push', 'waiting', 'pushed', '',
        jsonb_build_object('accept_by', accept_by::text, 'due_on', due_on::text, 'estimated', estimated), ''
    FROM terms
"""


@transaction.atomic
def items_push_for_day(by: Actor, *, on: date, at: datetime, even_on_a_day_off: bool = False) -> int:
    """Hand out for a day; returns how many. Run again on the same day it fills up to the cap and no further.

    On a day off nothing is handed out, unless told so: who loads a run on one wants to see the work.
    """
    by.must("work.redirect")
    days, lines = calendar(), figures()
    if not (even_on_a_day_off or days.works(on)):
        return 0
    rows("SELECT pg_advisory_xact_lock(%(lock)s)", {"lock": LOCK})
    room = dict(_rooms(lines, on))
    chosen = rows(CHOOSE, {"offices": list(room), "rooms": list(room.values())})
    after = cache(lambda working_days: days.after(on, working_days))
    answers = cache(lambda region: after(int(lines.of("answer_working_days", region, on))).on)
    dues = [after(within) for _, _, within in chosen]
    values = {
        "ids": [key for key, _, _ in chosen],
        "accepts": [answers(region) for _, region, _ in chosen],
        "dues": [due.on for due in dues],
        "estimated": [due.estimated for due in dues],
    }
    if chosen:
        execute(PUSH, values | {"on": on, "at": at, "actor": by.name})
        record(by, STEP_ACTIONS["push"], kind="items", object=on.isoformat(), detail={"count": len(chosen)})
    return len(chosen)


def _rooms(lines: Figures, on: date) -> Iterable[tuple[int, int]]:
    """Office and how many more it may be given today, of the offices for which something waits."""
    waiting = WorkItem.objects.filter(state=State.WAITING).values("office").distinct()
    today = Count("items", filter=Q(items__pushed_on=on, items__origin=WorkItem.Origin.ALERT))
    for office, region, given in Office.objects.filter(pk__in=waiting).annotate(given=today).values_list("pk", "region", "given"):
        room = int(lines.of("new_items_per_office_day", region, on)) - given
        if room > 0:
            yield office, room
