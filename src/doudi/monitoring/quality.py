"""Scores of the delivered data, in ten-thousandths, rounded down: 10,000 is said only of what is complete.

completeness  share of filled values of optional fields in the effective rows. A field whose contract says what an empty value means
              (description with 空: "空为仍在享受") is not counted: there an empty value is an answer.
validity      share of delivered rows that are used with every value they had
timeliness    share of datasets that reach as far as was due on the as-of date
consistency   share of used rows that contradict no other department and pass the contract's own checks

A dataset, a department (over its datasets) and all; completeness also for each county, by the household of a row's person.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from doudi.contracts.model import Contract
from doudi.lake.engine import Engine
from doudi.monitoring.freeze import Frozen
from doudi.monitoring.parts import NOWHERE
from doudi.published.tables import TABLES

FILLED = """
SELECT CASE WHEN bucket >= 1000 THEN bucket // 1000 ELSE 0 END AS county, COUNT(*) AS rows, {filled} AS filled FROM "{dataset}" t GROUP BY 1
"""

EMPTIED = """
SELECT d.dataset, COUNT(*) AS emptied, COUNT(DISTINCT (r.delivery, r.row)) AS rows
FROM remarks r JOIN delivery_lines d ON r.delivery = d.delivery WHERE r.outcome = 'emptied' AND d.verdict = 'accepted' GROUP BY d.dataset
"""

DOUBTFUL = """
SELECT dataset, COUNT(DISTINCT (delivery, row)) AS rows FROM (
    SELECT dataset, delivery, row FROM conflicts
    UNION ALL SELECT d.dataset, r.delivery, r.row FROM remarks r JOIN delivery_lines d ON r.delivery = d.delivery
    WHERE r.outcome = 'noted' AND d.verdict = 'accepted'
) GROUP BY dataset
"""


@dataclass
class Tally:
    """What is counted for a dataset; tallies of a department's datasets are added up."""

    delivered: int = 0
    accepted: int = 0
    refused: int = 0
    held: int = 0
    emptied: int = 0
    rows_with_emptied: int = 0
    doubtful: int = 0
    asked: int = 0
    filled: int = 0
    datasets: int = 0
    in_time: int = 0
    counties: dict[str, tuple[int, int, int]] = field(default_factory=dict)
    """County -> effective rows, values asked, values filled; also of counties that have no row any more."""

    def add(self, other: Tally) -> None:
        """Add another's numbers (not its counties)."""
        for name in vars(self):
            if name != "counties":
                setattr(self, name, getattr(self, name) + getattr(other, name))

    def scores(self) -> dict[str, int | None]:
        """The four scores, None where there is nothing to judge."""
        return {
            "completeness": share(self.filled, self.asked),
            "validity": share(max(0, self.accepted - self.rows_with_emptied), self.delivered),
            "timeliness": share(self.in_time, self.datasets),
            "consistency": share(max(0, self.accepted - self.doubtful), self.accepted),
        }


def share(part: int, whole: int) -> int | None:
    """Ten-thousandths, rounded down; None of nothing."""
    return part * 10_000 // whole if whole else None


Filled = Mapping[str, Mapping[str, Sequence[int]]]
"""Dataset -> county -> its effective rows, and the optional values that they have."""


def count_filled(engine: Engine, contracts: Mapping[str, Contract]) -> dict[str, dict[str, dict[str, list[int]]]]:
    """Part -> `Filled`. Needs the datasets; a row without a household has no county."""
    found: dict[str, dict[str, dict[str, list[int]]]] = {}
    for name, contract in contracts.items():
        filled = " + ".join(f'COUNT(t."{column}")' for column in optional_columns(contract)) or "0"
        for county, rows, values in engine.fetch(FILLED.format(filled=filled, dataset=name)):
            part = f"{county:06d}"
            found.setdefault(part, {})[name] = {"" if part == NOWHERE else part: [rows, values]}
    return found


