"""Accounts, memberships, and ID numbers that were shown."""

from __future__ import annotations

from datetime import date

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q

from doudi.casework.access.roles import ROLES, Role
from doudi.casework.organisation.models import Office


class Users(BaseUserManager["User"]):
    """Makes accounts; `access.services` says who may."""

    def create_user(self, username: str, password: str | None = None, **fields: object) -> User:
        user = self.model(username=self.normalize(username), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    @staticmethod
    def normalize(username: str) -> str:
        return username.strip().lower()

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(username=self.normalize(username or ""))


class User(AbstractBaseUser):
    """One person's account; never shared. What the person may do comes from the memberships."""

    username = models.CharField("账号", max_length=60, unique=True)
    name = models.CharField("姓名", max_length=60)
    is_active = models.BooleanField("启用", default=True)
    password_set_at = models.DateTimeField("密码设置时间", null=True, blank=True)
    toured_at = models.DateTimeField("看过引导", null=True, blank=True)
    is_demo = models.BooleanField("演示账号", default=False)

    objects = Users()
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        ordering = ("username",)
        verbose_name = verbose_name_plural = "用户"

    def __str__(self) -> str:
        return self.name


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
        ]

    def __str__(self) -> str:
        return f"{self.office} {self.granted.name}"

    @property
    def granted(self) -> Role:
        return ROLES[self.role]

    def open_on(self, day: date) -> bool:
        """Whether it holds on a day; the last day is included."""
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)


class Reveal(models.Model):
    """A full ID number shown to somebody, for a reason, for thirty seconds. The audit entry stands beside it."""

    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    person = models.BigIntegerField()
    reason = models.CharField("理由", max_length=200)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["user", "at"])]
