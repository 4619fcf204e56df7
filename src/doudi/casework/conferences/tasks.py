"""What departments have to do because a conference decided so: set with a day, its end told by the department, dropped only by who organises."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from doudi.casework.access.actor import NOT_PERMITTED, Actor
from doudi.casework.audit.services import record
from doudi.casework.conferences.actions import TASK_DROPPED, TASK_ENDED, TASK_SET
from doudi.casework.conferences.models import Case, Task
from doudi.casework.conferences.services import NO_WORDS, WRONG_STATE
from doudi.casework.organisation.models import Office
from doudi.casework.visits.locking import locked
from doudi.kernel.errors import DoudiError, Fault, code

WRONG_TASK = code("conference_task_wrong", "会议交办事项填写得不对")


@transaction.atomic
def task_set(by: Actor, *, case: int, version: int, office: int, words: str, due_on: date, at: datetime) -> Task:
    """Something a member department has to do by a day. The case's `version` makes a double click one task.

    Raises DoudiError: not permitted, no words, a day that has passed, an office that is no member, somebody else wrote meanwhile.
    """
    by.must("conference.manage")
    found = locked(Case, case, version)
    given = Office.objects.filter(pk=office, pk__in=found.conference.members.values("office")).first()
    faults = [] if words.strip() else [Fault(NO_WORDS, "请写明交办的事项", "words")]
    faults += [] if given else [Fault(WRONG_TASK, "办理单位不是会议的成员单位", "office")]
    faults += [Fault(WRONG_TASK, "期限已经过去", "due_on", todo="请填今天以后的日期")] if due_on < at.date() else []
    if faults or given is None:
        raise DoudiError(faults)
    found.version += 1
    found.save(update_fields=["version"])
    made = Task.objects.create(case=found, region=found.region, department=given.department, office=given, words=words.strip()[:300], due_on=due_on)
    detail = {"office": given.name, "due_on": due_on.isoformat(), "item": found.item_id}
    record(by, TASK_SET, kind="task", object=made.pk, region=made.region, detail=detail)
    return made


@transaction.atomic
def task_end(by: Actor, *, task: int, version: int, result: str, at: datetime) -> Task:
    """The department says what was done. Raises DoudiError: not permitted, another office's, ended already, no words, somebody was quicker."""
    by.must("work.handle")
    found = _open(task, version, result)
    if not may_end(by, found):
        raise DoudiError(Fault(NOT_PERMITTED, f"这件事交给{found.office.name}办理，由该单位报告"))
    return _end(by, found, Task.State.DONE, result, at)


@transaction.atomic
def task_drop(by: Actor, *, task: int, version: int, result: str, at: datetime) -> Task:
    """It is not needed any more, and why. Raises DoudiError: not permitted, ended already, no words, somebody was quicker."""
    by.must("conference.manage")
    return _end(by, _open(task, version, result), Task.State.DROPPED, result, at)


def may_end(by: Actor, task: Task) -> bool:
    """Whether somebody may report its end: the office that it was given to."""
    return task.state == Task.State.OPEN and by.may("work.handle") and by.office == task.office_id


def _open(key: int, version: int, words: str) -> Task:
    found = locked(Task, key, version)
    if found.state != Task.State.OPEN:
        raise DoudiError(Fault(WRONG_STATE, f"这件事{found.get_state_display()}"))
    if not words.strip():
        raise DoudiError(Fault(NO_WORDS, "请写明办理情况", "result"))
    return found


def _end(by: Actor, task: Task, state: str, words: str, at: datetime) -> Task:
    task.result, task.state, task.ended_at, task.ended_by_id = words.strip()[:300], state, at, by.user
    task.version += 1
    task.save()
    what = TASK_ENDED if state == Task.State.DONE else TASK_DROPPED
    record(by, what, kind="task", object=task.pk, region=task.region, reason=words[:200])
    return task
