"""A place's figures as tables: places within, departments, the line over time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from doudi.casework.access.actor import Actor
from doudi.casework.organisation.models import Department
from doudi.casework.statistics.measures import MEASURES, Measure, breaks, step_of
from doudi.casework.statistics.selectors import FEW, PlaceFigures, PlaceView, is_hidden, rates

BAR = 120.0
ELSEWHERE = "下级地区不明或不在其中"
LINE_WIDTH, LINE_HEIGHT = 600.0, 120.0


@dataclass(frozen=True)
class Row:
    """A place in the table. `rate` None: not known, or too few to show."""

    code: str
    name: str
    rate: float | None
    count: str
    base: int
    step: int | None
    bar: float


def rows_of(viewer: Actor, view: PlaceView, measure: Measure) -> list[Row]:
    """One row for each place within, in the order of codes; last what belongs to none of them, so that the rows add up to the place's own number."""
    ends, most = breaks(rates(view.within, measure)), max([0.0, *rates(view.within, measure)])
    rows = [_row(viewer, place, measure, ends, most) for place in view.within]
    rest = measure.count(view.own.all) - sum(measure.count(place.all) for place in view.within)
    shown = not any(is_hidden(viewer, measure.count(place.all)) for place in view.within) and not is_hidden(viewer, rest)
    return [*rows, Row("", ELSEWHERE, None, f"{rest:,}", 0, None, 0)] if rows and rest > 0 and shown else rows


def _row(viewer: Actor, place: PlaceFigures, measure: Measure, ends: list[float], most: float) -> Row:
    count, rate = measure.count(place.all), measure.rate(place.all)
    if is_hidden(viewer, count):
        return Row(place.code, place.name, None, f"少于 {FEW}", measure.base(place.all), None, 0)
    return Row(
        place.code,
        place.name,
        rate,
        f"{count:,}",
        measure.base(place.all),
        None if rate is None else step_of(rate, ends),
        round(BAR * rate / most, 1) if rate and most else 0,
    )


@dataclass(frozen=True)
class DepartmentRow:
    """A department's work in the place: numbers now, and what the last 30 days were like."""

    key: str
    name: str
    open: int
    overdue: int
    answered: int
    in_time: float | None
    sent_back: float | None
    reopened: float | None


def departments_of(view: PlaceView) -> list[DepartmentRow]:
    """Departments with any work there, timeliness beside quality."""
    rows = []
    for key, name in Department.choices:
        figures = view.own.figures.get(key, {})
        if figures.get("open") or figures.get("answered") or figures.get("waiting"):
            shares = (MEASURES[measure].rate(figures) for measure in ("in_time", "sent_back", "reopened"))
            rows.append(DepartmentRow(key, str(name), figures.get("open", 0), figures.get("overdue", 0), figures.get("answered", 0), *shares))
    return rows


@dataclass(frozen=True)
class Line:
    """A rate over the days: the points of a polyline, and the same as numbers."""

    points: str
    values: list[tuple[date, float]]
    low: float
    high: float


def line_of(view: PlaceView, measure: Measure) -> Line | None:
    """None with fewer than two days: one point is no line."""
    values = [(day, rate) for day, figures in view.trend if (rate := measure.rate(figures)) is not None]
    if len(values) < 2:
        return None
    low, high = min(rate for _, rate in values), max(rate for _, rate in values)
    first, days = values[0][0], (values[-1][0] - values[0][0]).days or 1
    spread = (high - low) or 1
    points = " ".join(
        f"{(day - first).days / days * LINE_WIDTH:.1f},{LINE_HEIGHT - (rate - low) / spread * (LINE_HEIGHT - 10) - 5:.1f}" for day, rate in values
    )
    return Line(points, values, low, high)
