"""Why an alert stands, in Chinese: every figure, line and source row, what would change the result, and what the data cannot tell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import pyarrow.compute as pc

from doudi.contracts.read import load_contracts
from doudi.identity.stamp import mask_ids
from doudi.kernel.ids import mask_id, mask_name
from doudi.monitoring.comparisons import Comparison, inner_comparisons, values_of
from doudi.monitoring.sourcerows import SourceRows
from doudi.policyfiles import read_policy
from doudi.policyfiles.model import GRADES, LEVELS, NotCarriedOut
from doudi.published.identities import HouseholdIdentity, Identities, PersonIdentity
from doudi.published.read import PublishedRun
from doudi.published.wording import DATE_OPERATORS, NEGATED, OPERATORS, show_day, show_distance, show_fact, show_ratio, show_text
from doudi.rules import build_policy
from doudi.standards import region_name

SHOWN_ROWS = 12
"""So many source rows of a condition are listed; the number of all is told."""
ALL_ROWS = 1_000_000

CHANGES = {"new": "本次新增", "continuing": "延续", "changed": "有变化"}


@dataclass(frozen=True)
class Figure:
    """A parameter as it stood for the subject: its value as text, and whether it must be confirmed locally."""

    name: str
    value: str
    reference: bool
    basis: str


@dataclass(frozen=True)
class Reason:
    """One condition of the alert, ready to be told."""

    says: str
    negated: bool
    value: str | None
    threshold: str | None
    operator: str | None
    kind: str
    unit: str
    what: str
    measures: Sequence[tuple[str, str]]
    figures: Sequence[Figure]
    sources: Sequence[str]
    more_sources: int = 0
    inner: Sequence[Comparison] = ()

    @property
    def comparison(self) -> str:
        """`40,000.00 元，低于 44,400.00 元，相差 4,400.00 元`; empty where nothing is compared."""
        if not self.operator or self.value is None or self.threshold is None:
            return ""
        operator = NEGATED[self.operator] if self.negated else self.operator
        value, line = show_text(self.value, self.kind, self.unit), show_text(self.threshold, self.kind, self.unit)
        far = show_distance(self.value, self.threshold, self.kind, self.unit)
        return f"{value}，{self._word(operator)} {line}" + (f"，相差 {far}" if far and self.value != self.threshold else "，恰在线上" if far else "")

    @property
    def flips(self) -> str:
        """What would make this condition fail, in a sentence."""
        if not self.operator or self.value is None or self.threshold is None:
            return f"如果「{self.says}」成立" if self.negated else f"如果不再「{self.says}」"
        operator = self.operator if self.negated else NEGATED[self.operator]
        far = show_distance(self.value, self.threshold, self.kind, self.unit)
        at_line = self.value == self.threshold
        how = f"（与界线相差 {far}）" if far and not at_line else "（现在恰在线上）" if far else ""
        return f"如果{self.what or f'「{self.says}」所比较的数值'}变为{self._word(operator)} {show_text(self.threshold, self.kind, self.unit)}{how}"

    def _word(self, operator: str) -> str:
        return (DATE_OPERATORS if self.kind in ("date", "month") else OPERATORS)[operator]


@dataclass(frozen=True)
class Explanation:
    """Everything that `lines` tells about one alert."""

    alert: Mapping[str, Any]
    rule: Mapping[str, Any]
    run: PublishedRun
    who: str
    place: str
    department: str
    reasons: Sequence[Reason]
    late: Sequence[str]
    not_carried_out: Sequence[NotCarriedOut]
    references: Sequence[str] = field(default_factory=tuple)
    others: Sequence[str] = field(default_factory=tuple)

    def lines(self) -> Iterator[str]:
        """The text, line by line."""
        alert, rule = self.alert, self.rule
        yield f"{alert['rule']}　{rule['name']}　【{GRADES[alert['grade']]}】{CHANGES[alert['change']]}"
        yield f"线索 {alert['alert']}　基准日 {show_day(self.run.as_of)}　自 {show_day(alert['since'])} 起连续出现"
        yield f"对象：{self.who}"
        if self.place:
            yield f"所在：{self.place}"
        yield f"办理：{self.department}，{LEVELS.get(alert['level'], alert['level'])}，{alert['within_working_days']} 个工作日内"
        yield f"依据：{rule['document']}{'　' + rule['clause'] if rule['clause'] else ''}（{rule['version']} 起执行）"
        yield from self._why()
        yield from self._what_would_change()
        if self.others:
            yield ""
            yield "同一户的其他线索"
            yield from (f"· {other}" for other in self.others)
        yield from self._limits()

    def _why(self) -> Iterator[str]:
        yield ""
        yield "为什么"
        for number, reason in enumerate(self.reasons, 1):
            yield f"{number}. {reason.says}：{'否' if reason.negated else '是'}"
            if reason.comparison:
                yield f"   {reason.comparison}"
            for inner in reason.inner:
                yield f"   {inner}"
            for label, value in reason.measures:
                yield f"   · {label}：{value}"
            for figure in reason.figures:
                yield f"   · {figure.name}：{figure.value}{'（参考值，须由本地确认）' if figure.reference else ''}　{figure.basis}"
            for source in reason.sources:
                yield f"     来源　{source}"
            if reason.more_sources:
                yield f"     另有 {reason.more_sources} 行，加 --all 全部列出"

    def _what_would_change(self) -> Iterator[str]:
        yield ""
        yield "怎样会改变结论（任何一条发生，这条线索就不再成立）"
        for reason in self.reasons:
            yield f"· {reason.flips}"

    def _limits(self) -> Iterator[str]:
        yield ""
        yield "局限"
        yield f"· 数据截至 {show_day(self.run.as_of)}，以各部门报送为准；线索只提示核查，不作认定"
        for one in (*self.late, *self.references):
            yield f"· {one}"
        for one in self.not_carried_out:
            yield f"· 数据无法判断“{one.clause}”：{one.because}；请入户核实：{one.ask}"


class Explainer:
    """Explains the alerts of one run; reads the run's own policy once."""

    def __init__(self, run: PublishedRun, identities: Identities, rows: SourceRows) -> None:
        self.run, self.identities, self.rows = run, identities, rows
        self.policy = read_policy(run.path / "policy")
        self.compiled = build_policy(self.policy, load_contracts(run.path / "contracts"), run.as_of)

    def explain(self, alert: Mapping[str, Any], *, with_ids: bool = False, every_row: bool = False) -> Explanation:
        """Gather what is to be told about an alert (a line of `alerts`). Names and numbers are masked unless `with_ids`."""
        told = _Gathering(self, alert, SHOWN_ROWS if not every_row else ALL_ROWS)
        reasons = tuple(told.reasons())
        figures = dict.fromkeys(figure.name for reason in reasons for figure in reason.figures if figure.reference)
        return Explanation(
            alert,
            self.run.rules[alert["rule"]],
            self.run,
            who_is(alert, self.identities, with_ids=with_ids, members=told.household.get("members")),
            place_of(alert),
            self.run.terms("departments").get(alert["department"], alert["department"]),
            reasons,
            tuple(told.late()),
            tuple(told.not_carried_out()),
            (f"参考值，须由本地确认：{'、'.join(figures)}",) if figures else (),
            tuple(told.others()),
        )


