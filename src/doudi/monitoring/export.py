"""Exports for people and other systems: alerts and unknowns of a run; rows not used and links of the cut that it stands on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from doudi.contracts.read import load_contracts
from doudi.identity.stamp import mask_ids
from doudi.intake import unused
from doudi.intake.settle import open_cut
from doudi.kernel.errors import DoudiError, Fault, code
from doudi.kernel.ids import mask_id
from doudi.lake.engine import DuckEngine
from doudi.monitoring.options import Reading
from doudi.published.findings import read_reasons
from doudi.published.identities import HouseholdIdentity, Identities, PersonIdentity
from doudi.published.read import PublishedRun
from doudi.published.wording import DATE_OPERATORS, NEGATED, OPERATORS, show_text

NO_CUT = code("export_no_cut", "这次运行所用的数据湖切面已不在")

ALERT_COLUMNS = ("rule", "subject", "person_id", "household_no", "grade", "since", "evidence")
UNKNOWN_COLUMNS = ("rule", "subject", "person_id", "household_no", "condition", "reason")
PART = 20_000
"""So many lines are in memory at a time."""


@contextmanager
def open_export(reading: Reading, what: str, *, with_ids: bool) -> Iterator[tuple[Sequence[str], Iterator[Sequence[str]]]]:
    """Columns and rows of an export (alerts, unknown, rejects, links), computed as they are taken.

    Raises DoudiError for rejects and links if the lake no longer has the run's cut.
    """
    if what == "alerts":
        yield ALERT_COLUMNS, alert_rows(reading.run, reading.identities, with_ids=with_ids)
    elif what == "unknown":
        yield UNKNOWN_COLUMNS, unknown_rows(reading.run, reading.identities, with_ids=with_ids)
    else:
        with DuckEngine(reading.home) as engine:
            yield _cut_rows(reading, engine, what, with_ids)


def _cut_rows(reading: Reading, engine: DuckEngine, what: str, with_ids: bool) -> tuple[Sequence[str], Iterator[Sequence[str]]]:
    if not (reading.cut / "cut.json").is_file():
        todo = "用 doudi run 重新运行即可重新整理"
        raise DoudiError(Fault(NO_CUT, f"没有切面 {reading.cut.name}", str(reading.home.lake), todo=todo))
    cut = open_cut(reading.cut)
    if what == "rejects":
        return unused.REJECTS.names, _texts(unused.rejects(engine, cut))
    contracts = load_contracts(reading.run.path / "contracts")
    return unused.LINKS.names, _texts(unused.links(engine, reading.home, reading.keys, contracts, cut, with_ids=with_ids))


def _texts(batches: Iterable[pa.RecordBatch]) -> Iterator[Sequence[str]]:
    for batch in batches:
        columns = [["" if value is None else str(value) for value in column.to_pylist()] for column in batch.columns]
        yield from zip(*columns, strict=True)


class People:
    """Numbers of people and households in a part of the lines, as an export may show them."""

    def __init__(self, lines: Sequence[Mapping[str, Any]], identities: Identities, *, with_ids: bool) -> None:
        self._persons = identities.persons(line["person"] for line in lines if line["subject"] == "p")
        self._households = identities.households(line["household"] for line in lines)
        self._with_ids = with_ids

    def of(self, line: Mapping[str, Any]) -> tuple[str, str]:
        """person_id (only of lines about a person) and household_no as delivered; a citizen ID in either is masked unless asked for."""
        number = self._persons.get(line["person"], PersonIdentity(None, None, None)).id or "" if line["subject"] == "p" else ""
        home = self._households.get(line["household"], HouseholdIdentity(None, None)).household_no or ""
        return (number, home) if self._with_ids else (mask_id(number) if number else "", mask_ids(home))


def alert_rows(run: PublishedRun, identities: Identities, *, with_ids: bool) -> Iterator[tuple[str, ...]]:
    """The rows of `export alerts`, in the order of the run."""
    for lines in _parts(run, "alerts"):
        people, proofs = People(lines, identities, with_ids=with_ids), _evidence(run, lines)
        for line in lines:
            person, household = people.of(line)
            yield line["rule"], line["subject"], person, household, line["grade"], line["since"].isoformat(), proofs.get(line["alert"], "")


def unknown_rows(run: PublishedRun, identities: Identities, *, with_ids: bool) -> Iterator[tuple[str, ...]]:
    """The rows of `export unknown`: one for each condition that is unknown where the rule is."""
    says = {(rule, condition["position"]): condition["says"] for (rule, _), condition in run.conditions.items()}
    for lines in _parts(run, "unknown"):
        people = People(lines, identities, with_ids=with_ids)
        for line in lines:
            for position, reason in sorted((position, reason) for positions, reason in read_reasons(line["reasons"]) for position in positions):
                yield line["rule"], line["subject"], *people.of(line), says[line["rule"], position], reason


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
    return f"{held}（{show_text(line['value'], kind)} {word} {show_text(line['threshold'], kind)}）"
