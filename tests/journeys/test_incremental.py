"""Whatever is delivered after a run: recomputing those whom it touches publishes the bytes that a full run publishes."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from itertools import count
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from tests.journeys.homes import fixed_keys
from tests.journeys.redeliver import Delivered, Row, cut_of, newest, send

from doudi.contracts.periods import Period
from doudi.identity.keys import open_keys
from doudi.intake.confirm import confirm_delivery
from doudi.intake.delivery import read_about
from doudi.lake.home import TEMPORARY, Home
from doudi.monitoring import run as running
from doudi.monitoring import steps
from doudi.monitoring.chain import with_chain_tables
from doudi.monitoring.freeze import Books, freeze, open_books
from doudi.monitoring.incremental import lakes, near
from doudi.monitoring.incremental.base import find_base
from doudi.monitoring.kept import Kept, PartResult
from doudi.published.read import PublishedRun
from doudi.rules import build_policy
from doudi.simulation.home import Wish, write_home
from doudi.simulation.places import places_of

DAYS = (date(2026, 9, 30), date(2026, 10, 31))
OCTOBER = Period(date(2026, 10, 1), DAYS[-1])
EVENTS = ("payment", "medical_expense", "insurance_reimbursement")
CORRECTED = (*EVENTS, "subsistence_allowance", "employment", "disability_certificate", "insurance_enrolment")
SMALL_LIST = "extreme_poverty"
"""A list of few people that comes every month and is not due before the next."""

_COPY = count(1)


@pytest.fixture(scope="module")
def books() -> Books:
    return open_books()


@pytest.fixture(scope="module", autouse=True)
def planned_once() -> Iterator[None]:
    """A policy of one day is planned, and put into words, once for all runs here."""
    plans: dict[object, object] = {}
    texts: dict[int, tuple[object, str]] = {}
    plan, words = running.plan_policy, steps.sql

    def planning(policy: object, states: dict[str, object]) -> object:
        key = (policy.as_of, tuple(states.items()))  # type: ignore[attr-defined]
        return plans.setdefault(key, plans.get(key) or plan(policy, states))  # type: ignore[arg-type]

    def in_words(query: object) -> str:
        if id(query) not in texts:
            texts[id(query)] = (query, words(query))  # type: ignore[arg-type]
        return texts[id(query)][1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(running, "plan_policy", planning)
        patch.setattr(steps, "sql", in_words)
        yield


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, books: Books) -> Iterator[Path]:
    """A small prefecture, run in full on two days."""
    root = tmp_path_factory.mktemp("incremental")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DOUDI_KEYS", str(fixed_keys(root / "keys")))
        made = write_home(Wish(120, 7, "4313", DAYS[-1], 2, False), places_of("4313", 120), root / "home", 1)
        for day in DAYS:
            run(made.home, day, books, full=True)
        yield root


def run(home: Home, day: date, books: Books, *, full: bool = False) -> PublishedRun:
    return running.run(home, open_keys(home), day, books, full=full).run


def copied(home: Path, without: str = "") -> Home:
    """A copy of a home, without one of its runs."""
    other = home.parent / f"copy{next(_COPY)}"
    shutil.copytree(home, other, ignore=shutil.ignore_patterns(*([without] if without else []), f"{TEMPORARY}*"))
    return Home.open(other, create=False)


class Story:
    """What happens in a home after a run, one thing at a time; `pick` chooses among what there is."""

    def __init__(self, home: Home, last: PublishedRun, pick: Callable[[int], int]) -> None:
        self.home, self.cut, self.pick = home, cut_of(home, last), pick

    def one(self, rows: list[Row]) -> Row:
        return rows[self.pick(len(rows))]

    def correct(self) -> None:
        """Rows come again with other figures, from a dataset of any kind."""
        old = newest(self.home, self.cut, CORRECTED[self.pick(len(CORRECTED))])
        changed = {"due_amount": 12_345, "paid_date": None, "total_cost": 9_000_000, "visit_no": "A1", "monthly_amount": 77_700, "level": "1"}
        rows = [self.one(old.rows) for _ in range(1 + self.pick(3))]
        unlike = {tuple(row[name] for name in row if name != "row"): row for row in rows}
        send(old, [row | {name: value for name, value in changed.items() if name in row} for row in unlike.values()], DAYS[-1])

    def move(self) -> None:
        """Somebody is in another household, in this county or another, or founds one."""
        old = newest(self.home, self.cut, "population")
        who, other = self.one(old.rows), self.one(old.rows)
        home = other["household_no"] if self.pick(3) else f"新户{self.pick(9)}"
        send(old, [who | {"household_no": home, "hukou_region": other["hukou_region"]}], DAYS[-1])

    def die(self) -> None:
        """Somebody on the list is dead, or somebody whom nobody knows."""
        old, people = newest(self.home, self.cut, "death"), newest(self.home, self.cut, "population")
        who = self.one(people.rows)["person"] if self.pick(4) else 4_711
        send(old, [old.rows[0] | {"person": who, "death_date": date(2026, 10, 1 + self.pick(30))}], DAYS[-1], period=OCTOBER)

    def arrive(self) -> None:
        """Somebody new is on the list."""
        old = newest(self.home, self.cut, "population")
        send(old, [self.one(old.rows) | {"person": 10_000 + self.pick(1_000), "relation": "20"}], DAYS[-1])

    def share(self) -> None:
        """Money of two households goes to one account."""
        old = newest(self.home, self.cut, "payment")
        send(old, [self.one(old.rows) | {"account_hash": self.one(old.rows)["account_hash"]}], DAYS[-1])

    def rename(self) -> None:
        """The index hears of another telephone: only the identities change."""
        lists = [Delivered(self.home, one["id"], "population") for one in self.cut.deliveries if one["dataset"] == "population"]
        old = next(found for found in lists if len(found.seen) > 9)
        send(old, [], DAYS[-1], seen=[self.one(old.seen) | {"phone_sealed": bytes(24)} for _ in range(5)])

    def enlist(self) -> None:
        """A list of the month comes for the second time, with somebody else on it."""
        old, people = newest(self.home, self.cut, "disability_certificate"), newest(self.home, self.cut, "population")
        send(old, [*old.rows, self.one(old.rows) | {"person": self.one(people.rows)["person"]}], DAYS[-1])

    def confirm(self) -> None:
        """A list that was held is confirmed."""
        old = newest(self.home, self.cut, "subsistence_allowance")
        confirm_delivery(self.home, send(old, old.rows[:1], DAYS[-1], verdict="held"))

    def forget(self) -> None:
        """Help is delivered for somebody whom no list knows."""
        old = newest(self.home, self.cut, "temporary_aid")
        send(old, [self.one(old.rows) | {"person": 99_000 + self.pick(3)}], DAYS[-1])


HAPPENS = ("correct", "move", "die", "arrive", "share", "rename", "enlist", "confirm", "forget")
"""What may happen; each is a method of `Story`."""


@settings(max_examples=1, phases=[Phase.explicit, Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(days=st.lists(st.lists(st.sampled_from(HAPPENS), min_size=2, max_size=4, unique=True), min_size=2, max_size=2), seed=st.integers(0, 99_999))
@example(days=[["correct", "move", "share", "rename", "forget"], ["die", "arrive", "enlist", "confirm"]], seed=1)
def test_any_deliveries_computed_from_a_base_give_the_bytes_of_a_full_run(town: Path, books: Books, days: list[list[str]], seed: int) -> None:
    home, chance = copied(town / "home"), Random(seed)
    last = PublishedRun.latest(home.root)
    for day, happens in enumerate(days):
        happen(home, last, happens, chance)
        with pytest.MonkeyPatch.context() as patch:
            if day:  # as if townships were larger, and more of them differed than can be named
                patch.setattr(lakes, "MOST_ROWS", 0)
                patch.setattr(near, "MOST_BUCKETS", 0)
            last = run(home, DAYS[-1], books)
        assert_full(home, last, books)
    shutil.rmtree(home.root)


def test_an_interrupted_run_goes_on_from_its_base_or_in_full(town: Path, books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    home = copied(town / "home")
    base = PublishedRun.latest(home.root)
    happen(home, base, ["correct", "move", "share", "die"], Random(3))
    monkeypatch.setattr(running, "PEOPLE_PER_MB", 1 / running.DEFAULT_BOUNDS.memory)  # a county at a time
    noted: list[str] = []
    note = Kept.note

    def failing(self: Kept, results: Mapping[str, PartResult]) -> None:
        note(self, results)
        noted.extend(results)
        if len(noted) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(Kept, "note", failing)
    with pytest.raises(KeyboardInterrupt):
        run(home, DAYS[-1], books)
    other = copied(home.root)
    found = run(home, DAYS[-1], books)
    assert len(noted) == len(set(noted)) > 2, "no part is computed twice"
    monkeypatch.undo()
    monkeypatch.setenv("DOUDI_KEYS", str(town / "keys"))
    whole = run(other, DAYS[-1], books, full=True)
    assert found.times["base"]
    assert not whole.times["base"], "it began again, on nothing"
    assert found.manifest == whole.manifest
    for each in (found, whole, base, PublishedRun(other.runs / base.id)):
        each.verify()


@pytest.mark.parametrize("what", ["quality.parquet", "sql/*_person_0.sql"])
def test_a_damaged_run_is_no_base(town: Path, books: Books, what: str) -> None:
    home = copied(town / "home")
    frozen = freeze(home, open_keys(home), DAYS[-1], books)
    plan = running.plan_policy(build_policy(with_chain_tables(books.policy), books.contracts, DAYS[-1]), frozen.states)
    base = find_base(home, frozen, plan)
    assert base
    assert base.run.as_of == DAYS[-1]
    assert base.is_sound
    damaged = next(base.run.path.glob(what))
    damaged.write_bytes(damaged.read_bytes()[:-1])
    found = find_base(home, frozen, plan)
    assert found
    assert not found.is_sound
    happen(home, base.run, ["correct"], Random(4))
    assert run(home, DAYS[-1], books).times["base"] is None


def test_when_a_dataset_becomes_late_or_comes_after_all_everybody_is_computed(town: Path, books: Books) -> None:
    home = copied(town / "home")
    timely = PublishedRun.latest(home.root)
    withheld = {path: path.read_bytes() for path in home.sendings.iterdir() if is_recent(home, path, "medical_expense")}
    for path in withheld:
        path.unlink()
    late = run(home, DAYS[-1], books)
    assert late.datasets["medical_expense"]["late_days"] > 0
    assert late.times["base"] is None, "what everybody gets is not known now"
    shutil.rmtree(timely.path)
    for path, content in withheld.items():
        path.write_bytes(content)
    again = run(home, DAYS[-1], books)
    assert again.times["base"] is None, "what was open for everybody is known now"
    assert again.manifest == timely.manifest


def test_the_list_of_a_new_month_touches_those_on_it_and_on_the_one_before(town: Path, books: Books) -> None:
    """What was the newest list is history now: lines of people whose rows say the same as before come from another table."""
    home = copied(town / "home")
    whole = PublishedRun.latest(home.root)
    withheld = {path: path.read_bytes() for path in home.sendings.iterdir() if is_recent(home, path, SMALL_LIST, "2026-10")}
    assert withheld
    for path in withheld:
        path.unlink()
    run(home, DAYS[-1], books)
    shutil.rmtree(whole.path)
    for path, content in withheld.items():
        path.write_bytes(content)
    found = run(home, DAYS[-1], books)
    assert found.times["base"], "the list was not due yet, so nothing became timely"
    assert found.manifest == whole.manifest
    found.verify()


def test_another_figure_of_the_policy_has_no_base(town: Path, books: Books) -> None:
    home = copied(town / "home")
    other = replace(books, policy_hash=f"{int(books.policy_hash[0], 16) ^ 1:x}{books.policy_hash[1:]}")
    frozen = freeze(home, open_keys(home), DAYS[-1], other)
    plan = running.plan_policy(build_policy(with_chain_tables(books.policy), books.contracts, DAYS[-1]), frozen.states)
    assert find_base(home, frozen, plan) is None


def test_the_next_day_has_no_base(town: Path, books: Books) -> None:
    """Windows, ages and deadlines have moved for everybody."""
    home, day = copied(town / "home"), date(2026, 11, 1)
    frozen = freeze(home, open_keys(home), day, books)
    assert frozen.previous
    assert frozen.previous.as_of == DAYS[-1]
    plan = running.plan_policy(build_policy(with_chain_tables(books.policy), books.contracts, day), frozen.states)
    assert find_base(home, frozen, plan) is None


def is_recent(home: Home, sending: Path, dataset: str, since: str = "2026-09") -> bool:
    """Whether a delivery of the dataset reaches this month (the last but one), or a later one."""
    about = read_about(home, json.loads(sending.read_bytes())["delivery"])
    return about["dataset"] == dataset and about["period_last"] >= since


def happen(home: Home, last: PublishedRun, things: list[str], chance: Random) -> None:
    story = Story(home, last, chance.randrange)
    for thing in things:
        getattr(story, thing)()


def assert_full(home: Home, found: PublishedRun, books: Books) -> None:
    """The run is computed from a base, and a full run of the same inputs is the same run, byte for byte."""
    assert found.times["base"], "it was computed from a base"
    found.verify()
    other = copied(home.root, without=found.id)
    whole = run(other, DAYS[-1], books, full=True)
    differing = [name for name, file in whole.manifest.files.items() if found.manifest.files.get(name) != file]
    assert differing == []
    assert found.manifest == whole.manifest
    shutil.rmtree(other.root)
