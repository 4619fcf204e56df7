"""People."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from doudi.casework.organisation.models import CODE
from doudi.casework.registry.models.household import Household


class Person(models.Model):
    """A member of such a household, or somebody concerned without one. `facts` as in Household.

    The ID number is sealed (`access.sealing`, place `registry_person.id.<number>`) and found again through `id_index`; the telephone likewise
    (`registry_person.phone.<number>`). Pages show the masked forms.
    """

    class Gender(models.TextChoices):
        MALE = "m", "男"
        FEMALE = "f", "女"

    number = models.BigIntegerField("人员编号", primary_key=True)
    household = models.ForeignKey(Household, models.DO_NOTHING, null=True, db_constraint=False, related_name="people", verbose_name="家庭")
    name = models.CharField("姓名", max_length=200, db_collation="C", blank=True)
    pinyin = models.CharField("拼音", max_length=200, db_collation="C", blank=True)
    initials = models.CharField("拼音首字母", max_length=60, db_collation="C", blank=True)
    id_sealed = models.BinaryField("公民身份号码", null=True)
    id_index = models.BinaryField(null=True, max_length=16)
    id_masked = models.CharField("公民身份号码", max_length=18, blank=True)
    phone_sealed = models.BinaryField("电话", null=True)
    phone_masked = models.CharField("电话", max_length=20, blank=True)
    gender = models.CharField("性别", max_length=1, choices=Gender.choices, blank=True)
    birth_on = models.DateField("出生日期", null=True)
    living = models.BooleanField("在世", null=True)
    listed = models.BooleanField("在最新名单", default=True)
    region = models.CharField("地区", **CODE)
    departments = ArrayField(models.CharField(max_length=32), verbose_name="有任务的部门", default=list)
    facts = models.JSONField("情况", default=dict)
    in_registry = models.BooleanField("在低收入人口库", default=True)
    run = models.ForeignKey("runs.Run", models.PROTECT, related_name="+", verbose_name="数据来自")
    seen_on = models.DateField("数据截至")
    source = models.BinaryField(max_length=16)
    identity = models.BinaryField(max_length=16, help_text="发布的身份密文的摘要：相同则不必重新打开")
    version = models.IntegerField(default=0)

    class Meta:
        verbose_name = verbose_name_plural = "人员"
        indexes = [
            models.Index(fields=["name", "region"]),
            models.Index(fields=["initials", "region"]),
            models.Index(fields=["pinyin", "region"]),
            models.Index(fields=["region", "number"]),
            models.Index(fields=["id_index"]),
        ]
