"""The history of a file."""

from __future__ import annotations

from django.db import models

from doudi.casework.organisation.models import CODE


class Change(models.Model):
    """One field of a household or a person that became another: by a run, or by somebody's correction. Append-only."""

    household = models.BigIntegerField("家庭编号", null=True, db_index=True)
    person = models.BigIntegerField("人员编号", null=True, db_index=True)
    region = models.CharField("地区", **CODE)
    at = models.DateTimeField("时间")
    on = models.DateField("数据日期")
    run = models.ForeignKey("runs.Run", models.PROTECT, null=True, related_name="+")
    user = models.BigIntegerField("用户", null=True)
    field = models.CharField("项目", max_length=80)
    before = models.TextField("原来", null=True)
    after = models.TextField("现在", null=True)
    source = models.CharField("来源", max_length=200)

    class Meta:
        verbose_name = verbose_name_plural = "变化"
