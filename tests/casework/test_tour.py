"""Three screens for newcomers: each account once by itself, skipped or seen, and again whenever somebody wants."""

from __future__ import annotations

import pytest
import time_machine
from tests.casework.cast import ROLES_AT, STRANGERS, Cast
from tests.casework.test_login import NOON, code_given, enrolled, password_given

from doudi.casework.access import factors
from doudi.casework.access.models import User
from doudi.casework.audit.models import Entry

pytestmark = pytest.mark.django_db


def newcomer(cast: Cast, name: str) -> User:
    user = getattr(cast, name).user
    User.objects.filter(pk=user.pk).update(toured_at=None)
    return user


@time_machine.travel(NOON, tick=False)
def test_the_first_login_leads_to_the_screens_and_the_next_does_not(cast: Cast) -> None:
    member = cast.township_officer
    newcomer(cast, "township_officer")
    known = enrolled(member)
    client, _ = password_given(member)
    assert code_given(client, factors.code_at(known, NOON)).url == "/tour/"
    assert client.post("/tour/done/").url == "/"
    assert User.objects.get(pk=member.user.pk).toured_at == NOON
    assert Entry.objects.filter(action="tour_seen").count() == 1
    client.post("/tour/done/")
    assert Entry.objects.filter(action="tour_seen").count() == 1


@time_machine.travel(NOON, tick=False)
def test_who_was_on_the_way_to_a_page_gets_there_first(cast: Cast) -> None:
    newcomer(cast, "township_officer")
    known = enrolled(cast.township_officer)
    client, _ = password_given(cast.township_officer, next="/visits/")
    assert code_given(client, factors.code_at(known, NOON)).url == "/visits/"


@pytest.mark.parametrize("role", [name for name in ROLES_AT if name not in STRANGERS])
def test_every_role_has_three_screens(cast: Cast, role: str) -> None:
    client = getattr(cast, role).client()
    pages = [client.get("/tour/", {"screen": number}).content.decode() for number in (1, 2, 3)]
    assert len(set(pages)) == 3
    assert [f"第 {number} 屏，共 3 屏" in page for number, page in enumerate(pages, 1)] == [True] * 3
    assert ["跳过" in page for page in pages] == [True, True, False]
    assert "开始使用" in pages[2]


def test_an_unknown_screen_is_the_first(cast: Cast) -> None:
    assert "第 1 屏" in cast.auditor.client().get("/tour/?screen=９").content.decode()
