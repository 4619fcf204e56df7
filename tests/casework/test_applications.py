"""The sheet for a family, and an application from it to its outcome."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest
from tests.casework.cast import Cast
from tests.casework.leads import OCTOBER, lead, load, offices
from tests.casework.objects import household

from doudi.casework.audit.models import Entry
from doudi.casework.dispatch.models import WorkItem
from doudi.casework.registry.models import Category, Household, Person
from doudi.casework.runs.models import Run
from doudi.casework.visits.models import Application

pytestmark = pytest.mark.django_db
SHEET = "/households/7/policies/"


@pytest.fixture
def item(tmp_path: Path, cast: Cast) -> WorkItem:
    """The work item of a family whose medical cost is over the line, with a member who is recognised."""
    offices()
    household(cast)
    load(tmp_path, OCTOBER, lead(household=7))
    Category.objects.create(
        person=70, household=7, code="edge", name="低保边缘家庭成员", starts_on=OCTOBER, region="431382103201", run=Run.objects.first()
    )
    return WorkItem.objects.get()


def start(cast: Cast, **more: object) -> dict[str, object]:
    return {"token": str(uuid4()), "programme": "temporary", "person": "", "consent": "on"} | more


def begun(cast: Cast, item: WorkItem) -> Application:
    assert cast.township_officer.client().post("/applications/new/7/", start(cast, item=item.pk)).status_code == 302
    return Application.objects.get()


def test_the_sheet_tells_which_programmes_why_and_where(cast: Cast, item: WorkItem) -> None:
    shown = cast.village_worker.client().get(SHEET).content.decode()
    for words in ("临时救助", "数据提示：预警W02", "医疗救助", "已是低保边缘家庭成员"):
        assert words in shown
    assert "事实无人抚养" not in shown
    assert "涟源市medical_security" in shown, "the office where to apply, by its name"
    assert Entry.objects.get(action="policy_sheet_shown").object == "7"
    assert "发起申请" not in shown, "a village worker begins no application"


def test_help_for_pupils_is_told_where_somebody_goes_to_school(cast: Cast, item: WorkItem) -> None:
    assert "教育救助" not in cast.village_worker.client().get(SHEET).content.decode()
    Person.objects.update(facts={"student": True})
    assert "教育救助" in cast.village_worker.client().get(SHEET).content.decode()


def test_strangers_get_no_sheet_and_start_nothing(cast: Cast, item: WorkItem) -> None:
    for stranger in cast.strangers:
        assert stranger.client().get(SHEET).status_code == 404
        assert stranger.client().post("/applications/new/7/", start(cast)).status_code in (403, 404)
    assert not Application.objects.exists()


def test_an_application_is_begun_from_an_item_once_however_often_it_is_sent(cast: Cast, item: WorkItem) -> None:
    client, data = cast.township_officer.client(), start(cast, item=item.pk)
    assert f"/applications/new/7/?programme=temporary&amp;item={item.pk}" in client.get(f"{SHEET}?item={item.pk}").content.decode()
    first, again = client.post("/applications/new/7/", data), client.post("/applications/new/7/", data)
    made = Application.objects.get()
    assert first["Location"] == again["Location"] == f"/applications/{made.pk}/"
    assert (made.item, made.name, made.alert) == (item, "王小明", item.alerts.get().pk)
    assert "另一人" not in client.get(f"/applications/{made.pk}/").content.decode()


def test_without_consent_nothing_is_begun(cast: Cast, item: WorkItem) -> None:
    answer = cast.township_officer.client().post("/applications/new/7/", start(cast, consent=""))
    assert answer.status_code == 422
    assert "得到同意" in answer.content.decode()
    assert not Application.objects.exists()


def test_a_second_one_for_the_same_programme_is_refused(cast: Cast, item: WorkItem) -> None:
    begun(cast, item)
    answer = cast.township_officer.client().post("/applications/new/7/", start(cast))
    assert answer.status_code == 422
    assert "没有办结" in answer.content.decode()


def test_papers_submission_and_the_outcome_that_another_tells(cast: Cast, item: WorkItem) -> None:
    made = begun(cast, item)
    client, page = cast.township_officer.client(), f"/applications/{made.pk}/"
    assert client.post(f"{page}submit/", {"version": 1, "papers": ["身份证"]}).status_code == 302
    assert client.post(f"{page}submit/", {"version": 1}).status_code == 409, "somebody was quicker, or a double click"
    own = client.post(f"{page}end/", {"version": 2, "outcome": "granted", "words": "已批准"})
    assert own.status_code == 422, "who began it does not tell that it was granted"
    assert cast.township_reviewer.client().post(f"{page}end/", {"version": 2, "outcome": "granted", "words": "从12月起"}).status_code == 302
    made.refresh_from_db()
    assert (made.state, made.papers["身份证"], list(made.papers.values()).count(False)) == ("granted", True, 1)
    assert [entry.action for entry in Entry.objects.filter(kind="application").exclude(action="looked").order_by("id")] == [
        "application_started",
        "application_submitted",
        "application_ended",
    ]
    assert "从12月起" in client.get(page).content.decode()
    assert made.number in client.get("/applications/?tab=ended").content.decode()
    assert made.number in client.get("/households/7/").content.decode()


def test_the_family_may_take_it_back(cast: Cast, item: WorkItem) -> None:
    made = begun(cast, item)
    assert (
        cast.township_officer.client().post(f"/applications/{made.pk}/end/", {"version": 1, "outcome": "withdrawn", "words": "不申请了"}).status_code
        == 302
    )
    made.refresh_from_db()
    assert made.state == "withdrawn"


def test_a_department_begins_only_what_it_is_in_charge_of(cast: Cast, item: WorkItem) -> None:
    Household.objects.update(departments=["medical_security"])
    Person.objects.update(departments=["medical_security"])
    client = cast.department_officer.client()
    assert client.post("/applications/new/7/", start(cast)).status_code == 422
    assert client.post("/applications/new/7/", start(cast, programme="medical")).status_code == 302
    assert cast.stranger_department.client().get(f"/applications/{Application.objects.get().pk}/").status_code == 404


def test_the_list_takes_few_queries(cast: Cast, item: WorkItem, django_assert_max_num_queries: object) -> None:
    begun(cast, item)
    client = cast.township_officer.client()
    client.get("/applications/")
    with django_assert_max_num_queries(14):  # type: ignore[operator]  # of them: session, user, device, membership, scope, savepoints
        assert "王**" in client.get("/applications/").content.decode()
