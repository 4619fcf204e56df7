"""What a step changes in the item besides its state: one small function for each step that changes anything."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from doudi.casework.access.actor import Actor
from doudi.casework.alerts.models import Alert
from doudi.casework.dispatch.calendar import Calendar, calendar
from doudi.casework.dispatch.figures import Figures, figures
from doudi.casework.dispatch.models import Result, State, WorkItem
from doudi.casework.organisation.models import Department, Office, Region
from doudi.casework.runs.models import Run
from doudi.kernel.regions import levels_of


@dataclass(frozen=True)
class Move:
    """A step about to be taken: by whom, on what day, with what."""

    by: Actor
    item: WorkItem
    data: dict[str, Any]
    on: date


def start_clock(item: WorkItem, on: date, days: Calendar, lines: Figures) -> None:
    """The item is with its office from this day: terms to accept and to answer."""
    accept = days.after(on, int(lines.of("answer_working_days", item.region, on)))
    due = days.after(on, item.within_working_days)
    item.pushed_on, item.accept_by, item.due_on, item.due_estimated = on, accept.on, due.on, due.estimated
    item.escalated_on = item.escalated_to = None


def _accept(move: Move) -> None:
    move.item.assignee_id = move.by.user


def _return(move: Move) -> None:
    move.item.return_reason, move.item.return_to_id, move.item.assignee = move.data["note"], move.data.get("office"), None


def _redirect(move: Move) -> None:
    """To the other office, with its terms from today; the item's leads are seen by whoever sees the item."""
    item, office = move.item, Office.objects.get(pk=move.data["office"])
    move.data["from_office"] = item.office_id
    item.office, item.department, item.level = office, department_of(office, item.department), level_of(office)
    item.assignee, item.return_reason, item.return_to = None, "", None
    start_clock(item, move.on, calendar(), figures())


def _refuse_return(move: Move) -> None:
    move.item.return_reason, move.item.return_to = "", None


def _assign(move: Move) -> None:
    move.item.assignee_id = move.data["assignee"]


def _verify(move: Move) -> None:
    move.item.verdict, move.item.verified_how, move.item.verified_by_id = move.data["verdict"], move.data["how"], move.by.user


def _handle(move: Move) -> None:
    item = move.item
    item.result_code, item.result_note, item.result_until = move.data["result"], move.data["note"], move.data.get("until")
    item.proposed_by_id, item.approved_by = move.by.user, None


def _approve(move: Move) -> None:
    """The feedback stands: what the item was about is decided, and what was found untrue, or is to end by and by, stays quiet for its time."""
    item = move.item
    item.approved_by_id, item.answered_on = move.by.user, move.on
    item.answered_as_of = Run.objects.filter(state=Run.State.CURRENT).values_list("as_of", flat=True).first()
    for alert in Alert.objects.filter(item=item, state=Alert.State.OPEN):
        alert.decided_on, alert.decided_grade, alert.decided_evidence = move.on, alert.grade, alert.evidence
        alert.state, alert.worse = Alert.State.DECIDED, False
        alert.quiet_until = quiet_until(item, move.on)
        if alert.quiet_until is not None:
            alert.state = Alert.State.QUIET
        alert.save(update_fields=["decided_on", "decided_grade", "decided_evidence", "state", "worse", "quiet_until"])


def quiet_until(item: WorkItem, on: date) -> date | None:
    """How long the item's alerts stay quiet after its answer; None if the next run shall show that the cause is gone."""
    if item.result_code == Result.GRADUAL_EXIT:
        return item.result_until
    if item.result_code in (Result.NOT_TRUE, Result.REFERRED):
        return on + timedelta(days=int(figures().of("quiet_days_after_false_alarm", item.region, on)))
    return None


def _send_back(move: Move) -> None:
    move.item.proposed_by = None


def _confirm_gone(move: Move) -> None:
    move.item.closed_on, move.item.approved_by_id = move.on, move.by.user


def _return_to_state(move: Move) -> None:
    move.item.state_before_gone, move.item.cause_gone = "", False


def _gone(move: Move) -> None:
    item = move.item
    item.state_before_gone = item.state
    item.cause_gone, item.gone_reason, item.gone_run = True, move.data["note"], move.data["run"]


def _close(move: Move) -> None:
    move.item.closed_on = move.on


def _reopen(move: Move) -> None:
    """The data still show it: what was answered stays in the history, the office begins again."""
    item = move.item
    item.reopened += 1
    item.verdict = item.verified_how = item.result_code = item.result_note = ""
    item.verified_by = item.proposed_by = item.approved_by = item.result_until = item.answered_on = item.answered_as_of = None
    Alert.objects.filter(item=item, state=Alert.State.DECIDED).update(state=Alert.State.OPEN)
    start_clock(item, move.on, calendar(), figures())


def _escalate(move: Move) -> None:
    move.item.escalated_on, move.item.escalated_to_id = move.on, move.data["to_office"]


MOVES: dict[str, Callable[[Move], None]] = {
    "accept": _accept,
    "return": _return,
    "redirect": _redirect,
    "refuse_return": _refuse_return,
    "assign": _assign,
    "verify": _verify,
    "handle": _handle,
    "decide": _handle,
    "approve": _approve,
    "send_back": _send_back,
    "confirm_gone": _confirm_gone,
    "keep_open": _return_to_state,
    "back": _return_to_state,
    "gone": _gone,
    "close_by_check": _close,
    "reopen_by_check": _reopen,
    "escalate": _escalate,
}
"""Step -> what it changes. A step that is not here changes the state only."""


def level_of(office: Office) -> str:
    """The kind of region an office works for."""
    return {2: "province", 4: "prefecture", 6: "county", 9: "township", 12: "village"}[len(office.region_id)]


def department_of(office: Office, department: str) -> str:
    """The department in charge of what an office does: a township or village works for the department that sent it."""
    return department if office.department in (Department.TOWNSHIP, Department.VILLAGE) else office.department


def upper_office(office: Office, department: str) -> Office | None:
    """The office one level up: of the same department, for a township or village that of its county; None above the province."""
    wanted = department_of(office, department)
    for region in levels_of(office.region_id)[1:]:
        wanted_here = Department.TOWNSHIP.value if len(region) == 9 else wanted
        found = Office.objects.filter(region=region, department=wanted_here, closed_on=None).first()
        if found is not None:
            return found
    return None


def place_name(region: str) -> str:
    """`伏口镇石园村`: the township and the village of a region; empty above the township."""
    known = Region.objects.filter(code__in=[code for code in levels_of(region) if len(code) >= 9])
    return "".join(known.order_by("code").values_list("name", flat=True))


def state_after_gone(item: WorkItem) -> str:
    """What an item becomes again when its cause is not gone after all; one that waited has to be handed out first."""
    return item.state_before_gone or State.PUSHED
