"""The appendix of the rule book: figures, facts, derived tables and the chain of aid, in the words of the glossary."""

from __future__ import annotations

from collections.abc import Iterator

from doudi.policyfiles.bookparts import PARAMETER_HEAD, parameter_rows, table
from doudi.policyfiles.model import AID_FORMS, SUBJECTS, ChainLine, PolicyFiles, Step, VariableFile
from doudi.policyfiles.tree import Map, Text, Tree
from doudi.policyfiles.wording import in_words

STEPS = {
    "where": "只取",
    "add": "加列",
    "lookup": "查找",
    "exists": "存在于",
    "none": "不存在于",
    "latest": "取最近一行",
    "pair": "成对",
    "months": "计月数",
    "group": "分组",
}
KEYS = {
    "in": "表",
    "on": "对应",
    "where": "且",
    "take": "取",
    "per": "按",
    "by": "依",
    "same": "相同",
    "within_days": "天数以内",
    "start": "起",
    "end": "止",
    "last": "最近月数",
}


def appendix(policy: PolicyFiles) -> list[str]:
    """Appendices A to D."""
    return [*_parameters(policy), *_variables(policy), *_tables(policy), *_programmes(policy)]


def _parameters(policy: PolicyFiles) -> list[str]:
    lines = ["## 附录一 参数", "", *table(PARAMETER_HEAD, (row for each in policy.parameters.values() for row in parameter_rows(each)))]
    lines += [f"- {each.name}：{each.note}" for each in policy.parameters.values() if each.note] + [""]
    if policy.routing.loop:
        rows = [[*row[:4], *row[5:]] for each in policy.routing.loop.values() for row in parameter_rows(each)]
        head = [*PARAMETER_HEAD[:3], "数值", *PARAMETER_HEAD[5:]]
        lines += ["### 办理环节的数值", "", *table(head, rows)]
        lines += [f"- {each.name}：{each.note}" for each in policy.routing.loop.values() if each.note] + [""]
    return lines


def _variables(policy: PolicyFiles) -> list[str]:
    lines = ["## 附录二 变量", "", "个人和家庭的事实，规则的条件由它们写成。“家庭人数”是语言内置的：名单上同一户号的在世的人数。", ""]
    topics: dict[str, list[VariableFile]] = {}
    for variable in sorted(policy.variables.values(), key=lambda each: (each.place.file, each.place.line)):
        topics.setdefault(variable.topic, []).append(variable)
    for topic, variables in topics.items():
        about, _, more = policy.topics.get(topic, topic).partition("。")
        lines += [f"### {about}", "", *([more, ""] if more else [])]
        rows = [
            [
                each.name,
                f"`{each.variable}`",
                SUBJECTS[each.of],
                _how(policy, each),
                each.unit,
                "；".join(reason.says for reason in each.unknown),
                each.note,
            ]
            for each in variables
        ]
        lines += table(["变量", "标识", "对象", "怎样得出", "单位", "何时未知", "说明"], rows)
    return lines


def _how(policy: PolicyFiles, variable: VariableFile) -> str:
    terms = policy.glossary.terms
    if variable.formula:
        return in_words(variable.formula.value, terms)
    if variable.members:
        return "在世成员：" + in_words(variable.members.value, terms)
    assert variable.source is not None
    assert variable.value is not None
    by = f"（按{terms.get(variable.by, variable.by)}）" if variable.by else ""
    where = f"；只取 {in_words(variable.where.value, terms)}" if variable.where else ""
    empty = f"；没有记录为 {variable.empty.value}" if variable.empty else ""
    return f"《{_table(policy, variable.source)}》{by}{in_words(variable.value.value, terms)}{where}{empty}"


def _table(policy: PolicyFiles, name: str) -> str:
    older = name.endswith("_history")
    return (policy.glossary.terms.get(name.removesuffix("_history")) or {"people": "全员人口各期名单"}.get(name, name)) + (
        "各期旧名单" if older else ""
    )


def _tables(policy: PolicyFiles) -> list[str]:
    lines = ["## 附录三 派生表", "", "由报送的数据整理而成，变量由此计算。", ""]
    rows = [
        [
            policy.glossary.terms.get(each.table, each.table),
            f"`{each.table}`",
            each.says,
            f"《{_table(policy, each.source)}》" + "".join(_steps(policy, each.steps)),
        ]
        for each in policy.tables.values()
    ]
    return [*lines, *table(["派生表", "标识", "内容", "怎样得出"], rows)]


def _steps(policy: PolicyFiles, steps: tuple[Step, ...]) -> Iterator[str]:
    for step in steps:
        yield f" → {STEPS[step.kind]} {_body(policy, step.body, step.kind)}"


def _body(policy: PolicyFiles, body: Tree, key: str) -> str:
    terms = policy.glossary.terms
    if isinstance(body, Text):
        return f"《{_table(policy, body.value)}》" if key == "in" else in_words(body.value, terms)
    if isinstance(body, Map):
        if key in ("on", "take", "add"):
            sign = "=" if key == "on" else "←"
            return "，".join(f"{in_words(name, terms)}{sign}{_body(policy, part, '')}" for name, part in body.items())
        return "；".join(f"{KEYS[name]} {_body(policy, part, name)}" for name, part in body.items())
    return "、".join(_body(policy, part, "") for part in body)


def _programmes(policy: PolicyFiles) -> list[str]:
    rows = [
        [programme.name, policy.glossary.departments.get(line.department, line.department), AID_FORMS[line.kind], *_line(policy, line)]
        for programme in policy.programmes.values()
        for line in programme.lines
    ]
    head = ["项目", "部门", "形式", "数据", "时间", "金额", "数量", "显示为", "同一笔钱只计一次"]
    return ["## 附录四 救助链", "", "哪些记录是一个家庭（个人）得到的帮助。", "", *table(head, rows)]


def _line(policy: PolicyFiles, line: ChainLine) -> list[str]:
    terms = policy.glossary.terms
    where = f"；只取 {in_words(line.where.value, terms)}" if line.where else ""
    title = line.title.value
    for name, term in terms.items():
        title = title.replace(f"{{{name}}}", f"〔{term}〕")
    same = _body(policy, line.same_money_as, "") if line.same_money_as is not None else ""
    older = "（含各期旧名单）" if line.earlier_lists else ""
    columns = (terms.get(column or "", "") for column in (line.time, line.amount, line.quantity))
    return [f"《{_table(policy, line.dataset)}》{older}{where}", *columns, title, same]
