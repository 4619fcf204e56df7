"""A department sees of a family what its work needs, from the moment it has work with it, and no more."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from tests.casework.cast import COUNTY, VILLAGE, Cast, Member, office
from tests.casework.leads import NOON, OCTOBER, lead, load, offices, take, worked
from tests.casework.objects import DAY

from doudi.casework.access.models import Membership
from doudi.casework.access.scope import scoped
from doudi.casework.access.sealing import index_of
from doudi.casework.alerts.models import Alert
from doudi.casework.dispatch.models import Event, WorkItem
from doudi.casework.registry.models import Aid, Change, Correction, Household, Person
from doudi.casework.registry.services import departments_settle
from doudi.casework.runs.models import Rule, Run, Variable
from doudi.casework.visits.services.clues import clue_raise, clue_take

pytestmark = pytest.mark.django_db
ID = "11010119900307" + "7758"
FACTS = {
    "self_paid": ("医疗自付甲", "medical_security", 1_820_000),
    "deposits": ("存款乙", "civil_affairs", 7_700_000),
    "disabled_grade": ("残疾丙", "disabled_persons_federation", 1),
    "fund": ("基金丁", "medical_security", 42),
}
"""Name -> label, whose data it stands on, value."""


@pytest.fixture
def family(cast: Cast, tmp_path: Path) -> WorkItem:
    """Household 1 of the cast's village with facts of three departments, an item of the township, one of medical security, and aid of two."""
    offices()
    load(tmp_path, OCTOBER, lead(1), lead(1, "E01", department="medical_security", level="county"), on=date(2026, 11, 2))
    run = Run.objects.get()
    plain: dict[str, Any] = {"region": VILLAGE, "run": run, "seen_on": DAY, "source": b"x"}
    Household.objects.create(number=1, head=10, members=1, since_on=DAY, facts={name: value for name, (_, _, value) in FACTS.items()}, **plain)
    Person.objects.create(number=10, household_id=1, name="王小明", living=True, identity=b"x", id_index=index_of(ID), **plain)
    Variable.objects.all().delete()
    for name, (label, department, _) in FACTS.items():
        Variable.objects.create(
            run=run, variable=name, label=label, of="household", type="money", datasets=[], departments=[department], theme="household"
        )
    for number, department in enumerate(("medical_security", "civil_affairs")):
        Aid.objects.create(
            date=DAY, person=10, household=1, region=VILLAGE, programme="p", department=department, title=f"救助{department}", kind="money",
            amount=100, counts_in_sum=True, dataset="payment", delivery=1, row=number, line=1, run=run,
        )  # fmt: skip
    for name in ("deposits", "self_paid"):
        Correction.objects.create(
            subject="h", number=1, household=1, region=VILLAGE, field=f"facts.{name}", value=1, reason=f"更正{name}", said_at=NOON, state="open"
        )
        Change.objects.create(household=1, region=VILLAGE, at=NOON, on=DAY, field=f"facts.{name}", before="1", after=f"改{name}", source="correction")
    departments_settle()
    return WorkItem.objects.get(department="civil_affairs")


def file(member: Member) -> str:
    answer = member.client().get("/households/1/")
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def test_who_looks_after_the_whole_family_sees_all_of_it(cast: Cast, family: WorkItem) -> None:
    shown = file(cast.township_officer)
    for words in (*(label for label, _, _ in FACTS.values()), "救助medical_security", "救助civil_affairs", "更正deposits", "改deposits"):
        assert words in shown, words


@pytest.mark.parametrize("role", ["department_officer", "department_reviewer"])
def test_a_department_sees_its_own_data_and_what_its_rules_ask_and_nothing_else(cast: Cast, family: WorkItem, role: str) -> None:
    shown = file(getattr(cast, role))
    for words in ("王小明", "医疗自付甲", "基金丁", "救助medical_security", "更正self_paid", "改self_paid", "只列本部门报送的"):
        assert words in shown, words
    for words in ("存款乙", "77,000", "7.70 万", "残疾丙", "救助civil_affairs", "更正deposits", "改deposits"):
        assert words not in shown, words


def test_what_a_departments_rule_asks_for_it_sees_whosoever_data_it_is(cast: Cast, family: WorkItem) -> None:
    Rule.objects.filter(rule="E01").update(department="medical_security", conditions=[{"measures": ["disabled_grade"]}])
    shown = file(cast.department_officer)
    assert "残疾丙" in shown
    assert "存款乙" not in shown


def test_who_is_given_an_item_by_redirection_sees_its_leads_and_the_family_at_once(cast: Cast, family: WorkItem) -> None:
    office(COUNTY, "education")
    educated = cast.stranger_department
    with scoped(educated.actor.scope):
        assert (Alert.objects.count(), Household.objects.count()) == (0, 0)
    take(cast.township_officer, family, "return", note="应由教育部门办理", office=office(COUNTY, "education").pk)
    take(cast.county_reviewer, family, "redirect", note="同意", office=office(COUNTY, "education").pk)
    with scoped(educated.actor.scope):
        assert [alert.rule for alert in Alert.objects.all()] == ["W02"]
        assert (Household.objects.count(), Person.objects.count()) == (1, 1)
    page = educated.client().get(f"/tasks/{family.pk}/").content.decode()
    assert "近12个月家庭医疗自付达到预警线" in page
    assert "医疗自付甲" not in file(educated)
    with scoped(cast.department_officer.actor.scope):
        assert [alert.rule for alert in Alert.objects.all()] == ["E01"], "the other department's lead stays its own"
    assert Household.objects.get().departments == ["education", "medical_security"]


def test_what_is_redirected_is_decided_on_its_facts_by_the_new_office(cast: Cast, family: WorkItem) -> None:
    educated, to = cast.stranger_department, office(COUNTY, "education")
    take(cast.township_officer, family, "return", note="应由教育部门办理", office=to.pk)
    take(cast.county_reviewer, family, "redirect", note="同意", office=to.pk)
    take(educated, family, "accept")
    take(educated, family, "verify", verdict="not_true", how="desk", note="已核对")
    take(educated, family, "handle", result="not_true", note="不属实")
    assert [fact["rule"] for fact in Event.objects.get(step="handle").data["facts"]] == ["W02"]
    head = Membership.objects.create(user=cast.department_reviewer.user, office=to, role="department_reviewer", starts_on=DAY)
    take(Member(head), family, "approve")
    assert Alert.objects.get(rule="W02").state == "quiet"


def test_a_department_that_takes_up_a_clue_sees_the_family_at_once(cast: Cast, family: WorkItem) -> None:
    office(COUNTY, "education")
    village = cast.village_worker.actor
    with scoped(village.scope):
        clue = clue_raise(
            village, token=uuid4(), kind="entry", name="王小明", region=VILLAGE, words="孩子没有学费", at=NOON, id_number=ID, department="education"
        )
    educated = cast.stranger_department
    with scoped(educated.actor.scope):
        assert not Household.objects.exists()
        clue_take(educated.actor, clue=clue.pk, version=1, at=NOON)
        assert Household.objects.get().departments == ["civil_affairs", "education", "medical_security"]
    assert "王小明" in file(educated)


def test_an_answered_item_leaves_others_departments_as_they_are(cast: Cast, family: WorkItem) -> None:
    worked(cast, family)
    assert Household.objects.get().departments == ["civil_affairs", "medical_security"]
