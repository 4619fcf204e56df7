"""Finding a family and reading its file, as a person does."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from tests.casework.cast import VILLAGE, Cast, Member, region

from doudi.casework.access.models import Reveal
from doudi.casework.access.sealing import index_of, masked_id, seal
from doudi.casework.audit.models import Entry
from doudi.casework.organisation.models import Region
from doudi.casework.registry.models import Aid, Category, Correction, Household, Person
from doudi.casework.runs.models import Run, Variable

pytestmark = pytest.mark.django_db
ID = "11010119900307" + "7758"
DAY = date(2026, 10, 31)


@pytest.fixture
def home(db: None) -> Household:
    """A family of two in the cast's village, with a payment and a recognition."""
    region(VILLAGE)
    run = Run.objects.create(id="2026-10-31-x", as_of=DAY, state="current", policy_hash="x", schema="4.0")
    common: dict[str, Any] = {"region": VILLAGE, "run": run, "seen_on": DAY, "source": b"x"}
    made = Household.objects.create(number=7, head=70, members=2, rural=True, since_on=DAY, **common)
    sealed = {"id_sealed": seal(ID, "registry_person.id.70"), "id_index": index_of(ID), "id_masked": masked_id(ID)}
    Person.objects.create(
        number=70, household=made, name="王小明", pinyin="wangxiaoming", initials="wxm", living=True, identity=b"x", **sealed, **common
    )
    Person.objects.create(number=71, household=made, name="王丽", pinyin="wangli", initials="wl", living=True, identity=b"x", **common)
    Category.objects.create(person=70, household=7, code="dibao", name="最低生活保障对象", starts_on=DAY, region=VILLAGE, run=run)
    Aid.objects.create(
        date=DAY, person=70, household=7, region=VILLAGE, programme="dibao", department="civil_affairs", title="低保金", kind="money", amount=48_500,
        counts_in_sum=True, dataset="payment", delivery=1, row=2, line=1, run=run,
    )  # fmt: skip
    return made


def search(member: Member, words: str) -> str:
    """What a search shows, as the form does it."""
    answer = member.client().post("/households/", {"q": words, "place": ""}, follow=True)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def page(member: Member, address: str) -> str:
    answer = member.client().get(address)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


@pytest.mark.parametrize("words", ["王小", "wxm", "wangxiao", ID])
def test_somebody_is_found_by_name_letters_or_number_and_shown_masked(cast: Cast, home: Household, words: str) -> None:
    shown = search(cast.township_officer, words)
    assert "王**" in shown
    assert "王小明" not in shown
    assert "/households/7/" in shown
    assert ID not in shown.replace(f'value="{ID}"', "")


def test_the_search_is_kept_without_its_words(cast: Cast, home: Household) -> None:
    search(cast.township_officer, "王小明")
    entry = Entry.objects.get(action="searched")
    assert entry.detail == {"by": "name", "place": "", "found": 1}


def test_what_was_searched_stands_neither_in_the_address_nor_readable_in_the_session(cast: Cast, home: Household) -> None:
    client = cast.township_officer.client()
    answer = client.post("/households/", {"q": ID, "place": VILLAGE})
    assert answer.status_code == 302
    assert ID not in answer["Location"]
    assert ID not in str(dict(client.session))
    assert "/households/7/" in client.get(answer["Location"]).content.decode()
    assert "/households/7/" not in cast.township_officer.client().get("/households/?find=unknown").content.decode()


def test_a_place_that_a_fact_names_is_shown_by_its_name(cast: Cast, home: Household) -> None:
    Variable.objects.create(run=home.run, variable="county", label="家庭所在县", of="household", type="text", datasets=[], theme="household")
    Household.objects.update(facts={"county": "431382"})
    assert "娄底市涟源市" in page(cast.township_officer, "/households/7/").split("家庭所在县")[1]


def test_the_file_tells_who_what_help_and_since_when_and_that_it_was_opened(cast: Cast, home: Household) -> None:
    shown = page(cast.township_officer, "/households/7/")
    for words in ("王小明", "最低生活保障对象", "低保金", "485.00 元", masked_id(ID)):
        assert words in shown
    assert ID not in shown
    assert Entry.objects.filter(action="looked", object="7").count() == 1


def test_a_full_number_takes_a_reason_and_is_kept(cast: Cast, home: Household) -> None:
    client = cast.township_officer.client()
    assert client.post("/households/7/reveal/70/", {"reason": ""}).status_code == 422
    assert ID in client.post("/households/7/reveal/70/", {"reason": "入户核对户口簿"}).content.decode()
    assert Reveal.objects.get().person == 70
    assert client.post("/households/7/reveal/999/", {"reason": "入户核对户口簿"}).status_code == 404


def test_strangers_find_neither_the_file_nor_the_person(cast: Cast, home: Household) -> None:
    for stranger in cast.strangers:
        assert stranger.client().get("/households/7/").status_code == 404
        assert stranger.client().post("/households/7/reveal/70/", {"reason": "入户核对户口簿"}).status_code == 404
        assert "/households/7/" not in search(stranger, ID)


def test_a_correction_is_proposed_by_one_and_put_in_force_by_another(cast: Cast, home: Household) -> None:
    proposed = cast.township_officer.client().post("/households/7/correct/", {"target": "p:71:name", "value": "王莉", "reason": "户口簿上是莉"})
    assert proposed.status_code == 302
    assert Person.objects.get(number=71).name == "王丽"
    reviewer = cast.township_reviewer.client()
    assert "王莉" in reviewer.get("/corrections/").content.decode()
    line = Correction.objects.get()
    assert reviewer.post(f"/corrections/{line.pk}/", {"version": line.version, "decision": "approve", "note": ""}).status_code == 302
    assert Person.objects.get(number=71).name == "王莉"


def test_a_value_of_the_wrong_kind_is_said_at_its_field(cast: Cast, home: Household) -> None:
    answer = cast.township_officer.client().post("/households/7/correct/", {"target": "p:71:birth_on", "value": "昨天", "reason": "户口簿"})
    assert answer.status_code == 422
    assert "日期请写成" in answer.content.decode()


def test_a_correction_shows_what_the_file_says_now_and_takes_a_place_by_its_name(cast: Cast, home: Household) -> None:
    client, address = cast.township_officer.client(), "/households/7/correct/"
    assert "王小明 · 在世（现在：是）" in client.get(address).content.decode()
    wrong = client.post(address, {"target": "h:7:region", "value": "没有的村", "reason": "搬家了"})
    assert "本县没有叫这个名称的村（社区）或乡镇（街道）" in wrong.content.decode()
    sent = client.post(address, {"target": "h:7:region", "value": Region.objects.get(code=VILLAGE).name, "reason": "搬家了"})
    assert sent.status_code == 302
    assert Correction.objects.get().value == VILLAGE


def test_the_bar_says_who_is_in_charge_and_the_name_stays_masked_on_each_page(cast: Cast, home: Household) -> None:
    for address in ("/households/7/", "/households/7/correct/", "/visits/new/7/", "/applications/new/7/"):
        bar = page(cast.township_officer, address).split('class="identity"')[1].split("</dl>")[0]
        assert "王**" in bar
        assert "王小明" not in bar
        assert "最低生活保障对象" in bar
