"""Writes `docs/reference/loop.md` from the table of the loop: a diagram for the eye, the table for whoever must know exactly."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from doudi.casework.access.permissions import PERMISSIONS
from doudi.casework.dispatch.loop import ACTING, STEPS, Step, Who
from doudi.casework.dispatch.models import Result, State, Verdict

_HEAD = """# 任务的闭环

由 `make docs` 根据代码中的表（`src/doudi/casework/dispatch/loop.py`）生成，请勿手改。程序只照这张表办事：表里没有的步骤做不了。

线索由规则比对产生，按户、按办理单位并成任务，派发、签收、核实、办理、审批、反馈，再由下一次运行的数据复核：情况已变的办结，仍在的重开。
系统只移动任务，从不给予、调整或终止任何待遇。

```mermaid
"""
_GROUP = frozenset(ACTING | {State.WAITING})
"""States that many arrows leave together; the diagram draws them in one frame."""
_FRAME = "under_way"


def render() -> str:
    """The whole page, Markdown."""
    people = [step for step in STEPS.values() if step.who is not Who.JOB]
    platform = [step for step in STEPS.values() if step.who is Who.JOB]
    parts = [
        _HEAD.rstrip("\n"),
        *diagram(),
        "```\n",
        "不改变状态的步骤（记一笔、指定承办人、并入线索、提醒、报上一级）没有画出。\n",
        "## 人办的步骤\n",
        "每一步都在同一事务里写入任务经过和审计日志；同一张表单点两次，只算一次；别人先改过的，要看过新内容再提交。\n",
        *_table(people),
        "## 系统自动的步骤\n",
        *_table(platform),
        "## 核实结论和办理结果\n",
        f"核实结论：{_labels(Verdict)}。\n",
        f"办理结果：{_labels(Result)}。\n",
    ]
    return "\n".join(parts)


def diagram() -> Iterator[str]:
    """Mermaid's lines: every step that leads to another state, those with the same ends on one arrow."""
    yield "stateDiagram-v2"
    yield f'  state "办理中" as {_FRAME} {{'
    inside = {ends: words for ends, words in _arrows().items() if set(ends) <= {state.value for state in _GROUP}}
    yield from (f'    state "{state.label}" as {state.value}' for state in State if state in _GROUP)
    yield from (f"    {before} --> {after} : {'／'.join(words)}" for (before, after), words in inside.items())
    yield "  }"
    yield from (f'  state "{state.label}" as {state.value}' for state in State if state not in _GROUP)
    yield from (f"  {before} --> {after} : {'／'.join(words)}" for (before, after), words in _arrows().items() if (before, after) not in inside)
    yield f"  {State.CLOSED.value} --> [*]"


def _arrows() -> dict[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for step in STEPS.values():
        for ends in _ends(step):
            found[ends].append(step.says)
    return dict(found)


def _ends(step: Step) -> Iterator[tuple[str, str]]:
    if step.returns:
        yield State.GONE.value, _FRAME
    elif step.after is not None and step.before == _GROUP:
        yield _FRAME, step.after.value
    elif step.after is not None:
        before = [state.value for state in State if state in step.before] or ["[*]"]
        yield from ((one, step.after.value) for one in before if one != step.after.value)


def _table(steps: list[Step]) -> Iterator[str]:
    yield "| 步骤 | 从哪些状态 | 到 | 谁可以 | 条件 | 须写明 | 记下 |"
    yield "|---|---|---|---|---|---|---|"
    yield from (_row(step) for step in steps)
    yield ""


def _row(step: Step) -> str:
    asks = "、".join(step.asks.values())
    may = "、".join(label for field, label in step.may_give.items() if field not in step.asks)
    given = "；".join(part for part in (asks, f"可写：{may}" if may and step.who is not Who.JOB else "") if part)
    conditions = "；".join(guard.says for guard in step.guards)
    after = "原来的状态" if step.returns else step.after.label if step.after else "不变"
    cells = [f"**{step.says}**<br>{step.help}", _states(step.before), after, _who(step), conditions or "—", given or "—", step.keeps]
    return f"| {' | '.join(cells)} |"


def _states(states: frozenset[State]) -> str:
    if states == frozenset(State) - {State.CLOSED}:
        return "未办结的"
    return "；".join(state.label for state in State if state in states) or "（新任务）"


def _who(step: Step) -> str:
    if step.who is Who.JOB:
        return "系统"
    permissions = "或".join(f"“{PERMISSIONS[name]}”" for name in step.permission.split("|"))
    return f"{step.who.value}，有权限{permissions}"


def _labels(choices: type[Result] | type[Verdict]) -> str:
    return "、".join(choice.label for choice in choices)
