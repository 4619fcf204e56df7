"""From a run's alerts to work items, and what the next run makes of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from tests.casework.cast import COUNTY, TOWNSHIP, Cast, office
from tests.casework.leads import LOADER, NOON, NOVEMBER, OCTOBER, SEPTEMBER, bring, gone, lead, load, offices, published, take, worked

from doudi.casework.access.scope import scoped
from doudi.casework.alerts.models import Alert
from doudi.casework.dispatch.models import Event, Notice, State, WorkItem
from doudi.casework.dispatch.services import items_push_for_day, step_take
from doudi.kernel.errors import DoudiError

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _offices(db: None) -> None:
    offices()


def item_of(household: int = 1) -> WorkItem:
    return WorkItem.objects.exclude(state=State.CLOSED).get(household=household)


def test_alerts_of_one_household_at_one_office_are_one_item_with_the_gravest_grade_and_the_shortest_term(tmp_path: Path) -> None:
    load(tmp_path, OCTOBER, lead(1, "W02"), lead(1, "W01", grade="R", within_working_days=5), lead(2, "W02"))
    item = item_of()
    assert (item.grade, item.within_working_days, item.office) == ("R", 5, office(TOWNSHIP, "township"))
    assert item.signals == "预警W01、预警W02"
    assert {alert.item for alert in Alert.objects.filter(household=1)} == {item}
    assert WorkItem.objects.count() == 2


def test_alerts_for_another_department_are_its_own_item(tmp_path: Path) -> None:
    load(tmp_path, OCTOBER, lead(1, "W02"), lead(1, "E01", department="medical_security", level="county"))
    assert {(item.department, item.level) for item in WorkItem.objects.all()} == {("civil_affairs", "township"), ("medical_security", "county")}


def test_numbers_count_up_within_county_and_year(tmp_path: Path) -> None:
    load(tmp_path, OCTOBER, lead(1), lead(2))
    load(tmp_path, NOVEMBER, lead(1), lead(2), lead(3))
    assert sorted(WorkItem.objects.values_list("number", flat=True)) == [f"2026-431382-{n:06}" for n in (1, 2, 3)]


def test_where_the_township_is_not_known_the_county_answers(tmp_path: Path) -> None:
    load(tmp_path, OCTOBER, lead(1, township=None, village=None))
    assert item_of().office == office(COUNTY, "civil_affairs")


def test_an_alert_for_which_there_is_no_office_is_counted_and_stays(tmp_path: Path) -> None:
    counts = load(tmp_path, OCTOBER, lead(1, department="finance", level="county"))
    assert (counts["no_office"], counts["opened"]) == (1, 0)
    assert Alert.objects.get().state == "open"


def test_the_same_run_again_changes_nothing(tmp_path: Path) -> None:
    run = published(tmp_path, OCTOBER, lead(1), lead(2))
    bring(run, OCTOBER)
    before = list(WorkItem.objects.order_by("pk").values()), Event.objects.count()
    again = bring(run, OCTOBER)
    assert (list(WorkItem.objects.order_by("pk").values()), Event.objects.count()) == before
    assert set(again.values()) == {0}


def test_evidence_tells_condition_value_line_and_source(tmp_path: Path) -> None:
    load(tmp_path, OCTOBER, lead(1))
    (reason,) = Alert.objects.get().evidence
    assert (reason["says"], reason["value"], reason["threshold"], reason["unit"]) == ("近12个月家庭医疗自付达到预警线", "1820000", "1500000", "分")
    (source,) = reason["sources"]
    assert (source["dataset"], source["row"], source["date"]) == ("medical_expense", 7, "2026-10-31")


def test_a_new_alert_joins_the_open_item_and_may_shorten_its_term(cast: Cast, tmp_path: Path) -> None:
    load(tmp_path, OCTOBER, lead(1), on=date(2026, 11, 2))
    before = item_of()
    load(tmp_path, NOVEMBER, lead(1), lead(1, "W13", grade="R", within_working_days=1), on=date(2026, 11, 3))
    after = item_of()
    assert (before.pk, before.grade, after.grade) == (after.pk, "O", "R")
    assert after.due_on == date(2026, 11, 4) < before.due_on
    assert after.version > before.version
    assert after.events.filter(step="join").count() == 1


def test_no_office_gets_more_new_items_on_a_day_than_its_cap_and_the_gravest_come_first(tmp_path: Path) -> None:
    counts = load(tmp_path, OCTOBER, *(lead(n) for n in range(1, 36)), lead(40, grade="R"), on=date(2026, 11, 2))
    assert counts["pushed"] == 30
    assert item_of(40).state == State.PUSHED
    assert items_push_for_day(LOADER, on=date(2026, 11, 2), at=item_of(40).events.first().at) == 0
    assert items_push_for_day(LOADER, on=date(2026, 11, 3), at=item_of(40).events.first().at) == 6
    assert not WorkItem.objects.filter(state=State.WAITING).exists()


def test_on_a_day_off_nothing_is_handed_out_by_itself(tmp_path: Path) -> None:
    load(tmp_path, OCTOBER, *(lead(n) for n in range(1, 36)), on=date(2026, 10, 30))
    at = Event.objects.first().at
    assert items_push_for_day(LOADER, on=date(2026, 10, 31), at=at) == 0
    assert items_push_for_day(LOADER, on=date(2026, 11, 2), at=at) == 5


def test_terms_are_working_days_of_the_calendar(tmp_path: Path) -> None:
    load(tmp_path, SEPTEMBER, lead(1, within_working_days=3), on=date(2026, 9, 30))
    item = item_of()
    assert (item.pushed_on, item.accept_by, item.due_on) == (date(2026, 9, 30), date(2026, 10, 9), date(2026, 10, 10))
    assert not item.due_estimated


def test_a_cause_that_is_gone_closes_the_item_that_nobody_touched_with_reason_and_run(tmp_path: Path) -> None:
    load(tmp_path, OCTOBER, lead(1))
    load(tmp_path, NOVEMBER, ended=(gone(lead(1)),))
    item = WorkItem.objects.get()
    assert (item.state, item.gone_run, item.cause_gone) == (State.CLOSED, "2026-11-30-made", True)
    assert item.gone_reason == "预警W02：不再成立：医疗自付达到预警线"
    assert Alert.objects.get().ended_run == "2026-11-30-made"


@pytest.mark.parametrize("case", ["red", "begun"])
def test_a_red_cause_that_is_gone_or_one_with_work_begun_waits_for_a_person(cast: Cast, tmp_path: Path, case: str) -> None:
    one = lead(1, grade="R") if case == "red" else lead(1)
    load(tmp_path, OCTOBER, one)
    if case == "begun":
        take(cast.township_officer, item_of(), "accept")
    counts = load(tmp_path, NOVEMBER, ended=(gone(one),))
    assert (counts["gone"], item_of().state) == (1, State.GONE)
    take(cast.township_reviewer, item_of(), "confirm_gone", note="已核对，情况属实")
    assert WorkItem.objects.get().state == State.CLOSED


def test_a_red_cause_among_others_waits_for_a_person_although_it_went_before_them(tmp_path: Path) -> None:
    red, orange = lead(1, grade="R"), lead(1, "W01")
    load(tmp_path, SEPTEMBER, red, orange)
    load(tmp_path, OCTOBER, orange | {"value": 1_900_000}, ended=(gone(red),))
    assert item_of().grade == "O"
    counts = load(tmp_path, NOVEMBER, ended=(gone(orange),))
    assert (counts["ended"], counts["gone"], item_of().state) == (0, 1, State.GONE)


def test_nobody_decides_on_an_item_of_which_a_lead_has_ended_without_having_seen_that(cast: Cast, tmp_path: Path) -> None:
    load(tmp_path, SEPTEMBER, lead(1), lead(1, "W01"))
    seen = worked(cast, item_of(), until="verify")
    run = published(tmp_path / "again", SEPTEMBER, lead(1), ended=(gone(lead(1, "W01")),))
    run.manifest = replace(run.manifest, run="2026-09-30-again")
    bring(run, SEPTEMBER)
    by = cast.township_officer.actor
    with scoped(by.scope), pytest.raises(DoudiError, match="有人改动过"):
        step_take(by, item=seen.pk, step="handle", version=seen.version, at=NOON, result="included", note="x")
    (event,) = seen.events.filter(step="join")
    assert (event.note, event.data["alerts"]) == ("依据有变化", [lead(1, "W01")["alert"]])
    bring(run, SEPTEMBER)
    assert seen.events.filter(step="join").count() == 1


def test_a_false_alarm_that_goes_and_comes_back_in_its_quiet_time_stays_quiet(cast: Cast, tmp_path: Path) -> None:
    load(tmp_path, SEPTEMBER, lead(1), on=date(2026, 11, 2))
    worked(cast, item_of(), "not_true")
    load(tmp_path, OCTOBER, ended=(gone(lead(1)),), on=date(2026, 11, 3))
    assert Alert.objects.get().state == "ended"
    load(tmp_path, NOVEMBER, lead(1), on=date(2026, 12, 1))
    assert Alert.objects.get().state == "quiet"
    assert not WorkItem.objects.exclude(state=State.CLOSED).exists()
    load(tmp_path, date(2026, 12, 31), lead(1, value=2_200_000), on=date(2027, 1, 4))
    assert (Alert.objects.get().state, Alert.objects.get().worse) == ("open", True)
    assert item_of().state == State.PUSHED


def test_what_a_person_keeps_open_goes_back_to_where_it_was(cast: Cast, tmp_path: Path) -> None:
    load(tmp_path, OCTOBER, lead(1))
    take(cast.township_officer, item_of(), "accept")
    load(tmp_path, NOVEMBER, ended=(gone(lead(1)),))
    take(cast.township_reviewer, item_of(), "keep_open", note="仍有困难")
    assert item_of().state == State.ACCEPTED


def test_a_cause_that_shows_again_while_it_waits_for_confirmation_brings_the_item_back(cast: Cast, tmp_path: Path) -> None:
    load(tmp_path, SEPTEMBER, lead(1))
    take(cast.township_officer, item_of(), "accept")
    load(tmp_path, OCTOBER, ended=(gone(lead(1)),))
    load(tmp_path, NOVEMBER, lead(1))
    assert item_of().state == State.ACCEPTED


def test_unknown_is_not_gone(tmp_path: Path) -> None:
    load(tmp_path, OCTOBER, lead(1))
    load(tmp_path, NOVEMBER, ended=(gone(lead(1), "unknown", "变为未知：医疗支出数据未报送"),))
    assert item_of().state == State.PUSHED
    assert (Alert.objects.get().state, Alert.objects.get().unsure) == ("open", "变为未知：医疗支出数据未报送")


def test_the_next_run_closes_what_was_answered_when_the_data_no_longer_show_it(cast: Cast, tmp_path: Path) -> None:
    load(tmp_path, OCTOBER, lead(1))
    item = worked(cast, item_of())
    assert (item.state, Alert.objects.get().state) == (State.ANSWERED, "decided")
    counts = load(tmp_path, NOVEMBER, ended=(gone(lead(1)),))
    item.refresh_from_db()
    assert (counts["closed"], item.state) == (1, State.CLOSED)


def test_the_next_run_reopens_what_was_answered_when_the_data_still_show_it(cast: Cast, tmp_path: Path) -> None:
    load(tmp_path, OCTOBER, lead(1))
    item = worked(cast, item_of())
    counts = load(tmp_path, NOVEMBER, lead(1), on=date(2026, 12, 1))
    item.refresh_from_db()
    assert (counts["reopened"], item.state, item.reopened, item.pushed_on) == (1, State.REOPENED, 1, date(2026, 12, 1))
    assert (item.result_code, item.approved_by) == ("", None)
    assert Alert.objects.get().state == "open"
    assert item.events.filter(step="handle").get().data["result"] == "included"


def test_an_answer_is_not_refuted_by_data_older_than_it(cast: Cast, tmp_path: Path) -> None:
    load(tmp_path, OCTOBER, lead(1))
    item = worked(cast, item_of())
    for as_of, reach, state in (
        (date(2026, 11, 5), OCTOBER, State.ANSWERED),
        (date(2026, 11, 6), date(2026, 11, 3), State.REOPENED),
    ):
        load(tmp_path, as_of, lead(1), reach=reach)
        item.refresh_from_db()
        assert item.state == state, as_of


def test_an_answer_does_not_wait_for_ever_for_newer_data(cast: Cast, tmp_path: Path) -> None:
    load(tmp_path, OCTOBER, lead(1))
    item = worked(cast, item_of())
    for days, state in ((44, State.ANSWERED), (45, State.REOPENED)):
        load(tmp_path, item.answered_on + timedelta(days=days), lead(1), reach=OCTOBER)
        item.refresh_from_db()
        assert item.state == state, days


def test_the_run_that_was_loaded_when_it_was_answered_does_not_check_it(cast: Cast, tmp_path: Path) -> None:
    run = published(tmp_path, OCTOBER, lead(1))
    bring(run, OCTOBER)
    item = worked(cast, item_of())
    bring(run, OCTOBER)
    item.refresh_from_db()
    assert item.state == State.ANSWERED


def test_a_false_alarm_is_quiet_for_its_time_and_speaks_again_after_it(cast: Cast, tmp_path: Path) -> None:
    load(tmp_path, SEPTEMBER, lead(1))
    worked(cast, item_of(), "not_true")
    load(tmp_path, OCTOBER, lead(1), on=date(2026, 11, 2))
    alert = Alert.objects.get()
    assert (alert.state, alert.quiet_until, WorkItem.objects.get().state) == ("quiet", date(2027, 1, 31), State.CLOSED)
    load(tmp_path, NOVEMBER, lead(1), on=date(2027, 2, 1))
    assert Alert.objects.get().state == "open"
    assert item_of().number == "2027-431382-000001"


@pytest.mark.parametrize(("value", "state"), [(2_100_000, "quiet"), (2_200_000, "open")])
def test_a_false_alarm_speaks_before_its_time_if_the_facts_are_clearly_worse(cast: Cast, tmp_path: Path, value: int, state: str) -> None:
    load(tmp_path, SEPTEMBER, lead(1))
    worked(cast, item_of(), "not_true")
    load(tmp_path, OCTOBER, lead(1, value=value), on=date(2026, 11, 2))
    assert Alert.objects.get().state == state
    assert Alert.objects.get().worse == (state == "open")


def test_a_lead_that_ended_and_comes_back_is_new_work(tmp_path: Path) -> None:
    load(tmp_path, SEPTEMBER, lead(1))
    load(tmp_path, OCTOBER, ended=(gone(lead(1)),))
    load(tmp_path, NOVEMBER, lead(1))
    assert [item.state for item in WorkItem.objects.order_by("pk")] == [State.CLOSED, State.PUSHED]


def test_nobody_sees_alerts_and_items_of_another_county_or_department(cast: Cast, tmp_path: Path) -> None:
    load(tmp_path, OCTOBER, lead(1))
    for stranger in cast.strangers:
        with scoped(stranger.actor.scope):
            assert (Alert.objects.count(), WorkItem.objects.count(), Event.objects.count(), Notice.objects.count()) == (0, 0, 0, 0)
    with scoped(cast.village_worker.actor.scope):
        assert (Alert.objects.count(), WorkItem.objects.count(), Event.objects.count()) == (1, 1, 2)
