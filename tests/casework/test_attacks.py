"""What somebody tries who means harm: forms from elsewhere, links that act, old connections, tables without a guard."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.db import connection, connections
from django.test import Client
from django.urls import reverse
from tests.casework.cast import ROLES_AT, STRANGER_ROLES, Cast
from tests.casework.objects import OBJECTS, household
from tests.casework.test_matrix import ADDRESSES, DECLARED

from doudi.casework.access.actor import NOBODY
from doudi.casework.access.roles import ROLES
from doudi.casework.access.scope import scoped
from doudi.casework.registry.models import Household, Person
from doudi.config.roles import APP, LOADER, OWNER
from doudi.web.permissions import ANY_ACCOUNT, PUBLIC

pytestmark = pytest.mark.django_db
MACHINES = {"healthz", "readyz", "metrics"}
"""They answer before anything is read of the request, and change nothing."""
LONG_NUMBER = re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)")
OF_PEOPLE = {"region", "household", "household_id", "person", "person_id", "item_id", "conference_id", "case_id"}
"""Columns by which a line says something of a person, a family or the work on them."""
NOT_OF_PEOPLE = {
    "organisation_office": "an office's region",
    "dispatch_figure": "a figure of the policy for a region",
    "runs_place": "how many people there are in a township",
    "runs_quality": "a dataset's quality in a region: counts",
    "audit_entry": "guarded by a range of its own, tested with the log",
}


def opener(name: str) -> str:
    """A role of the cast that may open the address."""
    wanted = set(str(DECLARED[name]).split("|"))
    return next(role for role in ROLES_AT if role not in STRANGER_ROLES and (wanted <= {ANY_ACCOUNT, PUBLIC} or ROLES[role].may & wanted))


def place(name: str, cast: Cast) -> str:
    return reverse(name, kwargs=OBJECTS[name](cast)) if name in OBJECTS else reverse(name)


def checking(cast: Cast, role: str) -> Client:
    """Logged in, with the check of forms that tests leave out."""
    client = Client(enforce_csrf_checks=True)
    client.cookies[settings.SESSION_COOKIE_NAME] = getattr(cast, role).client().cookies[settings.SESSION_COOKIE_NAME].value
    return client


@pytest.mark.parametrize("name", sorted(set(ADDRESSES) - MACHINES))
def test_a_form_from_elsewhere_is_refused(name: str, cast: Cast) -> None:
    answer = checking(cast, opener(name)).post(place(name, cast), {"version": 1})
    assert answer.status_code in (403, 405), "refused, or no form at all"


def test_no_page_without_a_login_or_with_one_shows_an_id_number_or_acts_on_a_link(cast: Cast) -> None:
    shown = 0
    for name in sorted(set(ADDRESSES) - MACHINES - {"logout"}):
        address, client = place(name, cast), getattr(cast, opener(name)).client()
        answer = client.get(address)
        if answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/html"):
            shown += 1
            assert not LONG_NUMBER.search(answer.content.decode()), name
    assert shown > 30


def test_a_link_changes_nothing_that_is_kept_of_anybody(cast: Cast) -> None:
    clients = {name: getattr(cast, opener(name)).client() for name in set(ADDRESSES) - MACHINES}
    places = {name: place(name, cast) for name in clients}
    before = contents()
    for name, client in clients.items():
        client.get(places[name])
    assert contents() == before


def contents() -> dict[str, str]:
    """A digest of each table but the log of looking, logins' times and what a login page needs."""
    passing = ("audit_", "access_session", "access_authenticator", "axes_", "procrastinate_", "django_")
    with connection.cursor() as cursor:
        tables = [name for name in connection.introspection.table_names(cursor) if not name.startswith(passing)]
        found = {}
        for table in tables:
            cursor.execute(f'SELECT coalesce(md5(string_agg(line::text, chr(10) ORDER BY line::text)), chr(45)) FROM "{table}" line')
            found[table] = cursor.fetchone()[0]
    return found


def test_every_page_has_its_headers(cast: Cast) -> None:
    for role, name in (("township_officer", "home"), ("security_admin", "users"), ("audit_admin", "audit"), ("system_admin", "system")):
        headers = getattr(cast, role).client().get(reverse(name)).headers
        policy = headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert "default-src 'self'" in policy or "default-src 'none'" in policy
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "frame-ancestors 'none'" in policy
        assert headers["Referrer-Policy"] == "same-origin"


