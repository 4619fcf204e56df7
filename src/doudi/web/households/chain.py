"""What happened about a household, from the lead to its end, and the steps not taken yet: work, visits, clues and applications in one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from django.urls import reverse

from doudi.casework.dispatch.loop import STEPS
from doudi.casework.dispatch.models import Event, WorkItem
from doudi.casework.visits.models import Application, Clue, Visit
from doudi.web.templatetags.doudi import result_words, verdict_words
from doudi.web.work.views import Next, next_of

MOST = 40
QUIET = frozenset({"remind", "push", "join", "note", "assign"})
"""Steps that the item's own page tells: they move nothing."""
BAD, GOOD = frozenset({"escalate", "return", "send_back"}), frozenset({"close_by_check", "confirm_gone", "end"})


@dataclass(frozen=True)
class Link:
    """One event: what, when, who, in which paper and where that is, empty if the viewer may not open it.

    `mark`: what went wrong or came to its end.
    """

    at: datetime
    says: str
    who: str
    paper: str
    address: str
    mark: str = ""


@dataclass(frozen=True)
class Chain:
    """Open steps, and what was done, newest first; `more` if only the newest are there."""

    open: list[tuple[WorkItem, Next]]
    links: list[Link]
    more: bool


def chain_of(
    items: list[WorkItem],
    events: Iterable[Event],
    visits: Iterable[Visit],
    clues: Iterable[Clue],
    applied: Iterable[tuple[Application, str]],
    opens: Mapping[str, bool],
) -> Chain:
    """Put together what the file has read. `opens`: name of an address -> whether the viewer may open such pages."""
    told = [*_work(events), *_visits(visits), *_clues(clues), *_applied(applied)]
    links = sorted((_link(one, opens) for one in told), key=lambda one: one.at, reverse=True)
    waiting = [(item, following) for item in items if (following := next_of(item))]
    return Chain(waiting, links[:MOST], len(links) > MOST)


def _link(one: Link, opens: Mapping[str, bool]) -> Link:
    page, _, key = one.address.partition(" ")
    return replace(one, address=reverse(page, args=[key]) if opens.get(page, False) else "")


def _work(events: Iterable[Event]) -> Iterator[Link]:
    for event in events:
        if event.step in QUIET:
            continue
        found = [words(event.data[name]) for name, words in (("verdict", verdict_words), ("result", result_words)) if event.data.get(name)]
        says = "：".join([STEPS[event.step].says if event.step in STEPS else event.step, *found])
        mark = "bad" if event.step in BAD else "good" if event.step in GOOD else ""
        yield Link(event.at, says, event.actor, f"任务 {event.item.number}", f"item {event.item_id}", mark)


def _visits(visits: Iterable[Visit]) -> Iterator[Link]:
    for one in visits:
        if one.done_at:
            says = "没有见到" if one.changed is None else "有变化" if one.changed else "没有变化"
            yield Link(one.done_at, f"走访：{says}", one.done_by.name if one.done_by else "", f"走访 {one.number}", f"visit {one.pk}")


def _clues(clues: Iterable[Clue]) -> Iterator[Link]:
    for one in clues:
        yield Link(one.raised_at, f"主动发现：{one.get_kind_display()}", "", f"线索 {one.number}", f"clue {one.pk}")
        if one.answered_at:
            yield Link(one.answered_at, "答复主动发现的线索", "", f"线索 {one.number}", f"clue {one.pk}")


def _applied(applied: Iterable[tuple[Application, str]]) -> Iterator[Link]:
    for one, programme in applied:
        address = f"application {one.pk}"
        yield Link(one.started_at, f"发起申请：{programme}", "", f"申请 {one.number}", address)
        if one.ended_at:
            yield Link(one.ended_at, f"申请{one.get_state_display()}：{programme}", "", f"申请 {one.number}", address)
