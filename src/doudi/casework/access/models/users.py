"""Accounts."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models


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
    password_is_initial = models.BooleanField("初始密码，登录时须更换", default=False)
    toured_at = models.DateTimeField("看过引导", null=True, blank=True)
    work_filters = models.CharField("任务列表的筛选条件", max_length=120, blank=True, default="")
    is_demo = models.BooleanField("演示账号", default=False)
    version = models.IntegerField(default=1)

    objects = Users()
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        ordering = ("username",)
        verbose_name = verbose_name_plural = "用户"

    def __str__(self) -> str:
        return self.name
