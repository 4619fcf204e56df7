"""Changes of a household's file that somebody proposes."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from doudi.casework.access.models import User
from doudi.casework.organisation.models import CODE
from doudi.kernel.money import show_yuan

FIELD_WORDS = {
    "members": "在世成员数",
    "income_12m": "家庭年总收入",
    "deposits": "存款及有价证券",
    "vehicles": "机动车数量",
    "houses": "住房套数",
}
"""Field -> words; those that a visit can find otherwise."""
MONEY = frozenset({"income_12m", "deposits"})
"""Those in fen."""


class ProposedChange(models.Model):
    """One value of a household's file that somebody found to be otherwise; another person reviews it, and approved it becomes a correction."""

    class Source(models.TextChoices):
        VISIT = "visit", "走访"
        DECISION = "decision", "任务办理"
        CLUE = "clue", "主动发现"
        DESK = "desk", "档案核对"

    class State(models.TextChoices):
        PROPOSED = "proposed", "待审核"
        APPROVED = "approved", "已采纳"
        REFUSED = "refused", "未采纳"
        WITHDRAWN = "withdrawn", "已撤回"

    household = models.BigIntegerField("家庭", db_index=True)
    person = models.BigIntegerField("人员", null=True)
    region = models.CharField("行政区划", **CODE)
    field = models.CharField("项目", max_length=60)
    before = models.JSONField("原值", null=True)
    after = models.JSONField("现值", null=True)
    source = models.CharField("来源", max_length=12, choices=Source.choices)
    source_number = models.CharField("来源编号", max_length=32, blank=True)
    reason = models.CharField("理由", max_length=200)
    proposed_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="提出人")
    proposed_at = models.DateTimeField("提出时间")
    state = models.CharField("状态", max_length=12, choices=State.choices, default=State.PROPOSED)
    reviewed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="审核人")
    reviewed_at = models.DateTimeField("审核时间", null=True)
    review_note = models.CharField("审核意见", max_length=200, blank=True)
    correction = models.BigIntegerField("更正", null=True)
    version = models.IntegerField("版本", default=1)

    class Meta:
        ordering = ("-proposed_at", "id")
        verbose_name = verbose_name_plural = "档案更正建议"
        constraints = [
            models.UniqueConstraint(
                fields=["household", "person", "field"],
                condition=Q(state="proposed"),
                nulls_distinct=False,
                name="one_open_proposal_for_a_field",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("approved", "refused")) | (Q(reviewed_by__isnull=False) & ~Q(reviewed_by=models.F("proposed_by"))),
                name="change_is_reviewed_by_another",
            ),
        ]
        indexes = [models.Index(fields=["region", "state", "-proposed_at"])]

    @property
    def field_words(self) -> str:
        """What of the file it is about, in words."""
        return FIELD_WORDS.get(self.field, self.field)

    @property
    def values(self) -> tuple[str, str]:
        """What stood and what was found, in words."""
        return _shown(self.field, self.before), _shown(self.field, self.after)


def _shown(field: str, value: object) -> str:
    if value is None:
        return "不明"
    return show_yuan(value) if field in MONEY and isinstance(value, int) else str(value)
