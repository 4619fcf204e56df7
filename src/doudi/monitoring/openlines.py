"""Conclusions that are unknown, as they are published. There are millions of them for some dozens of reasons, so the engine sorts numbers only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from doudi.lake.engine import Engine
from doudi.monitoring.places import part_of
from doudi.published.findings import reasons_text
from doudi.published.write import Numbered
from doudi.rules.findings import SUBJECT
from doudi.rules.plan import Plan

LINES = f"""
SELECT u.person, u.household, u.gap, COALESCE(h.region, p.region) AS region, {part_of("u")}
FROM open_questions u JOIN (SELECT gap, DENSE_RANK() OVER (ORDER BY rule) AS place FROM gaps) g ON u.gap = g.gap
LEFT JOIN household_places h ON u.household = h.household
LEFT JOIN person_places p ON u.person = p.person
ORDER BY part, g.place, u.household NULLS LAST, u.person NULLS LAST
"""
"""The lines of `unknown` with their part, in its order: a rule asks persons or households, never both."""


@dataclass
class OpenLines:
    """The lines of `unknown`, of which `counted` tells how many there were, by part and rule. Needs the plan's `open_questions` and `gaps`."""

    engine: Engine
    plan: Plan
    counted: Counter[tuple[str, str]] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        gaps = self.engine.fetch("SELECT gap, rule, conditions, reasons FROM gaps ORDER BY gap")
        self._gaps = pa.array([gap for gap, *_ in gaps], pa.int64())
        self._rules = [rule for _, rule, *_ in gaps]
        subjects = [SUBJECT[self.plan.rules[rule].of] for rule in self._rules]
        reasons = [self._reasons(*words) for _, *words in gaps]
        self._numbers: dict[str, pa.Array] = {}
        self.told: dict[str, Numbered] = {}
        for name, said in (("rule", self._rules), ("subject", subjects), ("reasons", reasons)):
            words = pa.array(said, pa.string()).dictionary_encode()
            self._numbers[f"{name}_number"], self.told[name] = words.indices, Numbered(f"{name}_number", words.dictionary)

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The lines, with everything that is published of them; texts by number, see `told`."""
        for batch in self.engine.batches(LINES):
            at = pc.index_in(batch["gap"], self._gaps)
            self._count(batch["part"], at)
            for name, numbers in self._numbers.items():
                batch = batch.append_column(name, numbers.take(at))
            yield with_places(batch)

    def _reasons(self, rule: str, conditions: str, reasons: str) -> str:
        positions = {each.name: each.position for each in self.plan.rules[rule].conditions}
        return reasons_text((positions[name], reason) for name, reason in zip(conditions.split(","), reasons.split("\n"), strict=True))

    def _count(self, parts: pa.Array, gaps: pa.Array) -> None:
        counted = pa.table({"part": parts, "gap": gaps}).group_by(["part", "gap"]).aggregate([([], "count_all")])
        for line in counted.to_pylist():
            self.counted[line["part"], self._rules[line["gap"]]] += line["count_all"]


def with_places(batch: pa.RecordBatch) -> pa.RecordBatch:
    """County, township and village of a column `region`: as `places.parts`, each of the few regions once."""
    regions = batch["region"].dictionary_encode()
    places = [_places(region) for region in regions.dictionary.to_pylist()]
    for at, name in enumerate(("county", "township", "village")):
        batch = batch.append_column(name, pa.array([place[at] for place in places], pa.string()).take(regions.indices))
    return batch


def _places(region: str | None) -> tuple[str | None, str | None, str | None]:
    if region is None or len(region) < 6:
        return None, None, None
    township = region[:9] if len(region) >= 9 and region[6:9] != "000" else None
    return region[:6], township, region if len(region) == 12 and region[9:] != "000" else None
