"""Conditions of steps, each a function with the sentence that the documents show. All that fail are told at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from doudi.casework.access.actor import Actor
from doudi.casework.access.models import Membership
from doudi.casework.dispatch.models import Result, State, Verdict, WorkItem
from doudi.casework.organisation.models import Office
from doudi.kernel.clock import CHINA
from doudi.kernel.errors import Fault, code

OWN_WORK = code("own_work", "不能审批自己办理的任务")
OTHER_OFFICE = code("item_other_office", "改派的单位不对")
ASSIGNEE = code("item_assignee", "承办人不是办理单位的人")
VERDICT = code("item_verdict", "核实结论不对")
RESULT = code("item_result", "办理结果不对")
GRADUAL = code("item_gradual_exit", "渐退的期限不对")
WORDS = code("item_words_missing", "没有写明情况")


@dataclass(frozen=True)
class Asked:
    """What a guard looks at: who takes the step, on which item, with what, when."""

    by: Actor
    item: WorkItem
    data: Mapping[str, Any]
    at: datetime

    @property
    def on(self) -> date:
        """The day in China."""
        return self.at.astimezone(CHINA).date()


@dataclass(frozen=True)
class Guard:
    """`says` is the condition in words; `check` returns what is wrong, or None."""

    says: str
    check: Callable[[Asked], Fault | None]


def _guard(says: str) -> Callable[[Callable[[Asked], Fault | None]], Guard]:
    return lambda check: Guard(says, check)


@_guard("不是自己核实或办理的")
def not_own_work(asked: Asked) -> Fault | None:
    mine = asked.by.user is not None and asked.by.user in (asked.item.proposed_by_id, asked.item.verified_by_id)
    return Fault(OWN_WORK, "这件任务是您自己核实或办理的，须由另一人审批") if mine else None


@_guard("改派到的是另一个还在办公的单位")
def other_office(asked: Asked) -> Fault | None:
    chosen = asked.data.get("office")
    if chosen is None:
        return None
    office = Office.objects.filter(pk=chosen).first()
    if office is None or (office.closed_on is not None and office.closed_on <= asked.on):
        return Fault(OTHER_OFFICE, "没有这个办理单位", "office")
    if office.pk == asked.item.office_id:
        return Fault(OTHER_OFFICE, "现在就是由这个单位办理", "office")
    return None


@_guard("那个单位没有这一户未办结的任务")
def no_item_there(asked: Asked) -> Fault | None:
    item = asked.item
    if item.origin != WorkItem.Origin.ALERT or not asked.data.get("office"):
        return None
    same = {"household": item.household} if item.household is not None else {"household": None, "person": item.person}
    there = WorkItem.objects.filter(office=asked.data["office"], origin=item.origin, **same).exclude(state=State.CLOSED).exclude(pk=item.pk).first()
    return Fault(OTHER_OFFICE, f"那个单位已有这一户的任务 {there.number}", "office", todo="不必改派，请在那件任务上补充说明") if there else None


@_guard("承办人在办理单位任职")
def assignee_is_of_the_office(asked: Asked) -> Fault | None:
    held = Membership.objects.filter(user=asked.data.get("assignee"), office=asked.item.office_id, user__is_active=True)
    if any(one.open_on(asked.on) and "work.verify" in one.granted.may for one in held):
        return None
    return Fault(ASSIGNEE, "承办人须是本单位在任的人员", "assignee")


@_guard("结论为属实、不属实或暂难认定，方式为数据核实或入户核实")
def verdict_is_known(asked: Asked) -> Fault | None:
    if asked.data.get("verdict") in Verdict.values and asked.data.get("how") in ("desk", "visit"):
        return None
    return Fault(VERDICT, "请选择核实结论和核实方式", "verdict")


@_guard("不属实或暂难认定的，写明情况")
def words_unless_true(asked: Asked) -> Fault | None:
    if asked.data.get("verdict") == Verdict.TRUE or str(asked.data.get("note") or "").strip():
        return None
    return Fault(WORDS, "不属实或暂难认定的，请写明看到的情况", "note")


@_guard("结果是标准反馈中的一种")
def result_is_known(asked: Asked) -> Fault | None:
    result = asked.data.get("result")
    if result not in Result.values:
        return Fault(RESULT, "请选择办理结果", "result")
    if result == Result.TO_CONFERENCE:
        return Fault(RESULT, "提交会议请用“提交一事一议”", "result")
    return None


@_guard("核实为不属实的，结果也是不属实；核实为属实的则不是")
def result_fits_verdict(asked: Asked) -> Fault | None:
    verdict, result = asked.item.verdict, asked.data.get("result")
    if verdict == Verdict.NOT_TRUE and result not in (Result.NOT_TRUE, Result.ALREADY_SERVED, Result.REFERRED):
        return Fault(RESULT, "核实结论是不属实，结果与之矛盾", "result", todo="重新核实，或选择“不属实”“此前已享受”“已转介”")
    if verdict == Verdict.TRUE and result == Result.NOT_TRUE:
        return Fault(RESULT, "核实结论是属实，结果却是不属实", "result", todo="重新核实，或改选结果")
    return None


@_guard("渐退须写明渐退到哪一天，且在今天之后")
def gradual_exit_has_an_end(asked: Asked) -> Fault | None:
    until = asked.data.get("until")
    if asked.data.get("result") != Result.GRADUAL_EXIT or (isinstance(until, date) and until > asked.on):
        return None
    return Fault(GRADUAL, "请写明渐退到哪一天（今天之后）", "until")
