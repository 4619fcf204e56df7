"""One household: who lives there, what they are recognised as, every piece of aid as a timeline, its alerts, and what is unknown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow.compute as pc
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from doudi.kernel.ids import mask_id
from doudi.kernel.money import show_yuan
from doudi.kernel.months import add_months
from doudi.monitoring.aidlines import is_repeated, money_of, show_how_much, show_sums, show_when
from doudi.monitoring.asking import Home
from doudi.monitoring.explain import CHANGES, place_of, shown_home, shown_name
from doudi.policyfiles import read_policy
from doudi.policyfiles.model import AID_FORMS, GRADES
from doudi.published.findings import read_reasons
from doudi.published.identities import HouseholdIdentity, Identities, PersonIdentity
from doudi.published.read import PublishedRun
from doudi.published.wording import show_day

NOT_PUBLISHED = "\n这一户没有线索，也没有认定的成员，本次运行不发布其情况；成员取自运行所用的人口名单和死亡登记。"

GRADE_STYLES = {"R": "red", "O": "dark_orange", "Y": "yellow", "B": "blue"}


@dataclass(frozen=True)
class Member:
    """A person of the household: number, name and ID as they may be shown, and what the person is recognised as."""

    person: int
    name: str
    id: str
    state: str
    recognised: tuple[str, ...]


@dataclass(frozen=True)
class HouseholdView:
    """Everything that is shown of one household; lists of plain rows of the run's tables."""

    run: PublishedRun
    household_no: str
    facts: Mapping[str, Any]
    members: Sequence[Member]
    chain: Sequence[Mapping[str, Any]]
    alerts: Sequence[Mapping[str, Any]]
    unknown: Sequence[Mapping[str, Any]]
    published: bool = True

    def name_of(self, person: int | None) -> str:
        """The name of a member as it may be shown; `全家` for none."""
        return next((member.name for member in self.members if member.person == person), "全家" if person is None else "其他成员")

    def money(self, since: date) -> int:
        """Fen of aid after a day that counts in sums."""
        return money_of(line for line in self.chain if line["date"] > since)


def view_household(run: PublishedRun, found: Home, identities: Identities, *, with_ids: bool = False) -> HouseholdView:
    """Gather a household's lines. Names and numbers are masked unless `with_ids`."""
    number, people = found.facts["household"], found.people
    persons = [line["person"] for line in people]
    own = (pc.field("household") == number) | pc.field("person").isin(persons)
    chain = sorted(run.table("chain", where=own).to_pylist(), key=lambda line: (line["date"], line["title"]), reverse=True)
    home = identities.households([number]).get(number, HouseholdIdentity(None, None))
    return HouseholdView(
        run,
        shown_home(home.household_no, with_ids) or "户号不明",
        found.facts,
        tuple(_members(run, people, identities, with_ids)),
        chain,
        run.table("alerts", where=own).to_pylist(),
        run.table("unknown", where=own).to_pylist(),
        found.published,
    )


def _members(run: PublishedRun, people: Sequence[Mapping[str, Any]], identities: Identities, with_ids: bool) -> Iterator[Member]:
    known = identities.persons(line["person"] for line in people)
    policy = read_policy(run.path / "policy")
    categories = [name for name, file in policy.variables.items() if file.category and file.of == "person"]
    shown = [run.variables[name] for name in categories if name in run.variables]
    for line in people:
        who = known.get(line["person"], PersonIdentity(None, None, None))
        recognised = tuple(one["label"] for one in shown if line.get(one["variable"]))
        number = (who.id if with_ids else mask_id(who.id)) if who.id else "证号不明"
        state = "已死亡" if line["deceased"] else "" if line["listed"] else "不在最新名单"
        yield Member(line["person"], shown_name(who.name, with_ids), number, state, recognised)


def show_household(view: HouseholdView, console: Console) -> None:
    """Print a household on a terminal, or as plain text."""
    console.print(Group(*_parts(view)))


def _parts(view: HouseholdView) -> Iterator[RenderableType]:
    run = view.run
    yield Text(f"户号 {view.household_no}　{place_of(view.facts)}　在世成员 {view.facts['members']} 人　基准日 {show_day(run.as_of)}", style="bold")
    members = _table("成员", "姓名", "公民身份号码", "认定为", "状态")
    for member in view.members:
        members.add_row(member.name, member.id, "、".join(member.recognised) or "没有", member.state or "在册")
    yield members
    if not view.published:
        yield Text(NOT_PUBLISHED)
    yield _alerts(view)
    yield _chain(view)
    yield _unknown(view)


def _alerts(view: HouseholdView) -> RenderableType:
    if not view.alerts:
        return Text("\n线索：没有")
    table = _table(f"线索（{len(view.alerts)} 条；用 doudi explain 编号 看依据）", "等级", "规则", "对象", "变化", "自", "编号")
    for line in view.alerts:
        rule = view.run.rules[line["rule"]]
        who = view.name_of(line["person"]) if line["subject"] == "p" else "全家"
        grade = Text(GRADES[line["grade"]], style=GRADE_STYLES[line["grade"]])
        table.add_row(grade, f"{line['rule']} {rule['name']}", who, CHANGES[line["change"]], show_day(line["since"]), line["alert"])
    return table


def _chain(view: HouseholdView) -> RenderableType:
    if not view.chain:
        return Text("\n救助链：各部门数据中没有这一户的救助记录")
    year = show_yuan(view.money(add_months(view.run.as_of, -12)))
    heading = f"救助链（{'，'.join(show_sums(view.chain))}；金额合计 {show_yuan(money_of(view.chain))}，其中近 12 个月 {year}）"
    table = _table(heading, "日期", "对象", "内容", "形式", "金额或数量", "部门", "来源")
    departments = view.run.terms("departments")
    for line in view.chain:
        file = view.run.deliveries.get(line["delivery"], {}).get("file", "")
        table.add_row(
            show_when(line),
            view.name_of(line["person"]),
            line["title"],
            AID_FORMS[line["kind"]],
            show_how_much(line),
            departments.get(line["department"], line["department"]),
            f"{file}:{line['row']}",
            style="dim" if is_repeated(line) else "",
        )
    return table


def _unknown(view: HouseholdView) -> RenderableType:
    if not view.unknown:
        return Text("\n未知：没有")
    by_reason: dict[str, list[str]] = {}
    for line in view.unknown:
        for _, reason in read_reasons(line["reasons"]):
            by_reason.setdefault(reason, []).append(line["rule"])
    table = _table("未知（缺数据不当作零）", "原因", "因此无法判断的规则")
    for reason, rules in sorted(by_reason.items()):
        table.add_row(reason, "、".join(sorted(set(rules))))
    return table


def _table(title: str, *columns: str) -> Table:
    table = Table(title=f"\n{title}", title_justify="left", title_style="bold", show_edge=False, pad_edge=False)
    for column in columns:
        table.add_column(column, justify="right" if column == "金额或数量" else "left", overflow="fold")
    return table
