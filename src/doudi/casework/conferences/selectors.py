"""Conferences as a list and one by one; the referred items that wait for one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, Q, QuerySet

from doudi.casework.access.actor import Actor
from doudi.casework.conferences.models import Case, Conference, Member, Task, Vote
from doudi.casework.dispatch.models import State, WorkItem
from doudi.casework.visits.selectors.paging import Listed, listed

TASK_TABS = {"own": "本单位的", "overdue": "已逾期", "open": "全部办理中", "ended": "已办结"}


@dataclass(frozen=True)
class Agenda:
    """One case with its votes and tasks; `item` is None for a member department that has no work with it."""

    case: Case
    item: WorkItem | None
    votes: list[Vote]
    tasks: list[Task]

    @property
    def tally(self) -> list[tuple[str, int]]:
        """Each choice in words, and how many chose it."""
        chosen = [vote.choice for vote in self.votes]
        return [(str(choice.label), chosen.count(choice.value)) for choice in Vote.Choice]


def conferences_listed(viewer: Actor, limit: int = 100) -> list[Conference]:
    """Newest first, with how many cases; one query."""
    return list(Conference.objects.annotate(case_count=Count("cases")).order_by("-held_at")[:limit])


def items_referred(viewer: Actor) -> QuerySet[WorkItem]:
    """Items that were referred to a conference and are on no agenda that is still open."""
    taken = Case.objects.filter(adopted=None, conference__state__in=("draft", "open")).values("item")
    return WorkItem.objects.select_related("office").filter(state=State.CONFERENCE).exclude(pk__in=taken).order_by("urgency", "id")


def conference_of(viewer: Actor, key: int) -> Conference | None:
    """None if it is out of scope."""
    return Conference.objects.select_related("managed_by", "signed_by").filter(pk=key).first()


def members_of(viewer: Actor, conference: Conference) -> list[Member]:
    """The member departments, as they are listed."""
    return list(Member.objects.select_related("office").filter(conference=conference).order_by("id"))


def agenda_of(viewer: Actor, conference: Conference) -> list[Agenda]:
    """Cases in order; four queries."""
    cases = list(Case.objects.filter(conference=conference))
    items = WorkItem.objects.in_bulk([case.item_id for case in cases])
    votes: dict[int, list[Vote]] = {}
    for vote in Vote.objects.select_related("member__office").filter(case__in=cases).order_by("member"):
        votes.setdefault(vote.case_id, []).append(vote)
    tasks: dict[int, list[Task]] = {}
    for task in Task.objects.select_related("office").filter(case__in=cases):
        tasks.setdefault(task.case_id, []).append(task)
    return [Agenda(case, items.get(case.item_id), votes.get(case.pk, []), tasks.get(case.pk, [])) for case in cases]


def _tab(name: str, viewer: Actor, on: date) -> Q:
    running = Q(state=Task.State.OPEN)
    return {
        "own": running & Q(office=viewer.office),
        "overdue": running & Q(due_on__lt=on),
        "open": running,
        "ended": ~running,
    }[name]


def tasks_listed(viewer: Actor, *, tab: str, on: date, page: int = 1) -> Listed[Task]:
    """One page: open ones by their day, ended ones newest first; one query."""
    lines = Task.objects.select_related("office", "case__conference").filter(_tab(tab, viewer, on))
    return listed(lines.order_by("-ended_at", "-id") if tab == "ended" else lines.order_by("due_on", "id"), page)


def tasks_counted(viewer: Actor, *, on: date) -> dict[str, int]:
    """How many are open: the office's own, overdue, all; one query."""
    tabs = ("own", "overdue", "open")
    return Task.objects.filter(state=Task.State.OPEN).aggregate(**{name: Count("id", filter=_tab(name, viewer, on)) for name in tabs})


def task_of(viewer: Actor, key: int) -> Task | None:
    """None if it is out of scope."""
    return Task.objects.select_related("office", "case__conference", "ended_by").filter(pk=key).first()


def tasks_pressing(viewer: Actor, on: date) -> dict[str, Exists]:
    """Whether the office has open tasks, and overdue ones, to be asked for in a query that is made anyway."""
    own = Task.objects.filter(_tab("own", viewer, on))
    return {"tasks": Exists(own), "tasks_over": Exists(own.filter(due_on__lt=on))}
