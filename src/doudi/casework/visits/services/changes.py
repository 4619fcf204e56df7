"""Proposed changes of a file: somebody found a value to be otherwise, another person reviews, what is adopted becomes a correction."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from doudi.casework.access.actor import NOT_PERMITTED, Actor
from doudi.casework.audit.services import record
from doudi.casework.visits.actions import CHANGE_PROPOSED, CHANGE_REVIEWED
from doudi.casework.visits.corrections import correct
from doudi.casework.visits.households import home_of
from doudi.casework.visits.locking import locked
from doudi.casework.visits.models import ProposedChange
from doudi.kernel.errors import DoudiError, Fault, code

NOT_WAITING = code("change_not_waiting", "这条更正建议已经审核")
OWN_PROPOSAL = code("change_own_proposal", "不能审核自己提出的更正")
NOTE_MISSING = code("change_note_missing", "没有写明不采纳的原因")


@transaction.atomic
def change_propose(
    by: Actor,
    *,
    household: int,
    person: int | None,
    field: str,
    before: Any,
    after: Any,
    source: str,
    reason: str,
    at: datetime,
    source_number: str = "",
) -> ProposedChange:
    """Propose one value; the same proposal again is the one that waits already, another value takes the place of an older one.

    Raises DoudiError: not permitted, household out of scope.
    """
    if not (by.may("household.correct") or by.may("visit.record")):
        raise DoudiError(Fault(NOT_PERMITTED, "您的角色不能提出档案更正"))
    home = home_of(household)
    waiting = ProposedChange.objects.select_for_update().filter(household=household, person=person, field=field, state=ProposedChange.State.PROPOSED)
    for older in waiting:
        if older.after == after:
            return older
        older.state, older.review_note, older.version = ProposedChange.State.WITHDRAWN, "有更新的情况", older.version + 1
        older.save(update_fields=["state", "review_note", "version"])
    assert by.user is not None, "a change is proposed by a person"
    change = ProposedChange.objects.create(
        household=household,
        person=person,
        region=home.region,
        field=field,
        before=before,
        after=after,
        source=source,
        source_number=source_number,
        reason=reason[:200],
        proposed_by_id=by.user,
        proposed_at=at,
    )
    record(by, CHANGE_PROPOSED, kind="change", object=change.pk, region=change.region, detail={"household": household, "field": field})
    return change


@transaction.atomic
def change_review(by: Actor, *, change: int, version: int, adopt: bool, note: str, at: datetime) -> ProposedChange:
    """Adopt a proposal, which puts a correction in force, or refuse it with a reason.

    Raises DoudiError: not permitted, one's own proposal, reviewed already, no reason.
    """
    by.must("household.review")
    found = locked(ProposedChange, change, version)
    if found.state != ProposedChange.State.PROPOSED:
        raise DoudiError(Fault(NOT_WAITING, f"这条建议{found.get_state_display()}"))
    if found.proposed_by_id == by.user:
        raise DoudiError(Fault(OWN_PROPOSAL, "这是您自己提出的，须由另一人审核"))
    if not adopt and not note.strip():
        raise DoudiError(Fault(NOTE_MISSING, "请写明为什么不采纳", "note"))
    found.state = ProposedChange.State.APPROVED if adopt else ProposedChange.State.REFUSED
    found.reviewed_by_id, found.reviewed_at, found.review_note = by.user, at, note.strip()[:200]
    found.version += 1
    if adopt:
        found.correction = correct(by, found, at)
    found.save()
    record(
        by,
        CHANGE_REVIEWED,
        kind="change",
        object=found.pk,
        region=found.region,
        reason=note,
        detail={"household": found.household, "field": found.field, "adopted": adopt, "correction": found.correction},
    )
    return found
