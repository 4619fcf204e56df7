"""A demo site is one that can be tried out: every account finds something, and nothing of it is done twice."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.casework.cast import office
from tests.casework.leads import OCTOBER, lead, load

from doudi.casework.access.actor import actor_of
from doudi.casework.access.models import Membership
from doudi.casework.access.scope import scoped
from doudi.casework.dispatch.models import Event
from doudi.casework.dispatch.selectors import Filters, items_listed
from doudi.config import demo
from doudi.config.demowork import ANSWERED, ELSEWHERE, work_begun

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 2, 4, tzinfo=UTC)
OTHER = f"{demo.TOWNSHIP}002"


def waits_for(username: str) -> int:
    """How many items somebody finds under 待我办理."""
    actor = actor_of(Membership.objects.select_related("user", "office").get(user__username=username))
    with scoped(actor.scope):
        return len(items_listed(actor, tab="todo", on=AT.date(), filters=Filters()).rows)


@pytest.fixture
def county(tmp_path: Path) -> None:
    """The demo's offices and accounts, and leads in its village and the next one."""
    for account in demo.ACCOUNTS:
        office(account.region, account.department)
    office(OTHER, "village")
    demo.accounts_fill()
    at = {"county": demo.COUNTY, "township": demo.TOWNSHIP}
    homes = [lead(number, village=demo.VILLAGE, **at) for number in (1, 2)] + [lead(number, village=OTHER, **at) for number in range(3, 8)]
    load(tmp_path, OCTOBER, *homes, lead(8, village=OTHER, department="medical_security", level="county", **at))


def test_village_township_department_and_their_heads_find_work_at_their_step(county: None) -> None:
    assert work_begun(AT) == 2 + sum(len(steps) for steps in ELSEWHERE) + len(ANSWERED)
    assert waits_for("village") == 2
    assert waits_for("township-head") == 2
    assert waits_for("medical-head") == 1
    assert waits_for("township") >= 2
    assert Event.objects.filter(step="refer").count() == 1


def test_work_is_begun_once(county: None) -> None:
    work_begun(AT)
    done = Event.objects.count()
    assert work_begun(AT) == 0
    assert Event.objects.count() == done


def test_without_a_run_nothing_is_begun(db: None) -> None:
    for account in demo.ACCOUNTS:
        office(account.region, account.department)
    demo.accounts_fill()
    assert work_begun(AT) == 0
