"""The tables of a run that say what it stands on, brought into the site; only the newest run's are kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db import models

from doudi.casework.runs.models import Dataset, Delivery, Issue, Place, Quality, Rule, Run, Term, Variable
from doudi.policyfiles import read_policy
from doudi.policyfiles.model import PolicyFiles
from doudi.published.read import PublishedRun

TABLES: dict[str, type[models.Model]] = {"datasets": Dataset, "deliveries": Delivery, "quality": Quality, "issues": Issue, "terms": Term}
"""Tables that are kept column for column."""
KEPT = (Rule, Variable, Place, *TABLES.values())
BATCH = 2_000


def context_load(line: Run, run: PublishedRun) -> None:
    """Replace the context of the run before by this run's."""
    for model in KEPT:
        model.objects.all().delete()  # type: ignore[attr-defined]
    policy = read_policy(run.path / "policy")
    for table, model in TABLES.items():
        _create(model, (model(run=line, **row) for row in run.table(table).to_pylist()))
    _create(Rule, _rules(line, run))
    _create(Variable, _variables(line, run, policy))
    _create(Place, _places(line, run))


def _create(model: type[models.Model], lines: Iterable[models.Model]) -> None:
    model.objects.bulk_create(list(lines), BATCH)  # type: ignore[attr-defined]


def _rules(line: Run, run: PublishedRun) -> Iterable[Rule]:
    conditions: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in run.table("conditions").to_pylist():
        rule = row.pop("rule")
        conditions[rule].append({**row, "measures": _words(row["measures"]), "parameters": _words(row["parameters"])})
    parameters: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in run.table("parameters").to_pylist():
        parameters[row["parameter"]].append(row)
    for row in run.rules.values():
        read = sorted({name for one in conditions[row["rule"]] for name in one["parameters"]})
        plain = {name: "" if value is None else value for name, value in row.items()}
        yield Rule(run=line, **plain, conditions=conditions[row["rule"]], parameters=[value for name in read for value in parameters[name]])


def _variables(line: Run, run: PublishedRun, policy: PolicyFiles) -> Iterable[Variable]:
    for row in run.variables.values():
        file = policy.variables.get(row["variable"])
        datasets = _words(row["datasets"])
        yield Variable(
            run=line,
            **{**row, "unit": row["unit"] or "", "datasets": datasets},
            departments=sorted({run.datasets[name]["department"] for name in datasets if name in run.datasets}),
            theme=file.topic if file else "",
            category=bool(file and file.category),
        )


def _places(line: Run, run: PublishedRun) -> Iterable[Place]:
    for row in run.table("places").to_pylist():
        region = row["township"] or row["county"] or ""
        yield Place(run=line, region=region, **{name: row[name] for name in ("persons", "living", "deceased", "households")})


def _words(listed: str | None) -> list[str]:
    return [word for word in (listed or "").split(",") if word]
