"""How many people and households there are, by place: everybody is counted, also those whose facts are not published."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import pyarrow as pa

from doudi.lake.engine import Engine
from doudi.published.tables import TABLES
from doudi.rules.plan import PlannedRule

LISTED, LIVING, DECEASED, HOUSEHOLDS = range(4)
"""Positions of the numbers of a place: people on a list or with a death record; the living on the newest list; the dead; households of the living."""

Population = Mapping[str, Sequence[int]]
"""Code of a township, or of a county where the township is not known (empty: nor is the county) -> its numbers."""

PERSONS = """
SELECT part, region, COUNT(*), COUNT(CASE WHEN here THEN 1 END), COUNT(CASE WHEN deceased THEN 1 END) FROM person_places GROUP BY 1, 2
"""

HOMES = """
SELECT h.part, h.region, COUNT(*)
FROM household_places h SEMI JOIN (SELECT household FROM person_base WHERE living AND listed) b ON h.household = b.household GROUP BY 1, 2
"""


def count_population(engine: Engine) -> dict[str, dict[str, list[int]]]:
    """Part -> `Population`. Needs `person_base` and the tables of `places.STEPS`."""
    found: defaultdict[str, defaultdict[str, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0, 0, 0]))
    for part, region, *numbers in engine.fetch(PERSONS):
        for at, number in enumerate(numbers):
            found[part][_place(region)][at] += number
    for part, region, number in engine.fetch(HOMES):
        found[part][_place(region)][HOUSEHOLDS] += number
    return {part: dict(of_part) for part, of_part in found.items()}


def _place(region: str | None) -> str:
    """The township, or the county where the region tells no township; empty where it tells neither."""
    if region is None or len(region) < 6:
        return ""
    return region[:9] if len(region) >= 9 and region[6:9] != "000" else region[:6]


def asked_by(rule: PlannedRule) -> int:
    """Which of a place's numbers are the subjects that a rule asks."""
    return HOUSEHOLDS if rule.of == "household" else DECEASED if rule.subjects == "deceased" else LIVING


def add_up(populations: Iterable[Population]) -> dict[str, list[int]]:
    """The sums by place, without places where nobody is."""
    total: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for population in populations:
        for place, numbers in population.items():
            total[place] = [one + more for one, more in zip(total[place], numbers, strict=True)]
    return {place: numbers for place, numbers in total.items() if any(numbers)}


def less(one: Population, other: Population) -> dict[str, list[int]]:
    """The numbers of one without those of another."""
    return add_up([one, {place: [-number for number in numbers] for place, numbers in other.items()}])


def place_lines(population: Population) -> pa.Table:
    """The table `places`."""
    lines = [
        {"county": place[:6] or None, "township": place if len(place) > 6 else None}
        | {"persons": n[LISTED], "living": n[LIVING], "deceased": n[DECEASED], "households": n[HOUSEHOLDS]}
        for place, n in population.items()
    ]
    lines.sort(key=lambda line: (line["county"] is None, line["county"], line["township"] is None, line["township"] or ""))
    return pa.Table.from_pylist(lines, schema=TABLES["places"].arrow)


def read_population(table: pa.Table) -> dict[str, list[int]]:
    """The numbers in a table `places`."""
    return {
        line["township"] or line["county"] or "": [line["persons"], line["living"], line["deceased"], line["households"]]
        for line in table.to_pylist()
    }
