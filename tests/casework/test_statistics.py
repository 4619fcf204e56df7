"""Figures by place: added up beforehand, never more than the viewer's region, a rate only where there is something to divide by."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from tests.casework.cast import COUNTY, NEXT_COUNTY, PROVINCE, TOWNSHIP, VILLAGE, Cast, office

from doudi.casework.access.actor import Scope, job
from doudi.casework.access.scope import scoped
from doudi.casework.alerts.models import Alert
from doudi.casework.dispatch.models import Event, WorkItem
from doudi.casework.registry.models import Category, Household, Person
from doudi.casework.runs.models import Place, Run
from doudi.casework.statistics.measures import MEASURES, breaks, step_of
from doudi.casework.statistics.models import PlaceDay
from doudi.casework.statistics.selectors import is_hidden, place_view, rule_hits
from doudi.casework.statistics.services import figures_refresh

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 2)
COUNTING = job("统计", Scope.of(PROVINCE))


def run(name: str = "r1", state: str = "current") -> Run:
    return Run.objects.create(id=name, as_of=date(2026, 10, 31), state=state, policy_hash="x", schema="4.0")


def alert(number: int, rule: str = "R01", grade: str = "R", region: str = VILLAGE, **more: object) -> Alert:
    fields = {"kind": "may_qualify", "department": "civil_affairs", "version": "1", "name": rule, "subject": "h", "household": number} | more
    return Alert.objects.create(
        id=f"a{number}", rule=rule, grade=grade, region=region, level="county", within_working_days=10, since=DAY, first_run="r1", last_run="r1",
        change="new", facts_hash="", **fields,
    )  # fmt: skip


def item(number: int, state: str, **more: object) -> WorkItem:
    return WorkItem.objects.create(
        number=f"2026-431382-{number:06}", household=number, region=VILLAGE, department="civil_affairs", level="county", grade="R", state=state,
        office=office(COUNTY, "civil_affairs"), within_working_days=10, opened_on=DAY, pushed_on=DAY, **more,
    )  # fmt: skip


def recognised(person: int, household: int, code: str = "dibao") -> None:
    known = {"region": VILLAGE, "run": Run.objects.get(state="current"), "seen_on": DAY, "source": b""}
    Household.objects.get_or_create(number=household, defaults={"members": 2, "since_on": DAY, **known})
    Person.objects.create(number=person, household_id=household, identity=b"", **known)
    Category.objects.create(person=person, household=household, code=code, name=code, starts_on=DAY, region=VILLAGE, run=known["run"])


def counted(place: str, department: str = "") -> dict[str, int]:
    with scoped(COUNTING.scope):
        figures_refresh(COUNTING, on=DAY)
    return dict(PlaceDay.objects.get(place=place, day=DAY).figures.get(department, {}))


def test_without_a_run_there_is_nothing_to_add_up() -> None:
    assert figures_refresh(COUNTING, on=DAY) == 0


def test_what_is_in_a_village_counts_in_every_place_above_it(cast: Cast) -> None:
    Place.objects.create(run=run(), region=TOWNSHIP, persons=3000, living=2900, deceased=100, households=1000)
    recognised(1, 11)
    recognised(2, 11)
    recognised(3, 12, "tekun")
    for place in (VILLAGE, TOWNSHIP, COUNTY, "4313", PROVINCE):
        figures = counted(place)
        assert (figures["covered"], figures["category:dibao"], figures["category:tekun"]) == (2, 2, 1), place
    assert counted(TOWNSHIP)["households"] == 1000
    assert "households" not in counted(VILLAGE)


def test_a_closed_lead_counts_no_more(cast: Cast) -> None:
    run()
    alert(1)
    alert(2, grade="Y", kind="duplicate")
    alert(3, state="ended")
    assert {key: number for key, number in counted(COUNTY).items() if key.startswith("leads")} == {
        "leads": 2, "leads:R": 1, "leads:Y": 1, "leads:may_qualify": 1, "leads:duplicate": 1
    }  # fmt: skip


def test_work_is_counted_by_department_and_together(cast: Cast) -> None:
    run()
    item(1, "accepted", due_on=date(2026, 11, 1))
    item(2, "pushed", due_on=date(2026, 11, 9), accept_by=date(2026, 11, 1))
    done = item(3, "answered", due_on=date(2026, 11, 9), answered_on=date(2026, 11, 2))
    for step in ("send_back", "approve"):
        Event.objects.create(item=done, at=datetime(2026, 11, 2, 3, tzinfo=UTC), actor="x", step=step, state_after="answered")
    together, one = counted(COUNTY), counted(COUNTY, "civil_affairs")
    assert together == one
    assert one == {"open": 2, "overdue": 1, "unaccepted": 1, "answered": 1, "in_time": 1, "reviewed": 2, "sent_back": 1}
    assert counted(COUNTY, "health") == {}


def test_adding_up_twice_gives_the_same_day_once(cast: Cast) -> None:
    run()
    alert(1)
    assert counted(COUNTY) == counted(COUNTY)
    assert PlaceDay.objects.filter(place=COUNTY).count() == 1


def test_villages_are_kept_for_the_newest_day_only(cast: Cast) -> None:
    run()
    alert(1)
    with scoped(COUNTING.scope):
        figures_refresh(COUNTING, on=date(2026, 11, 1))
        figures_refresh(COUNTING, on=DAY)
    assert PlaceDay.objects.filter(place=COUNTY).count() == 2
    assert PlaceDay.objects.filter(place=VILLAGE).count() == 1


def test_a_viewer_sees_the_own_region_and_what_is_below_and_no_other(cast: Cast) -> None:
    run()
    alert(1)
    alert(2, region=NEXT_COUNTY + "100201")
    counted(COUNTY)
    viewer = cast.county_officer.actor
    view = place_view(viewer, COUNTY)
    assert view is not None
    assert [place.code for place in view.within] == [TOWNSHIP]
    assert [place.code for place in view.crumbs] == [COUNTY]
    assert [place_view(viewer, code) for code in ("4313", NEXT_COUNTY, "43", "", "999999")] == [None] * 5
    assert [place.code for place in place_view(cast.prefecture_supervisor.actor, "4313").within] == [NEXT_COUNTY, COUNTY]


def test_hits_of_a_rule_are_those_of_the_viewers_region(cast: Cast) -> None:
    run()
    alert(1)
    alert(2, rule="R02")
    alert(3, region=NEXT_COUNTY)
    counted(COUNTY)
    assert rule_hits(cast.county_officer.actor) == {"R01": 1, "R02": 1}
    assert rule_hits(cast.stranger_county.actor) == {"R01": 1}


def test_small_counts_are_hidden_from_those_who_see_no_people(cast: Cast) -> None:
    steward = cast.data_steward.actor
    assert [is_hidden(steward, count) for count in (0, 1, 4, 5)] == [False, True, True, False]
    assert not is_hidden(cast.county_officer.actor, 1)


def test_without_a_denominator_there_is_no_rate() -> None:
    covered = MEASURES["covered"]
    assert covered.rate({"covered": 5}) is None
    assert covered.rate({"covered": 5, "households": 1000}) == 5.0
    assert MEASURES["overdue"].rate({"overdue": 1, "open": 4}) == 25.0


def test_steps_are_five_at_most_and_hold_about_as_many_places_each() -> None:
    rates = [float(number) for number in range(1, 101)]
    ends = breaks(rates)
    assert ends == [21.0, 41.0, 61.0, 81.0]
    assert [sum(step_of(rate, ends) == step for rate in rates) for step in range(5)] == [20, 20, 20, 20, 20]


@pytest.mark.parametrize(("rates", "ends"), [([], []), ([3.0], []), ([3.0, 3.0], []), ([0.0, 0.0, 0.0, 9.0], [])])
def test_places_that_are_alike_are_one_step(rates: list[float], ends: list[float]) -> None:
    assert breaks(rates) == ends
