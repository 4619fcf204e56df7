"""Which object each address of one object is asked for in the security matrix: name of the address -> a function that makes it.

Every room adds its own addresses here: `OBJECTS["household"] = lambda cast: {"number": some_household(cast).number}`.
The function makes (as the loader, outside any scope) an object of 涟源市's 伏口镇, of civil affairs where it has a department, and returns the
address's parameters: everybody of `cast.strangers` must get 404 for it. `tests/casework/test_matrix.py` asks every address for every role and every
stranger, and fails for an address with parameters that is missing here.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

from tests.casework.cast import COUNTY, TOWNSHIP, VILLAGE, Cast, office, region

from doudi.casework.conferences.models import Case, Conference, Task
from doudi.casework.dispatch.models import WorkItem
from doudi.casework.registry.models import Correction, Household, Person
from doudi.casework.runs.models import Rule, Run
from doudi.casework.visits.models import Application, Clue, ProposedChange, Visit

DAY, NOON = date(2026, 10, 31), datetime(2026, 11, 2, 4, tzinfo=UTC)


def _run() -> Run:
    return Run.objects.get_or_create(id="2026-10-31-x", defaults={"as_of": DAY, "state": "current", "policy_hash": "x", "schema": "4.0"})[0]


WHO = {"name": "王小明", "pinyin": "wangxiaoming", "initials": "wxm"}


def household(cast: Cast) -> dict[str, Any]:
    """A family of one."""
    region(VILLAGE)
    plain: dict[str, Any] = {"region": VILLAGE, "run": _run(), "seen_on": DAY, "source": b"x"}
    Household.objects.get_or_create(number=7, defaults={"head": 70, "members": 1, "since_on": DAY, **plain})
    Person.objects.get_or_create(number=70, defaults={"household_id": 7, **WHO, "living": True, "identity": b"x", **plain})
    return {"number": 7}


def item(cast: Cast) -> dict[str, Any]:
    """A new work item of the township."""
    household(cast)
    made, _ = WorkItem.objects.get_or_create(
        number="2026-431382-000001",
        defaults={
            "household": 7, "head_name": "王小明", "region": VILLAGE, "county": COUNTY, "township": TOWNSHIP, "department": "civil_affairs",
            "level": "township", "office": office(TOWNSHIP, "township"), "grade": "R", "urgency": 0, "state": "pushed",
            "within_working_days": 10, "opened_on": DAY, "pushed_on": DAY, "accept_by": DAY, "due_on": DAY,
        },
    )  # fmt: skip
    return {"pk": made.pk}


def visit(cast: Cast) -> dict[str, Any]:
    """A visit to be made."""
    household(cast)
    plain = {"household": 7, "region": VILLAGE, "purpose": "regular", "planned_on": DAY, "due_on": DAY, "office": office(TOWNSHIP, "township")}
    return {"pk": Visit.objects.get_or_create(number="ZF1", defaults=plain)[0].pk}


def clue(cast: Cast) -> dict[str, Any]:
    """A clue that waits, for civil affairs."""
    region(VILLAGE)
    raised = {"raised_office": office(VILLAGE, "village"), "raised_by": cast.village_worker.user, "raised_at": NOON, "due_on": DAY}
    plain = {"token": uuid4(), "kind": "entry", "name": "王小明", "region": VILLAGE, "words": "无人照料", "from_department": "village", **raised}
    return {"pk": Clue.objects.get_or_create(number="XS1", defaults=plain)[0].pk}


def change(cast: Cast) -> dict[str, Any]:
    """A change that a visit proposed."""
    household(cast)
    said = {"proposed_by": cast.village_worker.user, "proposed_at": NOON, "source": "visit", "reason": "入户看到", "before": 1, "after": 2}
    return {"pk": ProposedChange.objects.get_or_create(household=7, field="members", region=VILLAGE, defaults=said)[0].pk}


def application(cast: Cast) -> dict[str, Any]:
    """An application for 低保 that is being prepared."""
    household(cast)
    plain = {
        "token": uuid4(),
        "household": 7,
        "name": "王小明",
        "region": VILLAGE,
        "department": "civil_affairs",
        "programme": "dibao",
        "consent": True,
    }
    began = {"office": office(TOWNSHIP, "township"), "started_by": cast.township_officer.user, "started_at": NOON}
    return {"pk": Application.objects.get_or_create(number="SF1", defaults=plain | began)[0].pk}


def correction(cast: Cast) -> dict[str, Any]:
    """A correction that waits for a review."""
    household(cast)
    said = {"value": "王莉", "reason": "户口簿", "said_by": cast.village_worker.user, "said_at": NOON, "household": 7}
    return {"pk": Correction.objects.get_or_create(subject="p", number=70, field="name", region=VILLAGE, defaults=said)[0].pk}


def conference(cast: Cast) -> dict[str, Any]:
    """A conference of the county, with one case."""
    key = item(cast)["pk"]
    region(COUNTY)
    plain = {
        "token": uuid4(),
        "region": COUNTY,
        "departments": ["civil_affairs"],
        "title": "会议",
        "held_at": NOON,
        "place": "会议室",
        "quorum_percent": 67,
    }
    plain |= {"approval_percent": 50, "managed_by": cast.county_officer.user}
    made, _ = Conference.objects.get_or_create(number="HY1", defaults=plain)
    case, _ = Case.objects.get_or_create(conference=made, item_id=key, defaults={"position": 1, "region": VILLAGE})
    return {"pk": made.pk, "case": case.pk}


def task(cast: Cast) -> dict[str, Any]:
    """Something that the conference gave to civil affairs to do."""
    case = Case.objects.get(pk=conference(cast)["case"])
    plain = {"words": "上门评估", "due_on": DAY, "department": "civil_affairs", "office": office(COUNTY, "civil_affairs")}
    return {"pk": Task.objects.get_or_create(case=case, region=VILLAGE, defaults=plain)[0].pk}


def one_conference(cast: Cast) -> dict[str, Any]:
    """The same, without its case."""
    return {"pk": conference(cast)["pk"]}


def rule(cast: Cast) -> dict[str, Any]:
    """A rule of the current run."""
    plain = {"version": "2024-09-02", "name": "预警", "kind": "early_warning", "of": "household", "grade": "O", "department": "civil_affairs"}
    plain |= {"level": "township", "within_working_days": 10, "asked": 1, "hits": 1, "unknowns": 0}
    Rule.objects.get_or_create(run=_run(), rule="W02", defaults=plain)
    return {"name": "W02"}


def place(cast: Cast) -> dict[str, Any]:
    """The county."""
    region(COUNTY)
    return {"code": COUNTY}


def account(cast: Cast) -> dict[str, Any]:
    """The account of the township's officer."""
    return {"number": cast.township_officer.user.pk}


