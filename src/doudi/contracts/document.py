"""The data requirement list (数据需求清单) as Markdown: what each department owes, when, in which form. Generated, never edited."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from doudi.contracts.model import Contract, Field, FieldType, Sensitivity
from doudi.contracts.read import load_contracts
from doudi.contracts.sla import DUE_RULES, is_owed
from doudi.kernel.money import LIMIT_FEN, show_yuan
from doudi.kernel.months import month, show_month
from doudi.standards import CodeList, codelists

_TYPES: dict[FieldType, str] = {
    "id18": "身份证号",
    "name": "姓名",
    "date": "日期",
    "month": "年月",
    "money": "金额",
    "int": "整数",
    "ratio": "比例",
    "code": "代码",
    "region12": "区划代码（12位）",
    "region6": "区划代码（6位）",
    "phone": "电话",
    "text": "文字",
    "bool": "是否",
}
_FORMS: dict[FieldType, str] = {
    "id18": "18 位公民身份号码；15 位旧号码、小写 x、全角数字、中间空格、前导撇号也能识别。请按文本存放，避免变成 4.30124E+17",
    "name": "原样填写；生僻字不要写成“?”",
    "date": "2026-03-08、20260308、2026/3/8、2026.3.8、2026年3月8日，或 Excel 日期；1850年至2100年",
    "month": "202607、2026-07、2026/7、2026年7月，或该月的某一天；1850年至2100年",
    "money": "以元为单位，最多两位小数，不为负、低于一亿元：1200.00、1,200.00、1200元、¥1,200.00。表头或标题写其他单位（万元等）的，整个文件退回",
    "int": "整数，可带本字段的单位",
    "ratio": "0 到 1 的小数，或百分数",
    "code": "代码、去掉前导零的代码或标准名称，也可以“01 汉族”这样连写",
    "region12": "12 位统计用区划代码；只到县、乡的补 0",
    "region6": "6 位县级区划代码",
    "phone": "手机或固定电话号码",
    "text": "原样填写；编号类请按文本存放",
    "bool": "是/否、有/无、1/0",
}
_SENSITIVITIES: dict[Sensitivity, str] = {
    "identifier": "身份标识",
    "name": "姓名",
    "contact": "联系方式",
    "health": "医疗健康",
    "finance": "财产收支",
    "personal": "个人与家庭",
    "location": "住址区划",
    "general": "一般",
}
_MODES = {
    "snapshot": "名单（每次报送现行全部名单，以最新一期为准）",
    "events": "记录（每次报送上次以来的新增和更正，同一主键以后报的为准）",
}
_USUAL: dict[FieldType, tuple[int, int]] = {
    "money": (0, LIMIT_FEN - 1),
    "date": (date(1850, 1, 1).toordinal(), date(2100, 12, 31).toordinal()),
    "month": (month(1850, 1), month(2100, 12)),
}
"""The bounds that `_FORMS` states for the whole type."""
_COLUMNS = ("表头（括号中为也可识别的写法）", "字段", "类型", "必填", "主键", "取值与说明", "敏感类别")
_INLINE = 12
"""A code list with more codes is printed once, at the end."""


def render_data_requirements(contracts: Mapping[str, Contract]) -> str:
    """The whole list: by department in the order of their first dataset, then the forms of values and the long code lists."""
    departments: dict[str, list[Contract]] = {}
    for contract in contracts.values():
        departments.setdefault(contract.department_name, []).append(contract)
    lists = codelists()
    parts = [_head(contracts), _overview(departments)]
    for number, (name, owed) in enumerate(departments.items(), start=1):
        parts.append(f"## {number} {name}")
        parts.extend(_dataset(contract, lists) for contract in owed)
    used = sorted({field.code_list for contract in contracts.values() for field in contract.fields if field.code_list})
    parts.append(_long_lists(lists[name] for name in used if len(lists[name].codes) > _INLINE))
    return "\n\n".join(part for part in parts if part) + "\n"


def render() -> str:
    """The list for Doudi's own contracts: the page `docs/reference/data-requirements.md`."""
    return render_data_requirements(load_contracts())


