"""Recording a visit: kept at each screen, handed in once; what was found becomes proposals, and a clue where help or an end of help is due."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from doudi.casework.access.actor import Actor
from doudi.casework.audit.services import record
from doudi.casework.visits.actions import VISIT_ANSWERED, VISIT_DONE
from doudi.casework.visits.answers import Answers, anything_changed, differences, missing, read_group, settled
from doudi.casework.visits.households import Home, home_of
from doudi.casework.visits.items import item_verify
from doudi.casework.visits.locking import locked
from doudi.casework.visits.models import Clue, ProposedChange, Visit
from doudi.casework.visits.questions import BETTER, BY_KEY, HARDER, URGENT
from doudi.casework.visits.services.changes import change_propose
from doudi.casework.visits.services.clues import clue_from_visit
from doudi.casework.visits.services.planning import NOT_OPEN
from doudi.kernel.errors import DoudiError, Fault, code

INCOMPLETE = code("visit_incomplete", "走访表没有填完")


@dataclass(frozen=True)
class HandedIn:
    """What came out of a visit."""

    visit: Visit
    changes: list[ProposedChange]
    clue: Clue | None


@transaction.atomic
def visit_answer(by: Actor, *, visit: int, version: int, group: str, typed: Mapping[str, list[str]]) -> Visit:
    """Keep the answers of one screen. The same answers a second time change nothing, so a double tap or a resend does no harm.

    Raises DoudiError: what is wrong with the answers (`where` names the question), the visit is over, somebody else wrote meanwhile.
    """
    by.must("visit.record")
    answers = read_group(BY_KEY[group], typed)
    found = locked(Visit, visit)
    keys = [question.key for question in BY_KEY[group].all_questions]
    kept = {key: value for key, value in found.answers.items() if key in keys}
    if kept == answers and found.state == Visit.State.STARTED:
        return found
    found = _still_open(visit, version)
    found.answers = {key: value for key, value in found.answers.items() if key not in keys} | answers
    found.state = Visit.State.STARTED
    found.version += 1
    found.save(update_fields=["answers", "state", "version"])
    record(by, VISIT_ANSWERED, kind="visit", object=found.number, region=found.region, detail={"screen": group})
    return found


@transaction.atomic
def visit_hand_in(by: Actor, *, visit: int, version: int, at: datetime, verdict: str = "") -> HandedIn:
    """The visit is over: its findings are kept for good, differences from the file are proposed, and need or its end becomes a clue.

    `verdict` (true, not_true, unclear) also verifies the work item that the visit was for. Handed in already by the same person, nothing happens.
    Raises DoudiError: screens without a required answer, the visit is over, somebody else wrote meanwhile.
    """
    by.must("visit.record")
    handed = locked(Visit, visit)
    if handed.state == Visit.State.DONE and handed.done_by_id == by.user:
        return HandedIn(handed, [], None)
    found = _still_open(visit, version)
    if lacking := missing(found.answers):
        raise DoudiError(Fault(INCOMPLETE, f"“{group.title}”还没有填", group.key) for group in lacking)
    home, answers = home_of(found.household), settled(found.answers)
    found.findings, found.changed = answers, anything_changed(answers)
    found.result, found.note = str(answers["result"]), str(answers.get("note", ""))
    found.state, found.done_at, found.done_by_id = Visit.State.DONE, at, by.user
    found.version += 1
    found.save()
    record(
        by,
        VISIT_DONE,
        kind="visit",
        object=found.number,
        region=found.region,
        detail={"household": found.household, "changed": found.changed, "result": found.result},
    )
    if verdict and found.item_id is not None:
        item_verify(by, found.item_id, verdict=verdict, note=found.note, visit=found.number, at=at)
    return HandedIn(found, _proposals(by, found, home, answers, at), _clue(by, found, home, answers, at))


def _proposals(by: Actor, visit: Visit, home: Home, answers: Answers, at: datetime) -> list[ProposedChange]:
    return [
        change_propose(
            by,
            household=visit.household,
            person=None,
            field=each.field,
            before=each.before,
            after=each.after,
            source=ProposedChange.Source.VISIT,
            source_number=visit.number,
            reason=f"{at:%Y-%m-%d} 走访所见",
            at=at,
        )
        for each in differences(answers, home.facts)
    ]


def _clue(by: Actor, visit: Visit, home: Home, answers: Answers, at: datetime) -> Clue | None:
    """A visit for a work item answers that item; any other that finds need, or an end of need, raises a clue of its own (notice 2.3-a)."""
    if visit.item_id is not None or answers["result"] not in (HARDER, URGENT, BETTER):
        return None
    kind = Clue.Kind.EXIT if answers["result"] == BETTER else Clue.Kind.ENTRY
    return clue_from_visit(by, visit=visit, name=home.head_name, kind=kind, urgent=answers["result"] == URGENT, words=visit.note, at=at)


def _still_open(key: int, version: int) -> Visit:
    found = locked(Visit, key, version)
    if not found.is_open:
        raise DoudiError(Fault(NOT_OPEN, f"这次走访{found.get_state_display()}，不能再改"))
    return found
