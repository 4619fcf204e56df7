"""Planning single visits: who goes where, by when; handing them over; calling them off."""

from __future__ import annotations

from datetime import date

from django.db import IntegrityError, transaction

from doudi.casework.access.actor import Actor
from doudi.casework.access.models import Membership
from doudi.casework.audit.services import record
from doudi.casework.dispatch.models import WorkItem
from doudi.casework.organisation.models import Department
from doudi.casework.visits.actions import VISIT_ASSIGNED, VISIT_CANCELLED, VISIT_PLANNED
from doudi.casework.visits.households import home_of
from doudi.casework.visits.locking import NOT_THERE, locked
from doudi.casework.visits.models import Visit
from doudi.casework.visits.numbers import VISIT, next_number
from doudi.kernel.errors import DoudiError, Fault, code

ALREADY_PLANNED = code("visit_already_planned", "已有同样的待走访")
NOT_OPEN = code("visit_not_open", "走访已结束")
NOT_A_VISITOR = code("visit_wrong_assignee", "走访人不能走访这一户")
WRONG_DAYS = code("visit_wrong_days", "走访日期不对")
REASON_MISSING = code("visit_reason_missing", "没有写明原因")


@transaction.atomic
def visit_plan(
    by: Actor,
    *,
    household: int,
    purpose: str,
    planned_on: date,
    due_on: date,
    assignee: int | None = None,
    item: int | None = None,
    because: str = "",
) -> Visit:
    """Plan one visit. Who may only record visits may plan one for themselves: nobody is turned away at a door for want of a plan.

    Raises DoudiError: not permitted, household or item out of scope, days the wrong way round, somebody who may not visit there, one planned already.
    """
    by.must("visit.plan" if assignee is None or assignee != by.user else "visit.record")
    if due_on < planned_on:
        raise DoudiError(Fault(WRONG_DAYS, "截止日期早于安排日期", "due_on"))
    home = home_of(household)
    of = _item(item, household)
    _must_be_able_to_visit(assignee, home.region, planned_on)
    visit = Visit(
        number=next_number(VISIT, home.region, planned_on),
        household=household,
        head_name=home.head_name,
        item=of,
        region=home.region,
        department=of.department if of else Department.CIVIL_AFFAIRS,
        purpose=purpose,
        because=because[:200],
        planned_on=planned_on,
        due_on=due_on,
        office_id=by.office,
        assignee_id=assignee,
        planned_by_id=by.user,
    )
    try:
        with transaction.atomic():
            visit.save(force_insert=True)
    except IntegrityError:
        raise DoudiError(
            Fault(ALREADY_PLANNED, f"这一户已有待走访的“{visit.get_purpose_display()}”", todo="在走访计划里打开那一次，不必重复安排")
        ) from None
    record(by, VISIT_PLANNED, kind="visit", object=visit.number, region=visit.region, detail={"household": household, "purpose": purpose})
    return visit


@transaction.atomic
def visit_assign(by: Actor, *, visit: int, version: int, assignee: int | None, due_on: date) -> Visit:
    """Give a visit to somebody, or back to the office; and set by when. Raises DoudiError."""
    by.must("visit.plan")
    found = _open(visit, version)
    if due_on < found.planned_on:
        raise DoudiError(Fault(WRONG_DAYS, "截止日期早于安排日期", "due_on"))
    _must_be_able_to_visit(assignee, found.region, found.planned_on)
    found.assignee_id, found.due_on = assignee, due_on
    _save(found, "assignee", "due_on")
    record(by, VISIT_ASSIGNED, kind="visit", object=found.number, region=found.region, detail={"assignee": assignee, "due_on": due_on.isoformat()})
    return found


@transaction.atomic
def visit_cancel(by: Actor, *, visit: int, version: int, reason: str) -> Visit:
    """Call a visit off, saying why. Raises DoudiError."""
    by.must("visit.plan")
    if not reason.strip():
        raise DoudiError(Fault(REASON_MISSING, "请写明为什么取消", "reason"))
    found = _open(visit, version)
    found.state, found.cancelled_because = Visit.State.CANCELLED, reason.strip()[:200]
    _save(found, "state", "cancelled_because")
    record(by, VISIT_CANCELLED, kind="visit", object=found.number, region=found.region, reason=reason)
    return found


def visitors_for(region: str, on: date) -> list[Membership]:
    """Those who may visit a household there: people of its village and township, and of the county's civil affairs; nearest first."""
    offices = [region[:length] for length in (12, 9, 6) if len(region) >= length]
    held = Membership.objects.select_related("user", "office").filter(office__region__in=offices, user__is_active=True, starts_on__lte=on)
    able = [one for one in held if one.open_on(on) and "visit.record" in one.granted.may]
    return sorted(able, key=lambda one: (-len(one.office.region_id), one.user.name, one.pk))


def _must_be_able_to_visit(user: int | None, region: str, on: date) -> None:
    if user is not None and all(one.user_id != user for one in visitors_for(region, on)):
        raise DoudiError(Fault(NOT_A_VISITOR, "这个人不负责这一户所在的地方，或没有走访的权限", "assignee"))


def _item(key: int | None, household: int) -> WorkItem | None:
    """A visit verifies its item: so it must be this household's."""
    if key is None:
        return None
    found = WorkItem.objects.filter(pk=key, household=household).first()
    if found is None:
        raise DoudiError(Fault(NOT_THERE, "找不到这件任务，或不是这一户的，或不在您负责的范围内", "item"))
    return found


def _open(key: int, version: int) -> Visit:
    found = locked(Visit, key, version)
    if not found.is_open:
        raise DoudiError(Fault(NOT_OPEN, f"这次走访{found.get_state_display()}，不能再改"))
    return found


def _save(visit: Visit, *fields: str) -> None:
    visit.version += 1
    visit.save(update_fields=[*fields, "version"])
