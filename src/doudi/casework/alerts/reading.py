"""A published run's alerts with their evidence, part by part, so that a province is never in memory at once."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from doudi.published.read import PublishedRun

PROVINCE = "43"
SHOWN_SOURCES = 12
"""So many source rows of a condition are kept for the page; the number of all is told."""

Line = tuple[Any, ...]
COLUMNS: dict[str, str] = {
    "id": "text PRIMARY KEY",
    "rule": "text",
    "version": "text",
    "name": "text",
    "kind": "text",
    "grade": "text",
    "cause": "text",
    "subject": "text",
    "person": "bigint",
    "household": "bigint",
    "region": "text",
    "department": "text",
    "level": "text",
    "within_working_days": "smallint",
    "since": "date",
    "first_run": "text",
    "change": "text",
    "changed": "text",
    "evidence": "jsonb",
    "facts_hash": "text",
}
"""Staging: column -> type; `lines` gives them in this order."""


@dataclass(frozen=True)
class _Context:
    """What the words of evidence are taken from: once for a run."""

    rules: Mapping[str, Mapping[str, Any]]
    conditions: Mapping[tuple[str, str], Mapping[str, Any]]
    deliveries: Mapping[int, Mapping[str, Any]]
    variables: Mapping[str, Mapping[str, Any]]
    figures: Mapping[str, tuple[str, bool]]


def lines(run: PublishedRun) -> Iterator[Line]:
    """Every alert of the run in the order of `COLUMNS`; evidence is JSON text."""
    figures = {row["parameter"]: (row["name"], row["reference"]) for row in run.table("parameters", ["parameter", "name", "reference"]).to_pylist()}
    context = _Context(run.rules, run.conditions, run.deliveries, run.variables, figures)
    whole = run.files("alerts") if not run.parts("alerts") else []
    if whole:
        yield from _part(context, whole[0], *(run.files(name)[:1] for name in ("evidence", "sources")))
    evidence, sources = run.parts("evidence"), run.parts("sources")
    for part, path in run.parts("alerts").items():
        yield from _part(context, path, [evidence[part]] if part in evidence else [], [sources[part]] if part in sources else [])


def _part(context: _Context, alerts: Path, evidence: list[Path], sources: list[Path]) -> Iterator[Line]:
    rows = _by_alert(sources, ("condition", "dataset", "delivery", "row", "date"))
    proof = _by_alert(evidence, ("position", "condition", "result", "value", "threshold"))
    for alert in pq.read_table(alerts).to_pylist():
        said = [_reason(context, alert["rule"], line, rows.get(alert["alert"], ())) for line in sorted(proof.get(alert["alert"], ()))]
        text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        yield _line(context, alert, text)


def _line(context: _Context, alert: Mapping[str, Any], evidence: str) -> Line:
    rule = context.rules[alert["rule"]]
    facts = f"{alert['rule']}|{alert['version']}|{alert['grade']}|{evidence}"
    return (
        alert["alert"],
        alert["rule"],
        alert["version"],
        rule["name"],
        alert["kind"],
        alert["grade"],
        rule["cause"] or "",
        alert["subject"],
        alert["person"],
        alert["household"],
        alert["village"] or alert["township"] or alert["county"] or PROVINCE,
        alert["department"],
        alert["level"],
        alert["within_working_days"],
        alert["since"],
        alert["first_run"],
        alert["change"],
        alert["changed"] or "",
        evidence,
        hashlib.sha256(facts.encode()).hexdigest(),
    )


def _reason(context: _Context, rule: str, line: Line, sources: tuple[Line, ...] | list[Line]) -> dict[str, Any]:
    """One condition as the page needs it. `type` is the rule language's; values are canonical text."""
    position, name, result, value, threshold = line
    condition = context.conditions[(rule, name)]
    measures = [word for word in (condition["measures"] or "").split(",") if word]
    figures = [context.figures[word] for word in (condition["parameters"] or "").split(",") if word in context.figures]
    own = [row for row in sources if row[0] == name]
    return {
        "condition": name,
        "position": position,
        "says": condition["says"],
        "negated": condition["negated"],
        "result": result,
        "value": value,
        "threshold": threshold,
        "operator": condition["operator"],
        "type": condition["value_type"],
        "unit": _unit(context, measures, condition["value_type"]),
        "measures": [context.variables[word]["label"] for word in measures if word in context.variables],
        "figures": [{"name": figure, "to_confirm": reference} for figure, reference in figures],
        "sources": [_source(context, row) for row in own[:SHOWN_SOURCES]],
        "more_sources": max(0, len(own) - SHOWN_SOURCES),
    }


def _unit(context: _Context, measures: list[str], kind: str | None) -> str:
    if kind == "money":
        return "分"
    units = {context.variables[word]["unit"] for word in measures if word in context.variables} - {None}
    return str(units.pop()) if kind == "int" and len(units) == 1 else ""


def _source(context: _Context, row: Line) -> dict[str, Any]:
    _, dataset, delivery, number, day = row
    found = context.deliveries.get(delivery, {})
    return {
        "dataset": dataset,
        "title": found.get("title", dataset),
        "department": found.get("department", ""),
        "file": found.get("file", ""),
        "row": number,
        "date": day.isoformat() if day else None,
    }


def _by_alert(paths: list[Path], columns: tuple[str, ...]) -> dict[str, list[Line]]:
    """Alert -> its lines; column by column, since a dictionary for each line costs ten times as much."""
    found: dict[str, list[Line]] = defaultdict(list)
    for path in paths:
        table = pq.read_table(path, columns=["alert", *columns])
        for alert, *line in zip(*(table.column(name).to_pylist() for name in ("alert", *columns)), strict=True):
            found[alert].append(tuple(line))
    return found
