"""Logging in and out: what is checked after the password, and what is kept of it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction

from doudi.casework.access import factors
from doudi.casework.access.actor import NOBODY, Actor
from doudi.casework.access.models import User
from doudi.casework.access.selectors import memberships_usable_for
from doudi.casework.audit.actions import LOGIN, LOGIN_FAILED, LOGOUT, action
from doudi.casework.audit.services import record

ENROLLED = action("factor_enrolled", "启用动态验证码")
RECOVERED = action("recovery_code_used", "用恢复码登录")


def person(user: User, *, address: str = "", request: str = "") -> Actor:
    """Somebody who acts for their own account only, in no role."""
    return Actor(user.name, NOBODY, user=user.pk, address=address, request=request)


def login_fail(*, user: User | None, step: str, address: str, request: str) -> None:
    """Keep a failure. What was typed is not kept: it may be a password, or somebody's ID number."""
    by = person(user, address=address, request=request) if user else Actor("不明", NOBODY, address=address, request=request)
    with transaction.atomic():
        record(by, LOGIN_FAILED, kind="account", object=user.pk if user else "", detail={"step": step})


def login_finish(by: Actor) -> None:
    """Keep that somebody came in."""
    with transaction.atomic():
        record(by, LOGIN, kind="account", object=by.user or "")


def logout_finish(by: Actor) -> None:
    """Keep that somebody went."""
    with transaction.atomic():
        record(by, LOGOUT, kind="account", object=by.user or "")


def factor_check(by: Actor, *, user: User, given: str, at: datetime) -> bool:
    """Whether a code of the telephone or a recovery code is right; the first right one confirms the telephone."""
    with transaction.atomic():
        first = not enrolled(user)
        if factors.code_check(user, given=given.replace(" ", ""), at=at):
            if first:
                record(by, ENROLLED, kind="account", object=user.pk)
            return True
        if not first and factors.recovery_code_check(user, given=given, at=at):
            record(by, RECOVERED, kind="account", object=user.pk)
            return True
    login_fail(user=user, step="factor", address=by.address, request=by.request)
    return False


def enrolled(user: User) -> bool:
    """Whether the person's second factor is in use."""
    return type(user).objects.filter(pk=user.pk, authenticator__confirmed_at__isnull=False).exists()


def password_due(user: User, *, at: datetime) -> bool:
    """Whether a new password is to be set before anything else: it is the initial one, or too old by the installation's rule."""
    days = settings.OPTIONS.password_max_age_days
    old = bool(days) and (user.password_set_at is None or at - user.password_set_at > timedelta(days=days))
    return user.password_is_initial or old


def may_enter(user: User, *, on: date, address: str) -> bool:
    """Whether the account may be used at all from there: enabled, with a membership today, and not a demo's at a site in use."""
    if user.is_demo and not settings.OPTIONS.demo:
        return False
    return user.is_active and bool(memberships_usable_for(user, on=on, address=address))
