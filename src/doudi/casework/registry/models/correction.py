"""What people say against the data."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from doudi.casework.organisation.models import CODE


class Correction(models.Model):
    """What people say against the data. In force, it stands in the file over what a run loads; what the run said is kept beside it."""

    class State(models.TextChoices):
        OPEN = "open", "待审核"
        IN_FORCE = "in_force", "生效"
        CONFIRMED = "confirmed", "数据已一致"
        REJECTED = "rejected", "未采纳"
        WITHDRAWN = "withdrawn", "撤回"

    class Subject(models.TextChoices):
        HOUSEHOLD = "h", "家庭"
        PERSON = "p", "个人"

    subject = models.CharField("对象", max_length=1, choices=Subject.choices)
    number = models.BigIntegerField("编号")
    household = models.BigIntegerField("家庭编号", null=True, db_index=True)
    region = models.CharField("地区", **CODE)
    field = models.CharField("项目", max_length=80)
    value = models.JSONField("更正为", null=True)
    value_sealed = models.BinaryField(null=True)
    derived = models.JSONField(default=dict, help_text="由更正的值算出、一并存入的内容，如拼音")
    load_value = models.JSONField("数据中的值", null=True)
    load_sealed = models.BinaryField(null=True)
    load_derived = models.JSONField(default=dict)
    load_run = models.ForeignKey("runs.Run", models.PROTECT, null=True, related_name="+")
    disagrees = models.BooleanField("数据仍不一致", default=True)
    state = models.CharField("状态", max_length=12, choices=State.choices, default=State.OPEN)
    reason = models.CharField("理由", max_length=500)
    source = models.CharField("来自", max_length=200, blank=True)
    said_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="提出人")
    said_at = models.DateTimeField("提出时间")
    reviewed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="审核人")
    reviewed_at = models.DateTimeField("审核时间", null=True)
    review_note = models.CharField("审核意见", max_length=500, blank=True)
    version = models.IntegerField(default=0)

    class Meta:
        verbose_name = verbose_name_plural = "更正"
        constraints = [
            models.UniqueConstraint(fields=["subject", "number", "field"], condition=Q(state="in_force"), name="one_correction_in_force_for_a_field"),
            models.CheckConstraint(
                condition=~Q(state__in=["in_force", "confirmed"]) | Q(said_by=None) | ~Q(said_by=models.F("reviewed_by")),
                name="nobody_reviews_their_own_correction",
            ),
        ]
        indexes = [models.Index(fields=["region", "state"])]
