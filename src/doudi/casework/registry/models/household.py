"""Households."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from doudi.casework.organisation.models import CODE


class Household(models.Model):
    """A household that a run is concerned with: by an alert, an alert that has ended, or a recognised member.

    `facts`: variable -> value, money in fen, months as year * 12 + month - 1, days in ISO form. A flag or number that is absent is no or
    zero; one that is null is unknown; days, months and texts are absent when there is none. `departments`: those with work for it.
    `number` is the published number.
    """

    number = models.BigIntegerField("家庭编号", primary_key=True)
    household_no_sealed = models.BinaryField("户号", null=True)
    household_no_index = models.BinaryField(null=True, max_length=16)
    head = models.BigIntegerField("户主", null=True)
    region = models.CharField("地区", **CODE)
    rural = models.BooleanField("农村", null=True)
    members = models.IntegerField("在世成员数")
    facts = models.JSONField("情况", default=dict)
    departments = ArrayField(models.CharField(max_length=32), verbose_name="有任务的部门", default=list)
    in_registry = models.BooleanField("在低收入人口库", default=True, help_text="最近一次装载的运行中有这一户")
    run = models.ForeignKey("runs.Run", models.PROTECT, related_name="+", verbose_name="数据来自")
    seen_on = models.DateField("数据截至")
    since_on = models.DateField("入库日期")
    source = models.BinaryField(max_length=16, help_text="已装载内容的摘要，用于判断是否变化")
    version = models.IntegerField(default=0)

    class Meta:
        verbose_name = verbose_name_plural = "家庭"
        indexes = [
            models.Index(fields=["region", "number"]),
            models.Index(fields=["household_no_index"]),
        ]
