"""The audit log: entries, what is still to be sealed, seals."""

from __future__ import annotations

from django.db import models


class Writer(models.Model):
    """One process that writes entries; its number has no gaps, because it is counted up in the transaction of the entry."""

    name = models.CharField(max_length=80, primary_key=True)
    last = models.BigIntegerField(default=0)


class Entry(models.Model):
    """Who did or saw what, when, from where, why. Append-only; `mac` guards it until a seal does, and after.

    `region` is that of the object, else of the one who acted, so that an auditor of a county sees the county's entries; `*` if there is none.
    """

    at = models.DateTimeField("时间", db_index=True)
    writer = models.CharField(max_length=80)
    number = models.BigIntegerField()
    action = models.CharField("动作", max_length=40)
    user = models.BigIntegerField("用户", null=True, db_index=True)
    actor = models.CharField("姓名", max_length=60)
    role = models.CharField("角色", max_length=32, blank=True)
    office = models.BigIntegerField("单位", null=True)
    kind = models.CharField("对象", max_length=40, blank=True)
    object = models.CharField("编号", max_length=64, blank=True)
    region = models.CharField("地区", max_length=12, db_collation="C")
    reason = models.CharField("理由", max_length=200, blank=True)
    address = models.CharField("来自", max_length=45, blank=True)
    request = models.CharField("请求", max_length=36, blank=True)
    detail = models.JSONField("内容", default=dict)
    mac = models.BinaryField()

    class Meta:
        verbose_name = verbose_name_plural = "审计记录"
        constraints = [models.UniqueConstraint(fields=["writer", "number"], name="number_of_writer_is_unique")]
        indexes = [
            models.Index(fields=["kind", "object"]),
            models.Index(fields=["region", "at"]),
            models.Index(fields=["user", "at"]),
            models.Index(fields=["action", "at"]),
        ]


class Unsealed(models.Model):
    """An entry that waits for its seal: written with it, taken away with the seal."""

    entry = models.BigIntegerField(primary_key=True)


class Seal(models.Model):
    """One link for one entry: SM3 over the entry and the link before. `number` has no gaps."""

    number = models.BigIntegerField(primary_key=True)
    entry = models.OneToOneField(Entry, models.PROTECT, related_name="seal")
    digest = models.BinaryField()
    sealed_at = models.DateTimeField()
