"""Clues without any alert (notice 2.3-a, 主动发现): raised by a village worker or a department, taken up as a work item or answered at once."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from doudi.casework.access.actor import Actor
from doudi.casework.access.sealing import index_of, masked_id, masked_phone, seal
from doudi.casework.audit.services import record
from doudi.casework.dispatch.calendar import calendar
from doudi.casework.dispatch.figures import figures
from doudi.casework.organisation.models import Department, Region
from doudi.casework.registry.models import Person
from doudi.casework.visits.actions import CLUE_ANSWERED, CLUE_RAISED, CLUE_TAKEN, CLUE_WITHDRAWN
from doudi.casework.visits.answering import ANSWERS
from doudi.casework.visits.items import item_for_clue
from doudi.casework.visits.locking import locked
from doudi.casework.visits.models import Clue, Visit
from doudi.casework.visits.numbers import CLUE, next_number, token_of_visit
from doudi.kernel.errors import DoudiError, Fault, code
from doudi.kernel.ids import is_id18

WRONG_CLUE = code("clue_wrong", "线索填写不完整或不对")
NOT_RAISED = code("clue_not_waiting", "线索已经受理、答复或撤回")
OWN_CLUE = code("clue_own", "不能答复自己提交的线索")
NOT_MINE = code("clue_not_own", "只能撤回自己提交的线索")


@transaction.atomic
def clue_raise(
    by: Actor,
    *,
    token: UUID,
    kind: str,
    name: str,
    region: str,
    words: str,
    at: datetime,
    id_number: str = "",
    phone: str = "",
    place: str = "",
    hardship: str = "",
    urgent: bool = False,
    department: str = Department.CIVIL_AFFAIRS,
    household: int | None = None,
    person: int | None = None,
) -> Clue:
    """Raise a clue. `token` is the form's own: sent twice, it is one clue. The ID number is sealed, and finds the person if the file has one.

    Raises DoudiError with everything that is wrong; `where` names the field.
    """
    by.must("clue.raise")
    if (sent := Clue.objects.filter(token=token, raised_by=by.user).first()) is not None:
        return sent
    id_number = id_number.strip().upper()
    if faults := _faults(by, kind, name, region, words, id_number, department):
        raise DoudiError(faults)
    if household is None and id_number:
        person, household = _known(id_number)
    assert by.user is not None, "a clue is raised by a person"
    assert by.office is not None, "who belongs to an office"
    number, on = next_number(CLUE, region, at.date()), at.date()
    clue = Clue.objects.create(
        number=number,
        token=token,
        kind=kind,
        name=name.strip(),
        id_sealed=seal(id_number, f"visits_clue.id.{number}"),
        id_index=index_of(id_number) if id_number else None,
        id_masked=masked_id(id_number),
        phone_sealed=seal(phone.strip(), f"visits_clue.phone.{number}"),
        phone_masked=masked_phone(phone.strip()),
        region=region,
        place=place.strip()[:120],
        household=household,
        person=person,
        hardship=hardship,
        words=words.strip(),
        urgent=urgent,
        department=department,
        from_department=by.department,
        raised_office_id=by.office,
        raised_by_id=by.user,
        raised_at=at,
        due_on=answer_by(region, on, urgent),
    )
    record(by, CLUE_RAISED, kind="clue", object=number, region=region, detail={"kind": kind, "urgent": urgent, "household": household})
    return clue


def clue_from_visit(by: Actor, *, visit: Visit, name: str, kind: str, urgent: bool, words: str, at: datetime) -> Clue:
    """The clue that a visit raises; a visit raises one at most."""
    return clue_raise(
        by,
        token=token_of_visit(visit.number),
        kind=kind,
        name=name or "户主不详",
        region=visit.region,
        words=f"{words}（走访 {visit.number}）",
        at=at,
        urgent=urgent,
        household=visit.household,
    )


@transaction.atomic
def clue_take(by: Actor, *, clue: int, version: int, at: datetime) -> Clue:
    """Take a clue up: it becomes a work item of the office in charge, and is answered as that is. Raises DoudiError."""
    found = _waiting(by, clue, version)
    found.item = item_for_clue(by, found, at)
    found.state, found.version = Clue.State.TAKEN, found.version + 1
    found.save(update_fields=["item", "state", "version"])
    record(by, CLUE_TAKEN, kind="clue", object=found.number, region=found.region, detail={"item": found.item.number})
    return found


@transaction.atomic
def clue_answer(by: Actor, *, clue: int, version: int, answer_code: str, answer: str, at: datetime) -> Clue:
    """Answer a clue without a work item, in a way that who raised it can read. Raises DoudiError."""
    found = _waiting(by, clue, version)
    if answer_code not in ANSWERS or not answer.strip():
        raise DoudiError(Fault(WRONG_CLUE, "请选择答复并写明情况", "answer"))
    found.answer_code, found.answer = answer_code, answer.strip()
    found.answered_by_id, found.answered_at = by.user, at
    found.state, found.version = Clue.State.ANSWERED, found.version + 1
    found.save()
    record(by, CLUE_ANSWERED, kind="clue", object=found.number, region=found.region, detail={"answer": answer_code})
    return found


@transaction.atomic
def clue_withdraw(by: Actor, *, clue: int, version: int) -> Clue:
    """Take one's own clue back as long as nobody has taken it up. Raises DoudiError."""
    by.must("clue.raise")
    found = locked(Clue, clue, version)
    if found.raised_by_id != by.user:
        raise DoudiError(Fault(NOT_MINE, "这条线索不是您提交的"))
    if found.state != Clue.State.RAISED:
        raise DoudiError(Fault(NOT_RAISED, f"这条线索{found.get_state_display()}"))
    found.state, found.version = Clue.State.WITHDRAWN, found.version + 1
    found.save(update_fields=["state", "version"])
    record(by, CLUE_WITHDRAWN, kind="clue", object=found.number, region=found.region)
    return found


