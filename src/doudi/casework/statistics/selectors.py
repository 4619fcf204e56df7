"""The figures of a place and of those within it, as far as somebody may see them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from django.db.models.functions import Length

from doudi.casework.access.actor import Actor
from doudi.casework.statistics.measures import Figures, Measure
from doudi.casework.statistics.models import PlaceDay
from doudi.standards.regions import region, region_name

NEXT_DIGITS = {2: 4, 4: 6, 6: 9, 9: 12}
FEW = 5
POINTS = 60


@dataclass(frozen=True)
class PlaceFigures:
    """A place's numbers on a day: department -> key -> number; the empty department is all together."""

    code: str
    name: str
    figures: dict[str, Figures] = field(default_factory=dict)

    @property
    def all(self) -> Figures:
        """All departments together."""
        return self.figures.get("", {})


@dataclass(frozen=True)
class PlaceView:
    """A place, the way to it, those within it, and how it came to be so. `day` is None before the first load."""

    own: PlaceFigures
    crumbs: list[PlaceFigures]
    within: list[PlaceFigures]
    day: date | None
    trend: list[tuple[date, Figures]]


def place_view(viewer: Actor, code: str) -> PlaceView | None:
    """The figures of a place and of those right below it, on the newest day; None if it is not there or not the viewer's. Two queries."""
    if not may_see(viewer, code) or region(code) is None or len(code) not in (*NEXT_DIGITS, 12):
        return None
    trend = list(PlaceDay.objects.filter(place=code).order_by("-day").values_list("day", "figures")[:POINTS])
    if not trend:
        return PlaceView(PlaceFigures(code, region_name(code)), crumbs(viewer, code), [], None, [])
    day, own = trend[0]
    return PlaceView(
        PlaceFigures(code, region_name(code), own),
        crumbs(viewer, code),
        _within(code, day),
        day,
        [(when, figures.get("", {})) for when, figures in reversed(trend)],
    )


def crumbs(viewer: Actor, code: str) -> list[PlaceFigures]:
    """The places from the widest that the viewer may see down to this one."""
    upper = [code[:digits] for digits in (2, 4, 6, 9, 12) if len(viewer.region) <= digits <= len(code)]
    return [PlaceFigures(one, region_name(one)) for one in upper]


def may_see(viewer: Actor, code: str) -> bool:
    """Only one's own region and what is below it, also for those who see no people."""
    return bool(viewer.region) and code.startswith(viewer.region)


def rule_hits(viewer: Actor) -> dict[str, int]:
    """Rule -> open leads in the viewer's region on the newest day; one query."""
    newest = PlaceDay.objects.filter(place=viewer.region).order_by("-day").values_list("rules", flat=True).first()
    return dict(newest or {})


def is_hidden(viewer: Actor, count: int) -> bool:
    """Whether a count is so small that it could point at somebody, for a role that sees no people."""
    return viewer.role is not None and not viewer.role.sees_people and 0 < count < FEW


def rates(places: list[PlaceFigures], measure: Measure) -> list[float]:
    """The rates that are known."""
    return [rate for place in places if (rate := measure.rate(place.all)) is not None]


def _within(code: str, day: date) -> list[PlaceFigures]:
    digits = NEXT_DIGITS.get(len(code))
    if digits is None:
        return []
    below = PlaceDay.objects.filter(day=day, place__gt=code, place__lt=code + ":").alias(digits=Length("place")).filter(digits=digits)
    return [PlaceFigures(place, region_name(place), figures) for place, figures in below.order_by("place").values_list("place", "figures")]