def who_is(alert: Mapping[str, Any], identities: Identities, *, with_ids: bool, members: int | None = None) -> str:
    """`张**（431382**********24），户号 43130000001，3 人`."""
    household = identities.households([alert["household"]]).get(alert["household"], HouseholdIdentity(None, None))
    home = f"户号 {shown_home(household.household_no, with_ids)}" if household.household_no else "没有户号"
    if alert["subject"] == "h":
        return f"{home}，户主 {shown_name(household.name, with_ids)}" + (f"，{members} 人" if members else "")
    person = identities.persons([alert["person"]]).get(alert["person"], PersonIdentity(None, None, None))
    number = (person.id if with_ids else mask_id(person.id)) if person.id else "证号不明"
    return f"{shown_name(person.name, with_ids)}（{number}），{home}"


def shown_home(household_no: str | None, with_ids: bool) -> str | None:
    """A household number; where it is a citizen ID, masked unless asked for."""
    return household_no if with_ids or household_no is None else mask_ids(household_no)


def shown_name(name: str | None, with_ids: bool) -> str:
    """A name, masked unless asked for; `姓名不明` where there is none."""
    return "姓名不明" if not name else name if with_ids else mask_name(name)


def place_of(line: Mapping[str, Any]) -> str:
    """`涟源市 伏口镇 某村`, as far as it is known."""
    return " ".join(region_name(code) for code in (line["county"], line["township"], line["village"]) if code)


