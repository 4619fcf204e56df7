"""What is told of the whole run: the base's numbers, without those of the affected before, with those of the affected now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pyarrow.compute as pc

from doudi.contracts.model import Contract
from doudi.lake.engine import Engine
from doudi.monitoring.incremental.lakes import BEFORE, Source
from doudi.monitoring.incremental.merge import Dropped
from doudi.monitoring.incremental.near import show_near
from doudi.monitoring.kept import PartResult
from doudi.monitoring.parts import Batch
from doudi.monitoring.quality import count_filled
from doudi.published.read import PublishedRun
from doudi.rules.plan import PlannedRule

Filled = dict[str, dict[str, list[int]]]


def base_totals(base: PublishedRun, contracts: Mapping[str, Contract], gone: Filled) -> PartResult:
    """The base's numbers without files. `gone`: dataset -> county -> rows and filled values of the affected before."""
    asked = {rule: (line["asked"], line["hits"], line["unknowns"]) for rule, line in base.rules.items()}
    counts = base.manifest.counts
    return PartResult({}, asked, _less(_filled(base, contracts), gone), {column: counts[f"by_{column}"] for column in ("rule", "grade", "change")})


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


def count_before(engine: Engine, sources: Iterable[Source], contracts: Mapping[str, Contract], batches: Iterable[Batch]) -> Filled:
    """Rows and filled values of the affected in the cut of the base. Leaves the views as they are then."""
    total: Filled = {}
    for batch in batches:
        show_near(engine, sources, BEFORE, batch, keep=False)
        for of_part in count_filled(engine, contracts).values():
            _add(total, of_part, 1)
    return total


def without(result: PartResult, dropped: Dropped, rules: Mapping[str, PlannedRule]) -> PartResult:
    """The numbers of the affected of a part as a difference to the base: what was dropped is taken off."""
    asked = {}
    for name, rule in rules.items():
        whom = rule.subjects if rule.of == "person" else "household"
        off = dropped.asked[whom], dropped.alerts["rule"][name], dropped.unknown[name]
        now = result.asked.get(name, (0, 0, 0))
        asked[name] = now[0] - off[0], now[1] - off[1], now[2] - off[2]
    alerts = {
        column: {value: result.alerts.get(column, {}).get(value, 0) - numbers[value] for value in {*result.alerts.get(column, {}), *numbers}}
        for column, numbers in dropped.alerts.items()
    }
    return PartResult(result.files, asked, result.filled, alerts)


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
