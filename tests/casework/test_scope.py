"""The database lets nobody past the scope, whatever a page forgot."""

from __future__ import annotations

import pytest
from django.db import connection

from doudi.casework.access.actor import NOBODY, Scope
from doudi.casework.access.scope import scoped

pytestmark = pytest.mark.django_db


def settings_now() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('doudi.lo', true), current_setting('doudi.department', true), current_user")
        return list(cursor.fetchone())


def test_a_scope_is_a_range_of_regions_and_a_department() -> None:
    assert Scope.of("431382") == Scope("431382", "431383", "*")
    assert Scope.of("4319", "finance") == Scope("4319", "431:", "finance")


def test_inside_the_scope_the_connection_is_the_sites_own_role_and_afterwards_it_sees_nothing() -> None:
    with scoped(Scope.of("431382", "finance")):
        assert settings_now() == ["431382", "finance", "doudi_app"]
    assert settings_now()[0] == NOBODY.lo
