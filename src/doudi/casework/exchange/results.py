"""What people decided and found, as the lines that flow back: visits, approved answers, leads found untrue, corrections of files.

Read by the loader, over all regions. Free text stays here: a line says what was found in codes, and never more of a person than who it is about.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from typing import Any

from django.db.models import Q

from doudi.casework.alerts.models import Alert
from doudi.casework.dispatch.models import Event, Result, State
from doudi.casework.registry.correctable import correctable
from doudi.casework.registry.models import Correction
from doudi.casework.visits.models import Visit
from doudi.kernel.clock import CHINA
from doudi.kernel.errors import DoudiError

VISIT, ANSWER, UNTRUE, CORRECTION = "1", "2", "3", "4"
"""`casework_kind`."""
VISIT_CODES = {"steady": "01", "harder": "02", "urgent": "03", "better": "04", "unmet": "05"}
ANSWER_CODES = {
    Result.INCLUDED: "11",
    Result.ALREADY_SERVED: "12",
    Result.CARRIED_OUT: "13",
    Result.ADJUSTED: "14",
    Result.GRADUAL_EXIT: "15",
    Result.TERMINATED: "16",
    Result.NOT_TRUE: "17",
    Result.REFERRED: "18",
    Result.TO_CONFERENCE: "19",
}
CORRECTION_CODES = {Correction.State.IN_FORCE: "21", Correction.State.WITHDRAWN: "22", Correction.State.CONFIRMED: "23"}
"""`casework_finding`."""
NEVER_TOLD = ("name", "phone")
"""Corrections whose value says who or where somebody is to be reached: that they were made is told, not what to."""


@dataclass(frozen=True)
class Line:
    """One result about a household, or a person. `on` the day it was found; `stands` whether it still holds; `until` how long at most."""

    number: str
    kind: str
    on: date
    finding: str
    stands: bool
    household: int | None
    person: int | None
    until: date | None = None
    rule: str = ""
    item: str = ""
    value: str = ""


def result_lines() -> Iterator[Line]:
    """All of them, kind by kind."""
    yield from _visits()
    yield from _answers()
    yield from _corrections()


def _visits() -> Iterator[Line]:
    done = Visit.objects.filter(state=Visit.State.DONE).order_by("id")
    for number, at, result, household in done.values_list("number", "done_at", "result", "household").iterator():
        yield Line(number, VISIT, at.astimezone(CHINA).date(), VISIT_CODES[result], True, household, None)


@dataclass(frozen=True)
class Answer:
    """One approval: the day, the result, how long at most, the leads that it decided (alert and rule), and whether the data refuted it."""

    on: date
    result: str
    until: date | None
    leads: list[tuple[str, str]]
    refuted: bool = False


def _answers() -> Iterator[Line]:
    """Each approval of an item in its order; the last one holds until the item is opened again. With it the leads that it found untrue."""
    steps = Event.objects.filter(step__in=("handle", "decide", "approve", "reopen_by_check")).select_related("item").order_by("item_id", "id")
    for item, events in groupby(steps.iterator(), key=lambda event: event.item):
        answers = _approved(events)
        for place, answer in enumerate(answers, 1):
            number = item.number if place == 1 else f"{item.number}-{place}"
            stands = place == len(answers) and not answer.refuted and item.state in (State.ANSWERED, State.CLOSED)
            whom = {"household": item.household, "person": item.person}
            yield Line(number, ANSWER, answer.on, ANSWER_CODES[Result(answer.result)], stands, **whom, until=answer.until)
            if answer.result == Result.NOT_TRUE:
                yield from _untrue(answer, number, stands)


def _approved(events: Iterable[Event]) -> list[Answer]:
    proposed: dict[str, Any] = {}
    found: list[Answer] = []
    for event in events:
        if event.step == "reopen_by_check":
            found = [replace(one, refuted=True) for one in found]
        elif event.step != "approve":
            proposed = event.data
        elif proposed.get("result"):
            until = proposed.get("until")
            leads = [(one["alert"], one["rule"]) for one in event.data.get("facts", ()) if one["state"] == Alert.State.OPEN]
            found.append(Answer(event.at.astimezone(CHINA).date(), proposed["result"], date.fromisoformat(until) if until else None, sorted(leads)))
    return found


def _untrue(answer: Answer, number: str, stands: bool) -> Iterator[Line]:
    """One for each lead that the answer decided, wherever it belongs by now: quiet until its day, unless the facts became worse."""
    alerts = Alert.objects.in_bulk([alert for alert, _ in answer.leads])
    for key, rule in answer.leads:
        alert = alerts[key]
        quiet = stands and alert.state == Alert.State.QUIET and alert.decided_on == answer.on
        own = f"{number}-{rule}" if alert.person is None else f"{number}-{rule}-{key}"
        until = alert.quiet_until if quiet else None
        yield Line(own, UNTRUE, answer.on, ANSWER_CODES[Result.NOT_TRUE], quiet, alert.household, alert.person, until=until, rule=rule)


def _corrections() -> Iterator[Line]:
    """Those that are or were in force."""
    ever = Q(state__in=(Correction.State.IN_FORCE, Correction.State.CONFIRMED)) | Q(state=Correction.State.WITHDRAWN, load_run__isnull=False)
    for one in Correction.objects.filter(ever, reviewed_at__isnull=False).order_by("id").iterator():
        label, value = _words(one)
        yield Line(
            f"G{one.pk:09d}",
            CORRECTION,
            one.reviewed_at.astimezone(CHINA).date(),
            CORRECTION_CODES[Correction.State(one.state)],
            one.state != Correction.State.WITHDRAWN,
            one.household,
            one.number if one.subject == Correction.Subject.PERSON else None,
            item=label,
            value=value,
        )


def _words(one: Correction) -> tuple[str, str]:
    """What was corrected, and to what; a variable that the policy has dropped since goes by its name."""
    try:
        known = correctable(one.subject, one.field)
    except DoudiError:
        return one.field, ""
    if one.field in NEVER_TOLD or one.value is None:
        return known.label, ""
    if isinstance(one.value, bool):
        return known.label, "是" if one.value else "否"
    return known.label, f"{one.value // 100}.{one.value % 100:02d}" if known.type == "money" else str(one.value)
