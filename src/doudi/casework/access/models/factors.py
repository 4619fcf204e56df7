"""What proves a login besides the password."""

from __future__ import annotations

from django.db import models

from doudi.casework.access.models.users import User


class Authenticator(models.Model):
    """A person's second factor: the secret that the telephone and the site share. Sealed like an ID number; `access.factors` uses it.

    `last_step` is the time step of the last code that was taken: none of it or before it is taken again.
    """

    user = models.OneToOneField(User, models.CASCADE, primary_key=True, related_name="authenticator")
    secret_sealed = models.BinaryField()
    confirmed_at = models.DateTimeField(null=True)
    last_step = models.BigIntegerField(default=-1)
    failures = models.IntegerField(default=0)
    failed_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField()


class RecoveryCode(models.Model):
    """One of ten codes for the day the telephone is lost; good once, kept as a keyed digest only."""

    user = models.ForeignKey(User, models.CASCADE, related_name="recovery_codes")
    digest = models.BinaryField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "digest"], name="a_recovery_code_is_there_once")]
