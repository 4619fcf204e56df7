"""What is told of the whole run: the base's numbers, without those of the affected before, with those of the affected now."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow.compute as pc

from doudi.contracts.model import Contract
from doudi.lake.engine import Engine
from doudi.monitoring.incremental.lakes import BEFORE, Source
from doudi.monitoring.incremental.merge import Dropped
from doudi.monitoring.incremental.near import show_near
from doudi.monitoring.kept import PartResult
from doudi.monitoring.parts import Batch
from doudi.monitoring.population import add_up, count_population, less, read_population
from doudi.monitoring.quality import count_filled
from doudi.monitoring.steps import Performance, StepLike
from doudi.published.read import PublishedRun

Filled = dict[str, dict[str, list[int]]]


@dataclass
class Before:
    """The affected in the cut of the base: `filled`: dataset -> county -> their rows and filled values, and how many they were by place."""

    filled: Filled = field(default_factory=dict)
    people: dict[str, list[int]] = field(default_factory=dict)


def base_totals(base: PublishedRun, contracts: Mapping[str, Contract], gone: Before) -> PartResult:
    """The base's numbers, without files and without the affected."""
    alerts = {column: base.manifest.counts[f"by_{column}"] for column in ("rule", "grade", "change")}
    unknowns = {rule: line["unknowns"] for rule, line in base.rules.items()}
    people = less(read_population(base.table("places")), gone.people)
    return PartResult({}, people, unknowns, _less(_filled(base, contracts), gone.filled), alerts)


def _filled(base: PublishedRun, contracts: Mapping[str, Contract]) -> Filled:
    """Dataset -> county (empty: not known) -> effective rows and filled optional values, from what the base says of its quality."""
    lines = base.table("quality", ["dataset", "county", "accepted", "filled"], where=pc.field("scope") == "dataset").to_pylist()
    found: Filled = {name: {} for name in contracts}
    for line in lines:
        if line["county"]:
            found[line["dataset"]][line["county"]] = [line["accepted"], line["filled"]]
    for line in lines:
        if not line["county"]:
            counties = found[line["dataset"]]
            rows = base.datasets[line["dataset"]]["rows"] - sum(number for number, _ in counties.values())
            counties[""] = [rows, line["filled"] - sum(filled for _, filled in counties.values())]
    return found


def count_before(
    engine: Engine, sources: Iterable[Source], contracts: Mapping[str, Contract], batches: Iterable[Batch], steps: Sequence[StepLike],
    same: Collection[str] = (),
) -> Before:  # fmt: skip
    """The affected in the cut of the base. `steps` make `person_base` and where everybody is. Leaves the views as they are then.

    `same`: tables whose own names show already what all the affected had then.
    """
    total = Before()
    for batch in batches:
        show_near(engine, [source for source in sources if source.name not in same], BEFORE, batch, keep=False)
        for of_part in count_filled(engine, contracts).values():
            _add(total.filled, of_part, 1)
        Performance(engine).perform(steps)
        total.people = add_up([total.people, *count_population(engine).values()])
        for step in steps:
            engine.execute(f'DROP TABLE "{step.name}"')
    return total


def without(result: PartResult, dropped: Dropped) -> PartResult:
    """The numbers of the affected of a part as a difference to the base: what was dropped is taken off."""
    unknowns = {rule: result.unknowns.get(rule, 0) - dropped.unknown[rule] for rule in {*result.unknowns, *dropped.unknown}}
    alerts = {
        column: {value: result.alerts.get(column, {}).get(value, 0) - numbers[value] for value in {*result.alerts.get(column, {}), *numbers}}
        for column, numbers in dropped.alerts.items()
    }
    return PartResult(result.files, result.people, unknowns, result.filled, alerts)


def _less(one: Filled, other: Filled) -> Filled:
    found: Filled = {}
    _add(found, one, 1)
    _add(found, other, -1)
    return found


def _add(total: Filled, more: Mapping[str, Mapping[str, list[int]]], times: int) -> None:
    for dataset, counties in more.items():
        for county, numbers in counties.items():
            mine = total.setdefault(dataset, {}).setdefault(county, [0, 0])
            mine[:] = [old + times * new for old, new in zip(mine, numbers, strict=True)]
