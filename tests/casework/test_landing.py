"""Where somebody lands: what is to do, what else waits, and the filters as they were left."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.casework.cast import NEXT_COUNTY, NEXT_TOWNSHIP, TOWNSHIP, Cast, Member
from tests.casework.leads import OCTOBER, lead, load, offices
from tests.casework.objects import OBJECTS

from doudi.casework.dispatch.models import WorkItem
from doudi.casework.visits.models import Clue

pytestmark = pytest.mark.django_db


@pytest.fixture
def item(tmp_path: Path, cast: Cast) -> WorkItem:
    """A new item of the township, as a run brings it."""
    offices()
    load(tmp_path, OCTOBER, lead())
    return WorkItem.objects.get()


def page(member: Member, address: str) -> str:
    answer = member.client().get(address)
    assert answer.status_code == 200, answer.headers.get("Location", answer.status_code)
    return answer.content.decode()


def test_lasting_filters_come_back_with_the_next_login_and_a_term_or_tab_does_not(cast: Cast, item: WorkItem) -> None:
    cast.township_officer.client().get("/tasks/?tab=todo&grade=O&due=later")
    assert cast.township_officer.client().get("/").headers["Location"] == "/?tab=todo&grade=O"
    assert 'href="/tasks/?tab=office&amp;grade=O"' in page(cast.township_officer, "/?tab=todo&grade=O"), "another tab keeps them"
    cast.township_officer.client().get("/tasks/?tab=scope")
    assert cast.township_officer.client().get("/").status_code == 200


def test_the_menu_leads_to_what_is_to_do_whatever_was_looked_at_last(cast: Cast, item: WorkItem) -> None:
    client = cast.township_officer.client()
    client.get("/tasks/?tab=closed")
    assert client.get("/tasks/").headers["Location"] == "/tasks/?tab=closed", "the way back from an item"
    assert f"/tasks/{item.pk}/" in client.get("/").content.decode()


def test_an_empty_filtered_list_says_how_much_there_is_without_the_filters(cast: Cast, item: WorkItem) -> None:
    assert "去掉全部条件，看 1 件" in page(cast.township_officer, "/tasks/?tab=todo&grade=R")


def test_what_waits_beside_the_work_is_said_above_it(cast: Cast) -> None:
    assert "pressing" not in page(cast.township_officer, "/?tab=todo")
    Clue.objects.filter(pk=OBJECTS["clue"](cast)["pk"]).update(urgent=True)
    for name in ("visit", "change", "correction"):
        OBJECTS[name](cast)
    assert "有急难线索待受理" in page(cast.township_officer, "/?tab=todo")
    assert page(cast.township_reviewer, "/?tab=todo").count("有更正待审核") == 1
    worker = page(cast.village_worker, "/?tab=todo")
    assert "有走访逾期" in worker
    assert "线索待受理" not in worker, "one's own is for others to answer"


def test_who_only_looks_at_work_has_no_list_of_things_to_do(cast: Cast, item: WorkItem) -> None:
    shown = page(cast.prefecture_supervisor, "/")
    assert "<h1>任务</h1>" in shown
    assert "我的待办" not in shown


def test_who_only_visits_lands_on_the_visits(cast: Cast, item: WorkItem) -> None:
    assert cast.social_worker.client().get("/").headers["Location"] == "/visits/"


def test_every_reviewer_of_files_finds_the_corrections_in_the_menu(cast: Cast) -> None:
    OBJECTS["correction"](cast)
    for reviewer in (cast.township_reviewer, cast.county_reviewer):
        assert 'href="/changes/"' in page(reviewer, "/")
        assert '档案页上提出的 <span class="n">（1）' in page(reviewer, "/changes/")
        assert 'href="/changes/" aria-current="page"' in page(reviewer, "/corrections/")


def test_the_list_is_cut_down_to_a_place_below_ones_own_and_to_no_other(cast: Cast, item: WorkItem) -> None:
    county, link = cast.county_officer, f'href="/tasks/{item.pk}/"'
    assert f'<option value="{TOWNSHIP}"' in page(county, "/tasks/?tab=scope")
    assert link in page(county, f"/tasks/?tab=scope&place={TOWNSHIP}")
    assert link not in page(county, f"/tasks/?tab=scope&place={NEXT_TOWNSHIP}")
    assert link in page(county, f"/tasks/?tab=scope&place={NEXT_COUNTY}"), "not below: no filter"
