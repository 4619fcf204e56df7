"""Applications: begun with the family's consent from a lead or a file, handed in, and their outcome kept. People decide them, elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from doudi.casework.access.actor import EVERYTHING, NOT_PERMITTED, Actor
from doudi.casework.alerts.models import Alert
from doudi.casework.audit.services import record
from doudi.casework.dispatch.models import WorkItem
from doudi.casework.registry.models import Person
from doudi.casework.visits.actions import APPLICATION_ENDED, APPLICATION_STARTED, APPLICATION_SUBMITTED
from doudi.casework.visits.households import home_of
from doudi.casework.visits.locking import locked
from doudi.casework.visits.models import Application
from doudi.casework.visits.numbers import APPLICATION, next_number
from doudi.casework.visits.offers import offers
from doudi.kernel.errors import DoudiError, Fault, code

WRONG_APPLICATION = code("application_wrong", "救助申请填写不完整或不对")
APPLIED_ALREADY = code("application_open_already", "已有未办结的同类申请")
NOT_THAT_FAR = code("application_wrong_state", "申请的状态不能走这一步")
OWN_APPLICATION = code("application_own", "不能登记自己发起的申请的结果")


@transaction.atomic
def application_start(
    by: Actor,
    *,
    token: UUID,
    household: int,
    programme: str,
    consent: bool,
    at: datetime,
    person: int | None = None,
    item: int | None = None,
) -> Application:
    """Begin an application. `token` is the form's own: sent twice, it is one application. The open lead that speaks for it is kept with it.

    Raises DoudiError: not permitted, out of scope, no consent, unknown programme, one of another department, one open already.
    """
    by.must("application.start")
    if (sent := Application.objects.filter(token=token, started_by=by.user).first()) is not None:
        return sent
    home = home_of(household)
    applicant = _applicant(household, person, home.head_name)
    faults = []
    if programme not in offers():
        faults.append(Fault(WRONG_APPLICATION, "请选择救助项目", "programme"))
    elif by.scope.department not in (EVERYTHING, offers()[programme].department):
        faults.append(Fault(WRONG_APPLICATION, "这个项目由别的部门受理", "programme", todo="请告知家里人到受理单位申请，或在“主动发现”里转交"))
    if not consent:
        faults.append(Fault(WRONG_APPLICATION, "须先告知家里人并得到同意", "consent", todo="当面或电话告知政策，得到同意后再发起"))
    if item is not None and not WorkItem.objects.filter(pk=item, household=household).exists():
        faults.append(Fault(WRONG_APPLICATION, "这件任务不是这一户的", "item"))
    if faults:
        raise DoudiError(faults)
    application = Application(
        number=next_number(APPLICATION, home.region, at.date()),
        token=token,
        household=household,
        person=person,
        name=applicant,
        region=home.region,
        department=offers()[programme].department,
        programme=programme,
        item_id=item,
        alert=_lead(household, programme),
        office_id=by.office,
        consent=True,
        started_by_id=by.user,
        started_at=at,
    )
    try:
        with transaction.atomic():
            application.save(force_insert=True)
    except IntegrityError:
        raise DoudiError(Fault(APPLIED_ALREADY, "这一户已有同一项目的申请没有办结", todo="打开那一件继续办理")) from None
    record(
        by,
        APPLICATION_STARTED,
        kind="application",
        object=application.number,
        region=home.region,
        detail={"household": household, "programme": programme, "item": item},
    )
    return application


@transaction.atomic
def application_submit(by: Actor, *, application: int, version: int, papers: Iterable[str], at: datetime) -> Application:
    """The papers are together, the application goes to its department. `papers`: those that are there, as the sheet names them."""
    by.must("application.start")
    found = _in_state(application, version, Application.State.STARTED)
    needed = offers()[found.programme].papers
    there = set(papers)
    found.papers = {name: name in there for name in needed}
    found.submitted_at, found.state = at, Application.State.SUBMITTED
    found.version += 1
    found.save()
    lacking = [name for name, is_there in found.papers.items() if not is_there]
    record(by, APPLICATION_SUBMITTED, kind="application", object=found.number, region=found.region, detail={"papers_lacking": len(lacking)})
    return found


@transaction.atomic
def application_end(by: Actor, *, application: int, version: int, outcome: str, words: str, at: datetime) -> Application:
    """Keep how it ended: granted or refused by its department (told by somebody who did not begin it), or withdrawn by the family.

    Raises DoudiError: not permitted, no words, not that far, one's own, somebody else wrote meanwhile.
    """
    if not (by.may("application.start") or by.may("work.approve")):
        raise DoudiError(Fault(NOT_PERMITTED, "您的角色不能登记申请的结果"))
    ends = {Application.State.GRANTED, Application.State.REFUSED, Application.State.WITHDRAWN}
    if outcome not in ends or not words.strip():
        raise DoudiError(Fault(WRONG_APPLICATION, "请选择结果并写明说明", "words"))
    decided = outcome != Application.State.WITHDRAWN
    found = _in_state(application, version, Application.State.SUBMITTED, *(() if decided else (Application.State.STARTED,)))
    if decided and found.started_by_id == by.user:
        raise DoudiError(Fault(OWN_APPLICATION, "这件申请是您发起的，结果须由另一人登记"))
    found.state, found.outcome = outcome, words.strip()[:200]
    found.ended_at, found.ended_by_id = at, by.user
    found.version += 1
    found.save()
    record(by, APPLICATION_ENDED, kind="application", object=found.number, region=found.region, reason=words, detail={"outcome": str(outcome)})
    return found


def _lead(household: int, programme: str) -> str:
    """The open lead that says that the programme may be for them; empty without one."""
    rules = offers()[programme].rules
    open_ones = Alert.objects.filter(household=household, state=Alert.State.OPEN, rule__in=rules)
    return open_ones.order_by("since", "id").values_list("id", flat=True).first() or ""


def _applicant(household: int, person: int | None, head_name: str) -> str:
    if person is None:
        return head_name
    found = Person.objects.filter(number=person, household=household).values_list("name", flat=True).first()
    if found is None:
        raise DoudiError(Fault(WRONG_APPLICATION, "这个人不在这一户", "person"))
    return found


def _in_state(key: int, version: int, *states: str) -> Application:
    found = locked(Application, key, version)
    if found.state not in states:
        raise DoudiError(Fault(NOT_THAT_FAR, f"这件申请{found.get_state_display()}，不能走这一步"))
    return found
