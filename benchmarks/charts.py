"""Charts as plain SVG, without a library: bars on a logarithmic scale, and lines on two of them."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from math import ceil, floor, log10

WIDTH, LEFT, RIGHT, LINE = 760, 190, 90, 30
INK, SOFT, MAIN, OTHER = "#24292f", "#8c959f", "#0b6e4f", "#9fb8c8"
FONT = 'font-family="Noto Sans CJK SC, PingFang SC, Microsoft YaHei, sans-serif" font-size="13"'


def bars(title: str, values: Sequence[tuple[str, float, str]], ours: str) -> str:
    """Horizontal bars of (name, value, what to write beside it); the bar of `ours` stands out."""
    low, high = _decades([value for _, value, _ in values])
    pieces = [_text(0, 18, title, weight="bold")]
    for at, (name, value, says) in enumerate(values):
        top = 34 + at * LINE
        length = max(2.0, (log10(value) - low) / (high - low) * (WIDTH - LEFT - RIGHT))
        colour = MAIN if name.startswith(ours) else OTHER
        pieces.append(_text(LEFT - 8, top + 15, name, anchor="end"))
        pieces.append(f'<rect x="{LEFT}" y="{top}" width="{length:.1f}" height="{LINE - 10}" fill="{colour}"/>')
        pieces.append(_text(LEFT + length + 6, top + 15, says))
    bottom = 34 + len(values) * LINE
    for decade in range(low, high + 1):
        x = LEFT + (decade - low) / (high - low) * (WIDTH - LEFT - RIGHT)
        pieces.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="30" y2="{bottom}" stroke="{SOFT}" stroke-width="0.5" stroke-dasharray="2 3"/>')
        pieces.append(_text(x, bottom + 16, _short(10**decade), anchor="middle", colour=SOFT))
    return _picture(title, bottom + 24, pieces)


def growth(title: str, points: Sequence[tuple[float, float]], x_says: str, y_says: str) -> str:
    """A line through (x, y) on logarithmic scales, with a dashed line of what is exactly linear from the first point."""
    (x_low, x_high), (y_low, y_high) = _decades([x for x, _ in points]), _decades([y for _, y in points])
    high, foot = 260, 300

    def place(x: float, y: float) -> tuple[float, float]:
        across = LEFT / 2 + (log10(x) - x_low) / (x_high - x_low) * (WIDTH - LEFT / 2 - RIGHT)
        return across, foot - (log10(y) - y_low) / (y_high - y_low) * high

    pieces = [_text(0, 18, title, weight="bold"), _text(WIDTH - RIGHT, foot + 34, x_says, anchor="end", colour=SOFT)]
    pieces.append(_text(0, 36, y_says, colour=SOFT))
    for decade in range(x_low, x_high + 1):
        x, _ = place(10**decade, 10**y_low)
        pieces.append(_text(x, foot + 18, _short(10**decade), anchor="middle", colour=SOFT))
    for decade in range(y_low, y_high + 1):
        x, y = place(10**x_low, 10**decade)
        pieces.append(
            f'<line x1="{x:.1f}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="{SOFT}" stroke-width="0.5" stroke-dasharray="2 3"/>'
        )
        pieces.append(_text(x - 8, y + 4, _short(10**decade), anchor="end", colour=SOFT))
    (first_x, first_y), last_x = points[0], points[-1][0]
    straight = [place(first_x, first_y), place(last_x, first_y * last_x / first_x)]
    pieces.append(_line(straight, SOFT, ' stroke-dasharray="5 4"'))
    pieces.append(_line([place(x, y) for x, y in points], MAIN))
    for x, y in points:
        across, down = place(x, y)
        pieces.append(f'<circle cx="{across:.1f}" cy="{down:.1f}" r="4" fill="{MAIN}"/>')
        pieces.append(_text(across + 8, down + 16, f"{y:.1f}"))
    return _picture(title, foot + 44, pieces)


def _decades(values: Sequence[float]) -> tuple[int, int]:
    low, high = floor(log10(min(values))), ceil(log10(max(values)))
    return low, max(high, low + 1)


def _short(value: float) -> str:
    for size, word in ((1e8, " 亿"), (1e4, " 万")):
        if value >= size:
            return f"{value / size:g}{word}"
    return f"{value:g}"


def _line(places: Sequence[tuple[float, float]], colour: str, more: str = "") -> str:
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"{more}/>'


def _text(x: float, y: float, text: str, anchor: str = "start", colour: str = INK, weight: str = "normal") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}" font-weight="{weight}">{escape(text)}</text>'


def _picture(title: str, height: float, pieces: Sequence[str]) -> str:
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" {FONT} role="img" aria-label="{escape(title)}">'
    return "\n".join([head, f'<rect width="{WIDTH}" height="{height:.0f}" fill="#ffffff"/>', *pieces, "</svg>", ""])
