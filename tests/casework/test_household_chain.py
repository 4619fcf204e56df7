"""The chain of a household: what was done, by whom, and the step that has not been taken."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.casework.cast import VILLAGE, Cast, Member
from tests.casework.leads import OCTOBER, lead, load, offices, take

from doudi.casework.dispatch.models import WorkItem
from doudi.casework.registry.models import Household
from doudi.casework.runs.models import Run
from doudi.casework.visits.models import Visit

pytestmark = pytest.mark.django_db


@pytest.fixture
def item(tmp_path: Path, cast: Cast) -> WorkItem:
    """A new item of a household that has a file."""
    offices()
    load(tmp_path, OCTOBER, lead())
    found = WorkItem.objects.get()
    more: dict[str, Any] = {"run": Run.objects.get(), "seen_on": OCTOBER, "since_on": OCTOBER, "source": b"x"}
    Household.objects.create(number=found.household, region=VILLAGE, members=1, departments=[found.department], **more)
    return found


def chain(member: Member, item: WorkItem) -> str:
    shown = member.client().get(f"/households/{item.household}/").content.decode()
    return shown.split('id="chain-t"')[1].split("</ol>")[0]


def test_the_step_not_taken_stands_first_with_whose_it_is_and_until_when(cast: Cast, item: WorkItem) -> None:
    first = chain(cast.township_officer, item).split("<li")[1]
    assert "下一步：签收" in first
    assert str(item.office) in first
    assert f"任务 {item.number}" in first


def test_what_was_done_follows_newest_first_and_links_to_its_paper(cast: Cast, item: WorkItem) -> None:
    take(cast.township_officer, item, "accept")
    take(cast.township_officer, item, "verify", verdict="true", how="desk", note="电话核实")
    shown = chain(cast.township_officer, item)
    places = [shown.index(words) for words in ("下一步：办理反馈", "核实：属实", "签收</p>", "产生</p>")]
    assert places == sorted(places)
    assert f'href="/tasks/{item.pk}/"' in shown


def test_papers_that_a_role_may_not_open_are_named_without_a_link(cast: Cast, item: WorkItem) -> None:
    done = {"state": "done", "done_at": "2026-11-02T04:00Z", "done_by": cast.village_worker.user, "changed": True, "result": "changed"}
    planned = {"purpose": "regular", "planned_on": OCTOBER, "due_on": OCTOBER, "office": item.office}
    visit = Visit.objects.create(number="ZF1", household=item.household, region=VILLAGE, **planned, **done)
    assert f'href="/visits/{visit.pk}/"' in chain(cast.township_officer, item)
    looked_at = chain(cast.prefecture_supervisor, item)
    assert "走访：有变化" in looked_at
    assert "走访 ZF1" in looked_at
    assert f'href="/visits/{visit.pk}/"' not in looked_at
