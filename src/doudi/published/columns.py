"""Columns that several tables of a published run share."""

from __future__ import annotations

from doudi.published.schema import Column

PERSON = Column("person", "int64", "人员编号：证号的带密钥摘要", "person number: keyed hash of the citizen ID")
HOUSEHOLD = Column("household", "int64", "家庭编号：户号的带密钥摘要", "household number: keyed hash of the delivered one")
PERSON_IF_ANY = Column(
    "person", "int64", "人员编号；对象是家庭或不知是谁的为空", "person number; empty for a household or if nobody knows who", empty=True
)
HOUSEHOLD_IF_ANY = Column("household", "int64", "家庭编号；查不到家庭的人为空", "household number; empty for a person without one", empty=True)
SUBJECT = Column("subject", "text", "对象：h 家庭，p 个人", "subject: household or person", values=("h", "p"))
ALERT = Column("alert", "text", "线索编号：由规则和对象算出，各次运行不变", "alert id: hash of rule and subject, the same in every run")
RULE = Column("rule", "text", "规则编号", "rule id")
CONDITION = Column("condition", "text", "条件名", "name of the condition")
GRADE = Column("grade", "text", "等级：R 红，O 橙，Y 黄，B 蓝", "grade: red, orange, yellow, blue", values=("R", "O", "Y", "B"))
KIND = Column(
    "kind",
    "text",
    "规则类别：可能符合救助条件、救助政策未落实、风险预警、可能不再符合条件、重复享受、资金发放疑点",
    "kind of rule",
    values=("may_qualify", "not_carried_out", "early_warning", "may_no_longer_qualify", "duplicate", "funds"),
)
DATASET = Column("dataset", "text", "数据集", "dataset")
DELIVERY = Column("delivery", "int64", "报送编号", "delivery, as in `deliveries`")
ROW = Column("row", "int32", "原文件行号：从 1 起，含表头和空行", "row of the delivered file, from 1, header and blank rows counted")
PLACE = (
    Column("county", "text", "县（市、区）代码；不明为空", "county code; empty if not known", empty=True),
    Column("township", "text", "乡镇（街道）代码；不明为空", "township code, 9 digits; empty if not known", empty=True),
    Column("village", "text", "村（社区）代码；不明为空", "village code, 12 digits; empty if not known", empty=True),
)
ROUTE = (
    Column("department", "text", "主办部门", "department in charge"),
    Column("level", "text", "主办层级", "level in charge: county, township …"),
    Column("within_working_days", "int32", "办理时限", "working days to handle it", unit="工作日"),
)
SINCE = Column("since", "date", "连续出现的第一次运行的基准日", "as-of date of the first run of the unbroken series")
FIRST_RUN = Column("first_run", "text", "连续出现的第一次运行", "first run of the unbroken series")
