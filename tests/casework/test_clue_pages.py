"""Clues without any alert: raised on a phone, answered or taken up by another."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from tests.casework.cast import COUNTY, VILLAGE, Cast, Member, office, region
from tests.casework.leads import offices

from doudi.casework.visits.models import Clue

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def places(cast: Cast) -> None:
    region(VILLAGE)
    offices()
    office(COUNTY, "civil_affairs")


def raised(who: Member, **more: Any) -> Any:
    data = {"token": str(uuid4()), "kind": "entry", "name": "王小明", "region": VILLAGE, "words": "摔伤以后没有人照顾", "department": "civil_affairs"}
    return who.client().post("/clues/new/", data | more)


def test_a_village_worker_raises_a_clue_and_reads_its_answer(cast: Cast) -> None:
    assert raised(cast.village_worker).status_code == 302
    clue = Clue.objects.get()
    officer = cast.township_officer.client()
    assert "王**" in officer.get("/clues/").content.decode()
    answer = {"version": clue.version, "answer_code": "advised", "answer": "已上门告知临时救助政策"}
    assert officer.post(f"/clues/{clue.pk}/answer/", answer).status_code == 302
    assert "已上门告知临时救助政策" in cast.village_worker.client().get(f"/clues/{clue.pk}/").content.decode()


def test_a_clue_becomes_a_work_item(cast: Cast) -> None:
    raised(cast.village_worker)
    clue = Clue.objects.get()
    assert cast.township_officer.client().post(f"/clues/{clue.pk}/take/", {"version": clue.version}).status_code == 302
    clue.refresh_from_db()
    assert clue.item is not None
    assert clue.item.origin == "clue"


def test_what_is_missing_is_said_and_what_was_typed_stays(cast: Cast) -> None:
    answer = raised(cast.village_worker, words="短", name="李四")
    assert answer.status_code == 422
    assert "至少 5 个字" in answer.content.decode()
    assert "李四" in answer.content.decode()


def test_sent_twice_it_is_one_clue(cast: Cast) -> None:
    token = str(uuid4())
    assert [raised(cast.village_worker, token=token).status_code for _ in range(2)] == [302, 302]
    assert Clue.objects.count() == 1


def test_nobody_answers_their_own_clue(cast: Cast) -> None:
    raised(cast.township_officer)
    clue = Clue.objects.get()
    answer = {"version": clue.version, "answer_code": "advised", "answer": "已告知"}
    assert cast.township_officer.client().post(f"/clues/{clue.pk}/answer/", answer).status_code == 422


def test_strangers_find_nothing(cast: Cast) -> None:
    raised(cast.village_worker)
    clue = Clue.objects.get()
    for stranger in cast.strangers:
        assert stranger.client().get(f"/clues/{clue.pk}/").status_code == 404
        assert f"/clues/{clue.pk}/" not in stranger.client().get("/clues/?tab=waiting").content.decode()


def test_a_form_sent_empty_says_above_the_page_what_to_fill_in_with_a_way_there(cast: Cast) -> None:
    answer = cast.village_worker.client().post("/clues/new/", {"kind": "entry"})
    top = answer.content.decode().split('class="faults"')[1].split("</section>")[0]
    assert answer.status_code == 422
    assert '<a href="#id_name">请填写“姓名”</a>' in top
    assert "请选择“在哪里”" in top
    assert "（可不填）" in answer.content.decode()