def quality_lines(engine: Engine, frozen: Frozen, filled: Iterable[Filled]) -> pa.Table:
    """The table `quality`. `filled` of every part; needs the tables of `supply.load_supply` and `conflicts`."""
    tallies = count(engine, frozen, filled)
    lines = sorted(_lines(frozen, tallies), key=lambda line: (line["scope"], line["department"], line["dataset"], line["county"]))
    return pa.Table.from_pylist(lines, schema=TABLES["quality"].arrow)


def count(engine: Engine, frozen: Frozen, filled: Iterable[Filled]) -> dict[str, Tally]:
    """Dataset -> its tally."""
    tallies: dict[str, Tally] = {name: Tally(datasets=1) for name in frozen.books.contracts}
    sums = "SELECT dataset, SUM(delivered), SUM(accepted), SUM(refused), SUM(held) FROM delivery_lines GROUP BY dataset"
    for dataset, *numbers in engine.fetch(sums):
        if tally := tallies.get(dataset):
            tally.delivered, tally.accepted, tally.refused, tally.held = map(int, numbers)
    for dataset, emptied, rows in engine.fetch(EMPTIED):
        tallies[dataset].emptied, tallies[dataset].rows_with_emptied = emptied, rows
    for dataset, rows in engine.fetch(DOUBTFUL):
        if tally := tallies.get(dataset):
            tally.doubtful = rows
    for name in frozen.books.contracts:
        tallies[name].in_time = int(frozen.states[name].late_days == 0)
    for part in filled:
        for name, counties in part.items():
            _fill(tallies[name], len(optional_columns(frozen.books.contracts[name])), counties)
    return tallies


def optional_columns(contract: Contract) -> list[str]:
    """The lake columns whose emptiness is a gap."""
    gaps = [each for each in contract.fields if not each.required and not each.key and "空" not in each.description]
    return [column for each in gaps for column in each.columns]


def _fill(tally: Tally, columns: int, counties: Mapping[str, Sequence[int]]) -> None:
    for county, (rows, values) in counties.items():
        tally.asked, tally.filled = tally.asked + rows * columns, tally.filled + values
        if county:
            before = tally.counties.get(county, (0, 0, 0))
            tally.counties[county] = (before[0] + rows, before[1] + rows * columns, before[2] + values)


def _lines(frozen: Frozen, tallies: Mapping[str, Tally]) -> Iterator[dict[str, object]]:
    departments: defaultdict[str, Tally] = defaultdict(Tally)
    whole = Tally()
    for name, contract in frozen.books.contracts.items():
        tally, state = tallies[name], frozen.states[name]
        departments[contract.department].add(tally)
        whole.add(tally)
        late = None if state.delivered_to is None else state.late_days
        yield _line("dataset", contract.department, name, tally, late)
        yield from _counties(contract, tally, late)
    for department, tally in departments.items():
        yield _line("department", department, "", tally, _latest(frozen, department))
    yield _line("all", "", "", whole, _latest(frozen, None))


def _line(scope: str, department: str, dataset: str, tally: Tally, late: int | None) -> dict[str, object]:
    counted = {name: getattr(tally, name) for name in ("delivered", "accepted", "refused", "held", "emptied", "filled")}
    return {"scope": scope, "department": department, "dataset": dataset, "county": "", "late_days": late} | counted | tally.scores()


def _counties(contract: Contract, tally: Tally, late: int | None) -> Iterable[dict[str, object]]:
    for county, (rows, asked, filled) in tally.counties.items():
        where = {"scope": "dataset", "department": contract.department, "dataset": contract.dataset, "county": county}
        if rows:
            yield where | {"late_days": late, "accepted": rows, "filled": filled, "completeness": share(filled, asked)}


def _latest(frozen: Frozen, department: str | None) -> int | None:
    """The most days that a dataset of a department (None: of all) is late; None if none was ever delivered."""
    states = [frozen.states[name] for name, each in frozen.books.contracts.items() if department in (None, each.department)]
    return max((state.late_days for state in states if state.delivered_to is not None), default=None)
