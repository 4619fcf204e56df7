"""Aid that was given."""

from __future__ import annotations

from django.db import models

from doudi.casework.organisation.models import CODE


class Aid(models.Model):
    """One payment, gift or service of any department. The key is the delivered row it comes from, so a load brings nothing twice."""

    date = models.DateField("日期")
    whole_month = models.BooleanField("整月", default=False)
    whole_year = models.BooleanField("整年", default=False)
    person = models.BigIntegerField("人员编号", null=True, db_index=True)
    household = models.BigIntegerField("家庭编号", null=True, db_index=True)
    region = models.CharField("地区", **CODE)
    programme = models.CharField("救助项目", max_length=60)
    department = models.CharField("部门", max_length=32)
    title = models.CharField("说明", max_length=200)
    kind = models.CharField("形式", max_length=12)
    amount = models.BigIntegerField("金额（分）", null=True)
    counts_in_sum = models.BooleanField("计入合计")
    quantity = models.BigIntegerField("数量", null=True)
    unit = models.CharField("单位", max_length=20, null=True)
    dataset = models.CharField("数据集", max_length=60)
    delivery = models.BigIntegerField("报送编号")
    row = models.IntegerField("行号")
    line = models.IntegerField("第几种记录")
    run = models.ForeignKey("runs.Run", models.PROTECT, related_name="+", db_index=False)

    class Meta:
        verbose_name = verbose_name_plural = "救助"
        constraints = [models.UniqueConstraint(fields=["delivery", "row", "line", "date", "programme"], name="an_aid_line_once")]
