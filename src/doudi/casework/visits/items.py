"""Where clues and visits meet the loop: a clue becomes a work item, a visit verifies one."""

from __future__ import annotations

from datetime import datetime

from doudi.casework.access.actor import Actor
from doudi.casework.dispatch.figures import figures
from doudi.casework.dispatch.loop import STEPS
from doudi.casework.dispatch.models import WorkItem
from doudi.casework.dispatch.services import item_open, may_take, step_take
from doudi.casework.organisation.models import Department, Office
from doudi.casework.visits.locking import NOT_THERE
from doudi.casework.visits.models import Clue
from doudi.kernel.errors import DoudiError, Fault
from doudi.kernel.regions import county_of

VERIFY = STEPS["verify"]


def item_for_clue(by: Actor, clue: Clue, at: datetime) -> WorkItem:
    """The work item of a clue that is taken up: civil affairs' with the township, another department's with its county office.

    Raises DoudiError if there is no such office.
    """
    term = figures().of("clue_urgent_handle_working_days" if clue.urgent else "clue_handle_working_days", clue.region, at.date())
    return item_open(
        by,
        origin=WorkItem.Origin.CLUE,
        office=_office(clue),
        region=clue.region,
        subject=f"{clue.get_kind_display()}：{clue.words}",
        at=at,
        within_working_days=int(term),
        grade="R" if clue.urgent else "Y",
        household=clue.household,
        person=clue.person,
        head_name=clue.name,
        department=clue.department,
        permission="clue.answer",
        clue=clue.number,
    )


def can_verify(by: Actor, item: WorkItem) -> bool:
    """Whether handing in a visit may verify the item at the same time."""
    return may_take(by, item, VERIFY)


def item_verify(by: Actor, item: int, *, verdict: str, note: str, visit: str, at: datetime) -> None:
    """Verify an item by a visit, as it is now: what counts is what was seen at the door. Raises DoudiError as `step_take`."""
    version = WorkItem.objects.select_for_update().filter(pk=item).values_list("version", flat=True).first()
    if version is None:
        raise DoudiError(Fault(NOT_THERE, "找不到这件任务，或不在您负责的范围内", "item"))
    step_take(by, item=item, step="verify", version=version, at=at, key=f"visit {visit}", verdict=verdict, how="visit", note=note, visit=visit)


def _office(clue: Clue) -> int:
    wanted = {"region": county_of(clue.region), "department": clue.department}
    if clue.department == Department.CIVIL_AFFAIRS and len(clue.region) >= 9:
        wanted = {"region": clue.region[:9], "department": Department.TOWNSHIP}
    found = Office.objects.filter(closed_on=None, **wanted).values_list("pk", flat=True).first()
    if found is None:
        raise DoudiError(Fault(NOT_THERE, "没有可以办理的单位", clue.region, todo="请安全管理员补上这个地方的办理单位"))
    return found
