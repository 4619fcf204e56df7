"""Visits at home."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from doudi.casework.access.models import User
from doudi.casework.dispatch.models import WorkItem
from doudi.casework.organisation.models import CODE, Department, Office


class Visit(models.Model):
    """Somebody goes to a household's home, by a day, for a purpose.

    `answers` is what was typed so far, kept at each screen; `findings` is what was found when the visit was handed in, and never changes again.
    """

    class Purpose(models.TextChoices):
        REGULAR = "regular", "定期走访"
        VERIFY = "verify", "核实任务"
        CLUE = "clue", "核实线索"
        RETURN = "return", "回访"

    class State(models.TextChoices):
        PLANNED = "planned", "待走访"
        STARTED = "started", "填写中"
        DONE = "done", "已走访"
        CANCELLED = "cancelled", "已取消"

    number = models.CharField("编号", max_length=24, unique=True)
    household = models.BigIntegerField("家庭", db_index=True)
    head_name = models.CharField("户主", max_length=60, blank=True)
    item = models.ForeignKey(WorkItem, models.PROTECT, null=True, related_name="visits", verbose_name="任务")
    region = models.CharField("行政区划", **CODE)
    department = models.CharField("部门", max_length=32, choices=Department.choices, default=Department.CIVIL_AFFAIRS)
    purpose = models.CharField("目的", max_length=12, choices=Purpose.choices)
    because = models.CharField("缘由", max_length=200, blank=True)
    planned_on = models.DateField("安排日期")
    due_on = models.DateField("截止日期")
    office = models.ForeignKey(Office, models.PROTECT, related_name="visits", verbose_name="走访单位")
    assignee = models.ForeignKey(User, models.PROTECT, null=True, related_name="visits", verbose_name="走访人")
    planned_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="安排人")
    state = models.CharField("状态", max_length=12, choices=State.choices, default=State.PLANNED)
    answers = models.JSONField("填写中的内容", default=dict)
    findings = models.JSONField("走访情况", default=dict)
    changed = models.BooleanField("情况有变化", null=True)
    result = models.CharField("结论", max_length=16, blank=True)
    note = models.TextField("说明", blank=True)
    done_at = models.DateTimeField("走访时间", null=True)
    done_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="登记人")
    cancelled_because = models.CharField("取消原因", max_length=200, blank=True)
    version = models.IntegerField("版本", default=1)

    class Meta:
        ordering = ("due_on", "id")
        verbose_name = verbose_name_plural = "走访"
        constraints = [
            models.UniqueConstraint(
                fields=["household", "purpose", "item"],
                condition=Q(state__in=("planned", "started")),
                nulls_distinct=False,
                name="one_open_visit_of_household_and_purpose",
            ),
            models.CheckConstraint(condition=Q(state="done") ^ Q(done_at=None), name="visit_done_has_its_moment"),
            models.CheckConstraint(condition=Q(due_on__gte=models.F("planned_on")), name="visit_is_due_after_it_is_planned"),
        ]
        indexes = [
            models.Index(fields=["region", "due_on"], condition=Q(state__in=("planned", "started")), name="visit_open_by_region"),
            models.Index(fields=["assignee", "due_on"], condition=Q(state__in=("planned", "started")), name="visit_open_by_assignee"),
            models.Index(fields=["region", "-done_at"], name="visit_done_by_region"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_open(self) -> bool:
        """Whether it still has to be made."""
        return self.state in (self.State.PLANNED, self.State.STARTED)
