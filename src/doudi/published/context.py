"""Tables of a published run that say what it stands on: policy, deliveries, quality, contradictions, identities.

Identities and facts are of those concerned only: households with an alert, an alert that has ended, or a recognised member, with all their members
(one definition: `monitoring/concerned.py`). How many people and households there are besides is in `places`.
"""

from __future__ import annotations

from doudi.published.columns import CONDITION, DATASET, DELIVERY, GRADE, HOUSEHOLD_IF_ANY, KIND, PERSON_IF_ANY, PLACE, ROUTE, RULE
from doudi.published.schema import Column, Table

PLACES = Table(
    "places",
    "各地人口",
    "一个乡镇（街道）一行；乡镇不明的，一个县一行",
    "One line for a township, or for a county where the township is not known: how many people and households the run has judged.",
    ("county", "township"),
    (
        *PLACE[:2],
        Column("persons", "int64", "名单上或有死亡记录的人数", "people on a population list or with a death record", unit="人"),
        Column("living", "int64", "最新名单上在世的人数", "the living on the newest list", unit="人"),
        Column("deceased", "int64", "基准日前已有死亡记录的人数", "people who died on or before the as-of date", unit="人"),
        Column("households", "int64", "最新名单上有在世成员的户数", "households with a living member on the newest list", unit="户"),
    ),
)
QUALITY = Table(
    "quality",
    "数据质量",
    "范围、部门、数据集、县一行",
    "One line for a dataset, a department or all, in one county or in all.",
    ("scope", "department", "dataset", "county"),
    (
        Column("scope", "text", "范围：数据集、部门、全部", "what is scored", values=("dataset", "department", "all")),
        Column("department", "text", "部门；全部为空串", "department; empty text for all"),
        Column("dataset", "text", "数据集；部门和全部为空串", "dataset; empty text for a department or all"),
        Column("county", "text", "县代码；全部为空串", "county; empty text for all"),
        Column("delivered", "int64", "报送行数；分县时为空", "rows delivered; empty for a single county", unit="行", empty=True),
        Column("accepted", "int64", "接收行数；分县时为有效行数", "rows accepted; for a single county its effective rows", unit="行"),
        Column("refused", "int64", "退回行数；分县时为空", "rows refused; empty for a single county", unit="行", empty=True),
        Column("held", "int64", "待核行数；分县时为空", "rows held for linkage; empty for a single county", unit="行", empty=True),
        Column(
            "emptied",
            "int64",
            "置空的选填值个数；分县时为空",
            "optional values that were emptied; empty for a single county",
            unit="个",
            empty=True,
        ),
        Column("late_days", "int32", "迟交天数；按时为 0，从未报送为空", "days late; 0 in time, empty if never delivered", unit="天", empty=True),
        Column("filled", "int64", "已填的选填值个数", "optional values that are filled, of the effective rows", unit="个"),
        Column("completeness", "int32", "完整性：选填项已填的份额", "share of optional fields that are filled", unit="万分之一", empty=True),
        Column("validity", "int32", "有效性：接收行和有效值的份额", "share of rows accepted and values kept", unit="万分之一", empty=True),
        Column("timeliness", "int32", "及时性：应报数据集按时报送的份额", "share of datasets due that came in time", unit="万分之一", empty=True),
        Column(
            "consistency",
            "int32",
            "一致性：不与其他部门矛盾的份额",
            "rows that contradict no other department",
            unit="万分之一",
            empty=True,
        ),
    ),
)
ISSUES = Table(
    "issues",
    "数据问题",
    "数据集、处置、代码、列一行",
    "One line for a kind of fault in a dataset.",
    ("dataset", "outcome", "code", "column"),
    (
        DATASET,
        Column("outcome", "text", "处置：退回、待核、置空、提示", "what became of it", values=("refused", "held", "emptied", "noted")),
        Column("code", "text", "原因代码", "reason code"),
        Column("column", "text", "列；整行为空串", "column; empty text for the whole row"),
        Column("meaning", "text", "代码的含义", "what the code means"),
        Column("rows", "int64", "行数", "number of rows", unit="行"),
    ),
)
DELIVERIES = Table(
    "deliveries",
    "报送",
    "本次运行所用的每份报送一行",
    "One line for a delivery that the run stands on.",
    ("delivery",),
    (
        DELIVERY,
        Column("delivery_id", "text", "报送编号（十六进制）", "delivery id, 16 hex digits"),
        DATASET,
        Column("title", "text", "数据集名称", "title of the dataset"),
        Column("department", "text", "部门", "department"),
        Column("period", "text", "所属期", "period"),
        Column("file", "text", "文件名；压缩包内为 外.zip!内.csv", "file name; `outer.zip!inner.csv` in an archive"),
        Column("sent_at", "text", "报送时间；没有为空", "when it was sent, as listed; empty if not listed", empty=True),
        Column("verdict", "text", "结论：接收、退回、待核", "verdict on the whole", values=("accepted", "refused", "held")),
        Column("delivered", "int64", "行数", "rows delivered", unit="行"),
        Column("accepted", "int64", "接收行数", "rows accepted", unit="行"),
        Column("refused", "int64", "退回行数", "rows refused", unit="行"),
        Column("held", "int64", "待核行数", "rows held", unit="行"),
    ),
)
DATASETS = Table(
    "datasets",
    "数据集",
    "数据需求清单的每个数据集一行",
    "One line for a dataset of the data requirement list.",
    ("dataset",),
    (
        DATASET,
        Column("title", "text", "名称", "title"),
        Column("department", "text", "部门", "department"),
        Column("mode", "text", "全量名单或事件", "snapshot or events", values=("snapshot", "events")),
        Column("delivered_to", "date", "数据截至日；从未报送为空", "day it is delivered to; empty if never", empty=True),
        Column("late_days", "int32", "迟交天数；按时为 0，从未报送为空", "days late; 0 in time, empty if never delivered", unit="天", empty=True),
        Column("rows", "int64", "有效行数", "effective rows", unit="行"),
    ),
)
CONFLICTS = Table(
    "conflicts",
    "部门数据矛盾",
    "一处矛盾一行",
    "One line where two departments contradict each other.",
    ("kind", "person", "household", "dataset", "delivery", "row", "other_dataset", "other_delivery", "other_row", "says"),
    (
        Column("kind", "text", "矛盾种类", "kind of contradiction"),
        PERSON_IF_ANY,
        HOUSEHOLD_IF_ANY,
        Column("dataset", "text", "一方数据集", "dataset on one side"),
        Column("delivery", "int64", "一方报送", "delivery on one side", empty=True),
        Column("row", "int32", "一方行号", "row on one side", empty=True),
        Column("other_dataset", "text", "另一方数据集", "dataset on the other side", empty=True),
        Column("other_delivery", "int64", "另一方报送", "delivery on the other side", empty=True),
        Column("other_row", "int32", "另一方行号", "row on the other side", empty=True),
        Column("says", "text", "说明（不含姓名和证号）", "what contradicts, without names and numbers"),
    ),
)
RULES = Table(
    "rules",
    "规则",
    "执行的每条规则一行",
    "One line for a rule in force.",
    ("rule",),
    (
        RULE,
        Column("version", "text", "版本（生效日期）", "version: the day it came into force"),
        Column("name", "text", "名称", "name"),
        KIND,
        Column("of", "text", "对象：家庭或个人", "whom it asks about", values=("household", "person")),
        GRADE,
        Column("cause", "text", "致困原因；不分为空", "cause of hardship; empty if none", empty=True),
        Column("owner", "text", "规则负责单位", "office that owns the rule"),
        *ROUTE,
        Column("document", "text", "依据文件", "document it stands on"),
        Column("clause", "text", "条款", "clause", empty=True),
        Column("asked", "int64", "受检对象数", "subjects asked", unit="个"),
        Column("hits", "int64", "符合数", "hits", unit="个"),
        Column("unknowns", "int64", "未知数", "unknown", unit="个"),
    ),
)
CONDITIONS = Table(
    "conditions",
    "规则的条件",
    "规则的一个条件一行",
    "One line for a condition of a rule.",
    ("rule", "position"),
    (
        RULE,
        Column("position", "int32", "次序", "position in the rule"),
        CONDITION,
        Column("says", "text", "条件的中文表述", "the condition in Chinese"),
        Column("test", "text", "表达式", "the expression, as in the policy file"),
        Column("negated", "bool", "须为假（none_of）", "must be false (none_of)"),
        Column("operator", "text", "比较符；不是比较的为空", "comparison; empty if it is none", empty=True),
        Column("value_type", "text", "数值类型", "type of the value", empty=True),
        Column("threshold_type", "text", "界线类型；没有为空", "type of the line; empty if there is none", empty=True),
        Column("measures", "text", "变量，逗号分隔", "variables, comma separated"),
        Column("parameters", "text", "参数，逗号分隔", "parameters, comma separated"),
    ),
)
VARIABLES = Table(
    "variables",
    "变量",
    "一个变量一行",
    "One line for a variable, a column of the facts.",
    ("variable",),
    (
        Column("variable", "text", "变量", "variable"),
        Column("label", "text", "名称", "what screens show"),
        Column("of", "text", "属于个人还是家庭", "of a person or a household", values=("person", "household")),
        Column("type", "text", "类型", "type in the rule language"),
        Column("unit", "text", "单位", "unit", empty=True),
        Column("denominator", "int64", "存储值为实际值乘以此数，一般为 1", "stored values are the value times this, mostly 1"),
        Column("datasets", "text", "来自的数据集，逗号分隔", "datasets it stands on, comma separated"),
    ),
)
PARAMETERS = Table(
    "parameters",
    "参数",
    "一个参数在一个地区、城或乡一行",
    "One line for a figure as it stood for a region, urban or rural; the narrowest region counts.",
    ("parameter", "region", "rural"),
    (
        Column("parameter", "text", "参数", "parameter"),
        Column("region", "text", "省、市、县代码", "region: province, prefecture or county"),
        Column("rural", "bool", "农村", "rural"),
        Column("name", "text", "名称", "name"),
        Column("value", "text", "数值：金额为分，比例为分数", "the figure: fen, whole number, or exact ratio such as 3/5"),
        Column("type", "text", "类型", "type"),
        Column("unit", "text", "单位", "unit"),
        Column("reference", "bool", "参考值，须由本地确认", "a reference value, to be confirmed locally"),
        Column("basis", "text", "依据", "where it is written"),
    ),
)
PROGRAMMES = Table(
    "programmes",
    "救助项目",
    "一个救助项目一行",
    "One line for a programme of aid.",
    ("programme",),
    (
        Column("programme", "text", "救助项目", "programme"),
        Column("title", "text", "名称", "title"),
        Column("department", "text", "部门", "department"),
    ),
)
TERMS = Table(
    "terms",
    "术语",
    "政策术语表的一个词一行",
    "One line for a word of the policy's glossary: identifier and Chinese.",
    ("section", "identifier"),
    (
        Column("section", "text", "类别：部门、字段、变量……", "section: departments, fields, variables …"),
        Column("identifier", "text", "标识", "identifier"),
        Column("term", "text", "中文", "the Chinese term"),
    ),
)
IDENTITIES = Table(
    "identities",
    "身份（加密）",
    "涉及的每个人、每个家庭一行，范围同情况表",
    "One line for a person or household concerned, those of the facts; the only file with identities, each value sealed.",
    ("subject", "number"),
    (
        Column("subject", "text", "h 家庭，p 个人", "household or person", values=("h", "p")),
        Column("number", "int64", "人员编号或家庭编号", "person or household number"),
        Column("household", "int64", "个人所在家庭；家庭为空", "household of a person", empty=True),
        Column("head", "int64", "户主的人员编号，姓名在其本人一行；个人为空", "person number of the head, whose own line has the name", empty=True),
        Column("id", "binary", "公民身份号码，加密；家庭为空", "citizen ID, sealed", empty=True),
        Column("name", "binary", "姓名，加密；家庭为空", "name, sealed; empty for a household", empty=True),
        Column("phone", "binary", "电话，加密；没有为空", "telephone, sealed", empty=True),
        Column("household_no", "binary", "户号，加密；个人为空", "household number as delivered, sealed", empty=True),
    ),
)
