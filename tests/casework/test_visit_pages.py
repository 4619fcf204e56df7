"""A visit on a telephone: what is wrong is said in words, and every link leads somewhere that the visitor may go."""

from __future__ import annotations

import pytest
from tests.casework.cast import Cast
from tests.casework.objects import OBJECTS

from doudi.casework.organisation.loading import _committee
from doudi.casework.registry.models import Person
from doudi.casework.visits.models import ProposedChange, Visit

pytestmark = pytest.mark.django_db


def test_a_screen_sent_empty_names_its_questions_as_the_screen_does(cast: Cast) -> None:
    pk = OBJECTS["visit"](cast)["pk"]
    answer = cast.village_worker.client().post(f"/visits/{pk}/fill/met/", {"version": Visit.objects.get(pk=pk).version})
    top = answer.content.decode().split('class="faults"')[1].split("</section>")[0]
    assert answer.status_code == 422
    assert "还没有选“这次见到了谁”" in top
    assert "met" not in top


def test_who_goes_there_reads_whole_names_and_the_file_and_who_only_looks_does_not(cast: Cast) -> None:
    pk = OBJECTS["visit"](cast)["pk"]
    name = Person.objects.filter(household=7).values_list("name", flat=True).first() or ""
    shown = cast.village_worker.client().get(f"/visits/{pk}/").content.decode()
    assert f"<strong>{name}</strong>" in shown
    assert 'href="/households/7/"' in shown
    assert f"<strong>{name}</strong>" not in cast.township_reviewer.client().get(f"/visits/{pk}/").content.decode()


def test_a_proposal_is_a_link_for_who_reviews_it_only(cast: Cast) -> None:
    pk = OBJECTS["visit"](cast)["pk"]
    change = OBJECTS["change"](cast)["pk"]
    ProposedChange.objects.filter(pk=change).update(source_number="ZF1")
    done = {"state": "done", "done_at": "2026-11-02T04:00Z", "done_by": cast.village_worker.user, "changed": True, "result": "changed"}
    Visit.objects.filter(pk=pk).update(**done)
    link = f'href="/changes/{change}/"'
    assert link in cast.township_reviewer.client().get(f"/visits/{pk}/").content.decode()
    for address in (f"/visits/{pk}/", f"/visits/{pk}/handed-in/"):
        shown = cast.village_worker.client().get(address).content.decode()
        assert "建议更正档案" in shown
        assert link not in shown


@pytest.mark.parametrize(
    ("place", "name"),
    [("栗山社区居委会", "栗山社区居委会"), ("九丰村", "九丰村村民委员会"), ("八方社区", "八方社区居民委员会"), ("生活区", "生活区委员会")],
)
def test_the_committee_of_a_village_is_not_called_one_twice(place: str, name: str) -> None:
    assert _committee(place) == name
