"""A browser that was left open exports nothing: what leaves the site in one piece asks for the telephone's code again."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.test import Client, RequestFactory
from django.urls import reverse
from tests.casework.cast import Cast
from tests.casework.objects import OBJECTS
from tests.casework.test_login import NOON, enrolled

from doudi.casework.access import factors
from doudi.casework.audit.models import Entry
from doudi.web.accounts.unsent import fields_of

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(minutes=6)
ASKED = {"tab": "scope", "grade": "R"}
EXPORTS = {"work-export": "county_officer", "audit-export": "audit_admin"}


def left_open(cast: Cast, who: str = "county_officer") -> Client:
    """Logged in at noon, the telephone bound."""
    member = getattr(cast, who)
    enrolled(member)
    with time_machine.travel(NOON, tick=False):
        return member.client()


@pytest.mark.parametrize(("address", "who"), EXPORTS.items())
def test_an_export_asks_for_the_code_and_then_gives_what_was_asked_for(address: str, who: str, cast: Cast) -> None:
    OBJECTS["item"](cast)
    client = left_open(cast, who)
    with time_machine.travel(LATER, tick=False):
        asked = client.post(reverse(address), ASKED)
        assert asked.status_code == 200
        assert '<input type="hidden" name="grade" value="R">' in asked.content.decode()
        assert not Entry.objects.filter(action="exported").exists()
        code = factors.code_at(getattr(cast, who).user.authenticator, LATER)
        given = client.post(reverse(address), ASKED | {"factor-code": code})
        assert given["Content-Type"].startswith("text/csv")
        assert client.post(reverse(address), ASKED)["Content-Type"].startswith("text/csv"), "not asked again at once"
    with time_machine.travel(LATER + timedelta(minutes=6), tick=False):
        assert "text/html" in client.post(reverse(address), ASKED)["Content-Type"]


def test_a_wrong_code_exports_nothing_and_counts(cast: Cast) -> None:
    client = left_open(cast)
    with time_machine.travel(LATER, tick=False):
        answer = client.post(reverse("work-export"), ASKED | {"factor-code": "000000"})
    assert answer.status_code == 422
    assert "动态验证码不对" in answer.content.decode()
    assert cast.county_officer.user.authenticator.failures == 1
    assert list(Entry.objects.values_list("action", flat=True)) == ["factor_code_refused"]


def test_a_code_that_was_used_is_not_taken_again(cast: Cast) -> None:
    one, other = left_open(cast), cast.county_officer.client()
    code = factors.code_at(cast.county_officer.user.authenticator, LATER)
    with time_machine.travel(LATER, tick=False):
        assert one.post(reverse("work-export"), ASKED | {"factor-code": code}).status_code == 200
        session = other.session
        session["factor"] = NOON.timestamp()
        session.save()
        assert other.post(reverse("work-export"), ASKED | {"factor-code": code}).status_code == 422


def test_who_may_not_export_is_not_even_asked(cast: Cast) -> None:
    client = left_open(cast, "township_officer")
    with time_machine.travel(LATER, tick=False):
        assert client.post(reverse("work-export"), ASKED).status_code == 403


def test_a_code_is_not_kept_when_the_session_has_ended_meanwhile() -> None:
    assert fields_of(RequestFactory().post("/tasks/export/", ASKED | {"factor-code": "123456"})) == list(ASKED.items())
