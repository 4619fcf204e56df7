"""What people notice without any alert."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from doudi.casework.access.models import User
from doudi.casework.dispatch.models import WorkItem
from doudi.casework.organisation.models import CODE, Department, Office


class Clue(models.Model):
    """Somebody noticed a family in need, or one that seems to need no help any more, without any alert (notice 2.3-a, 主动发现).

    Whom it is about may be unknown to the registry: then `household` is empty and the name and sealed ID are what was told.
    """

    class Kind(models.TextChoices):
        ENTRY = "entry", "可能需要救助"
        EXIT = "exit", "可能不再符合条件"

    class State(models.TextChoices):
        RAISED = "raised", "待受理"
        TAKEN = "taken", "已转为任务"
        ANSWERED = "answered", "已答复"
        WITHDRAWN = "withdrawn", "已撤回"

    number = models.CharField("编号", max_length=24, unique=True)
    token = models.UUIDField("表单编号", unique=True)
    kind = models.CharField("类别", max_length=8, choices=Kind.choices)
    name = models.CharField("姓名", max_length=60)
    id_sealed = models.BinaryField("证件号码", null=True)
    id_index = models.BinaryField("证件号码索引", null=True)
    id_masked = models.CharField("证件号码", max_length=18, blank=True)
    phone_sealed = models.BinaryField("联系电话", null=True)
    phone_masked = models.CharField("联系电话", max_length=20, blank=True)
    region = models.CharField("行政区划", **CODE)
    place = models.CharField("住址或所在位置", max_length=120, blank=True)
    household = models.BigIntegerField("家庭", null=True, db_index=True)
    person = models.BigIntegerField("人员", null=True)
    hardship = models.CharField("困难类型", max_length=24, blank=True)
    words = models.TextField("情况")
    urgent = models.BooleanField("急难", default=False)
    department = models.CharField("受理部门", max_length=32, choices=Department.choices, default=Department.CIVIL_AFFAIRS)
    from_department = models.CharField("提交部门", max_length=32, choices=Department.choices)
    raised_office = models.ForeignKey(Office, models.PROTECT, related_name="+", verbose_name="提交单位")
    raised_by = models.ForeignKey(User, models.PROTECT, related_name="clues", verbose_name="提交人")
    raised_at = models.DateTimeField("提交时间")
    due_on = models.DateField("答复期限")
    state = models.CharField("状态", max_length=12, choices=State.choices, default=State.RAISED)
    item = models.ForeignKey(WorkItem, models.PROTECT, null=True, related_name="clues", verbose_name="任务")
    answer_code = models.CharField("答复", max_length=32, blank=True)
    answer = models.TextField("答复说明", blank=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="答复人")
    answered_at = models.DateTimeField("答复时间", null=True)
    version = models.IntegerField("版本", default=1)

    class Meta:
        ordering = ("-raised_at",)
        verbose_name = verbose_name_plural = "主动发现"
        constraints = [
            models.CheckConstraint(condition=Q(state="answered") ^ Q(answered_at=None), name="clue_answered_has_its_moment"),
            models.CheckConstraint(condition=~Q(state="answered") | ~Q(answered_by=models.F("raised_by")), name="clue_is_answered_by_another"),
            models.CheckConstraint(condition=~Q(state="taken") | ~Q(item=None), name="clue_taken_has_its_item"),
        ]
        indexes = [
            models.Index(fields=["region", "-raised_at"]),
            models.Index(fields=["raised_by", "-raised_at"]),
            models.Index(fields=["id_index"]),
            models.Index(fields=["region", "due_on"], condition=Q(state="raised"), name="clue_waiting"),
        ]

    def __str__(self) -> str:
        return self.number
