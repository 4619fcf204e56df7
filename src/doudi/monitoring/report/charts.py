"""Charts as inline SVG, drawn here on the server: no script, no outside request, sharp at every width and on paper.

Bars are measured in percent of their cell, so that they shrink with the page while the words beside them do not. Every chart
stands in or beside a table with the same numbers; for a screen reader the picture is one sentence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

VISIBLE = 1.0
"""Percent: the least width of a part that is not zero, so that it can be seen at all."""


@dataclass(frozen=True)
class Part:
    """A piece of a bar: how much, the CSS class of its colour, and what it is."""

    value: int
    colour: str
    label: str


def bar(parts: Sequence[Part], whole: int, height: int = 14) -> Markup:
    """A horizontal bar of `parts` one after the other; the full width of the cell is `whole`."""
    sentence = "，".join(f"{part.label} {part.value:,}" for part in parts if part.value) or "无"
    pieces: list[Markup] = []
    at = 0.0
    for part in parts:
        if not part.value or not whole:
            continue
        width = min(100 - at, max(VISIBLE, part.value * 100 / whole))
        tip = Markup("<title>{}：{:,}</title>").format(part.label, part.value)
        pieces.append(Markup('<rect class="{}" x="{:.2f}%" y="0" width="{:.2f}%" height="{}">{}</rect>').format(part.colour, at, width, height, tip))
        at += width
    return picture("bar", height, sentence, pieces)


@dataclass(frozen=True)
class Column:
    """One column of a chart over time: its value, its label, a second line below it (may be empty), and the value in words."""

    value: int
    label: str
    below: str
    says: str


def columns(series: Sequence[Column], colour: str, height: int = 204) -> Markup:
    """Upright columns on a common scale from zero; the highest one carries its value, every one tells it under the pointer."""
    top, bottom = 24, 38
    base, room = height - bottom, height - top - bottom
    most = max((column.value for column in series), default=0)
    pieces = [Markup('<line class="axis" x1="0" x2="100%" y1="{0}" y2="{0}"/>').format(base)]
    step = 100 / max(1, len(series))
    highest = next((place for place, column in enumerate(series) if most and column.value == most), None)
    for place, column in enumerate(series):
        middle = (place + 0.5) * step
        tall = max(1.0, column.value * room / most) if column.value and most else 0.0
        box = Markup('<rect class="{}" x="{:.2f}%" y="{:.1f}" width="{:.2f}%" height="{:.1f}"><title>{}：{}</title></rect>')
        pieces.append(box.format(colour, middle - step * 0.31, base - tall, step * 0.62, tall, column.label, column.says))
        pieces.append(Markup('<text class="label" x="{:.2f}%" y="{}">{}</text>').format(middle, base + 16, column.label))
        pieces.append(Markup('<text class="label" x="{:.2f}%" y="{}">{}</text>').format(middle, base + 31, column.below))
        if place == highest:
            at, side = (0.0, "start") if place < 2 else (100.0, "end") if place > len(series) - 3 else (middle, "middle")
            words = Markup('<text class="value {}" x="{:.2f}%" y="{:.1f}">{}</text>')
            pieces.append(words.format(side, at, base - tall - 7, column.says))
    return picture("columns", height, "；".join(f"{column.below}{column.label} {column.says}" for column in series), pieces)


def heat(value: int, most: int) -> str:
    """The CSS class of a cell of a heat table, `heat-0` (nothing) to `heat-4` (near the most)."""
    if not value or not most:
        return "heat-0"
    return f"heat-{min(4, 1 + value * 4 // (most + 1))}"


def legend(parts: Sequence[Part]) -> Markup:
    """Colour and word of each part, with its number. The class `k-x` of a key is the background that `f-x` is the filling of."""
    item = Markup('<li><i class="{}"></i>{} <b>{:,}</b></li>')
    items = [item.format(part.colour.replace("f-", "k-", 1), part.label, part.value) for part in parts]
    return Markup('<ul class="legend">{}</ul>').format(Markup("").join(items))


def picture(kind: str, height: int, sentence: str, pieces: Sequence[Markup]) -> Markup:
    """The frame of a chart: as wide as its cell, one sentence for those who cannot see it."""
    frame = Markup('<svg class="{}" width="100%" height="{}" role="img" aria-label="{}">{}</svg>')
    return frame.format(kind, height, sentence, Markup("").join(pieces))


__all__ = ["Column", "Part", "bar", "columns", "heat", "legend"]
