"""What the pages of a security administrator ask: accounts, their roles, requests for a second pair of eyes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch, Q

from doudi.casework.access.actor import Actor
from doudi.casework.access.models import Grant, Membership, Session, User
from doudi.casework.access.reach import in_reach, users_in_reach

SIZE = 30


@dataclass(frozen=True)
class Accounts:
    """The accounts of a page (numbered from 1), each with `held`, and whether another page follows."""

    rows: list[User]
    page: int
    more: bool


def accounts_listed(viewer: Actor, *, words: str = "", role: str = "", place: str = "", state: str = "", on: date, page: int = 1) -> Accounts:
    """Accounts in reach by account or name, role, region, state (`active`, `ended`, `roleless`). Two queries."""
    open_roles = Membership.objects.exclude(ends_on__lt=on).filter(in_reach(viewer, "office__region_id"))
    chosen = users_in_reach(viewer)
    if words:
        chosen = chosen.filter(Q(username__icontains=words) | Q(name__icontains=words))
    if role or place:
        wanted = open_roles.filter(**({"role": role} if role else {}), **({"office__region__code__startswith": place} if place else {}))
        chosen = chosen.filter(pk__in=wanted.values("user"))
    if state == "roleless":
        chosen = chosen.exclude(pk__in=Membership.objects.exclude(ends_on__lt=on).values("user"))
    elif state:
        chosen = chosen.filter(is_active=state == "active")
    start = (page - 1) * SIZE
    held = Prefetch("memberships", open_roles.select_related("office").order_by("office_id", "role"), to_attr="held")
    found = list(chosen.order_by("username").prefetch_related(held)[start : start + SIZE + 1])
    return Accounts(found[:SIZE], page, len(found) > SIZE)


def account_seen(viewer: Actor, number: int) -> User | None:
    """An account in reach."""
    viewer.must("users.see")
    return users_in_reach(viewer).filter(pk=number).select_related("authenticator").first()


def memberships_in_reach(viewer: Actor, user: User) -> list[Membership]:
    """The roles that somebody has or had in the viewer's region, the latest first."""
    held = Membership.objects.filter(in_reach(viewer, "office__region_id"), user=user)
    return list(held.select_related("office", "granted_by").order_by("-starts_on", "-pk"))


def grants_waiting(viewer: Actor) -> list[Grant]:
    """Requests that wait for a second pair of eyes, in the viewer's region; the oldest first."""
    asked = Grant.objects.filter(in_reach(viewer, "office__region_id"), state=Grant.State.ASKED)
    return list(asked.select_related("user", "office", "asked_by").order_by("asked_at"))


def sessions_seen(viewer: Actor, user: User) -> list[Session]:
    """Where somebody is logged in, the latest first."""
    viewer.must("users.see")
    return list(Session.objects.filter(user=user).order_by("-seen_at"))
