"""Visits: who may go where, what is kept at the door, and what comes of it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from tests.casework.cast import VILLAGE, Cast, office, region
from tests.casework.leads import NOON
from tests.casework.objects import DAY, household, item

from doudi.casework.access.scope import scoped
from doudi.casework.audit.models import Entry
from doudi.casework.dispatch.models import WorkItem
from doudi.casework.registry.models import Household
from doudi.casework.visits.models import Clue, ProposedChange, Visit
from doudi.casework.visits.services.changes import change_review
from doudi.casework.visits.services.planning import visit_assign, visit_plan
from doudi.casework.visits.services.recording import visit_answer, visit_hand_in
from doudi.kernel.errors import DoudiError

pytestmark = pytest.mark.django_db
PLAN: dict[str, Any] = {"household": 7, "purpose": "regular", "planned_on": date(2026, 11, 2), "due_on": date(2026, 11, 9)}


def planned(cast: Cast, **more: Any) -> Visit:
    household(cast)
    by = cast.township_officer.actor
    with scoped(by.scope):
        return visit_plan(by, **(PLAN | more))


def handed_in(cast: Cast, visit: Visit, result: str = "steady", **typed: list[str]) -> Visit:
    """The village worker fills in who was met, what is otherwise, and the end."""
    by = cast.village_worker.actor
    with scoped(by.scope):
        kept = visit_answer(
            by, visit=visit.pk, version=visit.version, group="met", typed={"met": ["home"], "whole": ["changed" if typed else "same"]}
        )
        for group in ("members", "income", "health", "school", "house", "property", "care") if typed else ():
            own = {key: value for key, value in typed.items() if key.startswith(group) or (group == "property" and key in ("vehicles", "deposits"))}
            said = {f"{group}_changed": ["changed" if own else "same"], **own}
            kept = visit_answer(by, visit=visit.pk, version=kept.version, group=group, typed=said)
        kept = visit_answer(by, visit=visit.pk, version=kept.version, group="end", typed={"result": [result], "note": ["看到的情况"]})
        return visit_hand_in(by, visit=visit.pk, version=kept.version, at=NOON).visit


def test_a_visit_is_for_the_household_of_its_item_and_no_other(cast: Cast) -> None:
    key = item(cast)["pk"]
    assert planned(cast, purpose="verify", item=key).item_id == key
    plain: dict[str, Any] = {"region": VILLAGE, "run": Household.objects.get(number=7).run, "seen_on": DAY, "source": b"x"}
    Household.objects.create(number=8, members=1, since_on=DAY, **plain)
    with pytest.raises(DoudiError, match="不是这一户的"):
        planned(cast, household=8, purpose="verify", item=key)


def test_nobody_is_sent_who_may_not_go_there(cast: Cast) -> None:
    visit = planned(cast)
    by = cast.township_officer.actor
    for stranger in cast.strangers:
        with scoped(by.scope), pytest.raises(DoudiError, match="不负责这一户"):
            visit_assign(by, visit=visit.pk, version=visit.version, assignee=stranger.user.pk, due_on=PLAN["due_on"])
    with scoped(by.scope):
        visit_assign(by, visit=visit.pk, version=visit.version, assignee=cast.village_worker.user.pk, due_on=PLAN["due_on"])
    assert Visit.objects.get().assignee == cast.village_worker.user


def test_the_same_visit_is_not_planned_twice(cast: Cast) -> None:
    planned(cast)
    with pytest.raises(DoudiError, match="已有待走访"):
        planned(cast)
    assert Visit.objects.count() == 1


def test_what_was_found_is_proposed_and_reviewed_by_another(cast: Cast) -> None:
    office(VILLAGE, "village")
    visit = handed_in(cast, planned(cast), vehicles=["1"])
    change = ProposedChange.objects.get()
    assert (change.field, change.before, change.after, change.source_number) == ("vehicles", 0, 1, visit.number)
    assert Household.objects.get(number=7).facts == {}
    reviewer = cast.township_reviewer.actor
    ProposedChange.objects.update(proposed_by=cast.township_reviewer.user)
    with scoped(reviewer.scope), pytest.raises(DoudiError, match="您自己提出的"):
        change_review(reviewer, change=change.pk, version=1, adopt=True, note="", at=NOON)


def test_a_visit_handed_in_is_evidence_and_never_rewritten(cast: Cast) -> None:
    visit = handed_in(cast, planned(cast))
    for column in ("findings = '{}'", "state = 'planned', done_at = NULL"):
        with pytest.raises(DatabaseError, match="never rewritten"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE visits_visit SET {column} WHERE id = %s", [visit.pk])
    with scoped(cast.village_worker.actor.scope):
        again = visit_hand_in(cast.village_worker.actor, visit=visit.pk, version=0, at=NOON)
    assert again.visit.version == visit.version, "sent twice, it is handed in once"
    assert Entry.objects.filter(action="visit_done").count() == 1


def test_urgent_need_seen_at_the_door_becomes_a_clue_once(cast: Cast) -> None:
    region(VILLAGE)
    visit = handed_in(cast, planned(cast), "urgent")
    clue = Clue.objects.get()
    assert (clue.urgent, clue.household, clue.kind) == (True, 7, "entry")
    assert visit.number in clue.words
    assert WorkItem.objects.count() == 0, "a person takes it up"