def answer_by(region: str, on: date, urgent: bool) -> date:
    """The last day for an answer, in working days of the region's figures."""
    term = figures().of("clue_urgent_working_days" if urgent else "clue_answer_working_days", region, on)
    return calendar().after(on, int(term)).on


def _waiting(by: Actor, key: int, version: int) -> Clue:
    by.must("clue.answer")
    found = locked(Clue, key, version)
    if found.state != Clue.State.RAISED:
        raise DoudiError(Fault(NOT_RAISED, f"这条线索{found.get_state_display()}"))
    if found.raised_by_id == by.user:
        raise DoudiError(Fault(OWN_CLUE, "这是您自己提交的线索，须由另一人受理或答复"))
    return found


def _known(id_number: str) -> tuple[int | None, int | None]:
    found = Person.objects.filter(id_index=index_of(id_number)).values_list("number", "household_id").first()
    return found if found else (None, None)


def _faults(by: Actor, kind: str, name: str, region: str, words: str, id_number: str, department: str) -> list[Fault]:
    faults = []
    if kind not in Clue.Kind.values:
        faults.append(Fault(WRONG_CLUE, "请选择是需要救助还是不再需要", "kind"))
    if not name.strip():
        faults.append(Fault(WRONG_CLUE, "请填写姓名；不知道时写“不详”", "name"))
    if len(words.strip()) < 5:
        faults.append(Fault(WRONG_CLUE, "请写明看到的情况，至少 5 个字", "words"))
    if id_number and not is_id18(id_number):
        faults.append(Fault(WRONG_CLUE, "证件号码不对：应为 18 位公民身份号码", "id_number", todo="核对后再填；不知道可以不填"))
    if not by.scope.lo <= region < by.scope.hi or not Region.objects.filter(code=region).exists():
        faults.append(Fault(WRONG_CLUE, "请选择您负责范围内的乡镇（街道）或村（社区）", "region"))
    if department not in Department.values:
        faults.append(Fault(WRONG_CLUE, "没有这个部门", "department"))
    return faults
