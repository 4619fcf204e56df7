"""Work as lists and one by one; which of it is in sight is the database's to say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache, partial
from typing import Any

from django.contrib.postgres.aggregates import BoolOr
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from doudi.casework.access.actor import NOBODY, Actor
from doudi.casework.access.models import Membership, User
from doudi.casework.access.roles import Role
from doudi.casework.dispatch.loop import steps_from
from doudi.casework.dispatch.models import Event, State, WorkItem
from doudi.casework.dispatch.news import something_unseen
from doudi.casework.dispatch.stepping import may_take
from doudi.casework.organisation.models import Office
from doudi.casework.prepared import Prepared, prepared

Flags = Callable[[Actor, date], Mapping[str, Exists]]
"""What else there is, for a viewer of a role on a day; a function of a module, since the query is made once for each."""
SIZE, EXPORTED = 30, 5_000
"""Lines of a page, and of an export."""
TABS = {"todo": "待我办理", "office": "本单位在办", "escalated": "上报督办", "scope": "辖区在办", "closed": "已办结"}
COUNTED = ("todo", "office", "escalated")
"""Tabs whose number is shown; those of a whole province would take longer to count than to read."""
SHELVED = (State.WAITING, State.CLOSED, State.ANSWERED)
SHOWN = {"id", "number", "version", "head_name", "place", "signals", "subject", "grade", "state", "reopened", "assignee_id"}
SHOWN |= {"accept_by", "due_on", "due_estimated", "closed_on", "escalated_on"}
LISTED = tuple(field.attname for field in WorkItem._meta.concrete_fields if field.attname in SHOWN)
"""The fields of a work item that a list shows, in the order of the model."""


@dataclass(frozen=True)
class Filters:
    """What the list is cut down to; empty for everything."""

    grade: str = ""
    state: str = ""
    origin: str = ""
    due: str = ""
    place: str = ""


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


KINDS = {"user": int, "office": int, "region": str, "on": date, "sunday": date}
"""Of who looks and when, what the queries of this room depend on besides the role: they are the values, the role is the shape."""


WITHIN = {6: "county", 9: "township"}
"""Length of a viewer's region -> the field that says it of an item: an index is asked for one place, which the range of the scope could not do."""


LIST_KINDS = KINDS | {"place": str, "beyond": str}
"""The list may be cut down to a place: from its code to the next one's."""


def _viewer(role: Role | None, values: Mapping[str, Any]) -> Actor:
    return Actor("", NOBODY, user=values["user"], office=values["office"], region=values["region"], role=role)


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


def _due(due: str, on: date, end: date) -> Q:
    """`end`: the Sunday of the week."""
    return {
        "over": Q(term__lt=on),
        "today": Q(term=on),
        "week": Q(term__gt=on, term__lte=end),
        "later": Q(term__gt=end) | Q(term=None),
    }.get(due, Q())


def sunday(on: date) -> date:
    """The end of the week."""
    return on + timedelta(days=6 - on.weekday())


def group_of(term: date | None, on: date) -> str:
    """`over`, `today`, `week` (up to Sunday) or `later`."""
    if term is None or term > sunday(on):
        return "later"
    return "over" if term < on else "today" if term == on else "week"


def items_listed(viewer: Actor, *, tab: str, on: date, filters: Filters, page: int = 1) -> Listed:
    """One page, what is due first; closed work newest first. Of the items only what a list shows (`LISTED`). One query."""
    page = max(page, 1)
    return _listed(viewer, tab, on, filters, page, SIZE)


def items_exported(viewer: Actor, *, tab: str, on: date, filters: Filters) -> Listed:
    """The same in one piece, `EXPORTED` at most. One query."""
    return _listed(viewer, tab, on, filters, 1, EXPORTED)


def _listed(viewer: Actor, tab: str, on: date, filters: Filters, page: int, size: int) -> Listed:
    place = filters.place
    values = _values(viewer, on) | {"place": place, "beyond": place[:-1] + chr(ord(place[-1]) + 1) if place else ""}
    within = WITHIN.get(len(viewer.region), "") if tab == "scope" else ""
    asked = _list(viewer.role, tab, within, replace(filters, place="somewhere" if place else ""), page, size)
    found = [_item(line) for line in asked.rows(values)]
    return Listed(found[:size], page, len(found) > size)


