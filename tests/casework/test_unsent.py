"""What was typed is not lost when the session has ended, and is nobody else's."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from tests.casework.cast import PASSWORD, Cast, Member
from tests.casework.objects import OBJECTS
from tests.casework.test_login import NOON, code_given, logged_in

from doudi.casework.access import factors
from doudi.casework.access.models import Authenticator
from doudi.casework.dispatch.models import WorkItem
from doudi.web.errors import above

pytestmark = pytest.mark.django_db
TYPED = "电话里说下周住院"


def again(client: Client, member: Member, moment: datetime) -> Any:
    """Log in once more, in the same browser."""
    known = Authenticator.objects.filter(user=member.user).first() or factors.authenticator_new(member.user, at=moment - timedelta(hours=1))
    if known.confirmed_at is None:
        factors.code_check(member.user, given=factors.code_at(known, moment - timedelta(hours=1)), at=moment - timedelta(hours=1))
    client.post(reverse("login"), {"username": member.user.username, "password": PASSWORD, "next": reverse("account-unsent")})
    return code_given(client, factors.code_at(known, moment))


def expired(cast: Cast) -> tuple[Client, WorkItem, Any]:
    """A note is sent an hour after the last page: the browser, the item, and what it is answered. The clock stands at that hour."""
    item = WorkItem.objects.get(pk=OBJECTS["item"](cast)["pk"])
    with time_machine.travel(NOON, tick=False):
        client = logged_in(cast.township_officer)
    with time_machine.travel(NOON + timedelta(hours=1), tick=False):
        answer = client.post(f"/tasks/{item.pk}/note/", {"version": item.version, "key": "k", "note": TYPED})
    return client, item, answer


def test_what_was_typed_can_be_sent_after_logging_in_again(cast: Cast) -> None:
    client, item, answer = expired(cast)
    assert answer.url.endswith("next=%2Faccount%2Funsent")
    assert TYPED not in str(dict(client.session)), "it is sealed"
    later = NOON + timedelta(hours=1, minutes=1)
    with time_machine.travel(later, tick=False):
        assert "内容已经保留" in client.get(answer.url).content.decode()
        assert again(client, cast.township_officer, later).url == reverse("account-unsent")
        offered = client.get(reverse("account-unsent")).content.decode()
        assert f'action="/tasks/{item.pk}/note/"' in offered
        assert offered.count(TYPED) == 2, "to be read, and to be sent"
        assert client.post(f"/tasks/{item.pk}/note/", {"version": item.version, "key": "k", "note": TYPED}).status_code == 302
    assert item.events.get(step="note").note == TYPED


def test_somebody_else_who_logs_in_there_gets_nothing_of_it(cast: Cast) -> None:
    client, _, _ = expired(cast)
    later = NOON + timedelta(hours=1, minutes=1)
    with time_machine.travel(later, tick=False):
        again(client, cast.township_reviewer, later)
        assert client.get(reverse("account-unsent")).url == reverse("home")
        assert "unsent" not in client.session


def test_it_can_be_given_up(cast: Cast) -> None:
    client, item, _ = expired(cast)
    later = NOON + timedelta(hours=1, minutes=1)
    with time_machine.travel(later, tick=False):
        again(client, cast.township_officer, later)
        client.post(reverse("account-unsent"))
        assert client.get(reverse("account-unsent")).status_code == 302
    assert not item.events.exists()


def test_passwords_and_what_other_sites_send_are_not_kept(cast: Cast) -> None:
    with time_machine.travel(NOON, tick=False):
        cookie = logged_in(cast.township_officer).cookies["session"].value
    with time_machine.travel(NOON + timedelta(hours=1), tick=False):
        strict = Client(enforce_csrf_checks=True)
        strict.cookies["session"] = cookie
        assert strict.post("/clues/new/", {"words": TYPED}).url.endswith("next=%2F")
        assert "unsent" not in strict.session
    with time_machine.travel(NOON + timedelta(days=1), tick=False):
        client = logged_in(cast.township_officer, NOON + timedelta(days=1))
    with time_machine.travel(NOON + timedelta(days=1, hours=1), tick=False):
        client.post(reverse("account-password"), {"old": PASSWORD})
        assert "unsent" not in client.session


def test_a_page_that_was_only_looked_at_is_come_back_to(cast: Cast) -> None:
    with time_machine.travel(NOON, tick=False):
        client = logged_in(cast.township_officer)
    with time_machine.travel(NOON + timedelta(hours=1), tick=False):
        assert client.get("/visits/?tab=open").url.endswith("next=%2Fvisits%2F%3Ftab%3Dopen")


def test_a_form_of_an_old_page_is_refused_with_the_words_to_copy(cast: Cast) -> None:
    client = Client(enforce_csrf_checks=True)
    client.cookies["session"] = cast.township_officer.client().cookies["session"].value
    answer = client.post("/clues/new/", {"words": TYPED, "name": "x"})
    assert answer.status_code == 403
    assert TYPED in answer.content.decode()


def test_an_address_that_only_takes_what_is_sent_shows_the_way_to_its_page(cast: Cast) -> None:
    pk = OBJECTS["item"](cast)["pk"]
    answer = cast.township_officer.client().get(f"/tasks/{pk}/accept/")
    assert answer.status_code == 405
    assert f'href="/tasks/{pk}/"' in answer.content.decode()
    assert [above(one) for one in ("/households/1/reveal/2/", "/clues/5/take/", "/account/sessions/end", "/logout")] == [
        "/households/1/",
        "/clues/5/",
        "/account",
        "/",
    ]
