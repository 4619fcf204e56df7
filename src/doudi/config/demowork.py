"""Some work that has begun, so that each demo account finds something to do: through the same services as everybody's."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from doudi.casework.access.actor import Actor, Scope, actor_of, job
from doudi.casework.access.models import Membership
from doudi.casework.access.scope import scoped
from doudi.casework.dispatch.models import State, WorkItem
from doudi.casework.dispatch.services import step_take
from doudi.casework.visits.regular import visits_plan_due
from doudi.config.demo import COUNTY, TOWNSHIP, VILLAGE
from doudi.kernel.clock import CHINA

ACCEPT: tuple[str, dict[str, Any]] = ("accept", {})
VERIFIED = ("verify", {"verdict": "true", "how": "desk", "note": "已与部门数据核对"})
INCLUDED = ("handle", {"result": "included", "note": "已受理申请，按程序纳入"})
REFERRED = ("refer", {"note": "涉及几个部门，请县里研究"})
ELSEWHERE = ([ACCEPT, VERIFIED, INCLUDED], [ACCEPT, VERIFIED, INCLUDED], [ACCEPT, REFERRED])
"""What is done with the first items of the township's other villages: two wait for approval, one for the county's conference."""


@transaction.atomic
def work_begun(at: datetime) -> int:
    """Plan the visits that are due, accept the village's items, take some others further; returns how many steps.

    Done once, and only where there are demo accounts. To be called as the loader.
    """
    held = Membership.objects.select_related("user", "office").filter(user__username="township", user__is_demo=True, ends_on=None).first()
    if held is None or WorkItem.objects.filter(events__user=held.user_id).exists():
        return 0
    officer = actor_of(held)
    pushed = WorkItem.objects.filter(office=officer.office, state=State.PUSHED).order_by("urgency", "id")
    visits_plan_due(job("安排演示走访", Scope.of(COUNTY)), county=COUNTY, on=at.astimezone(CHINA).date(), within=TOWNSHIP)
    ways = [(item, [ACCEPT]) for item in pushed.filter(region=VILLAGE)]
    ways += list(zip(pushed.exclude(region=VILLAGE), ELSEWHERE, strict=False))
    return sum(_take(officer, item, step, at, **data) for item, steps in ways for step, data in steps)


def _take(by: Actor, item: WorkItem, step: str, at: datetime, **data: Any) -> int:
    item.refresh_from_db()
    with scoped(by.scope):
        step_take(by, item=item.pk, step=step, version=item.version, at=at, **data)
    return 1
