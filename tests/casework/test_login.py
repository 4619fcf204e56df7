"""Logging in takes a password and a code of the telephone; each code is good once, and nothing of it outlives a logout."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from axes.models import AccessAttempt
from django.test import Client
from django.urls import reverse
from tests.casework.cast import PASSWORD, SINCE, Cast, Member

from doudi.casework.access import factors
from doudi.casework.access.models import Authenticator, Membership, Session, User
from doudi.casework.audit.models import Entry

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)


def enrolled(member: Member, at: datetime = NOON - timedelta(hours=1)) -> Authenticator:
    """The member's telephone, bound and last used an hour ago."""
    made = factors.authenticator_new(member.user, at=at)
    assert factors.code_check(member.user, given=factors.code_at(made, at), at=at)
    made.refresh_from_db()
    return made


def password_given(member: Member, password: str = PASSWORD, **more: str) -> tuple[Client, object]:
    client = Client()
    return client, client.post(reverse("login"), {"username": member.user.username, "password": password, **more})


def code_given(client: Client, code: str) -> object:
    return client.post(reverse("login-code"), {"code": code})


def logged_in(member: Member, at: datetime = NOON) -> Client:
    known = Authenticator.objects.filter(user=member.user).first() or enrolled(member, at - timedelta(hours=1))
    client, _ = password_given(member)
    code_given(client, factors.code_at(known, at))
    return client


def actions() -> list[str]:
    return list(Entry.objects.order_by("id").values_list("action", flat=True))


@time_machine.travel(NOON, tick=False)
def test_password_and_code_lead_to_the_page_that_was_asked_for(cast: Cast) -> None:
    known = enrolled(cast.township_officer)
    client, response = password_given(cast.township_officer, next=reverse("account"))
    assert response.url == reverse("login-code")
    response = code_given(client, factors.code_at(known, NOON))
    assert response.url == reverse("account")
    assert client.get(reverse("account")).status_code == 200
    assert actions() == ["login"]


@time_machine.travel(NOON, tick=False)
def test_the_password_alone_opens_nothing(cast: Cast) -> None:
    enrolled(cast.township_officer)
    client, _ = password_given(cast.township_officer)
    for name in ("home", "account"):
        assert client.get(reverse(name)).url.startswith(reverse("login"))


@time_machine.travel(NOON, tick=False)
def test_a_code_is_taken_once(cast: Cast) -> None:
    known = enrolled(cast.township_officer)
    code = factors.code_at(known, NOON)
    first, _ = password_given(cast.township_officer)
    code_given(first, code)
    second, _ = password_given(cast.township_officer)
    assert code_given(second, code).status_code == 200
    assert second.get(reverse("account")).status_code == 302
    assert actions() == ["login", "login_failed"]


@time_machine.travel(NOON, tick=False)
def test_a_code_before_the_last_one_is_not_taken_although_its_time_is_not_over(cast: Cast) -> None:
    known = enrolled(cast.township_officer)
    earlier = factors.code_at(known, NOON - timedelta(seconds=30))
    assert factors.code_check(cast.township_officer.user, given=factors.code_at(known, NOON), at=NOON)
    assert not factors.code_check(cast.township_officer.user, given=earlier, at=NOON)


def test_wrong_codes_make_everybody_wait_longer_each_time(cast: Cast) -> None:
    known, user = enrolled(cast.township_officer), cast.township_officer.user
    for number in range(5):
        assert not factors.code_check(user, given="000000", at=NOON + timedelta(minutes=number))
    later = NOON + timedelta(minutes=4, seconds=1)
    assert not factors.code_check(user, given=factors.code_at(known, later), at=later)
    known.refresh_from_db()
    assert factors.waits_until(known, later) == NOON + timedelta(minutes=4, seconds=8)
    free = NOON + timedelta(minutes=5)
    assert factors.code_check(user, given=factors.code_at(known, free), at=free)


@time_machine.travel(NOON, tick=False)
def test_the_first_login_binds_a_telephone_and_shows_recovery_codes_once(cast: Cast) -> None:
    client, response = password_given(cast.village_worker)
    assert response.url == reverse("login-enrol")
    page = client.get(response.url).content.decode()
    made = Authenticator.objects.get(user=cast.village_worker.user)
    assert factors.secret_text(made) in page
    assert "data:image/svg+xml" in page
    assert factors.secret_text(made) in client.get(response.url).content.decode(), "loading again must not change the secret"
    shown = client.post(response.url, {"code": factors.code_at(made, NOON)})
    codes = shown.context["codes"]
    assert len(set(codes)) == 10
    assert client.get(reverse("login-next")).url == reverse("home")
    assert client.get(reverse("login-enrol")).url == reverse("home"), "a bound telephone's secret is never shown again"


