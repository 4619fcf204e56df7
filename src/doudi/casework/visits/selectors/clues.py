"""Clues, proposals and applications as lists and one by one."""

from __future__ import annotations

from datetime import date

from django.db.models import Count, Exists, Q, QuerySet

from doudi.casework.access.actor import Actor
from doudi.casework.visits.models import Application, Clue, ProposedChange
from doudi.casework.visits.selectors.paging import Listed, listed

CLUE_TABS = {"waiting": "待受理", "taken": "办理中", "answered": "已答复", "mine": "我提交的"}
CHANGE_TABS = {"proposed": "走访提出的，待审核", "reviewed": "走访提出的，已审核"}
APPLICATION_TABS = {"open": "办理中", "ended": "已办结"}
RELATED = ("raised_by", "raised_office", "item")


def _clues(tab: str, viewer: Actor) -> Q:
    ended = Q(item__state__in=("answered", "closed"))
    return {
        "waiting": Q(state=Clue.State.RAISED),
        "taken": Q(state=Clue.State.TAKEN) & ~ended,
        "answered": Q(state=Clue.State.ANSWERED) | (Q(state=Clue.State.TAKEN) & ended),
        "mine": Q(raised_by=viewer.user),
    }[tab]


def clues_listed(viewer: Actor, *, tab: str, kind: str = "", page: int = 1) -> Listed[Clue]:
    """One page; those that wait by their term, the urgent first, others newest first; one query."""
    lines = Clue.objects.select_related(*RELATED).filter(_clues(tab, viewer))
    if kind in Clue.Kind.values:
        lines = lines.filter(kind=kind)
    return listed(lines.order_by("-urgent", "due_on", "id") if tab == "waiting" else lines.order_by("-raised_at", "-id"), page)


def clues_counted(viewer: Actor, *, on: date) -> dict[str, int]:
    """How many: waiting, overdue, taken, mine that wait; one query."""
    waiting = _clues("waiting", viewer)
    return Clue.objects.filter(state__in=(Clue.State.RAISED, Clue.State.TAKEN)).aggregate(
        waiting=Count("id", filter=waiting),
        overdue=Count("id", filter=waiting & Q(due_on__lt=on)),
        taken=Count("id", filter=_clues("taken", viewer)),
        mine=Count("id", filter=Q(raised_by=viewer.user)),
    )


def clues_pressing(viewer: Actor) -> dict[str, Exists]:
    """Whether clues wait for an answer, and urgent ones; to be asked for in a query that is made anyway. One's own are somebody else's to answer."""
    waiting = Clue.objects.filter(_clues("waiting", viewer)).exclude(raised_by=viewer.user)
    return {"clues": Exists(waiting), "clues_urgent": Exists(waiting.filter(urgent=True))}


def clue_of(viewer: Actor, key: int) -> Clue | None:
    """None if it is out of scope."""
    return Clue.objects.select_related(*RELATED, "answered_by").filter(pk=key).first()


def changes_listed(viewer: Actor, *, tab: str, page: int = 1) -> Listed[ProposedChange]:
    """One page: those that wait oldest first, reviewed ones newest first; one query."""
    lines = ProposedChange.objects.select_related("proposed_by", "reviewed_by")
    if tab == "proposed":
        return listed(lines.filter(state=ProposedChange.State.PROPOSED).order_by("proposed_at", "id"), page)
    return listed(lines.exclude(state=ProposedChange.State.PROPOSED).order_by("-reviewed_at", "-id"), page)


def changes_pressing(viewer: Actor) -> dict[str, Exists]:
    """Whether proposals of others wait for a review; to be asked for in a query that is made anyway."""
    return {"changes": Exists(ProposedChange.objects.filter(state=ProposedChange.State.PROPOSED).exclude(proposed_by=viewer.user))}


def change_of(viewer: Actor, key: int) -> ProposedChange | None:
    """None if it is out of scope."""
    return ProposedChange.objects.select_related("proposed_by", "reviewed_by").filter(pk=key).first()


def _open_applications() -> Q:
    return Q(state__in=(Application.State.STARTED, Application.State.SUBMITTED))


def applications_listed(viewer: Actor, *, tab: str, page: int = 1) -> Listed[Application]:
    """One page: open ones oldest first, others newest first; one query."""
    lines = Application.objects.select_related("item", "office")
    if tab == "open":
        return listed(lines.filter(_open_applications()).order_by("started_at", "id"), page)
    return listed(lines.exclude(_open_applications()).order_by("-ended_at", "-id"), page)


def application_of(viewer: Actor, key: int) -> Application | None:
    """None if it is out of scope."""
    return Application.objects.select_related("item", "office", "started_by", "ended_by").filter(pk=key).first()


def applications_of_item(viewer: Actor, item: int) -> QuerySet[Application]:
    """Those begun from a work item; for its page."""
    return Application.objects.filter(item=item).order_by("-started_at")
