"""Sessions with their owner, so that they can be listed and ended."""

from __future__ import annotations

from hashlib import sha256

from django.contrib.sessions.base_session import AbstractBaseSession, BaseSessionManager
from django.db import models

from doudi.casework.access.models.memberships import Membership
from doudi.casework.access.models.users import User


class Session(AbstractBaseSession):
    """A browser that is logged in. It knows whose it is, so that a person sees all of theirs and an account's end with it.

    `membership` is the one in which the person acts; it stands in the data too, but there a query cannot find it.
    """

    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="sessions", verbose_name="用户")
    membership = models.ForeignKey(Membership, models.CASCADE, null=True, related_name="sessions", verbose_name="任职")
    started_at = models.DateTimeField("登录时间", null=True)
    seen_at = models.DateTimeField("最近使用", null=True)
    address = models.CharField("来自", max_length=45, blank=True)
    browser = models.CharField("浏览器", max_length=60, blank=True)

    objects = BaseSessionManager["Session"]()

    class Meta:
        verbose_name = verbose_name_plural = "登录"

    @property
    def public_id(self) -> str:
        """A name for forms: the key itself would let whoever reads the page in."""
        return sha256(self.session_key.encode()).hexdigest()[:16]

    @classmethod
    def get_session_store_class(cls) -> type:
        from doudi.casework.access.sessions import SessionStore

        return SessionStore
