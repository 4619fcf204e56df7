"""An alert in words: why it is there, whom it concerns, what each condition stands on, what would change it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from doudi.casework.alerts.models import Alert
from doudi.casework.registry.models import Person
from doudi.published.wording import DATE_OPERATORS, NEGATED, OPERATORS, UNKNOWN, show_distance, show_text


@dataclass(frozen=True)
class Reason:
    """One condition as the page shows it. `holds`: whether it counts for the alert, None if unknown; `absent`: it counts because it was not found."""

    says: str
    holds: bool | None
    absent: bool
    value: str
    border: str
    line: str
    figures: list[Mapping[str, Any]]
    sources: list[dict[str, Any]]
    more_sources: int
    would_change: str


@dataclass
class Told:
    """An alert and its reasons; `because` is the first thing that is read, `missing` what was not found; `whom`: the people concerned."""

    alert: Alert
    because: str
    missing: str
    reasons: list[Reason]
    whom: list[Person] = field(default_factory=list)

    @property
    def changes(self) -> list[str]:
        """What would end the alert, each enough by itself."""
        return [reason.would_change for reason in self.reasons if reason.would_change]


FULLY = 3
"""So many leads are shown with their evidence; that of the others is folded, or the page would not end."""


def told_together(alerts: Iterable[Alert], people: Mapping[int, Person]) -> list[Told]:
    """Each alert in words; those of several people for the same reasons are told once, with everybody's name."""
    found: dict[tuple[object, ...], Told] = {}
    for alert in alerts:
        one = told(alert)
        shown = tuple((reason.says, reason.value, reason.line) for reason in one.reasons)
        same = found.setdefault((alert.rule, alert.grade, alert.since, alert.worse, alert.unsure, shown) if alert.person else (alert.pk,), one)
        if alert.person in people:
            same.whom.append(people[alert.person])
    return list(found.values())


def told(alert: Alert) -> Told:
    """The alert with its evidence in words, the conditions that carry a figure first in the sentence."""
    reasons = [_reason(line) for line in alert.evidence]
    found = sorted((reason for reason in reasons if not reason.absent), key=lambda reason: not reason.border)
    missing = "；".join(reason.says for reason in reasons if reason.absent and reason.holds)
    return Told(alert, "；".join(_sentence(reason) for reason in found) or alert.name, missing, reasons)


def _sentence(reason: Reason) -> str:
    return f"{reason.says}（{reason.value}，界线 {reason.border}）" if reason.border else reason.says


def _reason(line: Mapping[str, Any]) -> Reason:
    kind, unit, negated = line.get("type") or "", line.get("unit") or "", bool(line.get("negated"))
    value, threshold, result = line.get("value"), line.get("threshold"), line.get("result")
    holds = None if result is None else bool(result) != negated
    shown = UNKNOWN if value is None and result is None else show_text(value, kind, unit) if value is not None else "是" if result else "否"
    return Reason(
        says=line["says"],
        holds=holds,
        absent=negated,
        value=shown,
        border=show_text(threshold, kind, unit) if threshold is not None else "",
        line=_line(line, kind, unit),
        figures=line.get("figures") or [],
        sources=_sources(line.get("sources") or []),
        more_sources=line.get("more_sources") or 0,
        would_change=_change(line, kind, unit) if holds else "",
    )


def _line(line: Mapping[str, Any], kind: str, unit: str) -> str:
    """What the figure is held against: `不低于 15,000.00 元`, or what it has to be."""
    threshold, operator = line.get("threshold"), str(line.get("operator") or "")
    if threshold is None:
        return "须为“否”" if line.get("negated") else "须为“是”"
    wanted = NEGATED.get(operator, "") if line.get("negated") else operator
    return f"{_operators(kind).get(wanted, '')} {show_text(threshold, kind, unit)}".strip()


def _change(line: Mapping[str, Any], kind: str, unit: str) -> str:
    """What would have to be otherwise for the condition not to hold; empty where the operator has no opposite."""
    value, threshold, operator = line.get("value"), line.get("threshold"), str(line.get("operator") or "")
    if threshold is None:
        return f"查到“{line['says']}”" if line.get("negated") else f"“{line['says']}”不再成立"
    words = _operators(kind).get(operator if line.get("negated") else NEGATED.get(operator, ""), "")
    if not words or value is None:
        return ""
    what = "、".join(line.get("measures") or []) or line["says"]
    distance = show_distance(str(value), str(threshold), kind, unit)
    return f"{what}{words} {show_text(str(threshold), kind, unit)}" + (f"（现在相差 {distance}）" if distance else "")


def _operators(kind: str) -> Mapping[str, str]:
    return DATE_OPERATORS if kind in ("date", "month") else OPERATORS


def _sources(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Department, data and day, with the number of rows that share them."""
    counted = Counter((str(row.get("department") or ""), str(row.get("title") or ""), _day(row.get("date"))) for row in rows)
    return [{"department": department, "title": title, "date": day, "rows": rows} for (department, title, day), rows in counted.items()]


def _day(text: object) -> date | str:
    """The day of a source row; what is no day stays as it is."""
    try:
        return date.fromisoformat(str(text or ""))
    except ValueError:
        return str(text or "")
