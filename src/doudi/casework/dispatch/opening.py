"""One new work item that does not come from a run: a clue, a visit, a task of a conference."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from doudi.casework.access.actor import Actor
from doudi.casework.alerts.models import GRADES
from doudi.casework.audit.services import record
from doudi.casework.dispatch.actions import STEP_ACTIONS
from doudi.casework.dispatch.calendar import calendar
from doudi.casework.dispatch.faults import NO_OFFICE
from doudi.casework.dispatch.figures import figures
from doudi.casework.dispatch.models import Event, State, WorkItem
from doudi.casework.dispatch.moves import department_of, level_of, place_name, start_clock
from doudi.casework.dispatch.numbers import number_text, numbers_take
from doudi.casework.dispatch.sharing import household_share
from doudi.casework.organisation.models import Office
from doudi.kernel.clock import CHINA
from doudi.kernel.errors import DoudiError, Fault
from doudi.kernel.regions import county_of


@transaction.atomic
def item_open(
    by: Actor,
    *,
    origin: WorkItem.Origin | str,
    office: int,
    region: str,
    subject: str,
    at: datetime,
    within_working_days: int,
    grade: str = "Y",
    household: int | None = None,
    person: int | None = None,
    head_name: str = "",
    department: str = "",
    signals: str = "",
    permission: str = "clue.raise|clue.answer|visit.plan|visit.record|conference.manage|application.start",
    **data: Any,
) -> WorkItem:
    """Open a work item and hand it to an office at once: what a person found does not wait for the day's cap.

    `region` is the household's; `department` in charge, for the office of a township or village, which does not say it itself. `data` (numbers
    and codes) goes into the first event. Raises DoudiError: not permitted, no such office.
    """
    if not any(by.may(name) for name in permission.split("|")):
        by.must(permission.split("|")[0])
    to = Office.objects.filter(pk=office, closed_on=None).first()
    if to is None:
        raise DoudiError(Fault(NO_OFFICE, "没有这个办理单位", "office"))
    on, county = at.astimezone(CHINA).date(), county_of(region)
    item = WorkItem(
        number=number_text(on.year, county, numbers_take(on.year, county) + 1),
        household=household,
        person=person,
        head_name=head_name,
        region=region,
        county=county,
        township=region[:9] if len(region) >= 9 else "",
        place=place_name(region),
        department=department_of(to, department or "civil_affairs"),
        level=level_of(to),
        office=to,
        origin=origin,
        grade=grade,
        urgency=GRADES.index(grade),
        signals=signals or WorkItem.Origin(origin).label,
        subject=subject[:400],
        state=State.PUSHED,
        within_working_days=within_working_days,
        opened_on=on,
    )
    start_clock(item, on, calendar(), figures())
    item.save(force_insert=True)
    household_share(item)
    role = by.role.key if by.role else ""
    Event.objects.create(
        item=item, at=at, user=by.user, actor=by.name, role=role, office=by.office, step="open", state_after=item.state, note=subject, data=data
    )
    record(by, STEP_ACTIONS["open"], kind="item", object=item.number, region=region, detail={"origin": str(origin), **data})
    return item
