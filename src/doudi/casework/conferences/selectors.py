"""Conferences as a list and one by one; the referred items that wait for one."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, QuerySet

from doudi.casework.access.actor import Actor
from doudi.casework.conferences.models import Case, Conference, Member, Task, Vote
from doudi.casework.dispatch.models import State, WorkItem


@dataclass(frozen=True)
class Agenda:
    """One case with its votes and tasks."""

    case: Case
    votes: list[Vote]
    tasks: list[Task]


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
    """Cases in order; three queries."""
    cases = list(Case.objects.select_related("item").filter(conference=conference))
    votes: dict[int, list[Vote]] = {}
    for vote in Vote.objects.select_related("member__office").filter(case__in=cases).order_by("member"):
        votes.setdefault(vote.case_id, []).append(vote)
    tasks: dict[int, list[Task]] = {}
    for task in Task.objects.select_related("office").filter(case__in=cases):
        tasks.setdefault(task.case_id, []).append(task)
    return [Agenda(case, votes.get(case.pk, []), tasks.get(case.pk, [])) for case in cases]
