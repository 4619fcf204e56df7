"""Work items, their history, reminders and notices."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Case, F, Q, Value, When

from doudi.casework.organisation.models import CODE, Department, Office

USER = settings.AUTH_USER_MODEL


class State(models.TextChoices):
    """Where a work item stands; what may happen next is in `loop`."""

    WAITING = "waiting", "待派发"
    PUSHED = "pushed", "待签收"
    RETURNED = "returned", "已退回，待改派"
    ACCEPTED = "accepted", "待核实"
    VERIFIED = "verified", "待办理"
    CONFERENCE = "conference", "一事一议"
    HANDLED = "handled", "待审批"
    ANSWERED = "answered", "已反馈，待复核"
    GONE = "gone", "线索消失，待确认"
    REOPENED = "reopened", "重新打开"
    CLOSED = "closed", "已办结"


class Result(models.TextChoices):
    """The standard feedback; the notice 2.4 asks for one form from all departments."""

    INCLUDED = "included", "已纳入救助保障"
    ALREADY_SERVED = "already_served", "此前已享受"
    CARRIED_OUT = "carried_out", "政策已落实"
    ADJUSTED = "adjusted", "已调整待遇"
    GRADUAL_EXIT = "gradual_exit", "按规定渐退"
    TERMINATED = "terminated", "已终止救助"
    NOT_TRUE = "not_true", "不属实"
    REFERRED = "referred", "已转介"
    TO_CONFERENCE = "to_conference", "提交一事一议"


class Verdict(models.TextChoices):
    """What the check of the facts showed."""

    TRUE = "true", "属实"
    NOT_TRUE = "not_true", "不属实"
    UNCLEAR = "unclear", "暂难认定"


TERM = Case(
    When(state__in=(State.PUSHED, State.REOPENED), then=F("accept_by")),
    When(state__in=(State.WAITING, State.CLOSED), then=Value(None)),
    default=F("due_on"),
    output_field=models.DateField(),
)


class WorkItem(models.Model):
    """What one office has to do about one household: all its alerts there, or a clue, a visit, a decision of a conference."""

    class Origin(models.TextChoices):
        ALERT = "alert", "监测预警"
        CLUE = "clue", "主动发现"
        VISIT = "visit", "走访"
        CONFERENCE = "conference", "一事一议"

    number = models.CharField("任务编号", max_length=24, unique=True)
    household = models.BigIntegerField("家庭", null=True, blank=True)
    person = models.BigIntegerField("人员", null=True, blank=True)
    head_name = models.CharField("户主", max_length=200, blank=True)
    region = models.CharField("地区", **CODE)
    county = models.CharField("县", blank=True, **CODE)
    township = models.CharField("乡镇", blank=True, **CODE)
    place = models.CharField("村", max_length=120, blank=True)
    department = models.CharField("主办部门", max_length=32, choices=Department.choices)
    level = models.CharField("主办层级", max_length=20)
    office = models.ForeignKey(Office, models.PROTECT, related_name="items", verbose_name="办理单位")
    origin = models.CharField("来源", max_length=12, choices=Origin.choices, default=Origin.ALERT)
    grade = models.CharField("等级", max_length=1)
    urgency = models.PositiveSmallIntegerField("轻重", default=3, help_text="0 红 1 橙 2 黄 3 蓝：排序用")
    signals = models.CharField("信号", max_length=200, blank=True)
    subject = models.CharField("事由", max_length=400, blank=True)
    state = models.CharField("状态", max_length=12, choices=State.choices, default=State.WAITING)
    state_before_gone = models.CharField("消失前的状态", max_length=12, blank=True)
    within_working_days = models.PositiveSmallIntegerField("办理时限（工作日）")
    opened_on = models.DateField("产生日期")
    pushed_on = models.DateField("派发日期", null=True, blank=True)
    accept_by = models.DateField("签收期限", null=True, blank=True)
    due_on = models.DateField("办理期限", null=True, blank=True)
    due_estimated = models.BooleanField("期限按推算的工作日", default=False)
    escalated_on = models.DateField("升级日期", null=True, blank=True)
    escalated_to = models.ForeignKey(Office, models.PROTECT, null=True, blank=True, related_name="escalated_items", verbose_name="升级至")
    assignee = models.ForeignKey(USER, models.PROTECT, null=True, blank=True, related_name="items", verbose_name="承办人")
    verdict = models.CharField("核实结论", max_length=12, choices=Verdict.choices, blank=True)
    verified_how = models.CharField("核实方式", max_length=8, choices=[("desk", "数据核实"), ("visit", "入户核实")], blank=True)
    verified_by = models.ForeignKey(USER, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="核实人")
    result_code = models.CharField("办理结果", max_length=16, choices=Result.choices, blank=True)
    result_note = models.TextField("办理说明", blank=True)
    result_until = models.DateField("渐退至", null=True, blank=True)
    answered_as_of = models.DateField("反馈时数据的基准日", null=True, blank=True)
    proposed_by = models.ForeignKey(USER, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="经办人")
    approved_by = models.ForeignKey(USER, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="审批人")
    answered_on = models.DateField("反馈日期", null=True, blank=True)
    closed_on = models.DateField("办结日期", null=True, blank=True)
    return_reason = models.TextField("退回原因", blank=True)
    return_to = models.ForeignKey(Office, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="建议改派")
    reopened = models.PositiveSmallIntegerField("重新打开次数", default=0)
    cause_gone = models.BooleanField("线索已消失", default=False)
    gone_reason = models.TextField("消失说明", blank=True)
    gone_run = models.CharField("消失的运行", max_length=80, blank=True)
    version = models.PositiveIntegerField("版本", default=1)
    term = models.GeneratedField(verbose_name="下一步期限", expression=TERM, output_field=models.DateField(null=True), db_persist=True)
    """The day by which the next step is due: to accept, or to answer. The database keeps it, so that lists come out of an index in their order."""

    class Meta:
        verbose_name = verbose_name_plural = "工作任务"
        constraints = [
            models.UniqueConstraint(
                fields=["household", "office"],
                condition=~Q(state="closed") & Q(origin="alert") & Q(household__isnull=False),
                name="one_open_item_for_household_and_office",
            ),
            models.UniqueConstraint(
                fields=["person", "office"],
                condition=~Q(state="closed") & Q(origin="alert") & Q(household__isnull=True),
                name="one_open_item_for_person_and_office",
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None) | Q(proposed_by=None) | ~Q(approved_by=models.F("proposed_by")), name="nobody_approves_their_own_work"
            ),
            models.CheckConstraint(condition=Q(state__in=("waiting", "closed", "gone")) | Q(pushed_on__isnull=False), name="pushed_item_says_when"),
        ]
        indexes = [
            models.Index(fields=["office", "state", "due_on"], include=["region", "department"], name="item_of_office"),
            models.Index(fields=["office", "term", "urgency", "id"], name="item_of_office_by_term"),
            models.Index(fields=["county", "term", "urgency", "id"], name="item_of_county_by_term"),
            models.Index(fields=["escalated_to", "state"], condition=Q(escalated_to__isnull=False), name="item_escalated"),
            models.Index(fields=["region", "state", "due_on"], include=["department"], name="item_of_region"),
            models.Index(fields=["household"], name="item_of_household"),
            models.Index(fields=["assignee", "state"], name="item_of_assignee"),
            models.Index(fields=["office", "urgency", "opened_on"], condition=Q(state="waiting"), name="item_waiting"),
        ]

    def __str__(self) -> str:
        return self.number

    def is_overdue(self, on: date) -> bool:
        """Whether its term has passed without an answer."""
        return self.due_on is not None and self.due_on < on and self.state not in (State.ANSWERED, State.CLOSED, State.WAITING)


class Event(models.Model):
    """One step of a work item: who did what, when, and on which facts. Append-only."""

    item = models.ForeignKey(WorkItem, models.PROTECT, related_name="events")
    at = models.DateTimeField("时间")
    user = models.BigIntegerField("用户", null=True)
    actor = models.CharField("姓名", max_length=60)
    role = models.CharField("角色", max_length=32, blank=True)
    office = models.BigIntegerField("单位", null=True)
    step = models.CharField("步骤", max_length=20)
    state_before = models.CharField("原状态", max_length=12, blank=True)
    state_after = models.CharField("新状态", max_length=12)
    note = models.TextField("说明", blank=True)
    data = models.JSONField("内容", default=dict)
    facts_hash = models.CharField("所依据事实的摘要", max_length=64, blank=True)
    key = models.CharField("一次性编号", max_length=64, null=True, blank=True)

    class Meta:
        ordering = ("at", "id")
        verbose_name = verbose_name_plural = "任务经过"
        constraints = [models.UniqueConstraint(fields=["item", "key"], condition=Q(key__isnull=False), name="a_step_is_taken_once")]


class Reminder(models.Model):
    """That an item was reminded of; unique, so that a job that runs twice reminds once."""

    class Kind(models.TextChoices):
        ACCEPT = "accept", "超过签收期限"
        HALF = "half", "办理期限过半"
        DUE = "due", "今日到期"
        ESCALATED = "escalated", "逾期，已报上一级"

    item = models.ForeignKey(WorkItem, models.PROTECT, related_name="reminders")
    kind = models.CharField("种类", max_length=12, choices=Kind.choices)
    on = models.DateField("日期")

    class Meta:
        verbose_name = verbose_name_plural = "提醒"
        constraints = [models.UniqueConstraint(fields=["item", "kind", "on"], name="reminded_once")]


class Notice(models.Model):
    """A line for somebody's eyes: a step that another person took and that asks for theirs. Written by a job, at most once for an event."""

    event = models.ForeignKey(Event, models.PROTECT, related_name="notices")
    item = models.ForeignKey(WorkItem, models.PROTECT, related_name="notices")
    office = models.ForeignKey(Office, models.PROTECT, related_name="notices")
    says = models.CharField("内容", max_length=200)
    at = models.DateTimeField("时间")
    seen_at = models.DateTimeField("已看", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "消息"
        constraints = [models.UniqueConstraint(fields=["event", "office"], name="told_once")]
        indexes = [models.Index(fields=["office"], condition=Q(seen_at=None), name="notice_unseen")]

    @property
    def words(self) -> str:
        """What is told, without the item's number in front."""
        return self.says.split("：", 1)[-1]


class Counter(models.Model):
    """The last number given out in a county and year."""

    year = models.PositiveSmallIntegerField()
    county = models.CharField(**CODE)
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["year", "county"], name="one_counter_for_county_and_year")]


class Figure(models.Model):
    """A figure of the loop as the policy of the newest loaded run has it (`policy/routing`): the narrowest region that is set counts."""

    parameter = models.CharField("参数", max_length=60)
    region = models.CharField("地区", **CODE)
    starts_on = models.DateField("起")
    name = models.CharField("名称", max_length=60)
    unit = models.CharField("单位", max_length=20)
    value = models.DecimalField("数值", max_digits=12, decimal_places=4)
    to_confirm = models.BooleanField("待本地确认")

    class Meta:
        verbose_name = verbose_name_plural = "办理参数"
        constraints = [models.UniqueConstraint(fields=["parameter", "region", "starts_on"], name="a_figure_once_for_region_and_day")]
