"""The published run that the site shows, and the tables of it that say what it stands on. Nothing here is about a person."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Run(models.Model):
    """A published run that was loaded. One is current; the others are history."""

    class State(models.TextChoices):
        LOADING = "loading", "正在装载"
        CURRENT = "current", "当前"
        PAST = "past", "以往"
        FAILED = "failed", "装载失败"

    id = models.CharField("运行", max_length=80, primary_key=True)
    as_of = models.DateField("基准日")
    published_at = models.DateTimeField("发布时间", null=True)
    loaded_at = models.DateTimeField("装载时间", null=True)
    state = models.CharField("状态", max_length=12, choices=State.choices)
    previous = models.CharField("上次运行", max_length=80, blank=True)
    counts = models.JSONField("数量", default=dict)
    loaded = models.JSONField("装载结果", default=dict)
    policy_hash = models.CharField("政策校验值", max_length=80)
    policy_version = models.CharField("政策版本", max_length=80, blank=True)
    schema = models.CharField("格式版本", max_length=12)
    problem = models.TextField("失败原因", blank=True)

    class Meta:
        ordering = ("-as_of", "-loaded_at")
        verbose_name = verbose_name_plural = "运行"
        constraints = [models.UniqueConstraint(fields=["state"], condition=Q(state="current"), name="one_run_is_current")]

    def __str__(self) -> str:
        return self.id


class Rule(models.Model):
    """A rule as the run carried it out. `conditions`: position, condition, says, test, negated, parameters; `parameters`: those it reads."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="rules")
    rule = models.CharField("规则", max_length=20)
    version = models.CharField("版本", max_length=20)
    name = models.CharField("名称", max_length=200)
    kind = models.CharField("类别", max_length=32)
    of = models.CharField("对象", max_length=12)
    grade = models.CharField("等级", max_length=1)
    cause = models.CharField("致困原因", max_length=60, blank=True)
    owner = models.CharField("负责单位", max_length=120, blank=True)
    department = models.CharField("主办部门", max_length=32)
    level = models.CharField("主办层级", max_length=20)
    within_working_days = models.IntegerField("办理时限（工作日）")
    document = models.CharField("依据文件", max_length=300, blank=True)
    clause = models.CharField("条款", max_length=200, blank=True)
    asked = models.BigIntegerField("受检对象数")
    hits = models.BigIntegerField("符合数")
    unknowns = models.BigIntegerField("未知数")
    conditions = models.JSONField("条件", default=list)
    parameters = models.JSONField("参数", default=list)

    class Meta:
        ordering = ("rule",)
        constraints = [models.UniqueConstraint(fields=["run", "rule"], name="a_rule_once_in_a_run")]


class Variable(models.Model):
    """A fact's name, unit and origin. `departments`: whose data it stands on; `category`: being so is being recognised as low-income."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="variables")
    variable = models.CharField("变量", max_length=80)
    label = models.CharField("名称", max_length=200)
    of = models.CharField("对象", max_length=12)
    type = models.CharField("类型", max_length=12)
    unit = models.CharField("单位", max_length=20, blank=True)
    denominator = models.BigIntegerField(default=1)
    datasets = models.JSONField("数据集", default=list)
    departments = models.JSONField("部门", default=list)
    theme = models.CharField("主题", max_length=20)
    category = models.BooleanField("是身份类别", default=False)

    class Meta:
        ordering = ("variable",)
        constraints = [models.UniqueConstraint(fields=["run", "variable"], name="a_variable_once_in_a_run")]


class Dataset(models.Model):
    """A dataset that a department owes, and to which day it was delivered."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="datasets")
    dataset = models.CharField("数据集", max_length=60)
    title = models.CharField("名称", max_length=120)
    department = models.CharField("部门", max_length=32)
    mode = models.CharField("全量或事件", max_length=12)
    delivered_to = models.DateField("数据截至", null=True)
    late_days = models.IntegerField("迟交天数", null=True)
    rows = models.BigIntegerField("有效行数")

    class Meta:
        ordering = ("department", "dataset")
        constraints = [models.UniqueConstraint(fields=["run", "dataset"], name="a_dataset_once_in_a_run")]


class Delivery(models.Model):
    """A file that a department sent and the run used."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="deliveries")
    delivery = models.BigIntegerField("报送编号")
    delivery_id = models.CharField("报送", max_length=16)
    dataset = models.CharField("数据集", max_length=60)
    title = models.CharField("名称", max_length=120)
    department = models.CharField("部门", max_length=32)
    period = models.CharField("所属期", max_length=40)
    file = models.CharField("文件", max_length=500)
    sent_at = models.CharField("报送时间", max_length=40, null=True)
    verdict = models.CharField("结论", max_length=12)
    delivered = models.BigIntegerField("行数")
    accepted = models.BigIntegerField("接收行数")
    refused = models.BigIntegerField("退回行数")
    held = models.BigIntegerField("待核行数")

    class Meta:
        ordering = ("department", "dataset", "period")
        constraints = [models.UniqueConstraint(fields=["run", "delivery"], name="a_delivery_once_in_a_run")]


class Quality(models.Model):
    """Scores of a dataset, a department or all, in a county or in all; parts of ten thousand, empty where nothing can be said."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="quality")
    scope = models.CharField("范围", max_length=12)
    department = models.CharField("部门", max_length=32, blank=True)
    dataset = models.CharField("数据集", max_length=60, blank=True)
    county = models.CharField("县", max_length=6, blank=True)
    delivered = models.BigIntegerField("报送行数", null=True)
    accepted = models.BigIntegerField("接收行数")
    refused = models.BigIntegerField("退回行数", null=True)
    held = models.BigIntegerField("待核行数", null=True)
    emptied = models.BigIntegerField("置空的选填值", null=True)
    late_days = models.IntegerField("迟交天数", null=True)
    filled = models.BigIntegerField("已填的选填值")
    completeness = models.IntegerField("完整性", null=True)
    validity = models.IntegerField("有效性", null=True)
    timeliness = models.IntegerField("及时性", null=True)
    consistency = models.IntegerField("一致性", null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "scope", "department", "dataset", "county"], name="a_score_once_in_a_run")]


class Issue(models.Model):
    """A kind of fault in a dataset, and how many rows have it."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="issues")
    dataset = models.CharField("数据集", max_length=60)
    outcome = models.CharField("处置", max_length=12)
    code = models.CharField("代码", max_length=60)
    column = models.CharField("列", max_length=60, blank=True)
    meaning = models.CharField("含义", max_length=200)
    rows = models.BigIntegerField("行数")

    class Meta:
        ordering = ("dataset", "outcome", "-rows")
        constraints = [models.UniqueConstraint(fields=["run", "dataset", "outcome", "code", "column"], name="an_issue_once_in_a_run")]


class Place(models.Model):
    """How many people and households the run judged in a township; the denominators of rates. `region` is a county where no township is known."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="places")
    region = models.CharField("地区", max_length=12, db_collation="C")
    persons = models.BigIntegerField("人数")
    living = models.BigIntegerField("在世人数")
    deceased = models.BigIntegerField("死亡人数")
    households = models.BigIntegerField("户数")

    class Meta:
        ordering = ("region",)
        constraints = [models.UniqueConstraint(fields=["run", "region"], name="a_place_once_in_a_run")]


class Term(models.Model):
    """A word of the policy's glossary as it stood: identifier -> Chinese."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="terms")
    section = models.CharField("类别", max_length=40)
    identifier = models.CharField("标识", max_length=80)
    term = models.CharField("中文", max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "section", "identifier"], name="a_term_once_in_a_run")]
