"""Background jobs of the loop. Each carries the scope it works in; run twice, it does nothing twice."""

from __future__ import annotations

from procrastinate.contrib.django import app

from doudi.casework.access.actor import EVERYTHING, Scope, job
from doudi.casework.access.scope import scoped
from doudi.casework.dispatch.notices import notice_make
from doudi.casework.dispatch.outbox import NOTICE
from doudi.casework.dispatch.pushing import items_push_for_day
from doudi.casework.dispatch.reminding import reminders_send
from doudi.kernel.clock import now, today

PROVINCE = "43"
EVERYBODY = Scope.of(PROVINCE)


@app.task(name=NOTICE, retry=3)
def notice_write(*, event: int, item: int, region: str, department: str) -> None:
    """Tell an office of a step; in the scope of the item and no more."""
    with scoped(Scope.of(region, department or EVERYTHING)):
        notice_make(event=event, item=item)


@app.periodic(cron="5 22 * * *")
@app.task(name="dispatch.push", queueing_lock="dispatch.push", retry=3)
def items_push(timestamp: int = 0) -> None:
    """Early each morning (06:05 in China): hand out what waits, as far as the day's cap of each office goes."""
    with scoped(EVERYBODY):
        items_push_for_day(job("每日派发", EVERYBODY), on=today(), at=now())


@app.periodic(cron="35 * * * *")
@app.task(name="dispatch.remind", queueing_lock="dispatch.remind", retry=3)
def items_remind(timestamp: int = 0) -> None:
    """Every hour: reminders and escalation; a worker that was down catches up."""
    with scoped(EVERYBODY):
        reminders_send(job("催办", EVERYBODY), on=today(), at=now())
