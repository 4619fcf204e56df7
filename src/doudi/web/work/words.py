"""An alert in words: why it is there, what each condition stands on, what would change it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from doudi.casework.alerts.models import Alert
from doudi.published.wording import DATE_OPERATORS, NEGATED, OPERATORS, UNKNOWN, show_distance, show_text


@dataclass(frozen=True)
class Reason:
    """One condition as the page shows it. `holds`: whether it counts for the alert, None if unknown."""

    says: str
    holds: bool | None
    value: str
    line: str
    figures: list[Mapping[str, Any]]
    sources: list[Mapping[str, Any]]
    more_sources: int
    would_change: str


@dataclass(frozen=True)
class Told:
    """An alert and its reasons; `because` is the first thing that is read."""

    alert: Alert
    because: str
    reasons: list[Reason]

    @property
    def changes(self) -> list[str]:
        """What would end the alert, each enough by itself."""
        return [reason.would_change for reason in self.reasons if reason.would_change]


def told(alert: Alert) -> Told:
    """The alert with its evidence in words, the conditions that carry a figure first in the sentence."""
    reasons = [_reason(line) for line in alert.evidence]
    numbers = [reason for reason in reasons if reason.line]
    plain = "；".join(_sentence(reason) for reason in numbers or reasons[:2])
    return Told(alert, plain or alert.name, reasons)


def _sentence(reason: Reason) -> str:
    return f"{reason.says}（{reason.value}，{reason.line}）" if reason.line else reason.says


def _reason(line: Mapping[str, Any]) -> Reason:
    kind, unit = line.get("type") or "", line.get("unit") or ""
    value, threshold, operator = line.get("value"), line.get("threshold"), line.get("operator")
    result = line.get("result")
    holds = None if result is None else bool(result) != bool(line.get("negated"))
    shown = UNKNOWN if value is None and result is None else show_text(value, kind, unit) if value is not None else "是" if result else "否"
    border = f"界线 {show_text(threshold, kind, unit)}" if threshold is not None else ""
    change = ""
    if holds and value is not None and threshold is not None and operator:
        change = _change(line, str(value), str(threshold), str(operator), kind, unit)
    says = f"{line['says']}（须为“否”）" if line.get("negated") and threshold is None else line["says"]
    return Reason(says, holds, shown, border, line.get("figures") or [], line.get("sources") or [], line.get("more_sources") or 0, change)


def _change(line: Mapping[str, Any], value: str, threshold: str, operator: str, kind: str, unit: str) -> str:
    """What this figure would have to be for the condition not to hold; empty where the operator has no opposite."""
    other = operator if line.get("negated") else NEGATED.get(operator, "")
    words = (DATE_OPERATORS if kind in ("date", "month") else OPERATORS).get(other, "")
    if not words:
        return ""
    what = "、".join(line.get("measures") or []) or line["says"]
    distance = show_distance(value, threshold, kind, unit)
    return (
        f"{what}{words} {show_text(threshold, kind, unit)}（现在相差 {distance}）"
        if distance
        else f"{what}{words} {show_text(threshold, kind, unit)}"
    )
