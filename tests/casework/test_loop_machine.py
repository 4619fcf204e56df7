"""The loop as a machine: whatever people, runs and the calendar do in whatever order, what must always hold holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.casework.cast import COUNTY, Cast, Member, office
from tests.casework.leads import LOADER, gone, lead, load, offices

from doudi.casework.access.scope import scoped
from doudi.casework.alerts.models import Alert
from doudi.casework.audit.models import Entry
from doudi.casework.dispatch.loop import STEPS, Who
from doudi.casework.dispatch.models import Event, Reminder, State, WorkItem
from doudi.casework.dispatch.selectors import steps_open_to
from doudi.casework.dispatch.services import items_push_for_day, reminders_send, step_take
from doudi.kernel.errors import DoudiError

pytestmark = pytest.mark.django_db
STAYING, SIDEWAYS = ("note", "assign"), ("return", "refer", "send_back", "keep_open", "refuse_return")
TAKEN: Counter[str] = Counter()
START = date(2026, 9, 1)
PEOPLE = ("village_worker", "township_officer", "township_reviewer", "county_officer", "county_reviewer", "department_officer", "auditor")
GIVEN: dict[str, list[Any]] = {
    "note": ["情况"] * 5 + [""], "verdict": ["true", "not_true", "unclear"], "how": ["desk", "visit"],
    "result": ["included", "not_true", "referred", "gradual_exit", "to_conference"], "until": [date(2027, 6, 1), date(2020, 1, 1)],
}  # fmt: skip
STEP = st.tuples(st.just("step"), st.sampled_from(PEOPLE), st.sampled_from([step.name for step in STEPS.values()]), st.randoms(use_true_random=False))
OPEN = st.tuples(
    st.just("open_step"), st.sampled_from(("township_officer", "township_reviewer", "county_reviewer")), st.randoms(use_true_random=False)
)
"""What people do mostly: a step that is open to them."""
RUN = st.tuples(st.just("run"), st.sampled_from(("shows", "worse", "red", "gone", "unknown")))
DAYS = st.tuples(st.just("days"), st.integers(1, 20))


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(acts=st.lists(OPEN | OPEN | STEP | RUN | DAYS, min_size=6, max_size=24))
def test_whatever_happens_in_whatever_order(acts: list[Any], cast: Cast) -> None:
    with TemporaryDirectory() as folder:
        undone = transaction.savepoint()
        try:
            World(cast, Path(folder)).live(acts)
        finally:
            transaction.savepoint_rollback(undone)
            with connection.cursor() as cursor:
                cursor.execute("SET ROLE doudi_loader")


class First:
    """Always the first that there is."""

    @staticmethod
    def random() -> float:
        return 0.0

    @staticmethod
    def choice(options: list[Any]) -> Any:
        return options[0]


def test_a_family_goes_all_the_way_through_the_machine_above(cast: Cast, tmp_path: Path) -> None:
    world, done = World(cast, tmp_path), ("accept", "verify", "handle", "approve")
    way: list[Any] = [("step", "township_reviewer" if step == "approve" else "township_officer", step, First()) for step in done]
    world.live([*way, ("run", "shows"), ("days", 20), *way, ("run", "gone")])
    assert WorkItem.objects.get().state == State.CLOSED
    assert [TAKEN[step] >= 2 for step in done] == [True] * 4, TAKEN


class World:
    """One family's lead and what is done about it."""

    def __init__(self, cast: Cast, folder: Path) -> None:
        self.cast, self.folder, self.day = cast, folder, START
        offices()
        self.offices = [office(COUNTY, "medical_security").pk, office(COUNTY, "civil_affairs").pk]
        self.run("shows")

    def live(self, acts: list[Any]) -> None:
        does: dict[str, Callable[..., None]] = {"step": self.step, "open_step": self.open_step, "run": self.run, "days": self.days}
        for kind, *given_ in acts:
            does[kind](*given_)
            self.holds()

    def days(self, count: int) -> None:
        self.day += timedelta(days=count)
        reminders_send(LOADER, on=self.day, at=self.moment())
        before = Reminder.objects.count()
        reminders_send(LOADER, on=self.day, at=self.moment())
        assert Reminder.objects.count() == before, "reminded once"
        items_push_for_day(LOADER, on=self.day, at=self.moment())

    def run(self, what: str) -> None:
        self.day += timedelta(days=1)
        one = lead(1, **{"worse": {"value": 9_000_000}, "red": {"grade": "R"}}.get(what, {}))
        shown = () if what in ("gone", "unknown") else (one,)
        ended = () if shown else (gone(one, "miss" if what == "gone" else "unknown"),)
        known = Alert.objects.exclude(state="ended").exists()
        load(self.folder, self.day, *shown, ended=ended if known else ())

    def open_step(self, who: str, random: Any) -> None:
        item = WorkItem.objects.exclude(state=State.CLOSED).order_by("-id").first()
        names = steps_open_to(getattr(self.cast, who).actor, item) if item else []
        if onward := [name for name in names for _ in range(1 if name in SIDEWAYS else 4) if name not in STAYING]:
            self.step(who, random.choice(onward), random)

    def step(self, who: str, step: str, random: Any) -> None:
        item = WorkItem.objects.exclude(state=State.CLOSED).order_by("-id").first()
        if item is None:
            return
        what, member = STEPS[step], getattr(self.cast, who)
        wanted = [name for name in (*what.asks, *what.may_give) if name not in ("visit", "conference")]
        data = {name: self.given(name, member, random) for name in wanted if random.random() < 0.95}
        before = item.version
        try:
            with scoped(member.actor.scope):
                step_take(member.actor, item=item.pk, step=step, version=item.version, at=self.moment(), **data)
        except DoudiError:
            item.refresh_from_db()
            assert item.version == before, "what is refused changes nothing"
            return
        TAKEN[step] += 1
        assert what.who is not Who.JOB, "a step of the platform's was taken by a person"
        assert any(member.actor.may(name) for name in what.permission.split("|"))

    def given(self, name: str, member: Member, random: Any) -> Any:
        if name == "office":
            return random.choice(self.offices)
        return member.user.pk if name == "assignee" else random.choice(GIVEN[name])

    def moment(self) -> datetime:
        return datetime(self.day.year, self.day.month, self.day.day, 4, tzinfo=UTC)

    def holds(self) -> None:
        """What must always be so."""
        for item in WorkItem.objects.all():
            events = list(Event.objects.filter(item=item).order_by("id"))
            states = [events[0].state_after, *(event.state_after for event in events[1:])]
            assert states[-1] == item.state, "the history leads to where it stands"
            for before, event in zip(states, events[1:], strict=False):
                step = STEPS[event.step]
                assert event.state_before == before, "no step is left out"
                assert event.state_before in step.before, event.step
                assert step.returns or event.state_after == (step.after or before)
            self.decided(item, events)
        live = WorkItem.objects.exclude(state=State.CLOSED)
        assert live.filter(household=1, origin="alert").values("office").distinct().count() == live.count(), "one item for an office"
        assert not Alert.objects.filter(state="quiet", quiet_until=None).exists()

    def decided(self, item: WorkItem, events: list[Event]) -> None:
        """Two people for every decision, its facts kept, and nothing closed by the platform that was red or begun."""
        handled, verified = None, None
        for event in events:
            handled = event.user if event.step in ("handle", "decide") else handled
            verified = event.user if event.step == "verify" else verified
            if event.step in ("approve", "confirm_gone") and handled is not None:
                assert event.user not in (handled, verified), "nobody approves their own work"
            if event.step in ("verify", "handle", "approve", "confirm_gone"):
                assert event.data["facts"], event.step
                assert event.facts_hash
            if event.step == "end":
                assert not any(earlier.user for earlier in events), "work that was begun is closed by a person"
                assert not Alert.objects.filter(item=item, grade="R").exists(), "and a red lead too"
        steps = [event for event in events if event.user is not None]
        assert Entry.objects.filter(object=item.number, user__isnull=False, action__startswith="item_").count() == len(steps)
