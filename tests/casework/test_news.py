"""Notices to an office, and what a run brought it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.casework.cast import Cast
from tests.casework.leads import NOVEMBER, OCTOBER, gone, lead, load, offices, take, worked

from doudi.casework.audit.models import Entry
from doudi.casework.dispatch.models import Notice, WorkItem
from doudi.casework.dispatch.notices import notice_make
from doudi.casework.runs.changes import rules_changed, rules_known
from doudi.casework.runs.models import Run
from doudi.kernel.clock import now

pytestmark = pytest.mark.django_db


@pytest.fixture
def item(tmp_path: Path, cast: Cast) -> WorkItem:
    offices()
    load(tmp_path, OCTOBER, lead())
    return WorkItem.objects.get()


def returned(cast: Cast, item: WorkItem) -> Notice:
    """The township returns the item; the county's civil affairs are told."""
    event = take(cast.township_officer, item, "return", note="不归我们")
    assert notice_make(event=event.pk, item=item.pk)
    return Notice.objects.get()


def test_an_office_is_told_and_once_seen_it_is_not_new_any_more(cast: Cast, item: WorkItem) -> None:
    notice, client = returned(cast, item), cast.county_reviewer.client()
    assert "有新消息" in client.get("/").content.decode()
    shown = client.get("/news/").content.decode()
    assert "退回待改派" in shown
    assert f"/tasks/{item.pk}/" in shown
    client.post("/news/seen/", {"newest": notice.pk})
    assert "有新消息" not in client.get("/").content.decode()
    assert "退回待改派" in client.get("/news/").content.decode()
    assert Entry.objects.filter(action="notices_seen").count() == 1


def test_what_came_after_the_page_was_opened_stays_new(cast: Cast, item: WorkItem) -> None:
    notice = returned(cast, item)
    cast.county_reviewer.client().post("/news/seen/", {"newest": notice.pk - 1})
    notice.refresh_from_db()
    assert notice.seen_at is None


def test_another_office_hears_nothing_and_can_mark_nothing(cast: Cast, item: WorkItem) -> None:
    notice = returned(cast, item)
    for member in (cast.stranger_county, cast.stranger_department, cast.township_officer):
        client = member.client()
        assert "退回待改派" not in client.get("/news/").content.decode()
        client.post("/news/seen/", {"newest": notice.pk})
    notice.refresh_from_db()
    assert notice.seen_at is None


def test_the_last_run_s_changes_are_counted_for_the_office(tmp_path: Path, cast: Cast, item: WorkItem) -> None:
    worked(cast, item)
    Run.objects.filter(state="current").update(loaded_at=now())
    load(tmp_path, NOVEMBER, lead(household=2), ended=(gone(lead()),))
    Run.objects.filter(state="current").update(loaded_at=item.opened_on and now().replace(hour=0, minute=0))
    shown = cast.township_officer.client().get("/news/").content.decode()
    assert "复核办结" in shown
    assert "派发到本单位" in shown


def test_the_list_asks_no_more_questions_for_it(cast: Cast, item: WorkItem, django_assert_max_num_queries: Any) -> None:
    client = cast.county_reviewer.client()
    client.get("/news/")
    with django_assert_max_num_queries(20) as asked:
        client.get("/news/")
    own = [one["sql"] for one in asked.captured_queries if not one["sql"].startswith(("SAVEPOINT", "RELEASE", "SET ROLE", "SELECT current_user"))]
    assert len(own) <= 8, own


RULE = {
    "name": "预警", "version": "2024-09-02", "grade": "O", "within_working_days": 10, "department": "civil_affairs", "level": "township",
    "conditions": [{"test": "a >= line", "negated": False}],
    "parameters": [{"parameter": "line", "region": "43", "rural": None, "value": "1500000", "name": "预警线"}],
}  # fmt: skip


@pytest.mark.parametrize(
    ("after", "says"),
    [
        ({}, ""),
        ({"version": "2026-11-01"}, "2026-11-01 起的新版本"),
        ({"conditions": [{"test": "a > line", "negated": False}]}, "条件有改动"),
        ({"parameters": [RULE["parameters"][0] | {"value": "1600000"}]}, "数值有改动：预警线"),  # type: ignore[index,operator]
        ({"within_working_days": 5}, "办理时限有改动"),
    ],
)
def test_what_a_rule_is_otherwise_is_said_in_words(after: dict[str, Any], says: str) -> None:
    found = rules_changed({"W02": RULE}, {"W02": RULE | after})
    assert [one["says"] for one in found] == ([says] if says else [])


def test_new_rules_and_rules_that_are_gone_are_named_and_a_first_run_changes_nothing() -> None:
    found = rules_changed({"W01": RULE}, {"W02": RULE})
    assert [(one["rule"], one["gone"]) for one in found] == [("W01", True), ("W02", False)]
    assert rules_changed({}, {"W02": RULE}) == []


def test_changed_rules_stand_in_the_rule_book_and_among_the_news(cast: Cast, item: WorkItem) -> None:
    assert "W02" in rules_known()
    changed = [{"rule": "W02", "name": "预警W02", "says": "条件有改动", "gone": False}]
    Run.objects.filter(state="current").update(loaded={"rules": changed})
    assert "条件有改动" in cast.township_officer.client().get("/news/").content.decode()
    assert "条件有改动" in cast.data_steward.client().get("/rules/").content.decode()
