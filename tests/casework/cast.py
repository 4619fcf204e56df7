"""The fixed cast. Everybody is made when first asked for; `STRANGERS` are those who must see nothing of 涟源市's 伏口镇."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property

from django.conf import settings
from django.test import Client

from doudi.casework.access.actor import Actor, actor_of
from doudi.casework.access.models import Membership, User
from doudi.casework.access.sessions import FACTOR, MEMBERSHIP
from doudi.casework.organisation.models import Department, Office, Region
from doudi.kernel.clock import now
from doudi.standards.regions import region as known_region
from doudi.standards.regions import region_path

PASSWORD = "sunflower-bridge-river"
VILLAGE, TOWNSHIP, COUNTY, PREFECTURE, PROVINCE = "431382103201", "431382103", "431382", "4313", "43"
NEXT_TOWNSHIP, NEXT_COUNTY = "431382104", "431381"
KINDS = {2: "province", 4: "prefecture", 6: "county", 9: "township", 12: "village"}

ROLES_AT = {
    "village_worker": (VILLAGE, Department.VILLAGE),
    "township_officer": (TOWNSHIP, Department.TOWNSHIP),
    "township_reviewer": (TOWNSHIP, Department.TOWNSHIP),
    "social_worker": (TOWNSHIP, Department.TOWNSHIP),
    "county_officer": (COUNTY, Department.CIVIL_AFFAIRS),
    "county_reviewer": (COUNTY, Department.CIVIL_AFFAIRS),
    "department_officer": (COUNTY, Department.MEDICAL_SECURITY),
    "department_reviewer": (COUNTY, Department.MEDICAL_SECURITY),
    "prefecture_supervisor": (PREFECTURE, Department.CIVIL_AFFAIRS),
    "province_supervisor": (PROVINCE, Department.CIVIL_AFFAIRS),
    "auditor": (COUNTY, Department.CIVIL_AFFAIRS),
    "data_steward": (COUNTY, Department.CIVIL_AFFAIRS),
    "system_admin": (COUNTY, Department.CIVIL_AFFAIRS),
    "security_admin": (COUNTY, Department.CIVIL_AFFAIRS),
    "audit_admin": (COUNTY, Department.CIVIL_AFFAIRS),
    # strangers
    "stranger_village": (NEXT_TOWNSHIP + "201", Department.VILLAGE),
    "stranger_township": (NEXT_TOWNSHIP, Department.TOWNSHIP),
    "stranger_county": (NEXT_COUNTY, Department.CIVIL_AFFAIRS),
    "stranger_department": (COUNTY, Department.EDUCATION),
}
STRANGER_ROLES = {
    "stranger_village": "village_worker",
    "stranger_township": "township_officer",
    "stranger_county": "county_officer",
    "stranger_department": "department_officer",
}
STRANGERS = tuple(STRANGER_ROLES)
SINCE = date(2020, 1, 1)
TOURED = datetime(2020, 1, 1, tzinfo=UTC)
"""They have seen the screens for newcomers."""


def region(code: str) -> Region:
    """A region with everything above it."""
    parent = {4: 2, 6: 4, 9: 6, 12: 9}.get(len(code))
    upper = region(code[:parent]) if parent else None
    known = known_region(code)
    made, _ = Region.objects.get_or_create(
        code=code,
        defaults={"name": known.name if known else code, "kind": KINDS[len(code)], "parent": upper, "path": region_path(code), "initials": ""},
    )
    return made


def office(code: str, department: str) -> Office:
    """The office of a department in a region."""
    made, _ = Office.objects.get_or_create(region=region(code), department=department, defaults={"name": f"{region(code).name}{department}"})
    return made


@dataclass(frozen=True)
class Member:
    """Somebody in a role: `actor` for services, `client()` for pages."""

    membership: Membership

    @property
    def user(self) -> User:
        return self.membership.user

    @property
    def actor(self) -> Actor:
        return actor_of(self.membership)

    def client(self) -> Client:
        """Logged in, second factor included."""
        client = Client(raise_request_exception=True)
        client.force_login(self.user, backend="django.contrib.auth.backends.ModelBackend")
        session = client.session
        session[FACTOR] = now().timestamp()
        session[MEMBERSHIP] = self.membership.pk
        session.save()
        client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
        return client


class Cast:
    """`cast.township_officer`, `cast.stranger_county` ...: see `ROLES_AT`."""

    def __getattr__(self, name: str) -> Member:
        if name not in ROLES_AT:
            raise AttributeError(name)
        code, department = ROLES_AT[name]
        user = User.objects.filter(username=name).first() or User.objects.create_user(name, PASSWORD, name=f"测试{name}", toured_at=TOURED)
        membership, _ = Membership.objects.get_or_create(
            user=user, office=office(code, department), role=STRANGER_ROLES.get(name, name), defaults={"starts_on": SINCE}
        )
        return Member(Membership.objects.select_related("user", "office").get(pk=membership.pk))

    @cached_property
    def strangers(self) -> list[Member]:
        """Those who must see nothing of the township's people and work."""
        return [getattr(self, name) for name in STRANGERS]
