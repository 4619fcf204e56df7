"""Who has which role at which office, from when to when."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import Q

from doudi.casework.access.models.users import User
from doudi.casework.access.roles import ROLES, Role
from doudi.casework.organisation.models import Office


class Membership(models.Model):
    """A role that a person has at an office, from a day to a day. Who has several chooses one after logging in."""

    user = models.ForeignKey(User, models.PROTECT, related_name="memberships", verbose_name="用户")
    office = models.ForeignKey(Office, models.PROTECT, related_name="memberships", verbose_name="单位")
    role = models.CharField("角色", max_length=32, choices=[(key, role.name) for key, role in ROLES.items()])
    starts_on = models.DateField("起")
    ends_on = models.DateField("止", null=True, blank=True)
    granted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="授权人")

    class Meta:
        ordering = ("user", "office", "role")
        verbose_name = verbose_name_plural = "任职"
        constraints = [
            models.UniqueConstraint(fields=["user", "office", "role"], condition=Q(ends_on=None), name="one_open_membership_for_role_and_office"),
            models.CheckConstraint(condition=Q(ends_on=None) | Q(ends_on__gte=models.F("starts_on")), name="membership_ends_after_it_starts"),
            models.CheckConstraint(condition=~Q(user=models.F("granted_by")), name="nobody_grants_to_themselves"),
        ]

    def __str__(self) -> str:
        return f"{self.office} {self.granted.name}"

    @property
    def granted(self) -> Role:
        return ROLES[self.role]

    def open_on(self, day: date) -> bool:
        """Whether it holds on a day; the last day is included."""
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)
