"""No list asks the database more than five times: who asks and in which scope are two of them, whatever the list is of."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.casework.cast import VILLAGE, Cast
from tests.casework.objects import OBJECTS

pytestmark = pytest.mark.django_db
MOST = 5
OF_TESTS = ("SAVEPOINT", "RELEASE SAVEPOINT", "SET ROLE", "SELECT current_user")
"""A test's connection plays three roles within one transaction."""

LISTS = {
    "work": ("item", ("village_worker", "township_officer", "county_reviewer", "province_supervisor")),
    "news": ("item", ("township_officer", "county_reviewer")),
    "households": ("household", ("village_worker", "township_officer", "county_reviewer")),
    "visits": ("visit", ("village_worker", "township_officer", "township_reviewer")),
    "clues": ("clue", ("village_worker", "township_officer", "county_officer")),
    "applications": ("application", ("township_officer", "county_reviewer")),
    "changes": ("change", ("township_reviewer", "county_reviewer")),
    "corrections": ("correction", ("township_reviewer", "county_reviewer")),
    "conferences": ("conference", ("county_officer", "county_reviewer")),
    "conference-tasks": ("task", ("county_officer", "department_officer")),
    "map_place": ("map_place", ("county_officer", "province_supervisor")),
    "deliveries": ("dataset", ("township_officer", "county_officer", "province_supervisor")),
    "rules": ("rule", ("township_officer",)),
    "users": ("user", ("security_admin",)),
}
"""Name of the address -> an object that the list has, and who looks. The audit log is none of them: whoever looks at it leaves an entry too."""


def asked(address: str, role: str, cast: Cast) -> list[str]:
    """What the page asks when somebody looks a second time."""
    client = getattr(cast, role).client()
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(address)
    assert answer.status_code == 200, answer.status_code
    return own(captured)


def own(captured: CaptureQueriesContext) -> list[str]:
    """Without what only tests do; there a page's scope, which otherwise ends with its transaction, is taken back too."""
    queries = [query["sql"] for query in captured if not query["sql"].startswith(OF_TESTS)]
    return [query for query in queries if not query.startswith("SELECT set_config('doudi.lo', '', true)")]


@pytest.mark.parametrize(("name", "role"), [(name, role) for name, (_, roles) in LISTS.items() for role in roles])
def test_a_list_asks_at_most_five_times(name: str, role: str, cast: Cast) -> None:
    made = OBJECTS[LISTS[name][0]](cast)
    queries = asked(reverse(name, kwargs=made if name == "map_place" else None), role, cast)
    assert len(queries) <= MOST, "\n".join(query[:160] for query in queries)


@pytest.mark.parametrize("words", ["", "王", "wx"])
def test_a_search_asks_at_most_five_times_and_is_kept(words: str, cast: Cast) -> None:
    OBJECTS["household"](cast)
    client = cast.township_officer.client()
    found = client.post(reverse("households"), {"q": words, "place": VILLAGE}).headers["Location"]
    with CaptureQueriesContext(connection) as captured:
        assert "任务" in client.get(found).content.decode()
    queries = own(captured)
    assert len(queries) <= MOST, "\n".join(query[:160] for query in queries)
    assert any("audit_entry" in query for query in queries)
