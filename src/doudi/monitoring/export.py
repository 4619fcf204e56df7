"""Exports of a run for people and other systems: alerts and unknowns. Rows that were not used, and links, come from intake (`intake.unused`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import pyarrow.compute as pc

from doudi.kernel.ids import mask_id
from doudi.monitoring.show import DATE_OPERATORS, NEGATED, OPERATORS, show_text
from doudi.published.identities import HouseholdIdentity, Identities, PersonIdentity
from doudi.published.read import PublishedRun

ALERT_COLUMNS = ("rule", "subject", "person_id", "household_no", "grade", "since", "evidence")
UNKNOWN_COLUMNS = ("rule", "subject", "person_id", "household_no", "condition", "reason")
PART = 20_000
"""So many lines are in memory at a time."""


class People:
    """Numbers of people and households in a part of the lines, as an export may show them."""

    def __init__(self, lines: Sequence[Mapping[str, Any]], identities: Identities, *, with_ids: bool) -> None:
        self._persons = identities.persons(line["person"] for line in lines if line["subject"] == "p")
        self._households = identities.households(line["household"] for line in lines)
        self._with_ids = with_ids

    def of(self, line: Mapping[str, Any]) -> tuple[str, str]:
        """person_id (only of lines about a person, masked unless asked for) and household_no as delivered."""
        number = self._persons.get(line["person"], PersonIdentity(None, None, None)).id or "" if line["subject"] == "p" else ""
        home = self._households.get(line["household"], HouseholdIdentity(None, None)).household_no or ""
        return number if self._with_ids or not number else mask_id(number), home


def alert_rows(run: PublishedRun, identities: Identities, *, with_ids: bool) -> Iterator[tuple[str, ...]]:
    """The rows of `export alerts`, in the order of the run."""
    for lines in _parts(run, "alerts"):
        people, proofs = People(lines, identities, with_ids=with_ids), _evidence(run, lines)
        for line in lines:
            person, household = people.of(line)
            yield line["rule"], line["subject"], person, household, line["grade"], line["since"].isoformat(), proofs.get(line["alert"], "")


def unknown_rows(run: PublishedRun, identities: Identities, *, with_ids: bool) -> Iterator[tuple[str, ...]]:
    """The rows of `export unknown`: one for each condition that is unknown where the rule is."""
    for lines in _parts(run, "unknown"):
        people = People(lines, identities, with_ids=with_ids)
        for line in lines:
            condition = run.conditions.get((line["rule"], line["condition"]), {"says": line["condition"]})
            yield line["rule"], line["subject"], *people.of(line), condition["says"], line["reason"]


def _parts(run: PublishedRun, table: str) -> Iterator[list[dict[str, Any]]]:
    rows = (line for batch in run.batches(table) for line in batch.to_pylist())
    while part := list(islice(rows, PART)):
        yield part


def _evidence(run: PublishedRun, alerts: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Alert -> its conditions in words, each with value and line."""
    rules = {line["alert"]: line["rule"] for line in alerts}
    words: dict[str, list[str]] = {}
    for line in run.table("evidence", where=pc.field("alert").isin(list(rules))).to_pylist():
        words.setdefault(line["alert"], []).append(_condition(run.conditions[rules[line["alert"]], line["condition"]], line))
    return {alert: "；".join(parts) for alert, parts in words.items()}


def _condition(condition: Mapping[str, Any], line: Mapping[str, Any]) -> str:
    held = f"{condition['says']}：{'否' if condition['negated'] else '是'}"
    if not condition["operator"] or line["value"] is None or line["threshold"] is None:
        return held
    kind = condition["value_type"]
    operator = NEGATED[condition["operator"]] if condition["negated"] else condition["operator"]
    word = (DATE_OPERATORS if kind in ("date", "month") else OPERATORS)[operator]
    return f"{held}（{show_text(line['value'], kind)}{word}{show_text(line['threshold'], kind)}）"
