"""The first accounts of a fresh site: made at the server, used on the pages with a new password and a telephone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from tests.casework.cast import COUNTY, TOWNSHIP, office

from doudi.casework.access import factors
from doudi.casework.access.models import Authenticator, Membership, User
from doudi.casework.audit.models import Entry
from doudi.config.administrators import administrator_make
from doudi.kernel.errors import DoudiError

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
NEW = "harbour-lamp-sunrise-7"


def make(**more: str) -> str:
    return administrator_make(**{"username": "Admin", "name": "王安全", "role": "security", "region": COUNTY, "at": AT} | more)  # type: ignore[arg-type]


def test_the_first_administrator_comes_in_with_a_telephone_and_a_password_of_their_own_and_opens_accounts() -> None:
    office(COUNTY, "civil_affairs")
    initial = make()
    moment = AT + timedelta(minutes=5)
    with time_machine.travel(moment, tick=False):
        client = Client()
        assert client.post(reverse("login"), {"username": "admin", "password": initial}).url == reverse("login-enrol")
        assert "账号绑定二维码" in client.get(reverse("login-enrol")).content.decode()
        code = factors.code_at(Authenticator.objects.get(user__username="admin"), moment)
        client.post(reverse("login-enrol"), {"code": code})
        assert client.get(reverse("users")).status_code == 302, "not before the password is changed"
        assert client.get(reverse("login-next")).url == reverse("login-password")
        client.post(reverse("login-password"), {"old": initial, "new": NEW, "again": NEW})
        assert client.get(reverse("users")).status_code == 200
        assert client.get(reverse("user-new")).status_code == 200


def test_who_made_an_administrator_is_kept_and_the_password_is_not() -> None:
    office(COUNTY, "civil_affairs")
    password = make(role="audit")
    entry = Entry.objects.get(action="administrator_made")
    assert (entry.actor, entry.region, entry.detail["role"]) == ("服务器命令行", COUNTY, "audit_admin")
    assert password not in str(entry.detail)
    user = User.objects.get(username="admin")
    assert (user.password_is_initial, user.is_demo) == (True, False)
    assert Membership.objects.get(user=user).role == "audit_admin"


def test_everything_that_is_wrong_is_said_at_once_and_nothing_is_made() -> None:
    office(COUNTY, "civil_affairs")
    make()
    with pytest.raises(DoudiError) as raised:
        make(username="ADMIN", region="439999")
    assert {fault.code for fault in raised.value.faults} == {"account_name_taken", "administrator_without_office"}
    with pytest.raises(DoudiError, match="account_name_missing"):
        make(username="  ")
    assert User.objects.count() == 1


def test_an_administrator_sits_at_a_county_or_above() -> None:
    office(TOWNSHIP, "civil_affairs")
    with pytest.raises(DoudiError, match="不能有安全管理员"):
        make(region=TOWNSHIP)
