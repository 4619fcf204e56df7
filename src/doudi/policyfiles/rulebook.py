"""The rule book (规则手册) as Markdown, from the policy files alone: for officers who do not read YAML. Generated, never edited."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from doudi.kernel.resources import resource_dir
from doudi.policyfiles.bookappendix import appendix
from doudi.policyfiles.bookparts import PARAMETER_HEAD, REFERENCE, TO_CONFIRM, case_table, parameter_rows, source, table
from doudi.policyfiles.model import GRADES, KINDS, LEVELS, SUBJECTS, Condition, PolicyFiles, RuleFile, RuleVersion
from doudi.policyfiles.read import read_policy
from doudi.policyfiles.standing import WORD
from doudi.policyfiles.wording import in_words

CAUSES = {"illness": "因病", "schooling": "因学", "disability": "因残", "unemployment": "因失业", "disaster": "因灾"}


def render() -> str:
    """The rule book of the policy that travels with Doudi."""
    return render_rule_book(read_policy(resource_dir("policy")))


def render_rule_book(policy: PolicyFiles) -> str:
    """The rule book of a policy; the same text each time."""
    lines = [*_head(policy), *_overview(policy)]
    for kind, rules in groupby(_in_order(policy), key=lambda rule: rule.kind):
        lines += [f"## {policy.glossary.terms.get(kind, kind)}", ""]
        for rule in rules:
            lines += _rule(policy, rule)
    return "\n".join([*lines, *appendix(policy)]).rstrip() + "\n"


def _in_order(policy: PolicyFiles) -> list[RuleFile]:
    return sorted(policy.rules.values(), key=lambda rule: (list(KINDS).index(rule.kind), rule.rule))


def _head(policy: PolicyFiles) -> list[str]:
    return [
        "<!-- 由 doudi policy book 根据 policy/ 生成，请勿手工修改 -->",
        "# 规则手册",
        "",
        f"{policy.title}。版本 {policy.version}，规则 {len(policy.rules)} 条。",
        "",
        "## 怎样读",
        "",
        "- 规则只提出线索，由人核实、由人决定；不会自动给予、减少或停止任何待遇。",
        "- 结果有三种：**命中**（条件全部满足）、**不命中**（有一项确定不满足）、**未知**（缺少数据，无法判断）。没有数据不当作零。",
        "- “以下都不成立”中的任何一项成立，就不命中。",
        f"- {REFERENCE}：公开文件中没有查到的数值，由各县确认后方可作为办理依据。{TO_CONFIRM}：出处凭记忆或属假定，尚未核对原文。",
        "- “近12个月”指基准日之前12个月的当日（不含）到基准日（含）；按月的数据指含本月在内的12个月。金额精确到分，恰在线上是否算数见各条样例。",
        "",
    ]


def _overview(policy: PolicyFiles) -> list[str]:
    rows = [
        [
            f"[{rule.rule}](#{rule.rule.lower()})",
            rule.name,
            policy.glossary.terms.get(rule.kind, rule.kind),
            CAUSES.get(rule.cause, ""),
            SUBJECTS[rule.of],
            GRADES[rule.grade],
            *_who(policy, rule),
        ]
        for rule in _in_order(policy)
    ]
    return ["## 一览", "", *table(["编号", "名称", "类别", "原因", "对象", "等级", "由谁办理", "工作日"], rows)]


def _who(policy: PolicyFiles, rule: RuleFile) -> tuple[str, str]:
    route = policy.routing.routes[rule.rule]
    where = "，按" + "、".join(policy.glossary.terms.get(name, name) for name in route.region) + "分派" if route.region else ""
    return f"{policy.glossary.departments.get(route.department, route.department)}（{LEVELS[route.level]}{where}）", str(route.working_days)


def _rule(policy: PolicyFiles, rule: RuleFile) -> list[str]:
    who, days = _who(policy, rule)
    subjects = "有死亡登记的人（不论是否在名单上）" if rule.subjects == "deceased" else f"{SUBJECTS[rule.of]}"
    draft = "（草案，未执行）" if rule.rule in policy.drafts else ""
    lines = [
        f'<a id="{rule.rule.lower()}"></a>',
        "",
        f"### {rule.rule} {rule.name}{draft}",
        "",
        f"- 对象：{subjects}；等级：{GRADES[rule.grade]}" + (f"；原因：{CAUSES[rule.cause]}" if rule.cause else ""),
        f"- 办理：{who}，{days} 个工作日内；规则归口：{rule.owner}",
        *([f"- 说明：{rule.note}"] if rule.note else []),
        "",
    ]
    for version in reversed(rule.versions):
        lines += _version(policy, rule, version)
    spec = policy.rule_specs.get(rule.rule)
    return [*lines, "**样例**", "", *case_table(policy, spec, rule.versions[-1])] if spec else lines


def _version(policy: PolicyFiles, rule: RuleFile, version: RuleVersion) -> list[str]:
    lines = [f"**自 {version.in_force_from} 起执行**" if len(rule.versions) > 1 else f"**依据**（自 {version.in_force_from} 起执行）", ""]
    lines += [f"- {source(basis)}" for basis in version.basis] + [""]
    lines += ["**条件**：以下全部成立", "", *_conditions(policy, version.all_of, 1)]
    if version.none_of:
        lines += ["**并且**：以下都不成立", "", *_conditions(policy, version.none_of, len(version.all_of) + 1)]
    figures = [name for name in policy.parameters if name in {word for each in version.conditions for word in WORD.findall(each.test.value)}]
    if figures:
        lines += ["**参数**", "", *table(PARAMETER_HEAD, (row for name in figures for row in parameter_rows(policy.parameters[name])))]
    if version.not_carried_out:
        rows = [[each.clause, each.because, each.ask] for each in version.not_carried_out]
        lines += ["**数据判断不了，须入户核实**", "", *table(["内容", "原因", "怎样核实"], rows)]
    return lines


def _conditions(policy: PolicyFiles, conditions: Iterable[Condition], first: int) -> list[str]:
    rows = [[str(at), each.says, in_words(each.test.value, policy.glossary.terms)] for at, each in enumerate(conditions, start=first)]
    return table(["序号", "条件", "算法"], rows)
