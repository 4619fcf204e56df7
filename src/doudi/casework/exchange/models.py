"""What goes back to the runs."""

from __future__ import annotations

from django.db import models


class Export(models.Model):
    """A dataset of decisions or findings that was written for the runs: up to when, how many lines, which file."""

    dataset = models.CharField("数据集", max_length=60)
    period = models.CharField("所属期", max_length=40)
    at = models.DateTimeField("时间")
    rows = models.BigIntegerField("行数")
    file = models.CharField("文件", max_length=300)
    sha256 = models.CharField("校验值", max_length=64)

    class Meta:
        ordering = ("-at",)
        verbose_name = verbose_name_plural = "回流数据"


class Told(models.Model):
    """Of whom a result about a household was told. The lake knows a result by person and number: told of another, it is withdrawn of the former."""

    number = models.CharField("结果编号", max_length=80)
    person = models.BigIntegerField("人员编号")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["number", "person"], name="a_result_is_told_once_of_a_person")]
