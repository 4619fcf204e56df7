"""Tables of a published run that say what was found: leads with their proof, what is unknown, facts, and the chain of aid."""

from __future__ import annotations

from collections.abc import Iterable

from doudi.published.columns import (
    ALERT,
    CONDITION,
    DATASET,
    DELIVERY,
    FIRST_RUN,
    GRADE,
    HOUSEHOLD,
    HOUSEHOLD_IF_ANY,
    KIND,
    PERSON,
    PERSON_IF_ANY,
    PLACE,
    ROUTE,
    ROW,
    RULE,
    SINCE,
    SUBJECT,
)
from doudi.published.schema import Column, Table

ALERTS = Table(
    "alerts",
    "线索",
    "一个规则对一个对象一行",
    "One line for a rule that hits a subject.",
    ("rule", "subject", "household", "person"),
    (
        ALERT,
        RULE,
        Column("version", "text", "规则版本（生效日期）", "version of the rule: the day it came into force"),
        KIND,
        SUBJECT,
        PERSON_IF_ANY,
        HOUSEHOLD_IF_ANY,
        GRADE,
        *PLACE,
        *ROUTE,
        SINCE,
        FIRST_RUN,
        Column("change", "text", "与上次运行相比：新增、延续、有变化", "compared with the previous run", values=("new", "continuing", "changed")),
        Column("changed", "text", "变化之处：条件名，等级为 grade", "what changed: names of conditions, `grade`, comma separated", empty=True),
    ),
)
ENDED = Table(
    "ended",
    "已消失的线索",
    "上次运行有而本次没有的线索一行",
    "One line for an alert of the previous run that is not in this one.",
    ("rule", "subject", "household", "person"),
    (
        ALERT,
        RULE,
        KIND,
        SUBJECT,
        PERSON_IF_ANY,
        HOUSEHOLD_IF_ANY,
        GRADE,
        *PLACE,
        *ROUTE,
        SINCE,
        FIRST_RUN,
        Column("last_run", "text", "最后出现的运行", "the last run that had it"),
        Column(
            "cause",
            "text",
            "消失原因：不再符合、变为未知、对象已不在名单、规则已不执行",
            "why it ended: no longer met, now unknown, subject gone, rule no longer in force",
            values=("miss", "unknown", "subject_gone", "rule_gone"),
        ),
        Column("reason", "text", "原因说明", "the reason in words"),
    ),
)
EVIDENCE = Table(
    "evidence",
    "依据",
    "线索的一个条件一行",
    "One line for a condition of an alert.",
    ("alert", "position"),
    (
        ALERT,
        Column("position", "int32", "条件在规则中的次序", "position of the condition in the rule"),
        CONDITION,
        Column("result", "bool", "条件本身的真假（none_of 须为假；未知为空）", "the condition itself; empty if unknown", empty=True),
        Column(
            "value",
            "text",
            "数值：分、2026-10-31、2026-10、true、代码",
            "the value: fen, ISO date, month, true/false, code",
            empty=True,
        ),
        Column("threshold", "text", "界线，写法同数值；没有界线为空", "the line it is compared with, written likewise", empty=True),
    ),
)
SOURCES = Table(
    "sources",
    "依据的来源行",
    "线索的条件的变量所依据的一行",
    "One line for a delivered row that a variable of a condition stands on.",
    ("alert", "condition", "variable", "dataset", "delivery", "row"),
    (
        ALERT,
        CONDITION,
        Column("variable", "text", "变量", "variable"),
        DATASET,
        DELIVERY,
        ROW,
        Column("date", "date", "该行自己的日期；没有为空", "the row's own day; empty if it has none", empty=True),
    ),
)
PERSON_FACTS = Table(
    "person_facts",
    "个人情况",
    "涉及的每个人一行：有线索、已消失的线索或认定的人，及其家庭的全部成员",
    "One line for everybody concerned: by an alert, an ended alert or a recognition, with the members of their households.",
    ("person",),
    (
        PERSON,
        HOUSEHOLD_IF_ANY,
        Column("listed", "bool", "在最新人口名单上", "on the newest population list"),
        Column("living", "bool", "没有死亡记录", "no death record"),
        Column("deceased", "bool", "基准日前已有死亡记录", "died on or before the as-of date"),
        *PLACE,
        Column("rural", "bool", "农村标准；不明为空", "rural figures apply; empty if not known", empty=True),
    ),
    open="person",
)
HOUSEHOLD_FACTS = Table(
    "household_facts",
    "家庭情况",
    "涉及的每个家庭一行：有线索、已消失的线索，或有认定的成员，且最新名单上有在世成员",
    "One line for every household concerned: with an alert, an ended alert or a recognised member; and a living member on the newest list.",
    ("household",),
    (
        HOUSEHOLD,
        Column("members", "int32", "在世成员数", "living members", unit="人"),
        *PLACE,
        Column("rural", "bool", "农村标准；不明为空", "rural figures apply; empty if not known", empty=True),
    ),
    open="household",
)
CHAIN = Table(
    "chain",
    "救助链",
    "一笔（次）救助一行",
    "One line of aid, over all departments.",
    ("date", "programme", "dataset", "delivery", "row", "line"),
    (
        Column(
            "date",
            "date",
            "到账、救助或服务日期；按月的为当月 1 日，按年度的为当年 1 月 1 日",
            "day it was paid, given or done; the first of the month or year it is for",
        ),
        Column("whole_month", "bool", "日期代表整月", "the date stands for the whole month"),
        Column("whole_year", "bool", "日期代表整个年度", "the date stands for the whole year"),
        PERSON_IF_ANY,
        HOUSEHOLD_IF_ANY,
        Column("programme", "text", "救助项目", "programme, as in `programmes`"),
        Column("department", "text", "部门", "department"),
        Column("title", "text", "说明：项目和种类", "title: programme and kind"),
        Column(
            "kind", "text", "形式：资金、物资、服务、保险", "money, goods, service or insurance", values=("money", "goods", "service", "insurance")
        ),
        Column("amount", "int64", "金额；没有为空", "amount; empty if none", unit="分", empty=True),
        Column(
            "counts_in_sum",
            "bool",
            "计入合计；无金额或同一笔钱另有记录的不计",
            "counts in sums; false without an amount or where the same money is on another line",
        ),
        Column("quantity", "int64", "数量，单位见下列；数据没写的为空", "how much, in `unit`; empty if the data do not say", empty=True),
        Column("unit", "text", "数量的单位，如 分钟；没有数量为空", "unit of `quantity`; empty without one", empty=True),
        DATASET,
        DELIVERY,
        ROW,
        Column("line", "int32", "项目文件中的第几种记录", "which of the programme's kinds of lines"),
    ),
    repeated=("programme", "department", "kind", "unit", "dataset"),
)
UNKNOWN = Table(
    "unknown",
    "未知",
    "规则对对象的结论未知时一行",
    "One line for a rule and subject where the conclusion is unknown.",
    ("rule", "subject", "household", "person"),
    (
        RULE,
        SUBJECT,
        PERSON_IF_ANY,
        HOUSEHOLD_IF_ANY,
        Column(
            "reasons",
            "text",
            "原因，一种一行：未知的条件的次序（逗号分隔），空格，原因",
            "why, in Chinese, a line for each reason: positions of the conditions that are unknown for it, comma separated, a space, the reason",
        ),
        *PLACE,
    ),
    repeated=("rule", "subject", "reasons"),
)


def reasons_text(open_: Iterable[tuple[int, str]]) -> str:
    """The text of `unknown.reasons` for conditions (by position) that are unknown and why."""
    positions: dict[str, list[int]] = {}
    for position, reason in open_:
        positions.setdefault(reason, []).append(position)
    return "\n".join(f"{','.join(map(str, sorted(numbers)))} {reason}" for reason, numbers in positions.items())


def read_reasons(text: str) -> list[tuple[tuple[int, ...], str]]:
    """Each reason with the positions of the conditions that are unknown for it."""
    found = (line.split(" ", 1) for line in text.split("\n"))
    return [(tuple(map(int, positions.split(","))), reason) for positions, reason in found]
