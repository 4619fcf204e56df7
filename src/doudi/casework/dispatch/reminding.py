"""Reminders and escalation: each once for an item and a term, however often the job runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from django.db import transaction
from django.db.models import Q

from doudi.casework.access.actor import Actor
from doudi.casework.dispatch.calendar import Calendar, calendar
from doudi.casework.dispatch.figures import Figures, figures
from doudi.casework.dispatch.loop import OWED
from doudi.casework.dispatch.models import Reminder, State, WorkItem
from doudi.casework.dispatch.moves import upper_office
from doudi.casework.dispatch.stepping import step_by_platform

Kind = Reminder.Kind
BATCH = 500


@dataclass(frozen=True)
class Sent:
    """How many reminders were sent and items escalated."""

    reminders: int = 0
    escalated: int = 0


def reminders_send(by: Actor, *, on: date, at: datetime) -> Sent:
    """Send what is due on a day or was due before and was not sent; a transaction for each batch of items, so that a stopped job loses little."""
    by.must("work.redirect")
    days, lines, sent, escalated, after = calendar(), figures(), 0, 0, 0
    while items := _batch(on, after):
        after = items[-1].pk
        with transaction.atomic():
            locked = (
                WorkItem.objects.select_for_update(of=("self",)).select_related("office").filter(pk__in=[item.pk for item in items]).order_by("pk")
            )
            for item in locked:
                for kind, day in due(item, on, days, lines):
                    done = _send(by, item, kind, day, at)
                    sent, escalated = sent + done, escalated + (done and kind is Kind.ESCALATED)
    return Sent(sent, escalated)


def _batch(on: date, after: int) -> list[WorkItem]:
    """Items handed out before the day that somebody still has to act on."""
    acting = WorkItem.objects.filter(state__in=list(OWED), pushed_on__lt=on, pk__gt=after).filter(Q(escalated_on=None))
    return list(acting.order_by("pk")[:BATCH])


def due(item: WorkItem, on: date, days: Calendar, lines: Figures) -> Iterator[tuple[Kind, date]]:
    """What an item is to be reminded of on a day, with the day for which that is."""
    if item.pushed_on is None or item.due_on is None or item.accept_by is None:
        return
    if item.state in (State.PUSHED, State.REOPENED) and item.accept_by < on:
        yield Kind.ACCEPT, item.accept_by
    half = days.after(item.pushed_on, _share(item, lines, "reminder_share", on)).on
    if half <= on < item.due_on:
        yield Kind.HALF, half
    if item.due_on == on:
        yield Kind.DUE, item.due_on
    if days.after(item.pushed_on, _share(item, lines, "escalation_share", on)).on < on and item.due_on < on:
        yield Kind.ESCALATED, item.due_on


def _share(item: WorkItem, lines: Figures, name: str, on: date) -> int:
    """Working days of a share of the term; half a day counts as one."""
    share = lines.of(name, item.region, on) * Decimal(item.within_working_days)
    return int(share.quantize(Decimal(1), ROUND_HALF_UP))


def _send(by: Actor, item: WorkItem, kind: Kind, day: date, at: datetime) -> bool:
    """Returns whether it had not been sent before."""
    _, new = Reminder.objects.get_or_create(item=item, kind=kind, on=day)
    if not new:
        return False
    if kind is Kind.ESCALATED and (office := upper_office(item.office, item.department)) is not None:
        step_by_platform(by, item=item, step="escalate", at=at, note=f"办理期限 {day.isoformat()} 已过", to_office=office.pk)
    else:
        step_by_platform(by, item=item, step="remind", at=at, note=kind.label, kind=kind.value, on=day.isoformat())
    return True
