"""Visits as lists and one by one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Exists, F, Q, QuerySet

from doudi.casework.access.actor import Actor
from doudi.casework.registry.models import Household, Person
from doudi.casework.visits.models import Application, Clue, ProposedChange, Visit
from doudi.casework.visits.numbers import token_of_visit
from doudi.casework.visits.selectors.paging import Listed, listed

OPEN = Q(state__in=(Visit.State.PLANNED, Visit.State.STARTED))
TABS = {"mine": "我的走访", "overdue": "已逾期", "week": "7天内到期", "open": "全部待走访", "done": "已走访"}


def _tab(name: str, viewer: Actor, on: date) -> Q:
    return {
        "mine": OPEN & Q(assignee=viewer.user),
        "overdue": OPEN & Q(due_on__lt=on),
        "week": OPEN & Q(due_on__gte=on, due_on__lte=on + timedelta(days=7)),
        "open": OPEN,
        "done": Q(state=Visit.State.DONE),
    }[name]


def visits_listed(viewer: Actor, *, tab: str, on: date, purpose: str = "", page: int = 1) -> Listed[Visit]:
    """One page: open ones by due date, done ones newest first; one query."""
    lines = Visit.objects.select_related("assignee", "item").filter(_tab(tab, viewer, on)).defer("answers", "findings", "note")
    if purpose in Visit.Purpose.values:
        lines = lines.filter(purpose=purpose)
    return listed(lines.order_by("-done_at", "-id") if tab == "done" else lines.order_by("due_on", "id"), page)


def visits_counted(viewer: Actor, *, on: date) -> dict[str, int]:
    """How many are open: all, mine, overdue, due in a week; one query."""
    return Visit.objects.filter(OPEN).aggregate(**{name: Count("id", filter=_tab(name, viewer, on)) for name in ("mine", "overdue", "week", "open")})


def visits_pressing(viewer: Actor, on: date) -> dict[str, Exists]:
    """Whether there are visits to make, and overdue ones: one's own; for who does not plan them also those that nobody was given."""
    own = Q(assignee=viewer.user) if viewer.may("visit.plan") else Q(assignee=viewer.user) | Q(assignee=None)
    mine = Visit.objects.filter(OPEN & own)
    return {"visits": Exists(mine), "visits_over": Exists(mine.filter(due_on__lt=on))}


def visit_of(viewer: Actor, key: int) -> Visit | None:
    """One visit with who plans and makes it; None if it is out of scope."""
    return Visit.objects.select_related("assignee", "office", "item", "done_by", "planned_by").filter(pk=key).first()


@dataclass(frozen=True)
class Family:
    """The household as the visitor finds it in the file: its people, living first, and the visits before."""

    household: Household
    people: list[Person]
    earlier: list[Visit]


def family_of(viewer: Actor, number: int, *, without: int | None = None) -> Family | None:
    """Three queries; None if the household is out of scope."""
    household = Household.objects.filter(number=number).first()
    if household is None:
        return None
    people = list(Person.objects.filter(household=number, listed=True).order_by(F("living").desc(nulls_last=True), "birth_on", "number"))
    earlier = visits_of_household(viewer, number).filter(state=Visit.State.DONE).exclude(pk=without)[:5]
    return Family(household, people, list(earlier))


def visits_of_household(viewer: Actor, number: int) -> QuerySet[Visit]:
    """All visits of a household, newest first; for its file."""
    return Visit.objects.select_related("assignee", "done_by").filter(household=number).order_by(F("done_at").desc(nulls_first=True), "-planned_on")


def visits_of_item(viewer: Actor, item: int) -> QuerySet[Visit]:
    """The visits of a work item, newest first; for its page."""
    return Visit.objects.select_related("assignee", "done_by").filter(item=item).order_by("-planned_on", "-id")


@dataclass(frozen=True)
class Outcome:
    """What came out of a visit: the proposals and the clue that name it."""

    changes: list[ProposedChange]
    clue: Clue | None


def outcome_of(viewer: Actor, visit: Visit) -> Outcome:
    """Two queries."""
    changes = ProposedChange.objects.filter(source=ProposedChange.Source.VISIT, source_number=visit.number).order_by("id")
    clue = Clue.objects.filter(token=token_of_visit(visit.number)).first()
    return Outcome(list(changes), clue)


def papers_of_household(viewer: Actor, number: int) -> tuple[list[ProposedChange], list[Clue], list[Application]]:
    """Proposals, clues and applications of a household, newest first, at most twenty each; for its file."""
    return (
        list(ProposedChange.objects.select_related("proposed_by", "reviewed_by").filter(household=number)[:20]),
        list(Clue.objects.select_related("item").filter(household=number)[:20]),
        list(Application.objects.filter(household=number)[:20]),
    )