def _head(contracts: Mapping[str, Contract]) -> str:
    named = sum(contract.named for contract in contracts.values())
    forms = _table(("类型", "可以识别的写法"), ((_TYPES[kind], form) for kind, form in _FORMS.items()))
    counts = f"共 {len(contracts)} 项数据，其中通知点名 {named} 项"
    return f"""<!-- 由 doudi contracts docs 根据 contracts/ 生成，请勿手工修改 -->
# 低收入人口数据需求清单

依据湘政办发〔2024〕30号第二部分第（二）项“制定低收入人口数据需求清单，明确数据类型、格式、更新频率等要求”。
{counts}。

## 怎样报送

- 文件可以是 CSV、TSV（UTF-8 或 GB18030）、XLSX、XLS、Parquet、JSON Lines，或它们的 ZIP。标题行、填报单位、合计、注释不算数据行。
- 列的顺序不限，多出的列不采用。表头可以用“表头”栏中的任一写法，空格、`*`、括号中的单位不影响识别。
- **必填**项为空、读不懂、不可能（日期不存在、金额为负或达到一亿元）或代码不在代码表中的，该行退回；选填项有同样问题的，该项置空并在回执中注明。
- **主键**相同的记录视为同一条，以后报的为准。更正时只需重报有变化的文件。
- 身份证号、姓名、电话、残疾人证号不进入分析库，只以编号或摘要参与比对。
- 本期没有新增记录的，也请报送只有表头的文件，否则视为未报；名单类只有表头的，须另行确认后才生效。

{forms}"""


def _overview(departments: Mapping[str, Iterable[Contract]]) -> str:
    rows = (
        (name, f"[{contract.title}](#{contract.dataset})", DUE_RULES[contract.frequency].label, _due(contract), "是" if contract.named else "否")
        for name, owed in departments.items()
        for contract in owed
    )
    return f"## 一览\n\n{_table(('部门', '数据', '频率', '应报日', '通知点名'), rows)}"


def _due(contract: Contract) -> str:
    rule = DUE_RULES[contract.frequency]
    return f"{rule.due}，{rule.reach}"


def _when_late(contract: Contract) -> str:
    return "；应报日当天仍未报到即为迟交" if is_owed(contract.frequency) else ""


def _dataset(contract: Contract, lists: Mapping[str, CodeList]) -> str:
    facts = [
        ("用途", contract.purpose),
        ("依据", contract.usage),
        ("内容", contract.granularity),
        ("报送", f"{DUE_RULES[contract.frequency].label}；{_due(contract)}{_when_late(contract)}"),
        ("方式", _MODES[contract.mode]),
        ("主键", "、".join(contract.field(name).header for name in contract.key)),
        ("说明", contract.limitations),
    ]
    lines = [f'<a id="{contract.dataset}"></a>', "", f"### {contract.title} `{contract.dataset}`", ""]
    lines += [f"- {label}：{text}" for label, text in facts if text]
    lines += ["", _table(_COLUMNS, (_row(field, contract, lists) for field in contract.fields))]
    if contract.checks:
        lines += ["", "核对（不符的在回执中注明，不退回）：", "", *(f"- {check.says}" for check in contract.checks)]
    return "\n".join(lines)


def _row(field: Field, contract: Contract, lists: Mapping[str, CodeList]) -> tuple[str, ...]:
    header = f"**{field.header}**" + (f"（{'、'.join(field.headers[1:])}）" if field.headers[1:] else "")
    kind = _TYPES[field.type] + (f"（{field.unit}）" if field.unit else "")
    key = str(contract.key.index(field.name) + 1) if field.key else ""
    meaning = "<br>".join(part for part in (field.description, _values(field, lists)) if part)
    return header, f"`{field.name}`", kind, "是" if field.required else "", key, meaning, _SENSITIVITIES[field.sensitivity]


def _values(field: Field, lists: Mapping[str, CodeList]) -> str:
    """What the field may hold beyond what its type says (`_FORMS`)."""
    if field.code_list:
        return _codes(field.code_list, lists[field.code_list])
    if field.pattern:
        return f"写法 `{field.pattern}`"
    bounds = (field.low, field.high)
    if bounds == (None, None) or bounds == _USUAL.get(field.type):
        return ""
    low, high = ("" if bound is None else _show(field.type, bound) for bound in bounds)
    return f"{low} 至 {high}"


def _show(kind: FieldType, bound: int) -> str:
    if kind == "money":
        return show_yuan(bound)
    if kind == "date":
        return date.fromordinal(bound).isoformat()
    return show_month(bound) if kind == "month" else str(bound)


def _codes(name: str, listed: CodeList) -> str:
    if len(listed.codes) > _INLINE:
        return f"见代码表[{listed.title}](#code-{name})"
    return "、".join(f"{code} {label}" for code, label in listed.codes.items())


def _long_lists(lists: Iterable[CodeList]) -> str:
    parts = ["## 代码表"]
    for listed in lists:
        codes = "；".join(f"{code} {label}" for code, label in listed.codes.items())
        parts.append(f'<a id="code-{listed.name}"></a>\n\n### {listed.title}\n\n来源：{listed.source}\n\n{codes}')
    return "\n\n".join(parts)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in lines)
