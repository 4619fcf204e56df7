"""Applications begun for a household."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from doudi.casework.access.models import User
from doudi.casework.dispatch.models import WorkItem
from doudi.casework.organisation.models import CODE, Department, Office


class Application(models.Model):
    """An application for a programme that was begun for a household; people decide it in the programme's own procedure, the outcome is kept here."""

    class State(models.TextChoices):
        STARTED = "started", "材料准备中"
        SUBMITTED = "submitted", "已提交"
        GRANTED = "granted", "已批准"
        REFUSED = "refused", "未批准"
        WITHDRAWN = "withdrawn", "已撤回"

    number = models.CharField("编号", max_length=24, unique=True)
    token = models.UUIDField("表单编号", unique=True)
    household = models.BigIntegerField("家庭", db_index=True)
    person = models.BigIntegerField("人员", null=True)
    name = models.CharField("申请人", max_length=60)
    region = models.CharField("行政区划", **CODE)
    department = models.CharField("部门", max_length=32, choices=Department.choices)
    programme = models.CharField("项目", max_length=60)
    item = models.ForeignKey(WorkItem, models.PROTECT, null=True, related_name="applications", verbose_name="任务")
    alert = models.CharField("线索", max_length=64, blank=True)
    office = models.ForeignKey(Office, models.PROTECT, related_name="+", verbose_name="受理单位")
    consent = models.BooleanField("家庭同意申请", default=False)
    papers = models.JSONField("材料", default=dict)
    state = models.CharField("状态", max_length=12, choices=State.choices, default=State.STARTED)
    started_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="发起人")
    started_at = models.DateTimeField("发起时间")
    submitted_at = models.DateTimeField("提交时间", null=True)
    ended_at = models.DateTimeField("办结时间", null=True)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="登记人")
    outcome = models.CharField("结果说明", max_length=200, blank=True)
    version = models.IntegerField("版本", default=1)

    class Meta:
        ordering = ("-started_at",)
        verbose_name = verbose_name_plural = "救助申请"
        constraints = [
            models.UniqueConstraint(
                fields=["household", "person", "programme"],
                condition=Q(state__in=("started", "submitted")),
                nulls_distinct=False,
                name="one_open_application_for_a_programme",
            ),
        ]
        indexes = [models.Index(fields=["region", "state", "-started_at"])]

    def __str__(self) -> str:
        return self.number
