"""A referred case from the agenda to the signed minutes and back to its office."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from uuid import uuid4

import pytest
from tests.casework.cast import COUNTY, Cast, office
from tests.casework.leads import OCTOBER, lead, load, offices, take

from doudi.casework.conferences.models import Conference
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
