"""Alerts as the newest run has them, and what people made of them."""

from __future__ import annotations

from django.db import models

from doudi.casework.organisation.models import CODE, Department

GRADES = "ROYB"
"""From the gravest to the lightest; texts are put in this order, not in that of the alphabet."""


class Alert(models.Model):
    """One lead: a rule that hits a household or a person. The id is the same in every run; the state says what people made of it.

    `evidence`: a list of {condition, says, result, value, threshold, unit, sources: [{dataset, title, department, file, row, date}]}.
    """

    class State(models.TextChoices):
        OPEN = "open", "待办"
        DECIDED = "decided", "已反馈，待复核"
        QUIET = "quiet", "静默"
        ENDED = "ended", "已消失"

    class Grade(models.TextChoices):
        RED = "R", "红色"
        ORANGE = "O", "橙色"
        YELLOW = "Y", "黄色"
        BLUE = "B", "蓝色"

    class Kind(models.TextChoices):
        MAY_QUALIFY = "may_qualify", "可能符合救助条件"
        NOT_CARRIED_OUT = "not_carried_out", "救助政策未落实"
        EARLY_WARNING = "early_warning", "风险预警"
        MAY_NO_LONGER_QUALIFY = "may_no_longer_qualify", "可能不再符合条件"
        DUPLICATE = "duplicate", "重复享受"
        FUNDS = "funds", "资金发放疑点"

    id = models.CharField("线索编号", primary_key=True, max_length=16)
    rule = models.CharField("规则", max_length=20)
    version = models.CharField("规则版本", max_length=20)
    name = models.CharField("规则名称", max_length=200)
    kind = models.CharField("类别", max_length=24, choices=Kind.choices)
    grade = models.CharField("等级", max_length=1, choices=Grade.choices)
    cause = models.CharField("致困原因", max_length=60, blank=True)
    subject = models.CharField("对象", max_length=1, choices=[("h", "家庭"), ("p", "个人")])
    person = models.BigIntegerField("人员", null=True)
    household = models.BigIntegerField("家庭", null=True)
    region = models.CharField("地区", **CODE)
    department = models.CharField("主办部门", max_length=32, choices=Department.choices)
    level = models.CharField("主办层级", max_length=20)
    within_working_days = models.PositiveSmallIntegerField("办理时限（工作日）")
    since = models.DateField("首次出现")
    first_run = models.CharField("首次出现的运行", max_length=80)
    last_run = models.CharField("最近出现的运行", max_length=80)
    change = models.CharField("与上次相比", max_length=12)
    changed = models.TextField("变化之处", blank=True)
    evidence = models.JSONField("依据", default=list)
    facts_hash = models.CharField("所依据事实的摘要", max_length=64)
    state = models.CharField("状态", max_length=8, choices=State.choices, default=State.OPEN)
    worse = models.BooleanField("静默后情况加重", default=False)
    quiet_until = models.DateField("静默至", null=True, blank=True)
    decided_on = models.DateField("认定日期", null=True, blank=True)
    decided_grade = models.CharField("认定时的等级", max_length=1, blank=True)
    decided_evidence = models.JSONField("认定时的依据", default=list)
    unsure = models.TextField("暂时无法判断的原因", blank=True)
    ended_cause = models.CharField("消失原因", max_length=16, blank=True)
    ended_reason = models.TextField("消失说明", blank=True)
    ended_run = models.CharField("消失的运行", max_length=80, blank=True)
    item = models.ForeignKey("dispatch.WorkItem", models.PROTECT, null=True, blank=True, related_name="alerts", verbose_name="任务")

    class Meta:
        verbose_name = verbose_name_plural = "线索"
        constraints = [
            models.CheckConstraint(condition=models.Q(person__isnull=False) | models.Q(household__isnull=False), name="alert_is_about_somebody"),
            models.CheckConstraint(condition=~models.Q(state="quiet") | models.Q(quiet_until__isnull=False), name="quiet_alert_has_an_end"),
        ]
        indexes = [
            models.Index(fields=["region", "state", "grade"], name="alert_by_region"),
            models.Index(fields=["household"], name="alert_by_household"),
            models.Index(fields=["person"], name="alert_by_person"),
            models.Index(fields=["rule", "region"], name="alert_by_rule"),
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.name}"
