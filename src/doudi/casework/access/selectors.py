"""What pages ask about accounts, roles and sessions."""

from __future__ import annotations

from datetime import date

from django.conf import settings

from doudi.casework.access.addresses import within
from doudi.casework.access.models import Membership, Session, User
from doudi.casework.access.roles import ADMINISTRATORS


def memberships_usable_for(user: User, *, on: date, address: str) -> list[Membership]:
    """The memberships in which somebody may act today from where they are; administrators only from the networks set for them."""
    return [one for one in Membership.objects.select_related("user", "office").filter(user=user) if is_usable(one, on=on, address=address)]


def is_usable(membership: Membership, *, on: date, address: str) -> bool:
    """Whether somebody may act in it on a day from where they are."""
    networks = settings.OPTIONS.admin_networks
    return membership.open_on(on) and (membership.role not in ADMINISTRATORS or not networks or within(address, networks))


def sessions_of(user: User) -> list[Session]:
    """Where somebody is logged in, the latest first."""
    return list(Session.objects.filter(user=user).order_by("-seen_at"))
