"""What a person does with the own account."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from doudi.casework.access import factors
from doudi.casework.access.actor import Actor
from doudi.casework.access.models import Membership, Session, User
from doudi.casework.audit.actions import action
from doudi.casework.audit.services import record
from doudi.kernel.errors import DoudiError, Fault, code

PASSWORD_WRONG = code("password_wrong", "现在的密码不对")
PASSWORD_WEAK = code("password_weak", "新密码不合要求")
CODE_WRONG = code("factor_code_wrong", "动态验证码不对")
MEMBERSHIP_NOT_OWN = code("membership_not_open", "没有这个任职")

PASSWORD_CHANGED = action("password_changed", "更换密码")
SESSIONS_ENDED = action("sessions_ended", "结束登录")
CODES_RENEWED = action("recovery_codes_renewed", "更换恢复码")
CODE_REFUSED = action("factor_code_refused", "动态验证码输错")
TOUR_SEEN = action("tour_seen", "看过使用引导")
MEMBERSHIP_CHOSEN = action("membership_chosen", "切换任职")


def password_change(by: Actor, *, user: User, old: str, new: str, keep_session: str, at: datetime) -> None:
    """Set a new password; every other session of the account ends. Raises DoudiError naming what is wrong with old and new, all at once."""
    assert by.user == user.pk
    faults = [Fault(PASSWORD_WRONG, "现在的密码不对", "现在的密码")] if not user.check_password(old) else []
    faults += [Fault(PASSWORD_WEAK, text, "新密码") for text in weaknesses(new, user)]
    if user.check_password(new):
        faults.append(Fault(PASSWORD_WEAK, "新密码和现在的密码相同", "新密码"))
    if faults:
        raise DoudiError(faults)
    with transaction.atomic():
        user.set_password(new)
        user.password_set_at, user.password_is_initial = at, False
        user.save(update_fields=["password", "password_set_at", "password_is_initial"])
        Session.objects.filter(user=user).exclude(session_key=keep_session).delete()
        record(by, PASSWORD_CHANGED, kind="account", object=user.pk)


def weaknesses(password: str, user: User) -> list[str]:
    """What is wrong with a password, in words; empty if nothing."""
    try:
        validate_password(password, user)
    except ValidationError as problem:
        return list(problem.messages)
    return []


def sessions_end(by: Actor, *, keep: str, only: str | None = None) -> int:
    """End the person's own sessions but `keep`, or just `only`; returns how many."""
    with transaction.atomic():
        mine = Session.objects.filter(user=by.user).exclude(session_key=keep)
        chosen = mine if only is None else [one for one in mine if one.public_id == only]
        ended = Session.objects.filter(pk__in=[one.pk for one in chosen]).delete()[0]
        if ended:
            record(by, SESSIONS_ENDED, kind="account", object=by.user or "", detail={"count": ended})
    return ended


def factor_confirm(by: Actor, *, user: User, given: str, at: datetime) -> None:
    """The telephone is still at hand. Raises DoudiError if the code is wrong, which is kept."""
    assert by.user == user.pk
    if not factors.code_check(user, given=given.replace(" ", ""), at=at):
        with transaction.atomic():
            record(by, CODE_REFUSED, kind="account", object=user.pk)
        raise DoudiError(Fault(CODE_WRONG, "动态验证码不对", "动态验证码", "已过期、已用过，或输错了", "等手机上换出新的 6 位数字，再输入一次"))


def recovery_codes_renew(by: Actor, *, user: User, given: str, at: datetime) -> list[str]:
    """Ten new recovery codes, for who has the telephone at hand. Raises DoudiError if the code is wrong."""
    factor_confirm(by, user=user, given=given, at=at)
    with transaction.atomic():
        record(by, CODES_RENEWED, kind="account", object=user.pk)
        return factors.recovery_codes_new(user)


def membership_choose(by: Actor, *, membership: Membership) -> None:
    """Keep in which role the person goes on. Raises DoudiError if it is not the person's."""
    if membership.user_id != by.user:
        raise DoudiError(Fault(MEMBERSHIP_NOT_OWN, "没有这个任职", "任职"))
    with transaction.atomic():
        record(by, MEMBERSHIP_CHOSEN, kind="account", object=by.user or "", detail={"role": membership.role, "office": membership.office_id})


def tour_finish(by: Actor, *, user: User, at: datetime) -> None:
    """The person has seen or skipped the first screens; the first time counts."""
    assert by.user == user.pk
    with transaction.atomic():
        if User.objects.filter(pk=user.pk, toured_at=None).update(toured_at=at):
            record(by, TOUR_SEEN, kind="account", object=user.pk)


def work_filters_keep(by: Actor, *, query: str) -> None:
    """How the person cuts the list of work down; it comes back with the next login. Nothing that anybody would look for in the log."""
    User.objects.filter(pk=by.user).update(work_filters=query)
