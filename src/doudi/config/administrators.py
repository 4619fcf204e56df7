"""The first accounts of a site, made where the database is: a security administrator, who makes all others on the pages.

Also the way back in when the last one is lost. Only the three administrators can be made here; none of them sees a family's file.
"""

from __future__ import annotations

import secrets
from datetime import datetime

from django.db import transaction

from doudi.casework.access.models import Membership, User
from doudi.casework.access.roles import ROLES
from doudi.casework.audit.actions import action
from doudi.casework.audit.services import record
from doudi.casework.organisation.models import Department, Office
from doudi.config.noted import COMMAND_LINE, login
from doudi.kernel.clock import CHINA
from doudi.kernel.errors import DoudiError, Fault, code

ADMINISTRATORS = {"security": "security_admin", "system": "system_admin", "audit": "audit_admin"}
"""What is typed -> the role."""

ACCOUNT_TAKEN = code("administrator_account_taken", "账号已存在")
NO_OFFICE = code("administrator_without_office", "没有可以任职的单位")
NO_ROLE = code("administrator_role_unknown", "不是管理员角色")
MADE = action("administrator_made", "在服务器上开通管理员账号")


@transaction.atomic
def administrator_make(*, username: str, name: str, role: str, region: str, at: datetime) -> str:
    """Make an account with one of the three roles at a region's civil affairs office; returns its initial password, to be changed at once.

    To be called as the loader. `role`: see ADMINISTRATORS. Raises DoudiError with everything that is wrong.
    """
    key = ADMINISTRATORS.get(role, "")
    office = Office.objects.select_related("region").filter(region=region, department=Department.CIVIL_AFFAIRS).first()
    taken = User.objects.filter(username=User.objects.normalize(username)).exists()
    if faults := [*_faults(username, name, key, role, region, office, taken)]:
        raise DoudiError(faults)
    assert office is not None
    password = secrets.token_urlsafe(12)
    user = User.objects.create_user(username, password, name=name.strip(), password_set_at=at, password_is_initial=True)
    Membership.objects.create(user=user, office=office, role=key, starts_on=at.astimezone(CHINA).date())
    record(COMMAND_LINE, MADE, kind="account", object=user.pk, region=region, detail={"role": key, "login": login()})
    return password


def _faults(username: str, name: str, key: str, role: str, region: str, office: Office | None, taken: bool) -> list[Fault]:
    faults = []
    if not username.strip() or not name.strip():
        faults.append(Fault(ACCOUNT_TAKEN, "账号和姓名都要写", "--name"))
    if taken:
        faults.append(Fault(ACCOUNT_TAKEN, f"账号 {username} 已存在", todo="换一个账号；忘记密码的，请另一位安全管理员重置，或在这里另开一个"))
    if not key:
        faults.append(Fault(NO_ROLE, f"没有角色 {role}", "--role", todo=f"可以是 {'、'.join(ADMINISTRATORS)}；其他账号由安全管理员在网页上开通"))
    if office is None:
        faults.append(Fault(NO_OFFICE, f"没有代码为 {region} 的县、市州或省", "--region", todo="写省、市州、县的代码，如 43、4313、431382"))
    elif key and office.region.kind not in ROLES[key].level:
        faults.append(Fault(NO_OFFICE, f"{office.region} 不能有{ROLES[key].name}", "--region", todo="写县、市州或省的代码"))
    return faults
