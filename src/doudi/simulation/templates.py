"""Kinds of households: who lives together, how often, and how old they are.

Roles: A adult head, B spouse, C children (youngest first), P parents of A, E elder head, F elder spouse, D grown child of E, G grandchildren of E.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from doudi.simulation.draws import Draws, Floats, Ids, Ints

ROLES = "ABCDEFGP"
WIDEST = 7

_KINDS: dict[str, tuple[float, float]] = {  # members -> households in a thousand among communities, among villages
    "A": (138, 78), "E": (82, 124), "C": (0.15, 0.25),
    "AB": (92, 62), "EF": (102, 150), "AC": (20, 15), "EG": (2, 3), "AP": (26, 32),
    "ABC": (180, 105), "EFG": (3, 5), "EFD": (46, 72), "ABP": (20, 28), "ACC": (9, 8),
    "ABCC": (122, 108), "ABCP": (52, 58), "ABPP": (12, 18), "EFGG": (1, 2),
    "ABCCP": (38, 62), "ABCPP": (26, 32), "ABCCC": (9, 12),
    "ABCCPP": (18, 42), "ABCCCP": (4, 10), "ABCCCPP": (2, 6),
}  # fmt: skip

CHILD_AGES = (
    0.73, 0.73, 0.73, 0.75, 0.79, 0.90, 1.02, 1.06, 1.10, 1.13, 1.14, 1.14, 1.14, 1.10, 1.03, 0.96, 0.90, 0.85, 0.80, 0.76, 0.72,
    0.66, 0.58, 0.50, 0.42,
)  # fmt: skip
"""Weight of each age of a youngest child: fewer small children each year since 2017."""
_ELDER_AGES = (0.285, 0.27, 0.195, 0.12, 0.075, 0.055)
"""Elders of 60-64, 65-69 ... 80-84, 85 and more."""
_ADULT_AGES = {"A": (0.20, 0.26, 0.20, 0.34), "AB": (0.08, 0.17, 0.20, 0.55), "AP": (0.05, 0.25, 0.40, 0.30)}
"""Adults of 20-28, 28-38, 38-48, 48-60 where no child says how old they are."""


@cache
def kind_table() -> tuple[NDArray[np.int8], NDArray[np.int8], NDArray[np.float64], tuple[str, ...]]:
    """Role (place in ROLES, -1 none) by kind and slot; members by kind; weights by (community, village) and kind; the kinds."""
    kinds = tuple(_KINDS)
    roles = np.full((len(kinds), WIDEST), -1, dtype=np.int8)
    for at, members in enumerate(kinds):
        roles[at, : len(members)] = [ROLES.index(role) for role in members]
    sizes = np.array([len(members) for members in kinds], dtype=np.int8)
    return roles, sizes, np.array([[_KINDS[kind][side] for kind in kinds] for side in (0, 1)]), kinds


def draw_kinds(draws: Draws, ids: Ids, urban: NDArray[np.bool_]) -> Ints:
    """A kind for each household."""
    weights = kind_table()[2]
    return np.where(urban, draws.choice(ids, "kind", weights[0]), draws.choice(ids, "kind", weights[1]))


def anchor_ages(draws: Draws, ids: Ids, kinds: Ints) -> tuple[Floats, Floats, Floats]:
    """Age of the youngest child, of the adult head and of the elder head of each household, whether it has them or not."""
    names = kind_table()[3]
    child = draws.choice(ids, "child_age", CHILD_AGES) + draws.uniform(ids, "child_part")
    born_at = np.clip(27.5 + 4.2 * draws.normal(ids, "mother_age"), 19, 44)
    adult = child + born_at
    for kind, ages in _ADULT_AGES.items():
        alone = np.isin(kinds, [at for at, name in enumerate(names) if name.rstrip("P") == kind.rstrip("P") and "C" not in name])
        adult = np.where(alone, _banded(draws, ids, "adult_age", (20, 28, 38, 48, 60), ages), adult)
    elder = _banded(draws, ids, "elder_age", (60, 65, 70, 75, 80, 85, 99), _ELDER_AGES)
    with_grandchild = np.isin(kinds, [at for at, name in enumerate(names) if "G" in name])
    elder = np.where(with_grandchild, np.maximum(child * 0.72 + 48 + 6 * draws.uniform(ids, "grandparent"), np.minimum(elder, 74)), elder)
    return child, adult, elder


def _banded(draws: Draws, ids: Ids, name: str, edges: tuple[int, ...], weights: tuple[float, ...]) -> Floats:
    """Ages even inside each band."""
    band = draws.choice(ids, name, weights)
    low, high = np.array(edges[:-1], dtype=float)[band], np.array(edges[1:], dtype=float)[band]
    return low + draws.uniform(ids, name + "_in") ** 1.0 * (high - low)
