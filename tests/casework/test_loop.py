"""The loop: who may take which step from which state, what it asks for, and what is kept of it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from procrastinate.contrib.django.models import ProcrastinateJob
from tests.casework.cast import COUNTY, Cast, Member, office
from tests.casework.leads import LOADER, NOON, OCTOBER, lead, load, offices, take, worked

from doudi.casework.access.permissions import PERMISSIONS
from doudi.casework.access.scope import scoped
from doudi.casework.alerts.models import Alert
from doudi.casework.audit.models import Entry
from doudi.casework.dispatch import jobs
from doudi.casework.dispatch.loop import STEPS, Who, steps_from
from doudi.casework.dispatch.models import Event, Notice, Reminder, State, WorkItem
from doudi.casework.dispatch.services import item_open, may_take, reminders_send, step_take
from doudi.casework.dispatch.stepping import step_by_platform
from doudi.kernel.errors import DoudiError

pytestmark = pytest.mark.django_db


@pytest.fixture
def item(cast: Cast, tmp_path: Path) -> WorkItem:
    """An orange lead with the township, handed out on Monday 2 November 2026, ten working days."""
    offices()
    load(tmp_path, OCTOBER, lead(1), on=date(2026, 11, 2))
    return WorkItem.objects.get()


def refused(who: Member, item: WorkItem, step: str, **data: Any) -> list[str]:
    """The codes with which a step is refused."""
    with pytest.raises(DoudiError) as problem:
        take(who, item, step, **data)
    return [fault.code for fault in problem.value.faults]


# the table


def test_every_state_but_closed_leads_on_and_every_state_is_reached() -> None:
    left = {state for step in STEPS.values() for state in step.before if step.after not in (None, state)}
    reached = {step.after for step in STEPS.values() if step.after}
    assert left >= set(State) - {State.CLOSED}
    assert reached >= set(State)


def test_steps_of_people_need_a_permission_and_those_of_the_platform_none() -> None:
    for step in STEPS.values():
        names = [name for name in step.permission.split("|") if name]
        assert bool(names) == (step.who is not Who.JOB), step.name
        assert set(names) <= PERMISSIONS.keys(), step.name


def test_nothing_but_a_person_leads_out_of_work_that_has_begun_to_closed() -> None:
    for step in STEPS.values():
        if step.after is State.CLOSED and step.who is Who.JOB:
            assert step.before <= {State.WAITING, State.PUSHED, State.ANSWERED}, step.name


# the way through


def test_accept_verify_handle_approve_answers_the_item(cast: Cast, item: WorkItem) -> None:
    done = worked(cast, item)
    assert (done.state, done.result_code, done.answered_on) == (State.ANSWERED, "included", date(2026, 11, 2))
    assert [event.step for event in done.events.all()] == ["open", "push", "accept", "verify", "handle", "approve"]
    assert (done.assignee, done.proposed_by, done.approved_by) == (
        cast.township_officer.user,
        cast.township_officer.user,
        cast.township_reviewer.user,
    )


def test_each_step_is_in_the_audit_log_with_who_and_from_where_to_where(cast: Cast, item: WorkItem) -> None:
    take(cast.township_officer, item, "accept")
    entry = Entry.objects.get(action="item_accept")
    assert (entry.user, entry.object, entry.region, entry.detail["from"], entry.detail["to"]) == (
        cast.township_officer.user.pk,
        item.number,
        item.region,
        "pushed",
        "accepted",
    )


def test_a_decision_freezes_the_facts_it_stood_on(cast: Cast, item: WorkItem) -> None:
    worked(cast, item)
    event = Event.objects.get(step="handle")
    (fact,) = event.data["facts"]
    assert (fact["rule"], fact["evidence"][0]["value"]) == ("W02", "1820000")
    Alert.objects.update(evidence=[], facts_hash="other")
    assert Event.objects.get(step="handle").data["facts"][0]["evidence"][0]["value"] == "1820000"
    assert len(event.facts_hash) == 64


def test_a_returned_item_goes_to_the_proposed_office_with_new_terms(cast: Cast, item: WorkItem) -> None:
    other = office(COUNTY, "medical_security")
    take(cast.township_officer, item, "return", note="应由医保部门办理", office=other.pk)
    item.refresh_from_db()
    assert (item.state, item.return_to) == (State.RETURNED, other)
    later = datetime(2026, 11, 4, 2, tzinfo=UTC)
    take(cast.county_reviewer, item, "redirect", later, note="同意", office=other.pk)
    item.refresh_from_db()
    assert (item.state, item.office, item.department, item.level, item.pushed_on) == (
        State.PUSHED,
        other,
        "medical_security",
        "county",
        date(2026, 11, 4),
    )
    take(cast.department_officer, item, "accept")


def test_a_return_that_is_refused_stays_with_its_office_and_term(cast: Cast, item: WorkItem) -> None:
    due = item.due_on
    take(cast.township_officer, item, "return", note="不归我们管")
    take(cast.county_reviewer, item, "refuse_return", note="属乡镇职责")
    item.refresh_from_db()
    assert (item.state, item.due_on, item.office.region_id) == (State.PUSHED, due, "431382103")


def test_a_case_goes_to_the_conference_and_its_decision_is_approved_like_any_other(cast: Cast, item: WorkItem) -> None:
    take(cast.township_officer, item, "accept")
    take(cast.township_officer, item, "refer", note="涉及三个部门")
    take(cast.county_officer, item, "decide", result="carried_out", note="会议决定由医保落实", conference=7)
    take(cast.township_reviewer, item, "approve")
    item.refresh_from_db()
    assert (item.state, item.result_code, item.proposed_by) == (State.ANSWERED, "carried_out", cast.county_officer.user)


def test_what_is_sent_back_can_be_handled_again(cast: Cast, item: WorkItem) -> None:
    worked(cast, item, until="handle")
    take(cast.township_reviewer, item, "send_back", note="请补充收入证明")
    take(cast.township_officer, item, "handle", result="included", note="已补充")
    take(cast.township_reviewer, item, "approve")


# what is refused


def test_nobody_approves_what_they_handled_and_the_database_says_so_too(cast: Cast, item: WorkItem) -> None:
    worked(cast, item, until="handle")
    item.refresh_from_db()
    WorkItem.objects.filter(pk=item.pk).update(proposed_by=cast.township_reviewer.user)
    assert refused(cast.township_reviewer, item, "approve") == ["own_work"]
    with pytest.raises(IntegrityError), transaction.atomic():
        WorkItem.objects.filter(pk=item.pk).update(approved_by=cast.township_reviewer.user)


def test_a_step_from_a_wrong_state_is_refused_in_words(cast: Cast, item: WorkItem) -> None:
    assert refused(cast.township_officer, item, "handle", result="included", note="x") == ["item_wrong_state"]


def test_two_people_at_once_the_second_is_told_and_nothing_is_lost(cast: Cast, item: WorkItem) -> None:
    version = item.version
    take(cast.township_officer, item, "accept")
    with scoped(cast.township_officer.actor.scope), pytest.raises(DoudiError, match="有人改动过"):
        step_take(cast.township_officer.actor, item=item.pk, step="note", version=version, at=NOON, note="刚才写的")


def test_a_double_click_takes_a_step_once(cast: Cast, item: WorkItem) -> None:
    by = cast.township_officer.actor
    with scoped(by.scope):
        first = step_take(by, item=item.pk, step="note", version=item.version, at=NOON, key="k1", note="一次")
        second = step_take(by, item=item.pk, step="note", version=item.version, at=NOON, key="k1", note="一次")
    assert first == second
    assert item.events.filter(step="note").count() == 1


def test_everything_that_is_missing_is_told_at_once(cast: Cast, item: WorkItem) -> None:
    worked(cast, item, until="verify")
    assert refused(cast.township_officer, item, "handle") == ["item_field_missing", "item_field_missing"]


def test_a_result_that_contradicts_what_was_found_is_refused(cast: Cast, item: WorkItem) -> None:
    worked(cast, item, until="verify")
    assert refused(cast.township_officer, item, "handle", result="not_true", note="x") == ["item_result"]
    take(cast.township_officer, item, "verify", verdict="not_true", how="desk", note="收入不实")
    assert refused(cast.township_officer, item, "handle", result="included", note="x") == ["item_result"]


def test_a_gradual_exit_says_until_when(cast: Cast, item: WorkItem) -> None:
    worked(cast, item, until="verify")
    assert refused(cast.township_officer, item, "handle", result="gradual_exit", note="x") == ["item_gradual_exit"]
    take(cast.township_officer, item, "handle", result="gradual_exit", note="x", until=date(2027, 5, 1))
    take(cast.township_reviewer, item, "approve")
    assert (Alert.objects.get().state, Alert.objects.get().quiet_until) == ("quiet", date(2027, 5, 1))


@pytest.mark.parametrize("role", ["stranger_village", "stranger_township", "stranger_county", "stranger_department"])
def test_strangers_cannot_tell_that_an_item_exists(cast: Cast, item: WorkItem, role: str) -> None:
    step = "verify" if role == "stranger_village" else "accept"
    assert refused(getattr(cast, role), item, step) == ["item_not_found"]


def test_the_county_cannot_accept_what_is_with_the_township(cast: Cast, item: WorkItem) -> None:
    assert refused(cast.county_officer, item, "accept") == ["item_not_theirs"]


def test_supervisors_and_auditors_take_no_step_at_all(cast: Cast, item: WorkItem) -> None:
    for role in ("prefecture_supervisor", "province_supervisor", "auditor"):
        actor = getattr(cast, role).actor
        for state in State:
            item.state = state
            assert [step.name for step in steps_from(state) if may_take(actor, item, step)] == []


def test_a_village_worker_verifies_at_home_and_does_nothing_else(cast: Cast, item: WorkItem) -> None:
    take(cast.township_officer, item, "accept")
    take(cast.village_worker, item, "verify", verdict="true", how="visit", note="上门看过")
    item.refresh_from_db()
    assert (item.verified_by, item.verified_how) == (cast.village_worker.user, "visit")
    assert refused(cast.village_worker, item, "handle", result="included", note="x") == ["not_permitted"]


def test_steps_of_the_platform_cannot_be_taken_by_people(cast: Cast, item: WorkItem) -> None:
    assert refused(cast.county_reviewer, item, "close_by_check") == ["item_wrong_state"]


def test_an_event_is_never_changed_or_removed(item: WorkItem) -> None:
    for statement in ("UPDATE dispatch_event SET note = 'x'", "DELETE FROM dispatch_event"):
        with pytest.raises(Exception, match=r"append-only|permission denied"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


# reminders


def remind(day: date) -> tuple[int, int]:
    sent = reminders_send(LOADER, on=day, at=datetime(day.year, day.month, day.day, 1, tzinfo=UTC))
    return sent.reminders, sent.escalated


def test_reminders_come_at_the_accept_term_at_half_the_term_and_on_its_last_day_each_once(item: WorkItem) -> None:
    said = [kind for day in range(15) for kind in (remind(date(2026, 11, 2) + timedelta(days=day)), remind(date(2026, 11, 2) + timedelta(days=day)))]
    assert sum(count for count, _ in said) == 3
    assert list(Reminder.objects.order_by("on").values_list("kind", "on")) == [
        ("accept", date(2026, 11, 4)),
        ("half", date(2026, 11, 9)),
        ("due", date(2026, 11, 16)),
    ]


def test_an_overdue_item_is_escalated_once_to_the_county_which_may_then_approve(cast: Cast, item: WorkItem) -> None:
    assert remind(date(2026, 11, 17))[1] == 1
    assert remind(date(2026, 11, 18)) == (0, 0)
    item.refresh_from_db()
    assert (item.escalated_on, item.escalated_to, item.state) == (date(2026, 11, 17), office(COUNTY, "civil_affairs"), State.PUSHED)
    worked(cast, item, until="handle")
    take(cast.county_reviewer, item, "approve")


def test_that_a_cause_is_gone_is_to_be_confirmed_within_the_term_too(cast: Cast, item: WorkItem) -> None:
    worked(cast, item, until="accept")
    item.refresh_from_db()
    step_by_platform(LOADER, item=item, step="gone", at=datetime(2026, 11, 3, 1, tzinfo=UTC), note="线索消失", run="2026-11-02-x")
    assert remind(date(2026, 11, 16)) == (1, 0)
    assert remind(date(2026, 11, 17)) == (1, 1)
    item.refresh_from_db()
    assert (item.state, item.escalated_to) == (State.GONE, office(COUNTY, "civil_affairs"))


def test_an_answered_item_is_reminded_of_nothing(cast: Cast, item: WorkItem) -> None:
    worked(cast, item)
    assert remind(date(2026, 12, 20)) == (0, 0)


# told to others


def test_whoever_must_act_next_is_told_once_in_the_transaction_of_the_step(cast: Cast, item: WorkItem) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():  # noqa: PT012 - what was written is undone
        worked(cast, item, until="handle")
        raise RuntimeError
    assert not ProcrastinateJob.objects.filter(task_name="dispatch.notice").exists()
    worked(cast, item, until="handle")
    (queued,) = ProcrastinateJob.objects.filter(task_name="dispatch.notice")
    for _ in range(2):
        jobs.notice_write(**queued.args)
    (notice,) = Notice.objects.all()
    assert (notice.office, notice.says) == (item.office, f"{item.number}：等待审批")


def test_a_notice_about_an_item_that_is_another_departments_by_now_is_not_written_and_does_not_fail(cast: Cast, item: WorkItem) -> None:
    take(cast.township_officer, item, "return", note="应由医保部门办理")
    (queued,) = ProcrastinateJob.objects.filter(task_name="dispatch.notice")
    take(cast.county_reviewer, item, "redirect", note="同意", office=office(COUNTY, "medical_security").pk)
    jobs.notice_write(**queued.args)
    assert not Notice.objects.exists()


def test_what_a_person_found_is_handed_to_an_office_at_once(cast: Cast, item: WorkItem) -> None:
    with scoped(cast.township_officer.actor.scope):
        made = item_open(
            cast.township_officer.actor,
            origin="clue",
            office=item.office_id,
            region=item.region,
            subject="邻居反映住院后生活困难",
            at=NOON,
            within_working_days=5,
            household=1,
        )
    assert (made.state, made.number, made.due_on, made.department) == (State.PUSHED, "2026-431382-000002", date(2026, 11, 9), "civil_affairs")
