"""Whether what was answered has come true: the next data decide, and only data that can know of it.

An answer of the tenth is not refuted by a list of the month before. So an item whose alerts are still there is reopened once every dataset that their
rules read reaches beyond the answer, or its time to wait is over; one whose alerts are gone is closed at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet

from doudi.casework.access.actor import Actor
from doudi.casework.alerts.models import Alert
from doudi.casework.dispatch.figures import figures
from doudi.casework.dispatch.models import State, WorkItem
from doudi.casework.dispatch.stepping import step_by_platform
from doudi.casework.runs.models import Dataset, Rule, Variable


@dataclass(frozen=True)
class Settling:
    """The run being settled: who does it, the run's id and as-of date, the day and moment of loading."""

    by: Actor
    run: str
    as_of: date
    on: date
    at: datetime


def answers_check(it: Settling) -> tuple[int, int]:
    """How many were closed, and how many reopened; what the data cannot tell yet is left alone."""
    closed = reopened = 0
    reach, lines = reach_of_rules(it.run), figures()
    before = Q(answered_as_of__lt=it.as_of) | Q(answered_as_of=None, answered_on__lt=it.as_of)
    for item in locked(WorkItem.objects.filter(before, state=State.ANSWERED)):
        alerts = list(Alert.objects.filter(item=item))
        shown = [alert for alert in alerts if alert.last_run == it.run and alert.state in (Alert.State.DECIDED, Alert.State.OPEN)]
        wait = timedelta(days=int(lines.of("check_waits_days", item.region, it.on)))
        if shown and _can_know(item, shown, reach, it, wait):
            told = "、".join(sorted({alert.name for alert in shown}))
            worse = "，且情况加重" if any(alert.worse for alert in shown) else ""
            note, named = f"数据仍显示：{told}{worse}", [alert.pk for alert in shown]
            step_by_platform(it.by, item=item, step="reopen_by_check", at=it.at, note=note, run=it.run, alerts=named)
            reopened += 1
        elif not shown and not any(alert.unsure for alert in alerts):
            step_by_platform(it.by, item=item, step="close_by_check", at=it.at, note=_told_ends(alerts), run=it.run)
            closed += 1
    return closed, reopened


def reach_of_rules(run: str) -> dict[str, date]:
    """Rule -> the day up to which all its datasets were delivered; a rule of a dataset that never came is not in it. Three queries."""
    reaches = dict(Dataset.objects.filter(run=run, delivered_to__isnull=False).values_list("dataset", "delivered_to"))
    datasets = dict(Variable.objects.filter(run=run).values_list("variable", "datasets"))
    read: dict[str, set[str]] = defaultdict(set)
    for rule, conditions in Rule.objects.filter(run=run).values_list("rule", "conditions"):
        read[rule].update(dataset for one in conditions for variable in one["measures"] for dataset in datasets.get(variable, ()))
    return {rule: min(reaches[name] for name in names) for rule, names in read.items() if names and names <= reaches.keys()}


def _can_know(item: WorkItem, shown: Iterable[Alert], reach: Mapping[str, date], it: Settling, wait: timedelta) -> bool:
    """Graver than what was decided; or one rule's data are all newer than those that the answer was given on; or they took too long."""
    seen, answered = item.answered_as_of or item.answered_on, item.answered_on
    if seen is None or answered is None or answered + wait <= it.on:
        return True
    return any(alert.worse or reach.get(alert.rule, date.min) > seen for alert in shown)


def _told_ends(alerts: list[Alert]) -> str:
    ended = sorted({f"{alert.name}：{alert.ended_reason}" for alert in alerts if alert.state == Alert.State.ENDED})
    quiet = sorted({f"{alert.name}：静默至 {alert.quiet_until}" for alert in alerts if alert.state == Alert.State.QUIET})
    return "；".join(ended + quiet) or "没有需要复核的线索"


def locked(items: QuerySet[WorkItem]) -> QuerySet[WorkItem]:
    """The same items, locked, in the order in which everybody locks them."""
    chosen = list(items.order_by("pk").values_list("pk", flat=True))
    return WorkItem.objects.select_for_update(of=("self",)).select_related("office").filter(pk__in=chosen).order_by("pk")