@lru_cache(maxsize=500)
def _list(role: Role | None, tab: str, within: str, filters: Filters, page: int, size: int) -> Prepared:
    named = Subquery(User.objects.filter(pk=OuterRef("assignee")).values("name")[:1])  # of the lines of the page only; a join is made before the sort
    ask = partial(_lines, tab=tab, within=within, filters=filters, page=page, size=size)
    return prepared(lambda values: list(ask(_viewer(role, values), values).values_list(*LISTED, named)), LIST_KINDS)


def _lines(
    viewer: Actor, day: Mapping[str, Any], *, tab: str, within: str, filters: Filters, page: int, size: int,
) -> QuerySet[WorkItem]:  # fmt: skip
    lines = WorkItem.objects.filter(_of_tab(tab, viewer), _due(filters.due, day["on"], day["sunday"]))
    if within:
        lines = lines.filter(**{within: viewer.region})
    for name in ("grade", "state", "origin"):
        if value := getattr(filters, name):
            lines = lines.filter(**{name: value})
    if filters.place:
        lines = lines.filter(region__gte=day["place"], region__lt=day["beyond"])
    lines = lines.order_by("-closed_on", "-id") if tab == "closed" else lines.order_by(F("term").asc(nulls_last=True), "urgency", "id")
    return lines[(page - 1) * size : page * size + 1]


def _item(line: tuple[Any, ...]) -> WorkItem:
    item = WorkItem.from_db("default", LISTED, line[:-1])
    item.assignee = User(id=item.assignee_id, name=line[-1]) if item.assignee_id else None
    return item


def items_counted(viewer: Actor, *, on: date, flags: Flags | None = None) -> dict[str, int]:
    """Tab -> how many, and of what is to do: over, today, week, later; `news`: whether the office has unseen notices; so each of `flags`.

    One query over the work that concerns the viewer's office, whatever else is asked with it.
    """
    tabs = tuple(tab for tab in COUNTED if tab in tabs_of(viewer))
    if not tabs:
        return {}
    asked = _count(viewer.role, tabs, flags)
    (counts,) = asked.rows(_values(viewer, on))
    return {name.removeprefix("of_"): count for name, count in zip(asked.answer, counts, strict=True)}


@lru_cache(maxsize=100)
def _count(role: Role | None, tabs: tuple[str, ...], flags: Flags | None) -> Prepared:
    return prepared(lambda values: _counts(_viewer(role, values), tabs, flags, values), KINDS)


def _counts(viewer: Actor, tabs: tuple[str, ...], flags: Flags | None, day: Mapping[str, Any]) -> dict[str, int]:
    concerned = Q()
    for tab in tabs:
        concerned |= _of_tab(tab, viewer)
    counts: dict[str, Any] = {f"of_{tab}": Count("id", filter=_of_tab(tab, viewer)) for tab in tabs}
    if "todo" in tabs:
        dues = {due: _due(due, day["on"], day["sunday"]) for due in ("over", "today", "week", "later")}
        counts |= {f"of_{due}": Count("id", filter=_todo(viewer) & asked) for due, asked in dues.items()}
    for name, there_is in {"news": something_unseen(viewer), **(flags(viewer, day["on"]) if flags else {})}.items():
        counts[f"of_{name}"] = Coalesce(BoolOr(there_is), there_is)  # the second for an office without any work
    return WorkItem.objects.filter(concerned).aggregate(**counts)


def _values(viewer: Actor, on: date) -> dict[str, Any]:
    return {"user": viewer.user, "office": viewer.office, "region": viewer.region, "on": on, "sunday": sunday(on)}


def item_of(viewer: Actor, key: int) -> WorkItem | None:
    """With its office and the people on it; None if it is out of scope."""
    related = ("office", "escalated_to", "assignee", "verified_by", "proposed_by", "approved_by", "return_to")
    return WorkItem.objects.select_related(*related).filter(pk=key).first()


def items_chosen(viewer: Actor, keys: list[int]) -> QuerySet[WorkItem]:
    """Those of the chosen items that are in scope, by term."""
    return WorkItem.objects.filter(pk__in=keys[:SIZE]).select_related("office").order_by("term", "id")


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
