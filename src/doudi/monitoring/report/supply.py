"""What the departments delivered, how good it was, and where they contradict each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import pyarrow.compute as pc

from doudi.monitoring.report import words
from doudi.monitoring.report.counting import count_by
from doudi.published.read import PublishedRun

ISSUES = 15
"""So many kinds of faults are shown, the most frequent first."""


@dataclass(frozen=True)
class Dataset:
    """A dataset of the data requirement list: its line of `datasets`, its line of `quality` over all counties, and how many deliveries it had."""

    line: Mapping[str, Any]
    quality: Mapping[str, Any]
    deliveries: int

    @property
    def state(self) -> str:
        """`never`, `late` or `fine`."""
        if self.line["delivered_to"] is None:
            return "never"
        return "late" if self.line["late_days"] else "fine"


@dataclass(frozen=True)
class Supplier:
    """A department with its datasets and its scores."""

    name: str
    quality: Mapping[str, Any]
    datasets: tuple[Dataset, ...]


@dataclass(frozen=True)
class Supply:
    """`states`: number of datasets by state; `rows`: delivered, accepted, refused and held over all; `files`: deliveries by department and period."""

    SCORES: ClassVar = ("completeness", "validity", "timeliness", "consistency")
    rows: Mapping[str, int]
    states: Mapping[str, int]
    suppliers: tuple[Supplier, ...]
    issues: tuple[Mapping[str, Any], ...]
    more_issues: int
    conflicts: tuple[tuple[str, int], ...]
    files: tuple[Mapping[str, Any], ...]


def gather_supply(run: PublishedRun) -> Supply:
    """Count deliveries and their faults."""
    deliveries = list(run.deliveries.values())
    suppliers = gather_suppliers(run, deliveries)
    datasets = [dataset for supplier in suppliers for dataset in supplier.datasets]
    issues = sorted(run.table("issues").to_pylist(), key=lambda line: (-line["rows"], line["dataset"], line["code"], line["column"]))
    titles = {line["dataset"]: line["title"] for line in run.datasets.values()}
    return Supply(
        rows={name: sum(line[name] for line in deliveries) for name in ("delivered", "accepted", "refused", "held")},
        states={state: sum(dataset.state == state for dataset in datasets) for state in ("fine", "late", "never")},
        suppliers=suppliers,
        issues=tuple({**line, "title": titles.get(line["dataset"], line["dataset"])} for line in issues[:ISSUES]),
        more_issues=max(0, len(issues) - ISSUES),
        conflicts=tuple(sorted(count_by(run.table("conflicts", ["says"]), "says").items(), key=lambda pair: (-pair[1], pair[0]))),
        files=tuple(sorted(deliveries, key=lambda line: (line["department"], line["dataset"], line["period"], line["sent_at"] or "", line["file"]))),
    )


def gather_suppliers(run: PublishedRun, deliveries: Sequence[Mapping[str, Any]]) -> tuple[Supplier, ...]:
    """The departments in the order of the number of their datasets."""
    whole = run.table("quality", where=pc.field("county") == "").to_pylist()
    by_dataset = {line["dataset"]: line for line in whole if line["scope"] == "dataset"}
    by_department = {line["department"]: line for line in whole if line["scope"] == "department"}
    names = words.department_names(run)
    sent: dict[str, int] = {}
    for line in deliveries:
        sent[line["dataset"]] = sent.get(line["dataset"], 0) + 1
    found: dict[str, list[Dataset]] = {}
    for name, line in run.datasets.items():
        found.setdefault(line["department"], []).append(Dataset(line, by_dataset.get(name, {}), sent.get(name, 0)))
    suppliers = [Supplier(names[name], by_department.get(name, {}), tuple(datasets)) for name, datasets in found.items()]
    return tuple(sorted(suppliers, key=lambda supplier: (-len(supplier.datasets), supplier.name)))
