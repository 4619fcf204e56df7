"""What waits for somebody beside work items, said above the list: asked for in the query that counts the work anyway."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists

from doudi.casework.access.actor import Actor
from doudi.casework.conferences.selectors import tasks_pressing
from doudi.casework.registry.selectors import corrections_pressing
from doudi.casework.visits.selectors.clues import changes_pressing, clues_pressing
from doudi.casework.visits.selectors.visits import visits_pressing


@dataclass(frozen=True)
class Pressing:
    """A line above the list: words, the name of the address where it leads, what is asked for there, whether it is grave."""

    words: str
    page: str
    query: str = ""
    grave: bool = False


SAYS = {
    "clues_urgent": Pressing("有急难线索待受理", "clues", grave=True),
    "clues": Pressing("有线索待受理", "clues"),
    "visits_over": Pressing("有走访逾期", "visits", "?tab=overdue", grave=True),
    "visits": Pressing("有要去的走访", "visits"),
    "tasks_over": Pressing("会议交办事项逾期", "conference-tasks", grave=True),
    "tasks": Pressing("有会议交办事项", "conference-tasks"),
    "changes": Pressing("有更正待审核", "changes"),
    "corrections": Pressing("有更正待审核", "corrections"),
    "news": Pressing("有新消息", "news"),
}
"""In the order of the page; `x_over` and `x_urgent` stand for `x` too."""


def pressing(viewer: Actor, on: date) -> dict[str, Exists]:
    """Name -> whether there is such a thing, of what the role has to do with."""
    found: dict[str, Exists] = {}
    if viewer.may("clue.answer"):
        found |= clues_pressing(viewer)
    if viewer.may("visit.record"):
        found |= visits_pressing(viewer, on)
    if viewer.may("conference.see"):
        found |= tasks_pressing(viewer, on)
    if viewer.may("household.review"):
        found |= changes_pressing(viewer) | corrections_pressing(viewer)
    return found


def told(counts: Mapping[str, object]) -> list[Pressing]:
    """The lines to show, each thing once."""
    there = [name for name in SAYS if counts.get(name)]
    graver = {name.split("_")[0] for name in there if "_" in name} | ({"corrections"} if "changes" in there else set())
    return [SAYS[name] for name in there if name not in graver]
