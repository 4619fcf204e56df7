"""How far a security administrator reaches: the accounts of the own region and below, never the own one."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet

from doudi.casework.access.actor import Actor, Scope
from doudi.casework.access.models import Grant, Membership, User
from doudi.casework.access.roles import ADMINISTRATORS
from doudi.casework.organisation.models import Office
from doudi.kernel.errors import DoudiError, Fault, code

OWN_ACCOUNT = code("account_is_own", "不能管理自己的账号")
OUT_OF_REACH = code("account_out_of_reach", "账号不在管理范围内")


def in_reach(viewer: Actor, path: str) -> Q:
    """Those whose office (`path` leads to its region's code) lies in the viewer's region."""
    scope = Scope.of(viewer.region)
    return Q(**{f"{path}__gte": scope.lo, f"{path}__lt": scope.hi})


def users_in_reach(viewer: Actor) -> QuerySet[User]:
    """Accounts that have, had, or are about to get a role in the viewer's region."""
    held = Membership.objects.filter(in_reach(viewer, "office__region_id")).values("user")
    asked = Grant.objects.filter(in_reach(viewer, "office__region_id")).values("user")
    return User.objects.filter(Q(pk__in=held) | Q(pk__in=asked))


def offices_in_reach(viewer: Actor) -> QuerySet[Office]:
    """Offices of the viewer's region and below that are not closed."""
    return Office.objects.filter(in_reach(viewer, "region_id"), closed_on=None).select_related("region")


def user_to_manage(by: Actor, number: int) -> User:
    """The account, locked until the transaction ends. Raises DoudiError `account_is_own`, `account_out_of_reach`."""
    if number == by.user:
        raise DoudiError(Fault(OWN_ACCOUNT, "不能管理自己的账号", todo="请另一位安全管理员办理"))
    found = User.objects.select_for_update().filter(pk__in=users_in_reach(by).filter(pk=number).values("pk")).first()
    if found is None:
        raise DoudiError(Fault(OUT_OF_REACH, "没有这个账号，或不在您的管理范围内"))
    return found


def must_reach_whole(by: Actor, user: User, on: date) -> None:
    """What concerns the account as a whole is for who reaches all its roles. Raises DoudiError `account_out_of_reach`."""
    open_now = Membership.objects.filter(user=user).exclude(ends_on__lt=on)
    if open_now.exclude(in_reach(by, "office__region_id")).exists():
        raise DoudiError(Fault(OUT_OF_REACH, "这个账号在其他地区也有任职", user.username, todo="请上级安全管理员办理；您可以终止本地区的任职"))


def is_administrator(user: User, on: date) -> bool:
    """Whether the person has one of the three administrators' roles, now or later."""
    return Membership.objects.filter(user=user, role__in=ADMINISTRATORS).exclude(ends_on__lt=on).exists()
