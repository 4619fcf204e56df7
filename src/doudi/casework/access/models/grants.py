"""Roles asked for and granted, by two people where it takes two."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from doudi.casework.access.models.memberships import Membership
from doudi.casework.access.models.users import User
from doudi.casework.access.roles import ROLES
from doudi.casework.organisation.models import Office


class Grant(models.Model):
    """A role of an administrator asked for by one security administrator and answered by another: four eyes."""

    class State(models.TextChoices):
        ASKED = "asked", "待复核"
        CONFIRMED = "confirmed", "已同意"
        REFUSED = "refused", "未同意"

    user = models.ForeignKey(User, models.PROTECT, related_name="grants", verbose_name="用户")
    office = models.ForeignKey(Office, models.PROTECT, related_name="+", verbose_name="单位")
    role = models.CharField("角色", max_length=32, choices=[(key, role.name) for key, role in ROLES.items()])
    reason = models.CharField("理由", max_length=200)
    state = models.CharField("状态", max_length=12, choices=State.choices, default=State.ASKED)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="提出人")
    asked_at = models.DateTimeField("提出时间")
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="复核人")
    decided_at = models.DateTimeField("复核时间", null=True)
    membership = models.OneToOneField(Membership, models.PROTECT, null=True, related_name="grant")

    class Meta:
        ordering = ("-asked_at",)
        verbose_name = verbose_name_plural = "管理员授权"
        constraints = [
            models.UniqueConstraint(fields=["user", "office", "role"], condition=Q(state="asked"), name="one_open_grant_for_role_and_office"),
            models.CheckConstraint(condition=~Q(decided_by=F("asked_by")) & ~Q(decided_by=F("user")), name="another_decides_a_grant"),
            models.CheckConstraint(condition=~Q(asked_by=F("user")), name="nobody_asks_for_their_own_grant"),
        ]
