"""The first accounts of a site, made where the database is: a security administrator, who makes all others on the pages.

Also the way back in when the last one is lost. Only the three administrators can be made here; none of them sees a family's file.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import datetime

from django.db import transaction

from doudi.casework.access.models import Membership, User
from doudi.casework.access.roles import ROLES
from doudi.casework.access.services.accounts import NAME_MISSING, NAME_TAKEN
from doudi.casework.audit.actions import ADMINISTRATOR_MADE
from doudi.casework.audit.services import record
from doudi.casework.organisation.models import Department, Office
from doudi.config.noted import COMMAND_LINE, login
from doudi.kernel.clock import CHINA
from doudi.kernel.errors import DoudiError, Fault, code

ADMINISTRATORS = {"security": "security_admin", "system": "system_admin", "audit": "audit_admin"}
"""What is typed -> the role."""

NO_OFFICE = code("administrator_without_office", "没有管理员可以任职的单位")


@transaction.atomic
def administrator_make(*, username: str, name: str, role: str, region: str, at: datetime) -> str:
    """Make an account with one of the three roles at a region's civil affairs office; returns its initial password, to be changed at once.

    To be called as the loader. `role`: a key of ADMINISTRATORS. Raises DoudiError with everything that is wrong.
    """
    username, name, key = User.objects.normalize(username), name.strip(), ADMINISTRATORS[role]
    office = Office.objects.select_related("region").filter(region=region, department=Department.CIVIL_AFFAIRS).first()
    if faults := [*_of_the_account(username, name), *_of_the_office(region, office, key)]:
        raise DoudiError(faults)
    assert office is not None
    password = secrets.token_urlsafe(12)
    user = User.objects.create_user(username, password, name=name, password_set_at=at, password_is_initial=True)
    Membership.objects.create(user=user, office=office, role=key, starts_on=at.astimezone(CHINA).date())
    record(COMMAND_LINE, ADMINISTRATOR_MADE, kind="account", object=user.pk, region=region, detail={"role": key, "login": login()})
    return password


def _of_the_account(username: str, name: str) -> Iterator[Fault]:
    if not username or not name:
        yield Fault(NAME_MISSING, "账号和姓名都要写", "--name")
    if User.objects.filter(username=username).exists():
        yield Fault(NAME_TAKEN, f"账号 {username} 已存在", todo="换一个账号。管理员忘了密码或丢了手机，也在这里另开一个，再由它停用原来的")


def _of_the_office(region: str, office: Office | None, key: str) -> Iterator[Fault]:
    if office is None:
        yield Fault(NO_OFFICE, f"没有代码为 {region} 的县、市州或省", "--region", todo="写代码，如 431382；新站点先运行 doudi site prepare")
    elif office.region.kind not in ROLES[key].level:
        yield Fault(NO_OFFICE, f"{office.region} 不能有{ROLES[key].name}", "--region", todo="写县、市州或省的代码")
