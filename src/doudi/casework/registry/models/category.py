"""Recognitions."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from doudi.casework.organisation.models import CODE


class Category(models.Model):
    """What somebody is recognised as (低保, 特困, 低保边缘 ...), from when to when, by what and known from where.

    `starts_exact`: the start is in the data; otherwise it is the day of the first run that had it. A line that ended stays: that is its history.
    """

    person = models.BigIntegerField("人员编号")
    household = models.BigIntegerField("家庭编号", null=True, db_index=True)
    code = models.CharField("类别", max_length=40)
    name = models.CharField("名称", max_length=120)
    starts_on = models.DateField("起")
    starts_exact = models.BooleanField("起始日期来自数据", default=False)
    ends_on = models.DateField("止", null=True)
    basis = models.CharField("依据", max_length=300, blank=True)
    source = models.CharField("数据来源", max_length=300, blank=True)
    region = models.CharField("地区", **CODE)
    run = models.ForeignKey("runs.Run", models.PROTECT, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "身份类别"
        constraints = [
            models.UniqueConstraint(fields=["person", "code"], condition=Q(ends_on=None), name="one_open_line_for_person_and_category"),
        ]
        indexes = [
            models.Index(fields=["region", "code"], condition=Q(ends_on=None), name="registry_category_open"),
            models.Index(fields=["person"], name="registry_category_of_person"),
        ]