class _Gathering:
    """Looks up one alert's lines in the run."""

    def __init__(self, explainer: Explainer, alert: Mapping[str, Any], limit: int) -> None:
        self.run, self.rows, self.policy, self.compiled = explainer.run, explainer.rows, explainer.policy, explainer.compiled
        self.alert, self.limit = alert, limit
        run = self.run
        self.told: set[tuple[int, int]] = set()
        self.person = _one(run, "person_facts", "person", alert["person"])
        self.household = _one(run, "household_facts", "household", alert["household"])

    def reasons(self) -> Iterator[Reason]:
        of_alert = pc.field("alert") == self.alert["alert"]
        sources = self.run.table("sources", where=of_alert).to_pylist()
        tests = {one.name: one.test for one in self.compiled.rules[self.alert["rule"]].conditions}
        for line in self.run.table("evidence", where=of_alert).to_pylist():
            condition = self.run.conditions[self.alert["rule"], line["condition"]]
            rows = {(one["dataset"], one["delivery"], one["row"]): one for one in sources if one["condition"] == line["condition"]}
            own = list(rows.values())
            measures = [name for name in condition["measures"].split(",") if name]
            parameters = [name for name in condition["parameters"].split(",") if name]
            what, unit = self.measured(measures, line["value"], condition["value_type"])
            yield Reason(
                condition["says"],
                condition["negated"],
                line["value"],
                line["threshold"],
                condition["operator"],
                condition["value_type"] or "",
                unit,
                what,
                tuple(map(self.measure, measures)),
                tuple(figure for name in parameters if (figure := self.figure(name))),
                self.describe(own[: self.limit]),
                max(0, len(own) - self.limit),
                tuple(inner_comparisons(tests[line["condition"]], self.compiled, self.values(parameters))),
            )

    def values(self, parameters: Sequence[str]) -> dict[str, Any]:
        """What the names of a condition stand for, as the judge has it."""
        figures = {name: Fraction(line["value"]) for name in parameters if (line := self.figure_line(name))}
        return values_of(self.run, figures, self.person, self.household)

    def describe(self, sources: Sequence[Mapping[str, Any]]) -> list[str]:
        """Source rows; what a row says is told once."""
        texts = []
        for source, text in zip(sources, self.rows.describe(sources), strict=True):
            where = source["delivery"], source["row"]
            texts.append(text.split("：")[0] + "（内容见上）" if where in self.told else text)
            self.told.add(where)
        return texts

    def others(self) -> Iterator[str]:
        """The other alerts of the household, or of a person without one."""
        household, person = self.alert["household"], self.alert["person"]
        same = pc.field("household") == household if household is not None else pc.field("person") == person
        for line in self.run.table("alerts", where=same & (pc.field("alert") != self.alert["alert"])).to_pylist():
            who = "全家" if line["subject"] == "h" else "本人" if line["person"] == person else "家人"
            yield f"{line['rule']} {self.run.rules[line['rule']]['name']}【{GRADES[line['grade']]}】{who}　{line['alert']}"

    def measure(self, name: str) -> tuple[str, str]:
        """A variable's label and its value for the subject."""
        if name == "members":
            return "家庭人数", show_fact(self.household.get("members"), "int", "人")
        variable = self.run.variables[name]
        facts = self.person if variable["of"] == "person" else self.household
        return variable["label"], show_fact(facts.get(name), variable["type"], variable["unit"] or "", variable["denominator"])

    def measured(self, measures: Sequence[str], value: str | None, kind: str | None) -> tuple[str, str]:
        """Label and unit of the variable that is held against the line: the first whose fact is the value of the evidence."""
        for name in measures:
            if name == "members" and value == str(self.household.get("members")):
                return "家庭人数", "人"
            variable = self.run.variables.get(name)
            if variable and variable["type"] == kind and value is not None:
                facts = self.person if variable["of"] == "person" else self.household
                if show_fact(facts.get(name), kind, "", variable["denominator"]) == show_text(value, kind):
                    return variable["label"], variable["unit"] or ""
        return "", ""

    def figure(self, name: str) -> Figure | None:
        """A parameter as it stood where the household lives; None for a person without a household."""
        line = self.figure_line(name)
        if line is None:
            return None
        unit = line["unit"] if line["type"] != "money" else ""
        return Figure(line["name"], show_parameter(line["value"], line["type"], unit), line["reference"], line["basis"])

    def figure_line(self, name: str) -> dict[str, Any] | None:
        """The line of `parameters` for the household's county: the narrowest region counts."""
        county, rural = self.household.get("county") or "", self.household.get("rural")
        lines = [
            line
            for line in self.run.table("parameters", where=pc.field("parameter") == name).to_pylist()
            if county.startswith(line["region"]) and line["rural"] == bool(rural)
        ]
        return max(lines, key=lambda one: len(one["region"]), default=None)

    def late(self) -> Iterator[str]:
        """Datasets behind the rule that are late or were never delivered."""
        names = {name for (rule, _), line in self.run.conditions.items() if rule == self.alert["rule"] for name in line["measures"].split(",")}
        datasets = {one for name in names if name in self.run.variables for one in self.run.variables[name]["datasets"].split(",") if one}
        for name in sorted(datasets & set(self.run.datasets)):
            dataset = self.run.datasets[name]
            if dataset["delivered_to"] is None:
                yield f"{dataset['title']}从未报送"
            elif dataset["late_days"]:
                yield f"{dataset['title']}只到 {show_day(dataset['delivered_to'])}，迟交 {dataset['late_days']} 天"

    def not_carried_out(self) -> Iterator[NotCarriedOut]:
        """What the law asks and the data cannot answer, as the policy of the run says."""
        rule = self.policy.rules[self.alert["rule"]]
        for version in rule.versions:
            if version.in_force_from.isoformat() == self.alert["version"]:
                yield from version.not_carried_out


def show_parameter(value: str, kind: str, unit: str) -> str:
    """A figure of the policy: fen, whole numbers, fractions."""
    return f"{show_ratio(Fraction(value))} {unit}".rstrip() if kind == "ratio" else show_text(value, kind, unit)


def _one(run: PublishedRun, table: str, key: str, number: int | None) -> dict:
    found = run.table(table, where=pc.field(key) == number).to_pylist() if number is not None else []
    return found[0] if found else {}
