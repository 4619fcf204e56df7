"""Work as lists and one by one; which of it is in sight is the database's to say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.contrib.postgres.aggregates import BoolOr
from django.db.models import Case, Count, Exists, F, Q, QuerySet, When
from django.db.models.functions import Coalesce

from doudi.casework.access.actor import Actor
from doudi.casework.access.models import Membership, User
from doudi.casework.dispatch.loop import steps_from
from doudi.casework.dispatch.models import Event, State, WorkItem
from doudi.casework.dispatch.news import something_unseen
from doudi.casework.dispatch.stepping import may_take
from doudi.casework.organisation.models import Office

SIZE = 30
TABS = {"todo": "待我办理", "office": "本单位在办", "escalated": "上报督办", "scope": "辖区在办", "closed": "已办结"}
COUNTED = ("todo", "office", "escalated")
"""Tabs whose number is shown; those of a whole province would take longer to count than to read."""
SHELVED = (State.WAITING, State.CLOSED, State.ANSWERED)
TERM = Case(When(state__in=(State.PUSHED, State.REOPENED), then=F("accept_by")), default=F("due_on"))
"""The day by which the next step is due: to accept, or to answer."""


@dataclass(frozen=True)
class Filters:
    """What the list is cut down to; empty for everything."""

    grade: str = ""
    state: str = ""
    origin: str = ""
    due: str = ""


@dataclass(frozen=True)
class Listed:
    """One page (numbered from 1) and whether another follows."""

    rows: list[WorkItem]
    page: int
    more: bool


def tabs_of(viewer: Actor) -> dict[str, str]:
    """The tabs that mean something for a role: who does nothing with work has no "待我办理"."""
    acts = any(viewer.may(name) for name in ("work.accept", "work.verify", "work.approve", "work.redirect"))
    hidden = (set() if acts else {"todo", "office"}) | (set() if viewer.may("work.approve") or viewer.may("supervise") else {"escalated"})
    return {tab: words for tab, words in TABS.items() if tab not in hidden}


def _of_tab(tab: str, viewer: Actor) -> Q:
    running = ~Q(state__in=(State.WAITING, State.CLOSED))
    if tab == "office":
        return Q(office=viewer.office) & running
    if tab == "escalated":
        return Q(escalated_to=viewer.office) & ~Q(state__in=SHELVED)
    if tab == "scope":
        return running
    if tab == "closed":
        return Q(state=State.CLOSED)
    return _todo(viewer)


def _todo(viewer: Actor) -> Q:
    """What waits for this person: new work of the office, what the person has in hand, what the person may approve or redirect."""
    mine, found = Q(office=viewer.office), Q(pk__in=())
    in_hand = Q(state__in=(State.ACCEPTED, State.VERIFIED))
    if viewer.may("work.accept"):
        found |= mine & (Q(state__in=(State.PUSHED, State.REOPENED)) | (in_hand & (Q(assignee=viewer.user) | Q(assignee=None))))
    elif viewer.may("work.verify"):
        found |= Q(state=State.ACCEPTED) & (Q(region=viewer.region) | Q(assignee=viewer.user))
    if viewer.may("work.approve"):
        found |= (mine | Q(escalated_to=viewer.office)) & Q(state__in=(State.HANDLED, State.GONE)) & ~Q(proposed_by=viewer.user)
    if viewer.may("work.redirect"):
        found |= Q(state=State.RETURNED)
    return found


def _due(due: str, on: date) -> Q:
    end = on + timedelta(days=6 - on.weekday())
    return {
        "over": Q(term__lt=on),
        "today": Q(term=on),
        "week": Q(term__gt=on, term__lte=end),
        "later": Q(term__gt=end) | Q(term=None),
    }.get(due, Q())


def group_of(term: date | None, on: date) -> str:
    """`over`, `today`, `week` (up to Sunday) or `later`."""
    if term is None or term > on + timedelta(days=6 - on.weekday()):
        return "later"
    return "over" if term < on else "today" if term == on else "week"


def items_listed(viewer: Actor, *, tab: str, on: date, filters: Filters, page: int = 1) -> Listed:
    """One page, what is due first; closed work newest first. `term` is on each line. One query."""
    lines = WorkItem.objects.annotate(term=TERM).filter(_of_tab(tab, viewer), _due(filters.due, on)).select_related("office", "assignee")
    for name in ("grade", "state", "origin"):
        if value := getattr(filters, name):
            lines = lines.filter(**{name: value})
    lines = lines.order_by("-closed_on", "-id") if tab == "closed" else lines.order_by(F("term").asc(nulls_last=True), "urgency", "id")
    page = max(page, 1)
    found = list(lines[(page - 1) * SIZE : page * SIZE + 1])
    return Listed(found[:SIZE], page, len(found) > SIZE)


def items_counted(viewer: Actor, *, on: date, flags: Mapping[str, Exists] | None = None) -> dict[str, int]:
    """Tab -> how many, and of what is to do: over, today, week, later; `news`: whether the office has unseen notices; so each of `flags`.

    One query over the work that concerns the viewer's office, whatever else is asked with it.
    """
    tabs = [tab for tab in COUNTED if tab in tabs_of(viewer)]
    if not tabs:
        return {}
    concerned = Q()
    for tab in tabs:
        concerned |= _of_tab(tab, viewer)
    counts = {f"of_{tab}": Count("id", filter=_of_tab(tab, viewer)) for tab in tabs}
    if "todo" in tabs:
        counts |= {f"of_{due}": Count("id", filter=_todo(viewer) & _due(due, on)) for due in ("over", "today", "week", "later")}
    for name, there_is in {"news": something_unseen(viewer), **(flags or {})}.items():
        counts[f"of_{name}"] = Coalesce(BoolOr(there_is), there_is)  # the second for an office without any work
    found = WorkItem.objects.annotate(term=TERM).filter(concerned).aggregate(**counts)
    return {name.removeprefix("of_"): count for name, count in found.items()}


def item_of(viewer: Actor, key: int) -> WorkItem | None:
    """With its office and the people on it; None if it is out of scope."""
    related = ("office", "escalated_to", "assignee", "verified_by", "proposed_by", "approved_by", "return_to")
    return WorkItem.objects.select_related(*related).filter(pk=key).first()


def items_chosen(viewer: Actor, keys: list[int]) -> QuerySet[WorkItem]:
    """Those of the chosen items that are in scope, by term."""
    return WorkItem.objects.annotate(term=TERM).filter(pk__in=keys[:SIZE]).select_related("office").order_by("term", "id")


def events_of(viewer: Actor, item: WorkItem) -> QuerySet[Event]:
    """The item's history, newest first."""
    return Event.objects.filter(item=item).order_by("-at", "-id")


def events_of_household(viewer: Actor, number: int, most: int) -> list[Event]:
    """The newest steps of all work about a household, with their items; one query."""
    return list(Event.objects.select_related("item").filter(item__household=number).order_by("-at", "-id")[:most])


def offices_for(item: WorkItem) -> QuerySet[Office]:
    """Where a returned item may go: offices of its county and its township."""
    places = [place for place in (item.county, item.township) if place]
    return Office.objects.filter(region__in=places, closed_on=None).exclude(pk=item.office_id).order_by("region", "department")


def colleagues_of(item: WorkItem, on: date) -> list[User]:
    """Who may be given the item: members of its office who may verify, today."""
    held = Membership.objects.select_related("user").filter(office=item.office_id, user__is_active=True)
    return list({one.user_id: one.user for one in held if one.open_on(on) and "work.verify" in one.granted.may}.values())


def steps_open_to(viewer: Actor, item: WorkItem) -> list[str]:
    """Names of the steps that the viewer may take now, in the order of the loop."""
    return [step.name for step in steps_from(item.state) if may_take(viewer, item, step)]
