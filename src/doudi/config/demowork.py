"""Some work that has begun, so that each demo account finds something to do: through the same services as everybody's."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

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
ANSWERED = [ACCEPT, VERIFIED, INCLUDED]
ELSEWHERE = (ANSWERED, ANSWERED, [ACCEPT, REFERRED])
"""What is done with the first items of the township's other villages: two wait for approval, one for the county's conference."""


@transaction.atomic
def work_begun(at: datetime) -> int:
    """Plan the visits that are due, accept the village's items, take some others and some of a department's further; returns how many steps.

    Done once, and only where there are demo accounts. To be called as the loader.
    """
    township, medical = _actor("township"), _actor("medical")
    if township is None or medical is None or WorkItem.objects.filter(events__user=township.user).exists():
        return 0
    visits_plan_due(job("安排演示走访", Scope.of(COUNTY)), county=COUNTY, on=at.astimezone(CHINA).date(), within=TOWNSHIP)
    ways = [(township, item, [ACCEPT]) for item in _pushed(township).filter(region=VILLAGE)]
    ways += [(township, item, steps) for item, steps in zip(_pushed(township).exclude(region=VILLAGE), ELSEWHERE, strict=False)]
    ways += [(medical, item, ANSWERED) for item in _pushed(medical)[:2]]
    return sum(_take(by, item, step, at, **data) for by, item, steps in ways for step, data in steps)


def _actor(username: str) -> Actor | None:
    held = Membership.objects.select_related("user", "office").filter(user__username=username, user__is_demo=True, ends_on=None).first()
    return actor_of(held) if held else None


def _pushed(by: Actor) -> QuerySet[WorkItem]:
    return WorkItem.objects.filter(office=by.office, state=State.PUSHED).order_by("urgency", "id")


def _take(by: Actor, item: WorkItem, step: str, at: datetime, **data: Any) -> int:
    item.refresh_from_db()
    with scoped(by.scope):
        step_take(by, item=item.pk, step=step, version=item.version, at=at, **data)
    return 1
