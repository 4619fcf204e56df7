"""A query that is written once gives what it gave when it was written anew for each asking, and the server keeps its plan."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.db import connection
from tests.casework.cast import TOWNSHIP, Cast, office
from tests.casework.leads import OCTOBER, lead, load, offices

from doudi.casework.access.models import User
from doudi.casework.dispatch.models import WorkItem
from doudi.casework.dispatch.selectors import Filters, items_counted, items_listed
from doudi.casework.prepared import prepared

pytestmark = pytest.mark.django_db


def test_values_go_where_the_stand_ins_came_out(cast: Cast) -> None:
    one, other = cast.township_officer.user, cast.county_officer.user
    asked = prepared(lambda given: list(User.objects.filter(pk=given["key"], username=given["name"]).values_list("name")), {"key": int, "name": str})
    assert asked.answer == []
    assert asked.rows({"key": one.pk, "name": one.username}) == [(one.name,)]
    assert asked.rows({"key": other.pk, "name": other.username}) == [(other.name,)]
    assert asked.rows({"key": one.pk, "name": "x' OR true --"}) == []


def test_the_server_keeps_the_plan(cast: Cast) -> None:
    user = cast.township_officer.user
    asked = prepared(lambda given: list(User.objects.filter(pk=given["key"]).values_list("username")), {"key": int})
    asked.rows({"key": user.pk})
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE %s", ["%access_user%username%"])
        assert cursor.fetchone() != (0,)


def test_two_offices_of_the_same_role_see_each_their_own(tmp_path: Path, cast: Cast) -> None:
    offices()
    load(tmp_path, OCTOBER, lead())
    mine, theirs, on = cast.township_officer.actor, cast.stranger_township.actor, date(2026, 11, 2)
    listed = {by.office: items_listed(by, tab="todo", on=on, filters=Filters()).rows for by in (mine, theirs)}
    assert [one.pk for one in listed[mine.office]] == [WorkItem.objects.get().pk]
    assert listed[theirs.office] == []
    assert [items_counted(by, on=on)["todo"] for by in (mine, theirs)] == [1, 0]
    WorkItem.objects.update(office=office(TOWNSHIP, "township"), assignee=cast.county_officer.user, state="accepted")
    (shown,) = items_listed(mine, tab="office", on=on, filters=Filters()).rows
    assert shown.assignee.name == cast.county_officer.user.name
