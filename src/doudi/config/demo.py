"""The accounts of a demo site: one for each role of one county, all with the same password. They work on a demo site only."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from doudi.casework.access.factors import authenticator_new
from doudi.casework.access.models import Membership, User
from doudi.casework.access.roles import ROLES
from doudi.casework.organisation.models import Department, Office
from doudi.kernel.clock import now, today

PASSWORD = "lantern-harbour-42"  # noqa: S105 - shown to everybody, for accounts that only a demo site lets in
COUNTY = "431382"
TOWNSHIP, VILLAGE = "431382103", "431382103001"
PREFECTURE, PROVINCE = "4313", "43"


@dataclass(frozen=True)
class Account:
    """One demo account: user name, the person's invented name, role, and the office it is at."""

    username: str
    name: str
    role: str
    region: str
    department: str = Department.CIVIL_AFFAIRS


ACCOUNTS = (
    Account("village", "演示村干", "village_worker", VILLAGE, Department.VILLAGE),
    Account("township", "演示乡经办", "township_officer", TOWNSHIP, Department.TOWNSHIP),
    Account("township-head", "演示乡负责", "township_reviewer", TOWNSHIP, Department.TOWNSHIP),
    Account("social", "演示社工", "social_worker", TOWNSHIP, Department.TOWNSHIP),
    Account("county", "演示县经办", "county_officer", COUNTY),
    Account("county-head", "演示县审批", "county_reviewer", COUNTY),
    Account("medical", "演示医保经办", "department_officer", COUNTY, Department.MEDICAL_SECURITY),
    Account("medical-head", "演示医保负责", "department_reviewer", COUNTY, Department.MEDICAL_SECURITY),
    Account("education", "演示教育经办", "department_officer", COUNTY, Department.EDUCATION),
    Account("prefecture", "演示市督导", "prefecture_supervisor", PREFECTURE),
    Account("province", "演示省督导", "province_supervisor", PROVINCE),
    Account("auditor", "演示审计", "auditor", COUNTY),
    Account("steward", "演示数据管理", "data_steward", COUNTY),
    Account("system", "演示系统管理", "system_admin", COUNTY),
    Account("security", "演示安全管理", "security_admin", COUNTY),
    Account("audit", "演示审计管理", "audit_admin", COUNTY),
)


@transaction.atomic
def accounts_fill() -> list[Account]:
    """Make what is missing and switch on what was off; passwords are set once. The second factor is there already: the login page shows its code."""
    for account in ACCOUNTS:
        user = User.objects.filter(username=account.username).first() or User.objects.create_user(
            account.username, PASSWORD, name=account.name, is_demo=True, password_set_at=now()
        )
        if not user.is_demo:
            continue  # somebody's own account has that name
        if not user.is_active:
            User.objects.filter(pk=user.pk).update(is_active=True)
        _second_factor(user)
        office = Office.objects.get(region_id=account.region, department=account.department)
        Membership.objects.get_or_create(user=user, office=office, role=account.role, ends_on=None, defaults={"starts_on": today()})
    return list(ACCOUNTS)


def accounts_switch_off() -> int:
    """No demo account works on a site that is none; returns how many worked."""
    return User.objects.filter(is_demo=True, is_active=True).update(is_active=False)


def table() -> list[tuple[str, str, str]]:
    """User name, role, what the role is for; in the order in which work goes through hands."""
    return [(account.username, ROLES[account.role].name, ROLES[account.role].says) for account in ACCOUNTS]


def _second_factor(user: User) -> None:
    authenticator = authenticator_new(user, at=now())
    if authenticator.confirmed_at is None:
        authenticator.confirmed_at = now()
        authenticator.save(update_fields=["confirmed_at"])
