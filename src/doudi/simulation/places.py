"""Where people live: the townships and villages of a region, and how many households each gets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from doudi.kernel.errors import DoudiError, Fault, code
from doudi.simulation.figures import figures
from doudi.standards import region, region_name, regions

REGION_UNKNOWN = code("simulate_region_unknown", "没有这个地区，或其中没有村（社区）")

SLOTS = 490
"""Numbers of one address, day and sex: serial numbers 000-999 are even or odd, and those are left out that could make an ID end in 000."""
_FEWEST_SLOTS = 3


@dataclass(frozen=True)
class Township:
    """A township: its code (9 digits), how many households it gets, its villages, and its part of the citizen IDs."""

    code: int
    name: str
    """With the county's: 涟源市伏口镇."""
    households: int
    communities: NDArray[np.int64]
    villages: NDArray[np.int64]
    urban_share: float
    income: float
    """Income of its prefecture as a multiple of the province's."""
    address: int
    """First six digits of the IDs of those born here."""
    slots: tuple[int, int]
    """Which serial slots of that address are its own: of one address no two townships share one."""

    @property
    def county(self) -> str:
        """Its unit of county level."""
        return str(self.code)[:6]


@dataclass(frozen=True)
class Places:
    """The townships of a region by code."""

    region: str
    townships: tuple[Township, ...]

    @cached_property
    def all_villages(self) -> NDArray[np.int64]:
        """Every village and community."""
        return np.concatenate([part for each in self.townships for part in (each.communities, each.villages)])


def places_of(code_: str, households: int) -> Places:
    """Share out `households` over the townships of a region (2, 4, 6 or 9 digits) by published population.

    Raises DoudiError if there is no such region.
    """
    known = region(code_)
    found = [each for each in regions("township", known.code) if known] if known else []
    if not found:
        raise DoudiError(Fault(REGION_UNKNOWN, f"没有地区“{code_}”", todo="写 43、4313、431382 这样的代码"))
    villages = _villages()
    weights = {code: _weight(names) for code, names in villages.items()}
    scale = _scale(weights)
    shares = np.array([sum(weights[each.code]) * scale[each.code[:4]] for each in found])
    ends = np.floor(np.cumsum(shares) / shares.sum() * households + 0.5).astype(int)
    counts = np.diff(ends, prepend=0)
    slots = _slots(weights, scale)
    made = [
        _township(each.code, int(count), villages[each.code], weights[each.code], slots[each.code]) for each, count in zip(found, counts, strict=True)
    ]
    return Places(known.code if known else code_, tuple(made))


def _villages() -> dict[str, list[tuple[int, bool]]]:
    """Township -> its villages: code, and whether it is a community."""
    found: dict[str, list[tuple[int, bool]]] = defaultdict(list)
    for each in regions("village"):
        found[each.code[:9]].append((int(each.code), each.name.endswith(("居委会", "社区", "居民委员会", "居"))))
    return found


def _weight(villages: Sequence[tuple[int, bool]]) -> tuple[float, float]:
    """People in its communities and in its villages, before the prefecture's figure is met."""
    each = figures()["weight"]
    communities = sum(community for _, community in villages)
    return communities * each["community"], (len(villages) - communities) * each["village"]


def _scale(weights: dict[str, tuple[float, float]]) -> dict[str, float]:
    sums: dict[str, float] = defaultdict(float)
    for code_, parts in weights.items():
        sums[code_[:4]] += sum(parts)
    return {prefecture: each["population"] / sums[prefecture] for prefecture, each in figures()["prefectures"].items()}


def _address(township: str) -> str:
    """IDs carry counties of the state; a development zone that only statistics know has its prefecture's own old code."""
    unit = region(township[:6])
    return township[:6] if unit and unit.kind == "county" else f"{township[:4]}00"


def _slots(weights: dict[str, tuple[float, float]], scale: dict[str, float]) -> dict[str, tuple[int, int]]:
    """Township -> its part of the slots of its address, by population: the same whatever region is asked for."""
    groups: dict[str, list[str]] = defaultdict(list)
    for code_ in sorted(weights):
        groups[_address(code_)].append(code_)
    found: dict[str, tuple[int, int]] = {}
    for codes in groups.values():
        people = np.array([sum(weights[each]) * scale[each[:4]] for each in codes])
        free = SLOTS - _FEWEST_SLOTS * len(codes)
        own = _FEWEST_SLOTS + np.floor(people / people.sum() * free).astype(int)
        starts = np.concatenate([[0], np.cumsum(own)])
        found |= {each: (int(starts[at]), int(starts[at + 1])) for at, each in enumerate(codes)}
    return found


def _township(code_: str, households: int, villages: Sequence[tuple[int, bool]], weight: tuple[float, float], slots: tuple[int, int]) -> Township:
    income = figures()["prefectures"][code_[:4]]["income"] / figures()["province_income"]
    communities = np.array([each for each, community in villages if community], dtype=np.int64)
    others = np.array([each for each, community in villages if not community], dtype=np.int64)
    name = region_name(code_[:6]) + region_name(code_)
    return Township(int(code_), name, households, communities, others, weight[0] / sum(weight), income, int(_address(code_)), slots)
