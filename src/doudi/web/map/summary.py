"""The place's own numbers at the head of the page."""

from __future__ import annotations

from dataclasses import dataclass

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


COUNTS = (
    ("低收入家庭（户）", "covered", "covered"),
    ("现有线索", "leads", "leads"),
    ("其中红色", "leads:R", "red"),
    ("在办任务", "open", ""),
    ("待派发", "waiting", ""),
)
SHARES = ("overdue", "in_time", "sent_back")


def summary(viewer: Actor, view: PlaceView) -> list[Shown]:
    """Counts, then shares with their denominators; unknown shares say why."""
    figures = view.own.all
    shown = [Shown(name, _count(viewer, figures.get(key, 0)), measure=measure) for name, key, measure in COUNTS]
    for key in SHARES:
        measure, rate = MEASURES[key], MEASURES[key].rate(figures)
        value = "—" if rate is None else f"{in_words(rate)}{measure.unit}"
        shown.append(Shown(measure.name, value, f"{measure.count(figures):,} / {measure.base(figures):,}" if rate is not None else "近期没有", key))
    return shown


def _count(viewer: Actor, count: int) -> str:
    return f"少于 {FEW}" if is_hidden(viewer, count) else f"{count:,}"
