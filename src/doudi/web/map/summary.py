"""The place's own numbers at the head of the page."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.urls import reverse
from django.utils.http import urlencode

from doudi.casework.access.actor import Actor
from doudi.casework.statistics.measures import MEASURES
from doudi.casework.statistics.selectors import FEW, PlaceView, is_hidden
from doudi.web.templatetags.doudi import rate as in_words


@dataclass(frozen=True)
class Shown:
    """A number, what it is, and what it is of."""

    name: str
    value: str
    of: str = ""
    measure: str = ""
    url: str = ""


COUNTS = (
    ("低收入家庭（户）", "covered", "covered"),
    ("现有线索", "leads", "leads"),
    ("其中红色", "leads:R", "red"),
    ("在办任务", "open", ""),
    ("待派发", "waiting", ""),
)
SHARES = ("overdue", "in_time", "sent_back")
LISTS = {"在办任务": "", "overdue": "over"}
"""Numbers that open their list of work -> the term that it is cut down to."""


def summary(viewer: Actor, view: PlaceView) -> list[Shown]:
    """Counts, then shares with their denominators; unknown shares say why."""
    figures = view.own.all
    shown = [Shown(name, _count(viewer, figures.get(key, 0)), measure=measure) for name, key, measure in COUNTS]
    for key in SHARES:
        measure, rate = MEASURES[key], MEASURES[key].rate(figures)
        value = "—" if rate is None else f"{in_words(rate)}{measure.unit}"
        of = f"{measure.count(figures):,} / {measure.base(figures):,}" if rate is not None else "近期没有"
        shown.append(Shown(measure.name, value, of, key))
    return [replace(one, url=_list(viewer, view, LISTS.get(one.name, LISTS.get(one.measure)))) for one in shown]


def _list(viewer: Actor, view: PlaceView, due: str | None) -> str:
    """The work that a number counts; empty for who does not see it, and for what no list shows."""
    if due is None or not viewer.may("work.see"):
        return ""
    asked = {"tab": "scope", "due": due, "place": view.own.code if view.own.code != viewer.region else ""}
    return f"{reverse('work')}?{urlencode({name: value for name, value in asked.items() if value})}"


def _count(viewer: Actor, count: int) -> str:
    return f"少于 {FEW}" if is_hidden(viewer, count) else f"{count:,}"
