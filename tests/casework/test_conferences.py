"""A referred case from the agenda to the signed minutes and back to its office."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from uuid import uuid4

import pytest
from tests.casework.cast import COUNTY, Cast, office
from tests.casework.leads import OCTOBER, lead, load, offices, take

from doudi.casework.audit.models import Entry
from doudi.casework.conferences.models import Conference, Task
from doudi.casework.dispatch.models import State, WorkItem
from doudi.kernel.clock import CHINA

pytestmark = pytest.mark.django_db


@pytest.fixture
def item(tmp_path: Path, cast: Cast) -> WorkItem:
    """An item that the township has referred."""
    offices()
    office(COUNTY, "education")
    load(tmp_path, OCTOBER, lead())
    found = WorkItem.objects.get()
    take(cast.township_officer, found, "accept")
    take(cast.township_officer, found, "refer", note="几个部门都涉及")
    return found


@pytest.fixture
def conference(cast: Cast, item: WorkItem) -> Conference:
    """Called for it by the county."""
    when = datetime(2026, 11, 20, 9, tzinfo=CHINA)
    data = {"token": str(uuid4()), "title": "第一次会议", "held_at": f"{when:%Y-%m-%dT%H:%M}", "place": "三楼会议室", "items": [item.pk]}
    assert cast.county_officer.client().post("/conferences/new/", data).status_code == 302
    return Conference.objects.get()


def attend(cast: Cast, conference: Conference, most: int = 10) -> int:
    here = [one.pk for one in conference.members.order_by("id")[:most]]
    data = {"version": conference.version, "chair": "李县长", "present": here}
    status = cast.county_officer.client().post(f"/conferences/{conference.pk}/attendance/", data).status_code
    conference.refresh_from_db()
    return status


def vote(cast: Cast, conference: Conference, *choices: str) -> int:
    case = conference.cases.get()
    present = conference.members.filter(attendance="present").order_by("id")
    data = {"version": case.version, "proposal": "help", "words": "给予临时救助"} | {
        f"vote-{one.pk}": choice for one, choice in zip(present, choices, strict=True)
    }
    named = {f"case{case.pk}-{name}": value for name, value in data.items()}
    return cast.county_officer.client().post(f"/conferences/{conference.pk}/cases/{case.pk}/", named).status_code


def test_an_adopted_decision_is_the_items_result_and_waits_for_approval(cast: Cast, item: WorkItem, conference: Conference) -> None:
    assert attend(cast, conference) == 302
    assert vote(cast, conference, "for", "for", "against") == 302
    item.refresh_from_db()
    assert (item.state, item.result_code) == (State.HANDLED, "included")
    assert "给予临时救助" in item.events.get(step="decide").note


def test_what_is_not_adopted_goes_back_to_the_office(cast: Cast, item: WorkItem, conference: Conference) -> None:
    attend(cast, conference)
    assert vote(cast, conference, "for", "against", "abstain") == 302
    item.refresh_from_db()
    assert item.state == State.VERIFIED


def test_below_the_quorum_it_does_not_begin(cast: Cast, conference: Conference) -> None:
    assert attend(cast, conference, most=1) == 422
    assert conference.state == Conference.State.DRAFT


def test_the_minutes_are_signed_by_another(cast: Cast, item: WorkItem, conference: Conference) -> None:
    attend(cast, conference)
    vote(cast, conference, "for", "for", "for")
    officer, reviewer = cast.county_officer.client(), cast.county_reviewer.client()
    place = f"/conferences/{conference.pk}/"
    assert officer.post(f"{place}close/", {"version": conference.version, "minutes": "一致同意"}).status_code == 302
    conference.refresh_from_db()
    assert officer.post(f"{place}sign/", {"version": conference.version}).status_code == 403
    assert reviewer.post(f"{place}sign/", {"version": conference.version}).status_code == 302
    shown = reviewer.get(place).content.decode()
    assert "一致同意" in shown
    assert "签发：" in shown


def test_a_conference_with_an_open_case_is_not_ended(cast: Cast, conference: Conference) -> None:
    attend(cast, conference)
    answer = cast.county_officer.client().post(f"/conferences/{conference.pk}/close/", {"version": conference.version, "minutes": "一致同意"})
    assert answer.status_code == 422


def test_what_waits_is_on_the_list_until_it_is_on_an_agenda(cast: Cast, item: WorkItem) -> None:
    assert item.place in cast.county_officer.client().get("/conferences/").content.decode()


def gave(cast: Cast, conference: Conference, due: str, department: str = "medical_security", version: int | None = None) -> int:
    """Give a member department something to do by a day."""
    case = conference.cases.get()
    to = conference.members.get(department=department).office_id
    data = {"version": version or case.version, "office": to, "words": "为其办理医疗救助", "due_on": due}
    named = {f"task{case.pk}-{name}": value for name, value in data.items()}
    return cast.county_officer.client().post(f"/conferences/{conference.pk}/cases/{case.pk}/tasks/", named).status_code


@pytest.fixture
def decided(cast: Cast, conference: Conference) -> Conference:
    """A conference whose case has been voted on."""
    attend(cast, conference)
    vote(cast, conference, "for", "for", "for")
    return conference


def test_a_task_is_reported_by_the_office_that_has_it_and_by_no_other(cast: Cast, decided: Conference) -> None:
    version = decided.cases.get().version
    assert gave(cast, decided, "2099-12-31") == 302
    assert gave(cast, decided, "2099-12-31", version=version) == 409, "a double click is one task"
    task = Task.objects.get()
    place, told = f"/conferences/tasks/{task.pk}/", {"version": 1, "result": "已救助 3000 元"}
    assert cast.county_officer.client().post(f"{place}end/", told).status_code == 422
    officer = cast.department_officer.client()
    assert "有会议交办事项" in officer.get("/").content.decode()
    assert "为其办理医疗救助" in officer.get("/conferences/tasks/").content.decode()
    assert "已办完" in officer.get(place).content.decode()
    assert officer.post(f"{place}end/", told).status_code == 302
    assert officer.post(f"{place}end/", told).status_code == 409
    task.refresh_from_db()
    assert (task.state, task.result, task.version) == ("done", "已救助 3000 元", 2)
    assert "有会议交办事项" not in officer.get("/").content.decode()
    assert Entry.objects.filter(action="conference_task_ended").count() == 1
    for stranger in cast.strangers:
        assert stranger.client().get(place).status_code in (403, 404)


def test_an_overdue_task_is_marked_where_its_office_lands_and_on_the_minutes(cast: Cast, decided: Conference) -> None:
    assert gave(cast, decided, "2001-01-01") == 422, "a day that has passed is no term"
    assert gave(cast, decided, "2099-12-31") == 302
    Task.objects.update(due_on=OCTOBER)
    officer = cast.department_officer.client()
    assert "会议交办事项逾期" in officer.get("/").content.decode()
    assert "逾期" in officer.get("/conferences/tasks/?tab=overdue").content.decode()
    assert "已逾期" in officer.get(f"/conferences/{decided.pk}/").content.decode()
    assert "逾期 1" in cast.county_officer.client().get("/conferences/").content.decode()


def test_who_organises_may_drop_a_task_saying_why(cast: Cast, decided: Conference) -> None:
    gave(cast, decided, "2099-12-31")
    place = f"/conferences/tasks/{Task.objects.get().pk}/drop/"
    assert cast.department_officer.client().post(place, {"version": 1, "result": "不需要了"}).status_code == 403
    assert cast.county_officer.client().post(place, {"version": 1, "result": ""}).status_code == 422
    assert cast.county_officer.client().post(place, {"version": 1, "result": "已由社会力量解决"}).status_code == 302
    assert Task.objects.get().state == "dropped"


def test_a_member_department_reads_the_agenda_without_the_work_item_it_has_no_part_in(cast: Cast, decided: Conference, item: WorkItem) -> None:
    shown = cast.department_officer.client().get(f"/conferences/{decided.pk}/").content.decode()
    assert "给予临时救助" in shown
    assert f"/tasks/{item.pk}/" not in shown
