"""Notices to offices, written by a job after the step that asks for them."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from doudi.casework.dispatch.models import Event, Notice, WorkItem
from doudi.casework.dispatch.outbox import TOLD
from doudi.casework.organisation.models import Department, Office
from doudi.kernel.clock import now


def notice_make(*, event: int, item: int) -> bool:
    """Write the notice of an event, once however often it is asked for; returns whether it was new.

    An item that has been redirected out of the job's scope meanwhile has told its new office itself.
    """
    about = WorkItem.objects.select_related("office", "return_to").filter(pk=item).first()
    if about is None:
        return False
    of = Event.objects.get(pk=event)
    office = _whom(of, about)
    if office is None:
        return False
    try:
        with transaction.atomic():
            Notice.objects.create(event=of, item=about, office_id=office, says=f"{about.number}：{TOLD[of.step]}"[:200], at=now())
    except IntegrityError:
        return False
    return True


def _whom(event: Event, item: WorkItem) -> int | None:
    """The office that has to look: for an escalation the upper one, for a return or a referral the county's civil affairs, else the item's own."""
    if event.step == "escalate":
        return item.escalated_to_id
    if event.step in ("return", "refer"):
        county = Office.objects.filter(region=item.region[:6], department=Department.CIVIL_AFFAIRS).values_list("pk", flat=True).first()
        return county or item.office_id
    return item.office_id
