"""Every address for every role, and every object for every stranger: what nobody declared fails here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse
from tests.casework.cast import ROLES_AT, STRANGER_ROLES, STRANGERS, Cast
from tests.casework.objects import NO_STRANGERS, OBJECTS

from doudi.casework.access.roles import ROLES
from doudi.web.permissions import ANY_ACCOUNT, PUBLIC

pytestmark = pytest.mark.django_db


def addresses(resolver: Any = None) -> Iterator[URLPattern]:
    """Every address of the site."""
    for pattern in (resolver or get_resolver()).url_patterns:
        yield from addresses(pattern) if hasattr(pattern, "url_patterns") else [pattern]


ADDRESSES = {str(one.name): one for one in addresses()}
DECLARED = {name: getattr(one.callback, "permission", None) for name, one in ADDRESSES.items()}
OF_ROLES = [name for name, permission in DECLARED.items() if permission not in (PUBLIC, ANY_ACCOUNT)]
ROLES_ASKED = [role for role in ROLES_AT if role not in STRANGER_ROLES]


def address(name: str, cast: Cast) -> str:
    return reverse(name, kwargs=OBJECTS[name](cast)) if name in OBJECTS else reverse(name)


def test_every_address_has_a_name_of_its_own_and_a_declared_permission() -> None:
    assert len(ADDRESSES) == len(list(addresses()))
    assert [name for name, permission in DECLARED.items() if permission is None] == []


def test_every_address_of_an_object_says_how_to_make_one() -> None:
    with_parameters = {name for name, one in ADDRESSES.items() if one.pattern.converters}
    assert with_parameters == set(OBJECTS)


@pytest.mark.parametrize("name", sorted(set(DECLARED) - {name for name, permission in DECLARED.items() if permission == PUBLIC}))
def test_nobody_comes_in_without_logging_in(name: str, cast: Cast) -> None:
    answers = [Client().get(address(name, cast)), Client().post(address(name, cast))]
    shown = [answer for answer in answers if answer.status_code != 405]
    assert shown
    assert all(answer.status_code == 302 and answer.headers["Location"].startswith("/login") for answer in shown)


@pytest.mark.parametrize("role", ROLES_ASKED)
def test_a_role_opens_what_it_may_and_nothing_else(role: str, cast: Cast) -> None:
    client, may, wrong = getattr(cast, role).client(), ROLES[role].may, {}
    for name in OF_ROLES:
        status = client.get(address(name, cast)).status_code
        allowed = any(permission in may for permission in str(DECLARED[name]).split("|"))
        if (status == 403) is allowed or status >= 500:
            wrong[name] = status
    assert wrong == {}


@pytest.mark.parametrize("stranger", STRANGERS)
def test_a_stranger_finds_no_object_of_the_township(stranger: str, cast: Cast) -> None:
    client, found = getattr(cast, stranger).client(), {}
    for name in set(OBJECTS) - set(NO_STRANGERS):
        place = address(name, cast)
        statuses = client.get(place).status_code, client.post(place, {"version": 1}).status_code
        if not set(statuses) <= {403, 404, 405} or (404 not in statuses and 403 not in statuses):
            found[name] = statuses
    assert found == {}
