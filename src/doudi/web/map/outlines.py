"""Outlines of prefectures and counties as paths of an SVG, from the replaceable files in static/map.

Drawn by the server: a map is links and a table, works without JavaScript, and asks nobody for tiles. It shows where, not where a border runs.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from math import cos, radians
from pathlib import Path
from typing import Any

FILES = Path(__file__).resolve().parents[1] / "static" / "map"
WIDTH = 600.0
MARGIN = 6.0
SQUEEZE = cos(radians(27.6))
"""A degree of longitude is shorter than one of latitude; Hunan's middle."""

RENAMED = {"431121": "431181"}
"""The outlines' code -> today's: 祁阳."""

HOSTS = {
    "430371": "430304",
    "430372": "430304",
    "430373": "430302",
    "430473": "430407",
    "430476": "430408",
    "430671": "430681",
    "430771": "430703",
    "430971": "430921",
    "430972": "430903",
    "431171": "431103",
    "431173": "431125",
    "431271": "431281",
}
"""Development zone without an outline -> the county in whose outline it is shown (from memory of where they lie; the table keeps them apart)."""

Point = tuple[float, float]


@dataclass(frozen=True)
class Outline:
    """A place's path `d`, and where its name stands."""

    code: str
    d: str
    x: float
    y: float


@dataclass(frozen=True)
class Sheet:
    """Outlines on one sheet of `WIDTH` by `height`."""

    height: float
    outlines: tuple[Outline, ...]


@cache
def sheet(code: str) -> Sheet | None:
    """The outlines within a province (its prefectures) or a prefecture (its counties); None elsewhere."""
    if len(code) == 2:
        return _drawn([(feature["properties"]["adcode"][:4], feature) for feature in _features("hunan_prefectures.json")])
    if len(code) == 4:
        known = [(feature["properties"]["adcode"], feature) for feature in _features("hunan_counties.json")]
        return _drawn([(RENAMED.get(place, place), feature) for place, feature in known if place.startswith(code)])
    return None


def _features(name: str) -> list[dict[str, Any]]:
    return list(json.loads((FILES / name).read_text("utf-8"))["features"])


def _drawn(features: list[tuple[str, dict[str, Any]]]) -> Sheet | None:
    if not features:
        return None
    points = [_flat(point) for _, feature in features for ring in _rings(feature) for point in ring]
    left, top = min(x for x, _ in points), min(y for _, y in points)
    scale = (WIDTH - 2 * MARGIN) / (max(x for x, _ in points) - left)
    height = (max(y for _, y in points) - top) * scale + 2 * MARGIN

    def place(point: Iterable[float]) -> Point:
        x, y = _flat(point)
        return round((x - left) * scale + MARGIN, 1), round((y - top) * scale + MARGIN, 1)

    outlines = []
    for code, feature in features:
        d = " ".join(_path(map(place, ring)) for ring in _rings(feature))
        outlines.append(Outline(code, d, *place(feature["properties"]["cp"])))
    return Sheet(round(height, 1), tuple(outlines))


def _rings(feature: dict[str, Any]) -> Iterator[list[list[float]]]:
    geometry = feature["geometry"]
    polygons = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    for polygon in polygons:
        yield from polygon


def _flat(point: Iterable[float]) -> Point:
    longitude, latitude = point
    return longitude * SQUEEZE, -latitude


def _path(points: Iterable[Point]) -> str:
    kept: list[Point] = []
    for point in points:
        if not kept or point != kept[-1]:
            kept.append(point)
    return "M" + "L".join(f"{x:g},{y:g}" for x, y in kept) + "Z"
