"""Regions, offices, and days on which work is done or not."""

from __future__ import annotations

from django.db import models

from doudi.kernel.regions import levels_of

CODE = {"max_length": 12, "db_collation": "C"}
"""A region's code: 2, 4, 6, 9 or 12 digits, compared byte by byte so that a range of codes is a range of the index."""


class Department(models.TextChoices):
    """The ten departments of the notice, and who answers for a township and a village; `policy/glossary.yaml`."""

    CIVIL_AFFAIRS = "civil_affairs", "民政部门"
    EDUCATION = "education", "教育部门"
    FINANCE = "finance", "财政部门"
    HUMAN_RESOURCES = "human_resources", "人力资源社会保障部门"
    HOUSING = "housing", "住房城乡建设部门"
    AGRICULTURE = "agriculture", "农业农村（乡村振兴）部门"
    HEALTH = "health", "卫生健康部门"
    EMERGENCY = "emergency", "应急管理部门"
    MEDICAL_SECURITY = "medical_security", "医疗保障部门"
    DISABLED_PERSONS_FEDERATION = "disabled_persons_federation", "残疾人联合会"
    TOWNSHIP = "township", "乡镇人民政府（街道办事处）"
    VILLAGE = "village", "村（居）民委员会"


class Region(models.Model):
    """A region of the province, to the village (GB/T 2260 and the statistical codes below). Loaded from `standards`."""

    class Kind(models.TextChoices):
        PROVINCE = "province", "省"
        PREFECTURE = "prefecture", "市州"
        COUNTY = "county", "县市区"
        TOWNSHIP = "township", "乡镇街道"
        VILLAGE = "village", "村社区"

    code = models.CharField("代码", primary_key=True, **CODE)
    name = models.CharField("名称", max_length=60)
    kind = models.CharField("层级", max_length=12, choices=Kind.choices)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children", verbose_name="上级")
    path = models.CharField("全称", max_length=200, help_text="市州以下的名称，如 娄底市涟源市伏口镇")
    initials = models.CharField("拼音首字母", max_length=60, db_index=True)

    class Meta:
        ordering = ("code",)
        verbose_name = verbose_name_plural = "行政区划"

    def __str__(self) -> str:
        return self.path or self.name

    @property
    def levels(self) -> list[str]:
        """Its code and those above it, narrowest first."""
        return levels_of(self.code)


class Office(models.Model):
    """A department of a region: who receives work items. A township and a village are one office each."""

    region = models.ForeignKey(Region, models.PROTECT, related_name="offices", verbose_name="行政区划")
    department = models.CharField("部门", max_length=32, choices=Department.choices)
    name = models.CharField("名称", max_length=120)
    closed_on = models.DateField("撤销日期", null=True, blank=True)

    class Meta:
        ordering = ("region", "department")
        verbose_name = verbose_name_plural = "办理单位"
        constraints = [models.UniqueConstraint(fields=["region", "department"], name="one_office_for_department_and_region")]

    def __str__(self) -> str:
        return self.name


class WorkdayOverride(models.Model):
    """A day on which work is done, or not, whatever the calendar says: next year's swaps as soon as they are published, local holidays."""

    day = models.DateField("日期", primary_key=True)
    works = models.BooleanField("上班")
    source = models.CharField("依据", max_length=200)

    class Meta:
        ordering = ("day",)
        verbose_name = verbose_name_plural = "工作日调整"