@time_machine.travel(NOON, tick=False)
def test_a_recovery_code_is_good_once_and_only_for_its_owner(cast: Cast) -> None:
    enrolled(cast.township_officer)
    enrolled(cast.county_officer)
    code = factors.recovery_codes_new(cast.township_officer.user)[0]
    other, _ = password_given(cast.county_officer)
    assert code_given(other, code).status_code == 200
    client, _ = password_given(cast.township_officer)
    assert code_given(client, code.upper()).url == reverse("home")
    again, _ = password_given(cast.township_officer)
    assert code_given(again, code).status_code == 200
    assert actions() == ["login_failed", "recovery_code_used", "login", "login_failed"]


def test_neither_secret_nor_recovery_codes_can_be_read_in_the_database(cast: Cast) -> None:
    known = enrolled(cast.township_officer)
    assert factors.secret_of(known) not in bytes(known.secret_sealed)
    codes = factors.recovery_codes_new(cast.township_officer.user)
    kept = b"".join(bytes(code.digest) for code in cast.township_officer.user.recovery_codes.all())
    assert not any(code.encode() in kept for code in codes)


@pytest.mark.parametrize("what", ["wrong password", "unknown account", "disabled", "no membership", "demo account"])
@time_machine.travel(NOON, tick=False)
def test_whatever_is_wrong_the_answer_is_the_same(cast: Cast, what: str) -> None:
    member = cast.township_officer
    password, username = PASSWORD, member.user.username
    if what == "wrong password":
        password = "something-else-entirely"
    elif what == "unknown account":
        username = "nobody-here"
    elif what == "disabled":
        User.objects.filter(pk=member.user.pk).update(is_active=False)
    elif what == "no membership":
        Membership.objects.filter(user=member.user).update(ends_on=SINCE)
    else:
        User.objects.filter(pk=member.user.pk).update(is_demo=True)
    response = Client().post(reverse("login"), {"username": username, "password": password})
    assert response.status_code == 200
    assert "账号或密码不对，或账号已停用。" in response.content.decode()
    assert actions() == ["login_failed"]
    assert Entry.objects.get().detail == {"step": "password"}


@time_machine.travel(NOON, tick=False)
def test_after_five_failures_the_right_password_is_refused_too_from_that_address(cast: Cast) -> None:
    enrolled(cast.township_officer)
    for _ in range(5):
        password_given(cast.township_officer, "something-else-entirely")
    _, response = password_given(cast.township_officer)
    assert response.status_code == 429
    assert "15 分钟后再试" in response.content.decode()
    elsewhere = Client(REMOTE_ADDR="192.0.2.7")
    assert elsewhere.post(reverse("login"), {"username": cast.township_officer.user.username, "password": PASSWORD}).status_code == 302


@time_machine.travel(NOON, tick=False)
def test_login_gives_a_new_session_and_logout_ends_it_on_the_server(cast: Cast) -> None:
    known = enrolled(cast.township_officer)
    client, _ = password_given(cast.township_officer)
    before = client.session.session_key
    code_given(client, factors.code_at(known, NOON))
    cookie = client.session.session_key
    assert cookie != before
    response = client.post(reverse("logout"))
    assert response.headers["Clear-Site-Data"] == '"cache", "storage"'
    thief = Client()
    thief.cookies["session"] = cookie
    assert thief.get(reverse("account")).url.startswith(reverse("login"))
    assert not Session.objects.filter(session_key=cookie).exists()
    assert actions() == ["login", "logout"]


def test_logging_out_by_following_a_link_is_not_possible(cast: Cast) -> None:
    client = cast.township_officer.client()
    assert client.get(reverse("logout")).status_code == 405
    assert client.get(reverse("account")).status_code == 200


