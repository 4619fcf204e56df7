"""A place's figures on its outlines: which step each place has, and the legend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from doudi.casework.access.actor import Actor
from doudi.casework.statistics.measures import Figures, Measure, breaks, step_of
from doudi.casework.statistics.selectors import PlaceFigures, PlaceView, is_hidden, rates
from doudi.standards.regions import region_name
from doudi.web.map.outlines import HOSTS, Outline, sheet
from doudi.web.templatetags.doudi import rate as in_words


@dataclass(frozen=True)
class Area:
    """A place on the map, with the zones that have no outline of their own."""

    outline: Outline
    name: str
    step: int | None
    says: str


@dataclass(frozen=True)
class Step:
    """A step of the legend: from (included) to (not included)."""

    number: int
    says: str


def areas_of(viewer: Actor, view: PlaceView, measure: Measure) -> tuple[list[Area], float]:
    """The map and its height; empty where there are no outlines."""
    drawn = sheet(view.own.code)
    if drawn is None:
        return [], 0
    places = merged(view.within)
    ends = breaks(rates(list(places.values()), measure))
    return [_area(viewer, outline, places, measure, ends) for outline in drawn.outlines], drawn.height


def _area(viewer: Actor, outline: Outline, places: dict[str, PlaceFigures], measure: Measure, ends: list[float]) -> Area:
    place = places.get(outline.code, PlaceFigures(outline.code, region_name(outline.code)))
    count, rate = measure.count(place.all), measure.rate(place.all)
    if is_hidden(viewer, count) or rate is None:
        return Area(outline, place.name, None, f"{place.name}：无数据")
    return Area(outline, place.name, step_of(rate, ends), f"{place.name}：{in_words(rate)}{measure.unit}")


def merged(places: Sequence[PlaceFigures]) -> dict[str, PlaceFigures]:
    """Code -> figures, those of a zone without an outline added to its host's."""
    found: dict[str, PlaceFigures] = {}
    for place in places:
        code = HOSTS.get(place.code, place.code)
        known = found.get(code)
        name = place.name if code == place.code else known.name if known else code
        found[code] = PlaceFigures(code, name, {"": _added(known.all if known else {}, place.all)})
    return found


def _added(one: Figures, other: Figures) -> Figures:
    return {key: one.get(key, 0) + other.get(key, 0) for key in {*one, *other}}


def legend(view: PlaceView, measure: Measure) -> list[Step]:
    """The steps with their numbers, the lightest first."""
    known = rates(list(merged(view.within).values()), measure)
    if not known:
        return []
    ends = breaks(known)
    edges = [min(known), *ends, max(known)]
    return [Step(step, _from_to(in_words(edges[step]), in_words(edges[step + 1]))) for step in range(len(ends) + 1)]


def _from_to(low: str, high: str) -> str:
    return low if low == high else f"{low}–{high}"
