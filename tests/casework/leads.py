"""Small published runs with chosen leads, loaded as the loader does, and the ways of a work item through the loop."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from tests.casework.cast import COUNTY, TOWNSHIP, VILLAGE, Cast, Member, office
from tests.invented_run import write_run

from doudi.casework.access.actor import Scope, job
from doudi.casework.access.scope import scoped
from doudi.casework.alerts.services import alerts_merge
from doudi.casework.dispatch.models import Event, WorkItem
from doudi.casework.dispatch.services import items_open_for_run, step_take
from doudi.casework.runs.models import Dataset, Rule, Run, Variable
from doudi.published.read import PublishedRun

SEPTEMBER, OCTOBER, NOVEMBER = date(2026, 9, 30), date(2026, 10, 31), date(2026, 11, 30)
NOON = datetime(2026, 11, 2, 4, tzinfo=UTC)
LOADER = job("装载运行", Scope.of("43"))
SELF_PAID = "self_paid_over_line"


def lead(household: int = 1, rule: str = "W02", value: int = 1_820_000, **more: Any) -> dict[str, Any]:
    """A lead of a household of the cast's village; `value` in fen is what it paid itself, over a line of 15,000 yuan."""
    lead_id = f"{rule}{household:013x}"[:16]
    plain = {
        "alert": lead_id, "rule": rule, "version": "2024-09-02", "kind": "early_warning", "subject": "h", "household": household, "grade": "O",
        "county": COUNTY, "township": TOWNSHIP, "village": VILLAGE, "department": "civil_affairs", "level": "township", "within_working_days": 10,
        "since": OCTOBER, "first_run": "r", "change": "new", "value": value,
    }  # fmt: skip
    return plain | more


def gone(of: dict[str, Any], cause: str = "miss", reason: str = "不再成立：医疗自付达到预警线") -> dict[str, Any]:
    """The lead as one that a run no longer has."""
    return of | {"cause": cause, "reason": reason, "last_run": "r"}


def published(folder: Path, as_of: date, *leads: dict[str, Any], ended: tuple[dict[str, Any], ...] = ()) -> PublishedRun:
    """A run of a day with these leads, each with one condition and one source row."""
    reason = {"position": 1, "condition": SELF_PAID, "result": True, "threshold": "1500000"}
    proof = [reason | {"alert": one["alert"], "value": str(one["value"])} for one in leads]
    came = [
        {"alert": one["alert"], "condition": SELF_PAID, "variable": "self_paid", "dataset": "medical_expense", "delivery": 1, "row": 7, "date": as_of}
        for one in leads
    ]
    rules = {one["rule"] for one in leads} | {one["rule"] for one in ended}
    told = {
        "alerts": list(leads), "ended": list(ended), "evidence": proof, "sources": came,
        "rules": [
            {"rule": rule, "version": "2024-09-02", "name": f"预警{rule}", "kind": "early_warning", "of": "household", "grade": "O"} for rule in rules
        ],
        "conditions": [
            {"rule": rule, "position": 1, "condition": SELF_PAID, "says": "近12个月家庭医疗自付达到预警线", "test": "self_paid >= line",
             "negated": False, "operator": ">=", "value_type": "money", "threshold_type": "money", "measures": "self_paid", "parameters": "line"}
            for rule in rules
        ],
    }  # fmt: skip
    run = write_run(folder / as_of.isoformat(), previous=False, without=("unknown",), instead=told)
    run.manifest = replace(run.manifest, run=f"{as_of}-made", as_of=as_of)
    return run


def load(
    folder: Path, as_of: date, *leads: dict[str, Any], ended: tuple[dict[str, Any], ...] = (), on: date | None = None, reach: date | None = None
) -> dict[str, int]:
    """Publish and load a run; returns what became of alerts and work. The data of `leads` reach to `reach`, else to the day of the run."""
    run = published(folder, as_of, *leads, ended=ended)
    return bring(run, on or as_of, reach)


def bring(run: PublishedRun, on: date, reach: date | None = None) -> dict[str, int]:
    """Load what concerns the work, as `runs.services.load_run` does."""
    Run.objects.filter(state="current").exclude(pk=run.id).update(state="past")
    line, new = Run.objects.update_or_create(id=run.id, defaults={"as_of": run.as_of, "state": "current", "policy_hash": "x", "schema": "4.0"})
    if new:
        _context(line, run, reach or run.as_of)
    return alerts_merge(run, by=LOADER, on=on) | items_open_for_run(run, by=LOADER, on=on)


def _context(line: Run, run: PublishedRun, reach: date) -> None:
    """The rules, what they read, and how far it reaches."""
    Dataset.objects.create(
        run=line, dataset="medical_expense", title="医疗费用", department="medical_security", mode="events", delivered_to=reach, rows=1
    )
    plain = {"of": "household", "type": "money", "datasets": ["medical_expense"], "theme": "health"}
    Variable.objects.create(run=line, variable="self_paid", label="医疗自付", **plain)
    for rule, row in run.rules.items():
        words = {name: row[name] or "" for name in ("version", "name", "kind", "of", "grade", "department", "level", "within_working_days")}
        numbers = {"asked": 1, "hits": 1, "unknowns": 0, "within_working_days": 10}
        Rule.objects.create(run=line, rule=rule, **(words | numbers), conditions=[{"measures": ["self_paid"]}])


def offices() -> None:
    """The offices of the cast's county."""
    for code, department in (
        (VILLAGE, "village"),
        (TOWNSHIP, "township"),
        (COUNTY, "civil_affairs"),
        (COUNTY, "medical_security"),
        ("4313", "civil_affairs"),
    ):
        office(code, department)


def take(who: Member, item: WorkItem, step: str, at: datetime = NOON, **data: Any) -> Event:
    """Somebody takes a step, in their own scope, with the newest version."""
    item.refresh_from_db()
    with scoped(who.actor.scope):
        return step_take(who.actor, item=item.pk, step=step, version=item.version, at=at, **data)


def worked(cast: Cast, item: WorkItem, result: str = "included", until: str = "approve", at: datetime = NOON) -> WorkItem:
    """Take the item through the township's hands up to a step."""
    verdict = "not_true" if result == "not_true" else "true"
    ways = (
        (cast.township_officer, "accept", {}),
        (cast.township_officer, "verify", {"verdict": verdict, "how": "desk", "note": "已核对"}),
        (cast.township_officer, "handle", {"result": result, "note": "已办理"}),
        (cast.township_reviewer, "approve", {}),
    )
    for who, step, data in ways:
        take(who, item, step, at, **data)
        if step == until:
            break
    item.refresh_from_db()
    return item