OBJECTS: dict[str, Callable[[Cast], dict[str, Any]]] = {
    "item": item,
    "item-step": lambda cast: item(cast) | {"step": "accept"},
    "clue": clue,
    "clue-take": clue,
    "clue-answer": clue,
    "clue-withdraw": clue,
    "change": change,
    "visit-new": lambda cast: {"household": household(cast)["number"]},
    "visit": visit,
    "visit-assign": visit,
    "visit-cancel": visit,
    "visit-check": visit,
    "visit-handed-in": visit,
    "visit-screen": lambda cast: visit(cast) | {"group": "family"},
    "application": application,
    "application-new": lambda cast: {"household": household(cast)["number"]},
    "application-submit": application,
    "application-end": application,
    "household": household,
    "household-policies": household,
    "household-reveal": lambda cast: household(cast) | {"person": 70},
    "household-correct": household,
    "correction": correction,
    "conference": one_conference,
    "conference-attendance": one_conference,
    "conference-case": conference,
    "conference-task": conference,
    "conference-close": one_conference,
    "conference-sign": one_conference,
    "task": task,
    "task-end": task,
    "task-drop": task,
    "map_place": place,
    "map_table": place,
    "rule": rule,
    "dataset": lambda cast: {"name": "population"},
    "user": account,
    "user-grant": account,
    "user-act": lambda cast: account(cast) | {"what": "end"},
    "grant-decide": lambda cast: {"number": 1},
}
"""Name of the address -> function of the cast that makes the object and returns the address's parameters."""

NO_STRANGERS: dict[str, str] = {
    "map_place": "a county's figures, for supervisors: tested with the map",
    "map_table": "the same as a table",
    "rule": "the rule book is everybody's",
    "dataset": "what departments deliver is no person's",
}
"""Addresses whose object is nobody's in particular, so that a stranger may see it, each with the reason."""
