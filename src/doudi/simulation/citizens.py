"""Citizen IDs: sound, all different over the whole province, none that ends in 000 (as numbers do that went through a spreadsheet)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from doudi.simulation.days import Days
from doudi.simulation.draws import Bools, Ints
from doudi.simulation.places import Township
from doudi.simulation.texts import Letters, digits, side_by_side

_WEIGHTS = np.array((7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2), dtype=np.int64)
_CHECK = np.frombuffer(b"10X98765432", dtype=np.uint8)


def citizen_ids(townships: Sequence[Township], township: Ints, birth: Days, male: Bools) -> tuple[Letters, Days]:
    """IDs of 18 characters and the birth dates in them, for people by place of their township.

    The serial is of the township's own slots of its address; where those of a day are used up, the day before is taken.
    """
    birth = birth.copy()
    capacity = np.array([each.slots[1] - each.slots[0] for each in townships], dtype=np.int64)[township]
    while (full := (rank := _rank(township, birth, male)) >= capacity).any():
        birth[full] -= 1
    slot = np.array([each.slots[0] for each in townships], dtype=np.int64)[township] + rank
    slot += slot // 49 + 1  # no multiple of 50: the number could end in 000
    address = np.array([each.address for each in townships], dtype=np.int64)[township]
    day = birth.astype("datetime64[D]")
    year = day.astype("datetime64[Y]").astype(np.int64) + 1970
    month = day.astype("datetime64[M]").astype(np.int64) % 12 + 1
    of_month = (day - day.astype("datetime64[M]")).astype(np.int64) + 1
    first17 = digits((((address * 10_000 + year) * 100 + month) * 100 + of_month) * 1000 + 2 * slot + male, 17)
    check = _CHECK[(first17.astype(np.int64) - 48) @ _WEIGHTS % 11]
    return side_by_side(first17, check[:, None]), birth


def _rank(township: Ints, birth: Days, male: Bools) -> Ints:
    """How many of the same township, day and sex stand before."""
    key = (township * 200_000 + (birth.astype(np.int64) + 60_000)) * 2 + male
    order = np.argsort(key, kind="stable")
    ordered = key[order]
    starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]])) if len(ordered) else np.zeros(0, dtype=np.int64)
    counts = np.diff(np.append(starts, len(ordered)))
    rank = np.empty(len(key), dtype=np.int64)
    rank[order] = np.arange(len(key)) - np.repeat(starts, counts)
    return rank
