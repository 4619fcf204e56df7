"""A county's conference on single cases: agenda, attendance, votes, decisions, tasks."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from doudi.casework.access.models import User
from doudi.casework.dispatch.models import WorkItem
from doudi.casework.organisation.models import CODE, Department, Office


class Conference(models.Model):
    """A county's 一事一议: cases too complicated for one department, decided together (notice 2.4-b)."""

    class State(models.TextChoices):
        DRAFT = "draft", "筹备中"
        OPEN = "open", "会议中"
        HELD = "held", "待签发"
        CLOSED = "closed", "已签发"
        CANCELLED = "cancelled", "已取消"

    number = models.CharField("编号", max_length=24, unique=True)
    token = models.UUIDField("表单编号", unique=True)
    region = models.CharField("行政区划", **CODE)
    departments = ArrayField(models.CharField(max_length=32), verbose_name="成员单位", default=list)
    title = models.CharField("名称", max_length=120)
    held_at = models.DateTimeField("时间")
    place = models.CharField("地点", max_length=120)
    chair = models.CharField("主持人", max_length=60, blank=True)
    quorum_percent = models.IntegerField("到会比例要求")
    approval_percent = models.IntegerField("通过比例要求")
    minutes = models.TextField("会议记录", blank=True)
    state = models.CharField("状态", max_length=12, choices=State.choices, default=State.DRAFT)
    managed_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="组织人")
    opened_at = models.DateTimeField("开始时间", null=True)
    held_until = models.DateTimeField("结束时间", null=True)
    signed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="签发人")
    signed_at = models.DateTimeField("签发时间", null=True)
    version = models.IntegerField("版本", default=1)

    class Meta:
        ordering = ("-held_at",)
        verbose_name = verbose_name_plural = "一事一议会议"
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="closed") | (Q(signed_by__isnull=False) & ~Q(signed_by=models.F("managed_by"))),
                name="conference_is_signed_by_another",
            ),
        ]
        indexes = [models.Index(fields=["region", "-held_at"])]

    def __str__(self) -> str:
        return self.title


class Member(models.Model):
    """A department asked to come, with one vote."""

    class Attendance(models.TextChoices):
        INVITED = "invited", "未签到"
        PRESENT = "present", "到会"
        ABSENT = "absent", "缺席"

    conference = models.ForeignKey(Conference, models.PROTECT, related_name="members")
    office = models.ForeignKey(Office, models.PROTECT, related_name="+", verbose_name="成员单位")
    department = models.CharField("部门", max_length=32, choices=Department.choices)
    names = models.CharField("到会人员", max_length=120, blank=True)
    attendance = models.CharField("到会", max_length=12, choices=Attendance.choices, default=Attendance.INVITED)

    class Meta:
        ordering = ("id",)
        constraints = [models.UniqueConstraint(fields=["conference", "office"], name="one_seat_for_an_office")]


class Case(models.Model):
    """One item of the agenda: a household's referred work item, what was put before the conference, and what it decided."""

    class Decision(models.TextChoices):
        HELP = "help", "同意救助帮扶"
        EXIT = "exit", "同意退出或渐退"
        KEEP = "keep", "维持现状"
        INVESTIGATE = "investigate", "补充核查后再议"
        REFUSE = "refuse", "不予救助"

    conference = models.ForeignKey(Conference, models.PROTECT, related_name="cases")
    item = models.ForeignKey(WorkItem, models.PROTECT, related_name="cases", verbose_name="任务")
    position = models.IntegerField("顺序")
    household = models.BigIntegerField("家庭", null=True)
    head_name = models.CharField("户主", max_length=60, blank=True)
    region = models.CharField("行政区划", **CODE)
    summary = models.TextField("情况说明", blank=True)
    facts = models.JSONField("提交会议的内容", default=list)
    facts_hash = models.CharField("内容摘要", max_length=64, blank=True)
    proposal = models.CharField("拟决定", max_length=16, choices=Decision.choices, blank=True)
    proposal_words = models.TextField("拟决定内容", blank=True)
    decision = models.CharField("决定", max_length=16, choices=Decision.choices, blank=True)
    words = models.TextField("决定内容", blank=True)
    adopted = models.BooleanField("通过", null=True)
    decided_at = models.DateTimeField("表决时间", null=True)
    returned_at = models.DateTimeField("转回办理时间", null=True)
    version = models.IntegerField("版本", default=1)

    class Meta:
        ordering = ("position",)
        constraints = [models.UniqueConstraint(fields=["conference", "item"], name="one_case_of_an_item_in_a_conference")]


class Vote(models.Model):
    """What a member department said on one case; `recorded_by` typed it in: its own person, or the organiser for a vote in the room."""

    class Choice(models.TextChoices):
        FOR = "for", "同意"
        AGAINST = "against", "不同意"
        ABSTAIN = "abstain", "弃权"

    case = models.ForeignKey(Case, models.PROTECT, related_name="votes")
    member = models.ForeignKey(Member, models.PROTECT, related_name="votes")
    choice = models.CharField("意见", max_length=8, choices=Choice.choices)
    words = models.CharField("说明", max_length=200, blank=True)
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="登记人")
    recorded_at = models.DateTimeField("登记时间")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "member"], name="one_vote_for_a_member")]


class Task(models.Model):
    """What a department has to do by a day because the conference decided so."""

    class State(models.TextChoices):
        OPEN = "open", "办理中"
        DONE = "done", "已完成"
        DROPPED = "dropped", "不再需要"

    case = models.ForeignKey(Case, models.PROTECT, related_name="tasks")
    region = models.CharField("行政区划", **CODE)
    department = models.CharField("部门", max_length=32, choices=Department.choices)
    office = models.ForeignKey(Office, models.PROTECT, related_name="+", verbose_name="办理单位")
    words = models.CharField("事项", max_length=300)
    due_on = models.DateField("期限")
    state = models.CharField("状态", max_length=12, choices=State.choices, default=State.OPEN)
    result = models.CharField("办理情况", max_length=300, blank=True)
    ended_at = models.DateTimeField("办结时间", null=True)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="登记人")
    version = models.IntegerField("版本", default=1)

    class Meta:
        ordering = ("due_on", "id")
        indexes = [models.Index(fields=["region", "due_on"], condition=Q(state="open"), name="task_open_by_region")]
        constraints = [models.CheckConstraint(condition=Q(state="open") ^ Q(ended_at__isnull=False), name="task_ended_has_its_moment")]
