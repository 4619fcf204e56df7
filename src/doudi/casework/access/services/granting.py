"""Roles given and taken. One security administrator gives a role; for an administrator's one asks and another answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from doudi.casework.access.actor import Actor
from doudi.casework.access.models import Grant, Membership, User
from doudi.casework.access.reach import in_reach, offices_in_reach, user_to_manage
from doudi.casework.access.roles import ADMINISTRATORS, ROLES
from doudi.casework.audit.actions import action
from doudi.casework.audit.services import record
from doudi.casework.organisation.models import Department, Office
from doudi.kernel.errors import DoudiError, Fault, code

GRANT_REFUSED = code("role_not_grantable", "不能授予这个角色")
GRANT_STALE = code("grant_already_decided", "授权申请已有人处理")
MEMBERSHIP_GONE = code("membership_not_found", "没有这个任职")

GRANTED = action("role_granted", "授予角色")
ASKED = action("role_asked", "申请授予管理员角色")
CONFIRMED = action("role_confirmed", "同意授予管理员角色")
REFUSED = action("role_refused", "不同意授予管理员角色")
ENDED = action("role_ended", "终止任职")


@dataclass(frozen=True)
class Asked:
    """A role at an office, why, and until when (None: open; an administrator's has no end)."""

    office: Office
    role: str
    reason: str
    ends_on: date | None = None


def role_give(by: Actor, *, number: int, asked: Asked, on: date, at: datetime) -> Membership | Grant:
    """The same as `role_grant` for the account with this number."""
    by.must("users.manage")
    with transaction.atomic():
        return role_grant(by, user=user_to_manage(by, number), asked=asked, on=on, at=at)


def role_grant(by: Actor, *, user: User, asked: Asked, on: date, at: datetime) -> Membership | Grant:
    """Give the role from today on; an administrator's is asked for only. Raises DoudiError `role_not_grantable` with everything in its way."""
    by.must("users.manage")
    with transaction.atomic():
        if faults := _in_the_way(by, user, asked, on):
            raise DoudiError(faults)
        detail = {"role": asked.role, "office": asked.office.pk, "ends_on": asked.ends_on}
        kept = {"kind": "account", "object": user.pk, "region": asked.office.region_id, "reason": asked.reason, "detail": detail}
        if asked.role in ADMINISTRATORS:
            record(by, ASKED, **kept)  # type: ignore[arg-type]
            return Grant.objects.create(user=user, office=asked.office, role=asked.role, reason=asked.reason, asked_by_id=by.user, asked_at=at)
        record(by, GRANTED, **kept)  # type: ignore[arg-type]
        return Membership.objects.create(user=user, office=asked.office, role=asked.role, starts_on=on, ends_on=asked.ends_on, granted_by_id=by.user)


def grant_decide(by: Actor, *, number: int, agree: bool, on: date, at: datetime) -> Grant:
    """The second pair of eyes: neither who asked nor who gets it. Raises DoudiError `role_not_grantable`, `grant_already_decided`."""
    by.must("users.manage")
    with transaction.atomic():
        grant = (
            Grant.objects.select_for_update(of=("self",))
            .select_related("office__region", "user")
            .filter(pk=number)
            .filter(in_reach(by, "office__region_id"))
            .first()
        )
        if grant is None or grant.state != Grant.State.ASKED:
            raise DoudiError(Fault(GRANT_STALE, "这个授权申请已有人处理，或不在您的管理范围内"))
        if by.user in (grant.asked_by_id, grant.user_id):
            raise DoudiError(Fault(GRANT_REFUSED, "提出人和被授权人不能复核", todo="请另一位安全管理员复核"))
        asked = Asked(grant.office, grant.role, grant.reason)
        if agree and (faults := _in_the_way(by, grant.user, asked, on, deciding=grant.pk)):
            raise DoudiError(faults)
        if agree:
            grant.membership = Membership.objects.create(
                user=grant.user, office=grant.office, role=grant.role, starts_on=on, granted_by_id=grant.asked_by_id
            )
        grant.state = Grant.State.CONFIRMED if agree else Grant.State.REFUSED
        grant.decided_by_id, grant.decided_at = by.user, at
        grant.save(update_fields=["state", "decided_by", "decided_at", "membership"])
        detail = {"role": grant.role, "office": grant.office_id, "asked_by": grant.asked_by_id}
        record(by, CONFIRMED if agree else REFUSED, kind="account", object=grant.user_id, region=grant.office.region_id, detail=detail)
        return grant


def role_end(by: Actor, *, number: int, membership: int, reason: str, on: date) -> None:
    """End a role at once. Raises DoudiError `membership_not_found`."""
    by.must("users.manage")
    with transaction.atomic():
        user = user_to_manage(by, number)
        reached = Membership.objects.select_related("office").filter(in_reach(by, "office__region_id"))
        held = reached.filter(pk=membership, user=user).exclude(ends_on__lt=on).first()
        if held is None:
            raise DoudiError(Fault(MEMBERSHIP_GONE, "没有这个任职，或已经终止"))
        held.ends_on = on - timedelta(days=1)  # the last day counts, and it is to end now; when it began today is in the audit log
        held.starts_on = min(held.starts_on, held.ends_on)
        held.save(update_fields=["starts_on", "ends_on"])
        detail = {"role": held.role, "office": held.office_id}
        record(by, ENDED, kind="account", object=user.pk, region=held.office.region_id, reason=reason, detail=detail)


def _in_the_way(by: Actor, user: User, asked: Asked, on: date, deciding: int | None = None) -> list[Fault]:
    """Everything for which the role cannot be given, in words."""
    says = [*_of_the_person(by, user, asked, on, deciding), *_of_the_office(by, asked, on)]
    return [Fault(GRANT_REFUSED, one, ROLES[asked.role].name if asked.role in ROLES else asked.role) for one in says]


def _of_the_person(by: Actor, user: User, asked: Asked, on: date, deciding: int | None) -> list[str]:
    held = [*Membership.objects.filter(user=user).exclude(ends_on__lt=on).values_list("role", "office_id")]
    held += Grant.objects.filter(user=user, state=Grant.State.ASKED).exclude(pk=deciding).values_list("role", "office_id")
    says = ["不能给自己授权"] if user.pk == by.user else []
    says += [] if user.is_active else ["账号已停用"]
    says += ["这个人在这个单位已有这个角色，或正等待复核"] if (asked.role, asked.office.pk) in held else []
    return says + [f"和已有的角色“{ROLES[role].name}”不能由同一人担任" for role in sorted({role for role, _ in held}) if _exclude(role, asked.role)]


def _of_the_office(by: Actor, asked: Asked, on: date) -> list[str]:
    role = ROLES.get(asked.role)
    if role is None:
        return ["没有这个角色"]
    says = [] if offices_in_reach(by).filter(pk=asked.office.pk).exists() else ["单位不在您的管理范围内"]
    says += [] if asked.office.region.kind in role.level else ["这一级的单位没有这个角色"]
    # a role that sees all departments is civil affairs' own: at another department it would see past it
    departments = {Department.CIVIL_AFFAIRS, Department.TOWNSHIP, Department.VILLAGE}
    says += ["这个角色只设在民政部门、乡镇和村"] if role.all_departments and asked.office.department not in departments else []
    says += ["结束日期早于今天"] if asked.ends_on and asked.ends_on < on else []
    says += ["管理员角色不设结束日期，需要时终止"] if asked.ends_on and asked.role in ADMINISTRATORS else []
    return says + ([] if asked.reason.strip() else ["须填写理由"])


def _exclude(one: str, other: str) -> bool:
    """Whether the same person may not have both, whichever of the two says so."""
    return (one in ROLES and other in ROLES[one].excludes) or (other in ROLES and one in ROLES[other].excludes)
