"""What a security administrator does with other people's accounts: open, end, open the way in again for who lost it."""

from __future__ import annotations

import secrets
from datetime import date, datetime

from django.db import transaction

from doudi.casework.access.actor import Actor
from doudi.casework.access.models import Authenticator, Membership, RecoveryCode, Session, User
from doudi.casework.access.reach import is_administrator, must_reach_whole, user_to_manage
from doudi.casework.access.services.granting import Asked, role_grant
from doudi.casework.audit.actions import action
from doudi.casework.audit.services import record
from doudi.kernel.errors import DoudiError, Fault, code

NAME_MISSING = code("account_name_missing", "账号和姓名都要填写")
NAME_TAKEN = code("account_name_taken", "账号已存在")
NEEDS_NEW_ACCOUNT = code("administrator_not_reset", "管理员的密码和验证码不能重置")

CREATED = action("account_created", "开通账号")
ENDED = action("account_ended", "停用账号")
FACTOR_RESET = action("factor_reset", "重置动态验证码")
PASSWORD_RESET = action("password_reset", "重置密码")
SESSIONS_ENDED = action("sessions_ended_for", "结束他人的登录")


@transaction.atomic
def account_create(by: Actor, *, username: str, name: str, asked: Asked, on: date, at: datetime) -> tuple[User, str]:
    """An account with its first role (or, for an administrator, the request for it); returns the initial password too, to be changed at once.

    Raises DoudiError: `account_name_missing`, `account_name_taken`, and what `role_grant` refuses; nothing is kept then.
    """
    by.must("users.manage")
    username, name = User.objects.normalize(username), name.strip()
    if not username or not name:
        raise DoudiError(Fault(NAME_MISSING, "账号和姓名都要填写", "username"))
    if User.objects.filter(username=username).exists():
        raise DoudiError(Fault(NAME_TAKEN, f"账号 {username} 已存在", "username", todo="换一个账号；同一个人不开第二个账号"))
    password = secrets.token_urlsafe(12)
    user = User.objects.create_user(username, password, name=name, password_set_at=at, password_is_initial=True)
    record(by, CREATED, kind="account", object=user.pk, region=asked.office.region_id)
    role_grant(by, user=user, asked=asked, on=on, at=at)
    return user, password


@transaction.atomic
def account_end(by: Actor, *, number: int, reason: str, on: date) -> None:
    """Nobody comes in with it any more, and who is in is out at once. Twice does no more than once."""
    user = _managed(by, number, on)
    if User.objects.filter(pk=user.pk, is_active=True).update(is_active=False, version=user.version + 1):
        ended = Session.objects.filter(user=user).delete()[0]
        record(by, ENDED, kind="account", object=user.pk, region=_region(user, by), reason=reason, detail={"sessions": ended})


@transaction.atomic
def factor_reset(by: Actor, *, number: int, reason: str, on: date) -> None:
    """The telephone is forgotten and recovery codes with it: the next login binds another. Logins end."""
    user = _managed(by, number, on)
    _must_not_be_administrator(user, on)
    Authenticator.objects.filter(user=user).delete()
    RecoveryCode.objects.filter(user=user).delete()
    Session.objects.filter(user=user).delete()
    record(by, FACTOR_RESET, kind="account", object=user.pk, region=_region(user, by), reason=reason)


@transaction.atomic
def password_reset(by: Actor, *, number: int, reason: str, on: date, at: datetime) -> str:
    """A new initial password, to be changed at the next login. The second factor stays, so that it does not let the administrator in."""
    user = _managed(by, number, on)
    _must_not_be_administrator(user, on)
    password = secrets.token_urlsafe(12)
    user.set_password(password)
    user.password_set_at, user.password_is_initial, user.version = at, True, user.version + 1
    user.save(update_fields=["password", "password_set_at", "password_is_initial", "version"])
    Session.objects.filter(user=user).delete()
    record(by, PASSWORD_RESET, kind="account", object=user.pk, region=_region(user, by), reason=reason)
    return password


@transaction.atomic
def sessions_end_of(by: Actor, *, number: int, only: str | None, reason: str, on: date) -> int:
    """End one login of somebody (`Session.public_id`), or all; returns how many."""
    user = _managed(by, number, on)
    found = [one.pk for one in Session.objects.filter(user=user) if only is None or one.public_id == only]
    ended = Session.objects.filter(pk__in=found).delete()[0]
    if ended:
        record(by, SESSIONS_ENDED, kind="account", object=user.pk, region=_region(user, by), reason=reason, detail={"count": ended})
    return ended


def _managed(by: Actor, number: int, on: date) -> User:
    by.must("users.manage")
    user = user_to_manage(by, number)
    must_reach_whole(by, user, on)
    return user


def _must_not_be_administrator(user: User, on: date) -> None:
    """Who could open an administrator's way in could be that administrator, past the second pair of eyes that granting takes."""
    if is_administrator(user, on):
        todo = "停用这个账号，另开一个；管理员角色由第二位安全管理员复核"
        raise DoudiError(Fault(NEEDS_NEW_ACCOUNT, "管理员的密码和验证码不能由一个人重置", user.username, todo=todo))


def _region(user: User, by: Actor) -> str:
    """Where the entry belongs: the account's office, so that its county's auditors see it."""
    last = Membership.objects.filter(user=user).order_by("-starts_on").values_list("office__region_id", flat=True).first()
    return last or by.region
