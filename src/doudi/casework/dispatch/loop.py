"""The loop in one table: which step leads from which state to which, who may take it, on which conditions, and what is kept of it.

`services.step_take` does nothing but read this table; the diagram and the table in `docs/reference/loop.md` are generated from it.
The notice, 2.4: leads are pushed to the department in charge, handled, and answered in one standard form.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from doudi.casework.dispatch import guards
from doudi.casework.dispatch.guards import Guard
from doudi.casework.dispatch.models import State as S


class Who(Enum):
    """Which of those whose role has the permission may take a step."""

    OFFICE = "办理单位的人"
    FIELD = "办理单位的人、本村人员或承办人"
    OVERSEER = "办理单位或升级后的上级单位的人"
    SCOPE = "负责该地区和部门的人"
    JOB = "系统"


UNTOUCHED = frozenset({S.WAITING, S.PUSHED})
OPEN = frozenset(S) - {S.CLOSED}
AT_WORK = frozenset({S.PUSHED, S.REOPENED, S.ACCEPTED, S.VERIFIED})
ACTING = AT_WORK | {S.RETURNED, S.CONFERENCE, S.HANDLED}
"""Where somebody still has to do something about the household."""
OWED = ACTING | {S.GONE}
"""Where somebody still has to do something, if only to confirm that nothing is left to do."""


@dataclass(frozen=True)
class Step:
    """One step. `after` None: the state stays; `returns`: it becomes what it was before the cause was gone.

    `asks`: field -> label of what has to be given; `may_give`: of what may be. `keeps`: what its event holds, in words.
    """

    name: str
    says: str
    before: frozenset[S]
    after: S | None
    permission: str
    who: Who
    asks: Mapping[str, str]
    may_give: Mapping[str, str]
    guards: tuple[Guard, ...]
    keeps: str
    help: str
    returns: bool = False

    @property
    def decides(self) -> bool:
        """Whether it stands on the facts shown, so that these are frozen with it."""
        return "依据" in self.keeps


REASON = {"note": "原因"}


def _by(name: str, says: str, before: set[S] | frozenset[S], after: S | None, permission: str, who: Who, help: str, **more: object) -> Step:
    given: dict[str, object] = {"asks": {}, "may_give": {"note": "说明"}, "guards": (), "keeps": "谁、何时、说明"}
    return Step(name=name, says=says, before=frozenset(before), after=after, permission=permission, who=who, help=help, **(given | more))  # type: ignore[arg-type]


def _job(name: str, says: str, before: set[S] | frozenset[S], after: S | None, help: str, **more: object) -> Step:
    return _by(name, says, before, after, "", Who.JOB, help, **({"keeps": "何时、由哪次运行或哪项任务"} | more))


STEPS: Mapping[str, Step] = {
    step.name: step
    for step in (
        _by(
            "accept",
            "签收",
            {S.PUSHED, S.REOPENED},
            S.ACCEPTED,
            "work.accept",
            Who.OFFICE,
            "由本单位办理，签收人为承办人。",
        ),
        _by(
            "return",
            "退回",
            {S.PUSHED, S.REOPENED, S.ACCEPTED},
            S.RETURNED,
            "work.accept",
            Who.OFFICE,
            "不归本单位办理：写明原因，建议改派到哪个单位。",
            asks=REASON,
            may_give={"office": "建议改派到"},
            guards=(guards.other_office,),
            keeps="谁、何时、原因、建议的单位",
        ),
        _by(
            "redirect",
            "改派",
            {S.RETURNED},
            S.PUSHED,
            "work.redirect",
            Who.SCOPE,
            "同意退回，派给另一单位，期限重新计算。",
            asks={"office": "改派到", **REASON},
            may_give={},
            guards=(guards.other_office, guards.no_item_there),
            keeps="谁、何时、原因、原单位和新单位",
        ),
        _by(
            "refuse_return",
            "不同意退回",
            {S.RETURNED},
            S.PUSHED,
            "work.redirect",
            Who.SCOPE,
            "仍由原单位办理；期限不变。",
            asks=REASON,
            may_give={},
            keeps="谁、何时、原因",
        ),
        _by(
            "assign",
            "指定承办人",
            AT_WORK,
            None,
            "work.accept|work.approve",
            Who.OFFICE,
            "交给本单位的另一人承办。",
            asks={"assignee": "承办人"},
            guards=(guards.assignee_is_of_the_office,),
            keeps="谁、何时、交给谁",
        ),
        _by(
            "verify",
            "核实",
            {S.ACCEPTED, S.VERIFIED},
            S.VERIFIED,
            "work.verify",
            Who.FIELD,
            "数据核实或入户核实后，写明是否属实。",
            asks={"verdict": "核实结论", "how": "核实方式"},
            may_give={"note": "核实情况", "visit": "走访"},
            guards=(guards.verdict_is_known, guards.words_unless_true),
            keeps="谁、何时、方式、结论、所看到的依据",
        ),
        _by(
            "handle",
            "办理反馈",
            {S.VERIFIED},
            S.HANDLED,
            "work.handle",
            Who.OFFICE,
            "按标准反馈办理结果，交审批。",
            asks={"result": "办理结果", "note": "办理说明"},
            may_give={"until": "渐退至"},
            guards=(guards.result_is_known, guards.result_fits_verdict, guards.gradual_exit_has_an_end),
            keeps="谁、何时、结果、说明、所看到的依据",
        ),
        _by(
            "approve",
            "审批通过",
            {S.HANDLED},
            S.ANSWERED,
            "work.approve",
            Who.OVERSEER,
            "同意办理结果并反馈；等待下次运行复核。",
            guards=(guards.not_own_work,),
            keeps="谁、何时、意见、所看到的依据",
        ),
        _by(
            "send_back",
            "退回补充",
            {S.HANDLED},
            S.VERIFIED,
            "work.approve",
            Who.OVERSEER,
            "不同意办理结果，写明要补充什么。",
            asks=REASON,
            may_give={},
            guards=(guards.not_own_work,),
            keeps="谁、何时、原因",
        ),
        _by(
            "refer",
            "提交一事一议",
            {S.ACCEPTED, S.VERIFIED},
            S.CONFERENCE,
            "work.handle",
            Who.OFFICE,
            "情形复杂，一个部门办不了，由县级协调机制集体研究。",
            asks=REASON,
            may_give={},
            keeps="谁、何时、原因、所看到的依据",
        ),
        _by(
            "decide",
            "会议决定",
            {S.CONFERENCE},
            S.HANDLED,
            "conference.manage",
            Who.SCOPE,
            "会议作出决定，作为办理结果交审批。",
            asks={"result": "办理结果", "note": "决定"},
            may_give={"until": "渐退至", "conference": "会议"},
            guards=(guards.result_is_known, guards.gradual_exit_has_an_end),
            keeps="谁、何时、哪次会议、决定、所看到的依据",
        ),
        _by(
            "hand_back",
            "会议交回办理",
            {S.CONFERENCE},
            S.VERIFIED,
            "conference.manage",
            Who.SCOPE,
            "会议议定由主办单位继续办理。",
            asks={"note": "会议意见"},
            may_give={"conference": "会议"},
            keeps="谁、何时、哪次会议、意见",
        ),
        _by(
            "confirm_gone",
            "确认线索消失",
            {S.GONE},
            S.CLOSED,
            "work.approve",
            Who.OVERSEER,
            "核对后认为确实不必再办，办结。",
            asks=REASON,
            may_give={},
            guards=(guards.not_own_work,),
            keeps="谁、何时、原因、所看到的依据",
        ),
        _by(
            "keep_open",
            "继续办理",
            {S.GONE},
            None,
            "work.approve",
            Who.OVERSEER,
            "数据里的线索虽已消失，仍要办完。",
            asks=REASON,
            may_give={},
            keeps="谁、何时、原因、所看到的依据",
            returns=True,
        ),
        _by(
            "note",
            "记一笔",
            OPEN - {S.WAITING},
            None,
            "work.accept|work.verify|work.approve",
            Who.SCOPE,
            "补充说明，不改变状态。",
            asks={"note": "说明"},
            may_give={},
        ),
        _job("open", "产生", set(), S.WAITING, "线索、主动发现、走访或会议产生任务。", keeps="何时、由哪次运行、哪些线索"),
        _job("join", "并入线索", OPEN, None, "同一户、同一单位的新线索并入未办结的任务；依据有变化时也记下。", keeps="何时、由哪次运行、哪些线索"),
        _job("push", "派发", {S.WAITING}, S.PUSHED, "不超过每个单位每日新增上限，由重到轻；期限从这一天起算。", keeps="何时、签收期限、办理期限"),
        _job("remind", "提醒", OWED, None, "到签收期限、办理期限过半、到期时提醒，每种一次。"),
        _job("escalate", "报上一级", OWED, None, "逾期未反馈，报上一级单位督办；任务仍由原单位办理。", keeps="何时、报到哪个单位"),
        _job("end", "线索消失，办结", UNTOUCHED, S.CLOSED, "原因已不存在，且不是红色、还没有人开始办理。", keeps="何时、由哪次运行、消失的原因"),
        _job(
            "gone",
            "线索消失，待确认",
            ACTING | {S.WAITING},
            S.GONE,
            "原因已不存在，但为红色或已开始办理：由人确认，系统不自动办结。",
            keeps="何时、由哪次运行、消失的原因",
        ),
        _job("back", "线索又出现", {S.GONE}, None, "待确认时线索在数据里又出现，回到原状态。", returns=True),
        _job("close_by_check", "复核办结", {S.ANSWERED}, S.CLOSED, "反馈后的运行里线索已消失，或认定不属实而情况没有加重。"),
        _job(
            "reopen_by_check",
            "复核重开",
            {S.ANSWERED},
            S.REOPENED,
            "反馈后的运行里数据仍显示同样情况；期限重新计算。",
            keeps="何时、由哪次运行、哪些线索",
        ),
    )
}
"""Name -> step. Those of `Who.JOB` are taken by the platform only: they move work, never a benefit."""


def steps_from(state: str) -> list[Step]:
    """The steps that people may take from a state, in the order of the table."""
    return [step for step in STEPS.values() if state in step.before and step.who is not Who.JOB]
