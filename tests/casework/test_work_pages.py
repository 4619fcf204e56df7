"""The list somebody lands on and the page of one item, as a person uses them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from tests.casework.cast import NEXT_COUNTY, Cast, Member
from tests.casework.leads import OCTOBER, lead, load, offices, take
from tests.casework.objects import OBJECTS

from doudi.casework.dispatch.models import State, WorkItem
from doudi.casework.visits.models import Application
from doudi.casework.visits.offers import programme_words

pytestmark = pytest.mark.django_db


@pytest.fixture
def item(tmp_path: Path, cast: Cast) -> WorkItem:
    """A new item of the township, as a run brings it."""
    offices()
    load(tmp_path, OCTOBER, lead())
    return WorkItem.objects.get()


def page(member: Member, address: str) -> str:
    answer = member.client().get(address)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def send(member: Member, item: WorkItem, step: str, **data: Any) -> Any:
    item.refresh_from_db()
    return member.client().post(f"/tasks/{item.pk}/{step}/", {"version": item.version, "key": f"{step}-{item.version}", **data})


def test_a_new_item_stands_on_the_first_page_of_its_office_with_its_reason(cast: Cast, item: WorkItem) -> None:
    assert f"/tasks/{item.pk}/" in page(cast.township_officer, "/")
    shown = page(cast.township_officer, f"/tasks/{item.pk}/")
    assert "近12个月家庭医疗自付达到预警线（18,200.00 元，界线 15,000.00 元）" in shown
    assert "签收" in shown
    assert "3,200.00 元" in shown  # what would change it


def test_it_goes_through_the_hands_of_two_people_to_its_answer(cast: Cast, item: WorkItem) -> None:
    officer, reviewer = cast.township_officer, cast.township_reviewer
    assert send(officer, item, "accept").status_code == 302
    assert send(officer, item, "verify", verdict="true", how="desk", note="电话核实").status_code == 302
    assert send(officer, item, "handle", result="included", note="已纳入").status_code == 302
    assert f"/tasks/{item.pk}/" in page(reviewer, "/")
    assert send(reviewer, item, "approve").status_code == 302
    item.refresh_from_db()
    assert item.state == State.ANSWERED
    assert "已纳入救助保障" in page(reviewer, f"/tasks/{item.pk}/")


def test_what_is_missing_is_said_and_what_was_typed_stays(cast: Cast, item: WorkItem) -> None:
    take(cast.township_officer, item, "accept")
    answer = send(cast.township_officer, item, "verify", verdict="not_true", how="desk", note="")
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "核实情况：不属实或暂难认定的，请写明看到的情况" in text  # by its label
    assert re.search(r'value="not_true"[^>]* checked', text)


def test_a_page_that_is_out_of_date_says_so_and_keeps_the_words(cast: Cast, item: WorkItem) -> None:
    take(cast.township_officer, item, "accept")
    old = item.version
    take(cast.township_officer, item, "note", note="先打过电话")
    answer = cast.township_officer.client().post(
        f"/tasks/{item.pk}/verify/", {"version": old, "key": "k", "verdict": "true", "how": "desk", "note": "看过"}
    )
    assert answer.status_code == 422
    assert "有人改动过" in answer.content.decode()
    assert "看过" in answer.content.decode()


def test_a_double_click_takes_the_step_once(cast: Cast, item: WorkItem) -> None:
    data = {"version": item.version, "key": "same"}
    client = cast.township_officer.client()
    assert [client.post(f"/tasks/{item.pk}/accept/", data).status_code for _ in range(2)] == [302, 302]
    assert item.events.filter(step="accept").count() == 1


def test_several_new_items_are_accepted_after_a_look(cast: Cast, item: WorkItem) -> None:
    client = cast.township_officer.client()
    chosen = {"chosen": [f"{item.pk}-{item.version}"]}
    assert "签收这 1 件任务？" in client.post("/tasks/accept/", chosen).content.decode()
    item.refresh_from_db()
    assert item.state == State.PUSHED
    client.post("/tasks/accept/", chosen | {"sure": "1"})
    item.refresh_from_db()
    assert item.state == State.ACCEPTED


def test_who_has_nothing_to_do_now_is_told_whose_turn_it_is(cast: Cast, item: WorkItem) -> None:
    shown = page(cast.township_reviewer, f"/tasks/{item.pk}/")
    assert f"现在没有要您办的。下一步是签收，由{item.office}办" in shown
    assert "现在没有要您办的" not in page(cast.township_officer, f"/tasks/{item.pk}/")


def test_the_page_of_an_item_says_what_the_household_got_already(cast: Cast, item: WorkItem) -> None:
    assert "近 12 个月已得到的救助</h3>\n<p>没有查到。</p>" in page(cast.township_officer, f"/tasks/{item.pk}/")


def test_the_evidence_of_many_leads_is_folded(cast: Cast, tmp_path: Path) -> None:
    offices()
    load(tmp_path, OCTOBER, *(lead(rule=f"W0{number}") for number in range(1, 6)))
    shown = page(cast.township_officer, f"/tasks/{WorkItem.objects.get().pk}/")
    assert "共 5 条线索" in shown
    assert shown.count("依据的数据</summary>") == 2


def test_a_lead_that_is_out_of_sight_is_not_said_to_be_gone(cast: Cast, item: WorkItem) -> None:
    item.alerts.update(region=NEXT_COUNTY)
    shown = page(cast.township_officer, f"/tasks/{item.pk}/")
    assert "具体依据不在您负责的地区或部门" in shown
    assert "都已消失" not in shown


def test_strangers_find_nothing(cast: Cast, item: WorkItem) -> None:
    for stranger in cast.strangers:
        assert stranger.client().get(f"/tasks/{item.pk}/").status_code == 404
        assert stranger.client().post(f"/tasks/{item.pk}/accept/", {"version": item.version}).status_code == 404
        assert f"/tasks/{item.pk}/" not in page(stranger, "/tasks/?tab=scope")


def test_filters_are_in_the_address_and_come_back(cast: Cast, item: WorkItem) -> None:
    client = cast.township_officer.client()
    assert "没有符合条件的任务" in client.get("/tasks/?tab=todo&grade=R").content.decode()
    assert client.get("/tasks/").headers["Location"] == "/tasks/?tab=todo&grade=R"


def test_the_page_of_an_item_lists_the_applications_begun_from_it(cast: Cast) -> None:
    key, application = OBJECTS["item"](cast)["pk"], Application.objects.get(pk=OBJECTS["application"](cast)["pk"])
    Application.objects.filter(pk=application.pk).update(item=key)
    shown = page(cast.township_officer, f"/tasks/{key}/")
    assert f'href="/applications/{application.pk}/">{application.number}</a> {programme_words(application)}：' in shown
