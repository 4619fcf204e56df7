"""Who acts: a person in one role at one office, or a job of the platform's own acting for a scope."""

from __future__ import annotations

from dataclasses import dataclass, replace

from doudi.casework.access.models import Membership
from doudi.casework.access.roles import ROLES, Role
from doudi.kernel.errors import DoudiError, Fault, code

NOT_PERMITTED = code("not_permitted", "没有这项权限")

EVERYTHING = "*"


@dataclass(frozen=True)
class Scope:
    """What the database lets through: regions from `lo` up to but without `hi`, of one department or of all (`*`).

    A scope without regions lets no person through.
    """

    lo: str = ""
    hi: str = ""
    department: str = ""

    @classmethod
    def of(cls, region: str, department: str = EVERYTHING) -> Scope:
        """A region and everything below it."""
        return cls(region, region[:-1] + chr(ord(region[-1]) + 1), department)


NOBODY = Scope()


@dataclass(frozen=True)
class Actor:
    """The first argument, `by`, of every service. `user` is None for a job, which carries the scope it works in."""

    name: str
    scope: Scope
    user: int | None = None
    membership: int | None = None
    office: int | None = None
    region: str = ""
    department: str = ""
    role: Role | None = None
    address: str = ""
    request: str = ""

    def may(self, permission: str) -> bool:
        """Whether the role has it; a job may do what its code does."""
        return self.user is None or (self.role is not None and permission in self.role.may)

    def must(self, permission: str) -> None:
        """Raises DoudiError `not_permitted` if the role does not have it."""
        if not self.may(permission):
            raise DoudiError(Fault(NOT_PERMITTED, "您的角色没有这项权限", self.role.name if self.role else self.name, todo="需要时请联系安全管理员"))

    def at(self, address: str, request: str) -> Actor:
        """The same, in a request."""
        return replace(self, address=address, request=request)


def job(name: str, scope: Scope) -> Actor:
    """The platform itself, doing `name` (Chinese: it is shown in histories) within a scope."""
    return Actor(name, scope)


def actor_of(membership: Membership) -> Actor:
    """The person of a membership, acting in it; `office` and its region are read, so select them with it."""
    office, role = membership.office, ROLES[membership.role]
    sees = Scope.of(office.region_id, EVERYTHING if role.all_departments else office.department) if role.sees_people else NOBODY
    return Actor(
        name=membership.user.name,
        scope=sees,
        user=membership.user_id,
        membership=membership.pk,
        office=office.pk,
        region=office.region_id,
        department=office.department,
        role=role,
    )
