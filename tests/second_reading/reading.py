"""A second reading of the reference policy: what its text says of a county, in plain Python, without a look at the policy files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from tests.second_reading.county import FIGURES, County, Figures, Row
from tests.second_reading.household_rules import HOUSEHOLDS
from tests.second_reading.person_rules import DECEASED, LIVING

Finding = tuple[str, int]
"""Rule and subject: a household or a person, as the rule has it."""

RULES = (*LIVING, *DECEASED, *HOUSEHOLDS)


@dataclass(frozen=True)
class Reading:
    """What is found of whom. `missed`: everybody else who was asked."""

    hits: frozenset[Finding]
    unknown: frozenset[Finding]
    missed: frozenset[Finding]


def read(tables: Mapping[str, Sequence[Row]], day: date, figures: Figures = FIGURES) -> Reading:
    """The results of all 57 rules on a day, from rows as they lie in the lake (`people`, datasets). Tables that are not there are empty."""
    county = County(tables, day, figures)
    results: dict[Finding, bool | None] = {}
    for rules, subjects in ((LIVING, county.subjects), (DECEASED, county.died), (HOUSEHOLDS, county.households)):
        for name, rule in rules.items():
            for subject in subjects:
                results[name, subject] = rule(county, subject)

    def those(value: bool | None) -> frozenset[Finding]:
        return frozenset(finding for finding, result in results.items() if result is value)

    odd = {finding: result for finding, result in results.items() if result not in (True, False, None)}
    assert not odd, odd
    return Reading(those(True), those(None), those(False))
