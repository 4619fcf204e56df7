"""A conference from its agenda to its signed minutes; what it decides goes back to the work item as a step of the loop (notice 2.4-b).

Who organises does not sign. A department has one vote; a decision needs the quorum and more than the share of those present.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from doudi.casework.access.actor import Actor
from doudi.casework.audit.services import record
from doudi.casework.conferences.actions import ATTENDED, CALLED, CLOSED, DECIDED, SIGNED, VOTED
from doudi.casework.conferences.models import Case, Conference, Member, Vote
from doudi.casework.dispatch.figures import figures
from doudi.casework.dispatch.freezing import facts_of, frozen
from doudi.casework.dispatch.models import Result, State, WorkItem
from doudi.casework.dispatch.services import step_take
from doudi.casework.organisation.models import Department, Office
from doudi.casework.visits.locking import locked
from doudi.casework.visits.numbers import CONFERENCE, next_number
from doudi.kernel.errors import DoudiError, Fault, code

NO_CASES = code("conference_without_cases", "会议没有议题")
WRONG_STATE = code("conference_wrong_state", "会议现在不能这样做")
NO_QUORUM = code("conference_no_quorum", "到会的成员单位不够")
NOT_DECIDED = code("conference_not_decided", "还有议题没有结论")
OWN_MINUTES = code("conference_own_minutes", "组织会议的人不能签发纪要")
NO_VOTE = code("conference_no_vote", "只有到会的成员单位可以表决")
NO_WORDS = code("conference_without_words", "没有写明内容")

RESULTS = {
    Case.Decision.HELP: Result.INCLUDED,
    Case.Decision.EXIT: Result.TERMINATED,
    Case.Decision.KEEP: Result.ALREADY_SERVED,
    Case.Decision.REFUSE: Result.NOT_TRUE,
}
"""What a decision is in the standard feedback; a case to be looked into again goes back to the office instead."""


@transaction.atomic
def conference_call(by: Actor, *, token: UUID, title: str, held_at: datetime, place: str, items: Iterable[int], at: datetime) -> Conference:
    """Call the member departments of a county together for items that were referred. Raises DoudiError without any."""
    by.must("conference.manage")
    if (sent := Conference.objects.filter(token=token).first()) is not None:
        return sent
    chosen = list(WorkItem.objects.filter(pk__in=list(items), state=State.CONFERENCE).order_by("urgency", "id"))
    if not chosen:
        raise DoudiError(Fault(NO_CASES, "请至少选择一件提交会议的任务", "items"))
    county = by.region[:6]
    offices = list(Office.objects.filter(region=county, closed_on=None).exclude(department__in=(Department.TOWNSHIP, Department.VILLAGE)))
    lines, day = figures(), held_at.date()
    assert by.user is not None, "a conference is called by a person"
    made = Conference.objects.create(
        number=next_number(CONFERENCE, county, at.date()),
        token=token,
        region=county,
        departments=[office.department for office in offices],
        title=title.strip(),
        held_at=held_at,
        place=place.strip(),
        quorum_percent=int(lines.of("conference_quorum_percent", county, day)),
        approval_percent=int(lines.of("conference_approval_percent", county, day)),
        managed_by_id=by.user,
    )
    Member.objects.bulk_create([Member(conference=made, office=office, department=office.department) for office in offices])
    for position, item in enumerate(chosen, 1):
        facts = facts_of(item)
        Case.objects.create(
            conference=made,
            item=item,
            position=position,
            household=item.household,
            head_name=item.head_name[:60],
            region=item.region,
            summary=item.signals or item.subject,
            facts=frozen(facts)["facts"],
            facts_hash=facts.hash,
        )
    record(by, CALLED, kind="conference", object=made.number, region=county, detail={"cases": len(chosen), "members": len(offices)})
    return made


@transaction.atomic
def attendance_set(
    by: Actor, *, conference: int, version: int, names: Mapping[int, str], present: Iterable[int], chair: str, at: datetime
) -> Conference:
    """Who came: member -> names, and which members are present. Opens the conference. Raises DoudiError below the quorum."""
    by.must("conference.manage")
    found = _in(conference, version, Conference.State.DRAFT, Conference.State.OPEN)
    here, members = set(present), list(found.members.all())
    if len(here & {one.pk for one in members}) * 100 < found.quorum_percent * len(members):
        raise DoudiError(
            Fault(
                NO_QUORUM,
                f"到会 {len(here)} 个，成员单位 {len(members)} 个，须不少于 {found.quorum_percent}%",
                "present",
                todo="改期，或补登到会的单位",
            )
        )
    for member in members:
        member.attendance = Member.Attendance.PRESENT if member.pk in here else Member.Attendance.ABSENT
        member.names = names.get(member.pk, "").strip()[:120]
        member.save(update_fields=["attendance", "names"])
    found.chair, found.state, found.version = chair.strip()[:60], Conference.State.OPEN, found.version + 1
    found.opened_at = found.opened_at or at
    found.save()
    record(by, ATTENDED, kind="conference", object=found.number, region=found.region, detail={"present": len(here)})
    return found


@transaction.atomic
def case_decide(
    by: Actor, *, case: int, version: int, proposal: str, words: str, votes: Mapping[int, str], at: datetime, until: date | None = None
) -> Case:
    """Record the votes on a case and what follows from them: adopted, the decision is the item's result; else the item goes back to its office.

    `votes` member -> for, against or abstain. Raises DoudiError: not open, a vote of somebody absent, nothing written.
    """
    by.must("conference.manage")
    found = locked(Case, case, version)
    conference = found.conference
    if conference.state != Conference.State.OPEN or found.adopted is not None:
        raise DoudiError(Fault(WRONG_STATE, "这个议题已有结论，或会议没有开始", todo="刷新页面查看"))
    faults = [] if proposal in Case.Decision.values else [Fault(NOT_DECIDED, "请选择决定", "proposal")]
    faults += [] if words.strip() else [Fault(NO_WORDS, "请写明决定的内容", "words")]
    present = {one.pk for one in conference.members.filter(attendance=Member.Attendance.PRESENT)}
    faults += [Fault(NO_VOTE, "只有到会的成员单位可以表决", "votes")] if set(votes) - present or not votes else []
    if faults:
        raise DoudiError(faults)
    assert by.user is not None, "votes are recorded by a person"
    Vote.objects.bulk_create(
        [Vote(case=found, member_id=member, choice=choice, recorded_by_id=by.user, recorded_at=at) for member, choice in votes.items()]
    )
    agreed = sum(choice == Vote.Choice.FOR for choice in votes.values())
    found.proposal, found.proposal_words, found.decided_at = proposal, words.strip(), at
    found.adopted = agreed * 100 > conference.approval_percent * len(present)
    found.decision, found.words = (proposal, words.strip()) if found.adopted else ("", "")
    found.returned_at, found.version = at, found.version + 1
    found.save()
    _to_item(by, found, conference, until, at)
    detail = {"case": found.pk, "for": agreed, "present": len(present), "adopted": found.adopted, "decision": proposal}
    record(by, VOTED, kind="conference", object=conference.number, region=found.region, detail=detail)
    record(by, DECIDED, kind="conference", object=conference.number, region=found.region, detail=detail)
    return found


def _to_item(by: Actor, case: Case, conference: Conference, until: date | None, at: datetime) -> None:
    """The step of the loop that the decision is: a result for approval, or back to the office."""
    item = WorkItem.objects.get(pk=case.item_id)
    told = f"{conference.title}（{conference.number}）：{case.proposal_words}"
    result = RESULTS.get(Case.Decision(case.proposal)) if case.adopted else None
    if result is None:
        why = told if case.adopted else f"{told}（未获通过）"
        step_take(by, item=item.pk, step="hand_back", version=item.version, at=at, note=why, conference=conference.pk)
        return
    more = {"until": until} if until else {}
    result = Result.GRADUAL_EXIT if until and case.proposal == Case.Decision.EXIT else result
    step_take(by, item=item.pk, step="decide", version=item.version, at=at, result=str(result), note=told, conference=conference.pk, **more)


@transaction.atomic
def conference_close(by: Actor, *, conference: int, version: int, minutes: str, at: datetime) -> Conference:
    """End it with its minutes, once every case has its conclusion. Raises DoudiError."""
    by.must("conference.manage")
    found = _in(conference, version, Conference.State.OPEN)
    if left := found.cases.filter(adopted=None).count():
        raise DoudiError(Fault(NOT_DECIDED, f"还有 {left} 个议题没有表决"))
    if not minutes.strip():
        raise DoudiError(Fault(NO_WORDS, "请写会议记录", "minutes"))
    found.minutes, found.state, found.held_until, found.version = minutes.strip(), Conference.State.HELD, at, found.version + 1
    found.save()
    record(by, CLOSED, kind="conference", object=found.number, region=found.region)
    return found


@transaction.atomic
def conference_sign(by: Actor, *, conference: int, version: int, at: datetime) -> Conference:
    """Sign the minutes, by another than who organised. Raises DoudiError."""
    by.must("work.redirect")
    found = _in(conference, version, Conference.State.HELD)
    if found.managed_by_id == by.user:
        raise DoudiError(Fault(OWN_MINUTES, "您组织了这次会议，纪要须由另一人签发"))
    found.state, found.signed_by_id, found.signed_at, found.version = Conference.State.CLOSED, by.user, at, found.version + 1
    found.save()
    record(by, SIGNED, kind="conference", object=found.number, region=found.region)
    return found


def _in(key: int, version: int, *states: str) -> Conference:
    found = locked(Conference, key, version)
    if found.state not in states:
        raise DoudiError(Fault(WRONG_STATE, f"会议现在是“{found.get_state_display()}”", found.number, todo="刷新页面，看下一步可以做什么"))
    return found