def test_a_session_ends_after_thirty_minutes_of_rest_and_after_twelve_hours_in_any_case(cast: Cast) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        client = logged_in(cast.township_officer)
        clock.shift(timedelta(minutes=29))
        assert client.get(reverse("account")).status_code == 200
        clock.shift(timedelta(minutes=31))
        assert "expired=1" in client.get(reverse("account")).url
    with time_machine.travel(NOON + timedelta(days=1), tick=False) as clock:
        client = logged_in(cast.township_officer, NOON + timedelta(days=1))
        for _ in range(24):
            clock.shift(timedelta(minutes=29))
            assert client.get(reverse("account")).status_code == 200
        clock.shift(timedelta(minutes=29))
        assert client.get(reverse("account")).status_code == 302


@time_machine.travel(NOON, tick=False)
def test_a_disabled_account_is_out_at_once(cast: Cast) -> None:
    client = logged_in(cast.township_officer)
    User.objects.filter(pk=cast.township_officer.user.pk).update(is_active=False)
    assert client.get(reverse("account")).url.startswith(reverse("login"))


@time_machine.travel(NOON, tick=False)
def test_next_leads_nowhere_but_to_this_site(cast: Cast) -> None:
    known = enrolled(cast.township_officer)
    for number, bad in enumerate(("https://example.org/", "//example.org", "javascript:alert(1)", "login")):
        at = NOON + timedelta(minutes=number)
        with time_machine.travel(at, tick=False):
            client, _ = password_given(cast.township_officer, next=bad)
            assert code_given(client, factors.code_at(known, at)).url == reverse("home")


def test_who_takes_longer_than_ten_minutes_for_the_code_starts_again(cast: Cast) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        known = enrolled(cast.township_officer)
        client, _ = password_given(cast.township_officer)
        clock.shift(timedelta(minutes=11))
        response = code_given(client, factors.code_at(known, NOON + timedelta(minutes=11)))
        assert response.url == reverse("login")


@time_machine.travel(NOON, tick=False)
def test_a_password_changed_meanwhile_ends_a_login_half_done(cast: Cast) -> None:
    known = enrolled(cast.township_officer)
    client, _ = password_given(cast.township_officer)
    user = User.objects.get(pk=cast.township_officer.user.pk)
    user.set_password("quiet-orchard-lantern")
    user.save()
    assert code_given(client, factors.code_at(known, NOON)).url == reverse("login")


def only_from(settings: object, networks: str) -> None:
    """Administrators come in from these networks alone; every test's browser is at 127.0.0.1."""
    settings.OPTIONS = settings.OPTIONS.model_copy(update={"admin_networks": networks})  # type: ignore[attr-defined]


@time_machine.travel(NOON, tick=False)
def test_an_administrator_comes_in_from_the_networks_set_for_them_only(cast: Cast, settings: object) -> None:
    only_from(settings, "10.1.0.0/16")
    for member in (cast.security_admin, cast.system_admin, cast.audit_admin):
        assert password_given(member)[1].status_code == 200, "refused, as for a wrong password"
        inside = Client(REMOTE_ADDR="10.1.2.3")
        assert inside.post(reverse("login"), {"username": member.user.username, "password": PASSWORD}).status_code == 302
    assert password_given(cast.township_officer)[1].status_code == 302, "others from anywhere"


def test_an_administrators_session_is_of_no_use_elsewhere_nor_does_another_role_lead_to_it(cast: Cast, settings: object) -> None:
    client, both = cast.security_admin.client(), cast.township_officer
    assert client.get(reverse("users")).status_code == 200
    Membership.objects.create(user=both.user, office=cast.security_admin.membership.office, role="security_admin", starts_on=SINCE)
    only_from(settings, "10.1.0.0/16")
    assert client.get(reverse("users")).url.startswith(reverse("login"))
    theirs = both.client()
    Membership.objects.filter(pk=both.membership.pk).update(ends_on=SINCE)
    assert theirs.get(reverse("users")).status_code == 302, "the role that is left is not taken from here"


@time_machine.travel(NOON, tick=False)
def test_nothing_that_was_typed_into_a_login_is_kept(cast: Cast) -> None:
    own = "11010119900307" + "7758"
    for _ in range(2):
        Client().post(reverse("login"), {"username": own, "password": "secret-typed-" + own})
    kept = [str(value) for line in AccessAttempt.objects.values() for value in line.values()]
    kept += [str(value) for line in Entry.objects.values() for value in line.values()]
    assert AccessAttempt.objects.get().failures_since_start == 2
    assert not [value for value in kept if own in value or "secret-typed" in value]
