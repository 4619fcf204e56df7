"""Every change of a work item goes through here: `step_take` for people, `step_by_platform` for runs and jobs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from doudi.casework.access.actor import Actor
from doudi.casework.audit.services import record
from doudi.casework.dispatch.actions import STEP_ACTIONS
from doudi.casework.dispatch.faults import MISSING, NOT_FROM_HERE, NOT_THEIRS, NOT_THERE, STALE
from doudi.casework.dispatch.freezing import facts_of, frozen
from doudi.casework.dispatch.guards import Asked
from doudi.casework.dispatch.loop import STEPS, Step, Who
from doudi.casework.dispatch.models import Event, State, WorkItem
from doudi.casework.dispatch.moves import MOVES, Move, state_after_gone
from doudi.casework.dispatch.outbox import tell
from doudi.casework.dispatch.sharing import household_share
from doudi.kernel.clock import CHINA
from doudi.kernel.errors import DoudiError, Fault


@transaction.atomic
def step_take(by: Actor, *, item: int, step: str, version: int, at: datetime, key: str = "", **data: Any) -> Event:
    """Take a step of the loop; returns the event that keeps it.

    `version` is that of the item as it was shown; `key` a one-time key of the form, so that a double click gives the first event again.
    `data`: what the step asks for (`loop.STEPS[step]`). Raises DoudiError with everything that is wrong: not permitted, not found in scope,
    changed meanwhile, not possible from this state, not theirs, a field missing, a guard.
    """
    what = STEPS[step]
    if what.who is Who.JOB:
        raise DoudiError(Fault(NOT_FROM_HERE, "这一步由系统按运行结果或期限自动完成"))
    _must(by, what)
    found = _locked(item)
    if key and (done := Event.objects.filter(item=found, key=key).first()):
        return done
    if found.version != version:
        raise DoudiError(Fault(STALE, "这件任务在您打开后有人改动过", found.number, todo="看过新的内容后再提交；您填写的内容还在下面"))
    _check(by, found, what, data, at)
    return _take(by, found, what, data, at, key)


@transaction.atomic
def step_by_platform(by: Actor, *, item: WorkItem, step: str, at: datetime, note: str = "", **data: Any) -> Event:
    """A step that only the platform takes, on an item that its caller has locked; a job carries its scope, the loader sees all.

    Raises DoudiError if the item's state does not allow it.
    """
    what = STEPS[step]
    assert what.who is Who.JOB, step
    assert by.user is None, step
    if item.state not in what.before:
        raise DoudiError(_not_from_here(what, item))
    return _take(by, item, what, {"note": note, **data}, at, "")


def may_take(by: Actor, item: WorkItem, step: Step) -> bool:
    """Whether somebody may take a step on an item as it is now; what the step asks for is another question."""
    return item.state in step.before and any(by.may(name) for name in step.permission.split("|")) and _is_theirs(by, item, step)


def _must(by: Actor, step: Step) -> None:
    if not any(by.may(name) for name in step.permission.split("|")):
        by.must(step.permission.split("|")[0])


def _locked(item: int) -> WorkItem:
    found = WorkItem.objects.select_for_update(of=("self",)).select_related("office").filter(pk=item).first()
    if found is None:
        raise DoudiError(Fault(NOT_THERE, "没有这件任务，或不在您负责的地区和部门"))
    return found


def _check(by: Actor, item: WorkItem, step: Step, data: Mapping[str, Any], at: datetime) -> None:
    faults = []
    if item.state not in step.before:
        raise DoudiError(_not_from_here(step, item))
    if not _is_theirs(by, item, step):
        faults.append(Fault(NOT_THEIRS, f"这一步由{step.who.value}完成", str(item.office)))
    faults += [Fault(MISSING, f"请填写{label}", name) for name, label in step.asks.items() if not str(data.get(name) or "").strip()]
    unknown = set(data) - set(step.asks) - set(step.may_give)
    assert not unknown, f"{step.name} takes no {unknown}"
    asked = Asked(by, item, data, at)
    lacking = {fault.where for fault in faults}
    faults += [fault for guard in step.guards if (fault := guard.check(asked)) and fault.where not in lacking]
    if faults:
        raise DoudiError(faults)


def _not_from_here(step: Step, item: WorkItem) -> Fault:
    return Fault(NOT_FROM_HERE, f"任务现在是“{State(item.state).label}”，不能{step.says}", item.number, todo="刷新页面，看下一步可以做什么")


def _is_theirs(by: Actor, item: WorkItem, step: Step) -> bool:
    if by.user is None or step.who is Who.SCOPE or by.office == item.office_id:
        return True
    if step.who is Who.FIELD:
        return by.user == item.assignee_id or by.region == item.region
    return step.who is Who.OVERSEER and item.escalated_to_id is not None and by.office == item.escalated_to_id


def _take(by: Actor, item: WorkItem, step: Step, data: dict[str, Any], at: datetime, key: str) -> Event:
    before, facts = item.state, facts_of(item)
    after = state_after_gone(item) if step.returns else (step.after or State(item.state))
    move = Move(by, item, data, at.astimezone(CHINA).date())
    if change := MOVES.get(step.name):
        change(move)
    if step.returns and after in (State.WAITING, State.PUSHED) and item.pushed_on is None:
        after = State.WAITING
    item.state = after
    item.version += 1
    item.save()
    if step.name == "redirect":
        household_share(item)
    event = Event(
        item=item,
        at=at,
        user=by.user,
        actor=by.name,
        role=by.role.key if by.role else "",
        office=by.office,
        step=step.name,
        state_before=before,
        state_after=after,
        note=str(data.get("note") or ""),
        data={name: _plain(value) for name, value in data.items() if name != "note" and value is not None} | (frozen(facts) if step.decides else {}),
        facts_hash=facts.hash,
        key=key or None,
    )
    event.save(force_insert=True)
    detail = {"step": step.name, "from": before, "to": str(after), "facts": facts.hash}
    record(by, STEP_ACTIONS[step.name], kind="item", object=item.number, region=item.region, reason=event.note[:200], detail=detail)
    tell(event, item)
    return event


def _plain(value: Any) -> Any:
    return value if isinstance(value, str | int | float | bool | list | dict) else str(value)