def test_every_table_about_people_has_forced_row_security() -> None:
    query = """
        SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity AND EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid)
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND NOT a.attisdropped
        WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attname = ANY(%s) GROUP BY c.oid
    """
    with connection.cursor() as cursor:
        cursor.execute(query, [sorted(OF_PEOPLE)])
        found = dict(cursor.fetchall())
    assert {"registry_person", "dispatch_workitem", "visits_visit"} <= found.keys()
    assert sorted(table for table, guarded in found.items() if not guarded and table not in NOT_OF_PEOPLE) == []


def test_the_sites_role_owns_nothing_and_only_the_loader_reads_past_scopes() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = ANY(%s)", [[OWNER, APP, LOADER]]
        )
        rights = {name: more for name, *more in cursor.fetchall()}
        cursor.execute("SELECT count(*) FROM pg_class WHERE pg_get_userbyid(relowner) = %s", [APP])
        owned = cursor.fetchone()[0]
        cursor.execute(
            "SELECT has_schema_privilege(%s, 'public', 'CREATE'), pg_has_role(%s, %s, 'MEMBER'), pg_has_role(%s, %s, 'MEMBER')",
            [APP, APP, LOADER, APP, OWNER],
        )
        assert cursor.fetchone() == (False, False, False)
    assert owned == 0
    assert rights == {OWNER: [False] * 4, APP: [False] * 4, LOADER: [False, True, False, False]}


def test_a_connection_used_again_shows_nobody_of_the_scope_before(cast: Cast) -> None:
    household(cast)
    with scoped(cast.township_officer.actor.scope):
        assert Person.objects.count() == 1
    with scoped(NOBODY):
        assert (Person.objects.count(), Household.objects.count()) == (0, 0)
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {APP}")
        assert (Person.objects.count(), Household.objects.count()) == (0, 0), "no scope at all: the setting is empty, not everything"
        cursor.execute(f"SET ROLE {LOADER}")
    assert "default" in connections


@pytest.mark.parametrize("words", ["' OR 1=1 --", "%", "_", "\\", "a' | !b & (", "'; DROP TABLE registry_person; --", "\x00", "<->", "王:*"])
def test_what_is_typed_into_a_search_is_only_looked_for(cast: Cast, words: str) -> None:
    household(cast)
    answer = cast.township_officer.client().post(reverse("households"), {"q": words}, follow=True)
    assert answer.status_code in (200, 422)
    assert answer.status_code == 422 or not answer.context["rows"], "nobody is called that"
    assert cast.security_admin.client().get(reverse("users"), {"words": words}).status_code == 200
    assert Person.objects.count() == 1


@pytest.mark.parametrize("role", [OWNER, APP, LOADER])
def test_the_servers_own_log_keeps_neither_a_failed_statement_nor_its_line(role: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT unnest(rolconfig) FROM pg_roles WHERE rolname = %s", [role])
        assert {"log_min_error_statement=panic", "log_error_verbosity=terse"} <= {setting for (setting,) in cursor.fetchall()}


@pytest.mark.parametrize("number", ["²", "٣", "9" * 30, "-1", "\x00", "1 OR 1=1", ""])
def test_what_is_no_number_where_one_belongs_is_refused_and_not_a_failure(cast: Cast, number: str) -> None:
    visit, home, client = OBJECTS["visit"](cast)["pk"], OBJECTS["household"](cast)["number"], cast.township_officer.client()
    typed = {"version": number, "item": number, "chosen": f"{number}-{number}", "newest": number, "page": number}
    places = [
        reverse("visit-check", args=[visit]),
        reverse("visit-screen", args=[visit, "met"]),
        reverse("visit-new", args=[home]),
        reverse("application-new", args=[home]),
        reverse("work-accept"),
        reverse("news-seen"),
        reverse("item-step", args=[OBJECTS["item"](cast)["pk"], "accept"]),
    ]
    assert {address: client.post(address, typed).status_code for address in places if client.post(address, typed).status_code >= 500} == {}
    for name in ("work", "visits", "clues", "households"):
        assert client.get(reverse(name), {"page": number, "tab": number, "place": number, "find": number}).status_code == 200, name
