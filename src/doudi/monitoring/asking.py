"""From what somebody types to an alert, a person or a household of a run."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.compute as pc

from doudi.identity.keys import Keys
from doudi.identity.stamp import Stamper, read_id
from doudi.kernel.errors import DoudiError, Fault, code
from doudi.kernel.ids import mask_id
from doudi.monitoring.unpublished import find_household
from doudi.published.read import PublishedRun

NO_ALERT = code("alert_not_found", "运行结果中没有这条线索")
SEVERAL_ALERTS = code("alert_several", "符合的线索不止一条")
NO_HOUSEHOLD = code("household_not_found", "运行结果中没有这一户")

_ALERT = re.compile(r"[0-9a-f]{16}")
_OF_RULE = re.compile(r"(?P<rule>[A-Za-z]\d{2})[:：](?P<who>\S+)")


@dataclass(frozen=True)
class Home:
    """A household: its line of `household_facts` and its people's of `person_facts`; without variables if they are not `published`."""

    facts: Mapping[str, Any]
    people: Sequence[Mapping[str, Any]]
    published: bool


@dataclass(frozen=True)
class Asker:
    """Finds things in one run; `keys` are those of the home, to turn a household or citizen number into its keyed hash.

    `tables`: the lake's tables of the cut that the run stands on, where households are that nothing concerns; None if it is no longer there.
    """

    run: PublishedRun
    keys: Keys
    tables: Path | None = None

    def alert(self, asked: str) -> dict:
        """The alert with this id, or `RULE:household_no`, `RULE:citizen ID`, `RULE:number`.

        Raises DoudiError if there is none, or several in one household.
        """
        found = []
        if _ALERT.fullmatch(asked):
            found = self.run.table("alerts", where=pc.field("alert") == asked).to_pylist()
        elif match := _OF_RULE.fullmatch(asked):
            rule, who = match["rule"].upper(), self.numbers(match["who"])
            subject = pc.field("person").isin(who) | pc.field("household").isin(who)
            found = self.run.table("alerts", where=(pc.field("rule") == rule) & subject).to_pylist()
        else:
            todo = "写线索编号（16 位），或 规则:户号、规则:公民身份号码，如 K01:43130000001"
            raise DoudiError(Fault(NO_ALERT, f"看不懂“{asked}”", todo=todo))
        if not found:
            why = "这条规则在本次运行中没有命中该对象，或对象不在名单上"
            todo = "用 doudi export alerts 查看全部线索；结论未知的用 doudi export unknown"
            raise DoudiError(Fault(NO_ALERT, f"没有线索 {masked(asked)}", self.run.id, why, todo))
        if len(found) > 1:
            todo = "写线索编号：" + "、".join(line["alert"] for line in found)
            raise DoudiError(Fault(SEVERAL_ALERTS, f"这一户有 {len(found)} 条 {found[0]['rule']} 线索", self.run.id, todo=todo))
        return found[0]

    def household(self, asked: str) -> Home:
        """A household, by its number as delivered, the citizen ID of a member, or either's keyed hash. Raises DoudiError if there is none."""
        numbers = self.numbers(asked)
        if facts := self._published(numbers):
            people = self.run.table("person_facts", where=pc.field("household") == facts["household"]).to_pylist()
            return Home(facts, people, published=True)
        if self.tables is not None and (found := find_household(self.tables, self.run.as_of, numbers)):
            return Home(found.facts, found.people, published=False)
        why, todo = "最新人口名单上没有这个户号，或该户已无在世成员", "核对户号；户号以人口名单所列为准"
        if self.tables is None:
            why, todo = f"{why}；也可能是本次运行没有涉及的家庭，其数据湖切面已不在", "用 doudi run 重新运行后再查"
        raise DoudiError(Fault(NO_HOUSEHOLD, f"没有户号 {masked(asked)}", self.run.id, why, todo))

    def _published(self, numbers: list[int]) -> dict | None:
        facts = self.run.table("household_facts", where=pc.field("household").isin(numbers)).to_pylist()
        if not facts:
            people = self.run.table("person_facts", ["household"], where=pc.field("person").isin(numbers)).to_pylist()
            of_people = [line["household"] for line in people if line["household"] is not None]
            facts = self.run.table("household_facts", where=pc.field("household").isin(of_people)).to_pylist() if of_people else []
        return facts[0] if facts else None

    def numbers(self, who: str) -> list[int]:
        """The keyed hashes that a text may stand for."""
        stamper = Stamper(self.keys)
        cleaned, state = read_id(who)
        found = [stamper.person_number(cleaned)] if state == "sound" else []
        household = stamper.household_number(stamper.scrub_text(who))  # as the lake has it: a number with a citizen ID in it is hidden there
        found += [household] if household is not None else []
        return found + ([int(who)] if who.isdigit() and len(who) <= 19 and int(who) < 2**63 else [])


def masked(asked: str) -> str:
    """What was typed, without a citizen ID in it."""
    return re.sub(r"(?<!\w)(\d{17}[\dXx]|\d{15})(?!\w)", lambda found: mask_id(found[0]), asked)
