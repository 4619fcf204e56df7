"""Full ID numbers that were shown."""

from __future__ import annotations

from django.db import models

from doudi.casework.access.models.users import User
from doudi.casework.organisation.models import CODE


class Reveal(models.Model):
    """A full ID number shown to somebody, for a reason, for thirty seconds. The audit entry stands beside it."""

    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    person = models.BigIntegerField()
    region = models.CharField("地区", **CODE)
    reason = models.CharField("理由", max_length=200)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["user", "at"])]
