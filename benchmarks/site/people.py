"""Makes the people who look at pages: at the township with most work, in its county, in its village with most; logged in as the login leaves them."""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks.site.place import Place

ROLES = ("village_worker", "township_officer", "county_reviewer")


def people(place: Place) -> dict[str, Any]:
    """Role -> key of the session, and a work item with its household; how much there is in all."""
    from doudi.config.process import opened

    with opened(place.home, "loader"):
        offices = _offices()
        found = {role: {"session": _logged_in(role, office), **_work(office)} for role, office in offices.items()}
        return {"people": found, "counts": _counts()}


def _offices() -> dict[str, Any]:
    from django.db.models import Count

    from doudi.casework.dispatch.models import WorkItem
    from doudi.casework.organisation.models import Office

    township = Office.objects.filter(department="township").annotate(work=Count("items")).order_by("-work").first()
    inside = WorkItem.objects.filter(office=township, region__gte=f"{township.region_id}000").values("region")  # type: ignore[union-attr]
    village = inside.annotate(work=Count("id")).order_by("-work")[0]["region"]
    places = (village, "village"), (township.region_id, "township"), (township.region_id[:6], "civil_affairs")  # type: ignore[union-attr]
    return {role: Office.objects.get(region=region, department=department) for role, (region, department) in zip(ROLES, places, strict=True)}


def _logged_in(role: str, office: Any) -> str:
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    from doudi.casework.access.models import Membership, User
    from doudi.casework.access.sessions import FACTOR, MEMBERSHIP, SEEN, STARTED, SessionStore
    from doudi.kernel.clock import now

    moment, name = now(), f"bench-{role.replace('_', '-')}"
    user = User.objects.filter(username=name).first() or User.objects.create_user(name, name=f"基准测试 {role}", toured_at=moment)
    held, _ = Membership.objects.get_or_create(user=user, office=office, role=role, ends_on=None, defaults={"starts_on": date(2026, 1, 1)})
    session, at = SessionStore(), moment.timestamp()
    session.update({SESSION_KEY: str(user.pk), BACKEND_SESSION_KEY: "django.contrib.auth.backends.ModelBackend", FACTOR: 0, MEMBERSHIP: held.pk})
    session.update({HASH_SESSION_KEY: user.get_session_auth_hash(), STARTED: at, SEEN: at})
    session.save()
    return str(session.session_key)


def _work(office: Any) -> dict[str, int]:
    """An item that came from a run, with its alerts, of a household with a full file."""
    from doudi.casework.dispatch.models import WorkItem

    item = WorkItem.objects.filter(office=office, alerts__isnull=False, household__isnull=False).order_by("id").first()
    return {"item": item.pk, "household": item.household} if item else {"item": 0, "household": 0}


def _counts() -> dict[str, int]:
    from doudi.casework.dispatch.models import WorkItem
    from doudi.casework.registry.models import Household, Person

    return {
        "registered": Person.objects.count(),
        "households": Household.objects.count(),
        "items": WorkItem.objects.count(),
        "with_work": WorkItem.objects.exclude(state="closed").values("household").distinct().count(),
    }


if __name__ == "__main__":
    print(json.dumps(people(Place(Path(sys.argv[1]))), ensure_ascii=False))
