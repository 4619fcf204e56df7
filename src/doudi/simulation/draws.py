"""Random numbers without a state: each is a function of the seed, of what it is drawn for, and of whom.

A draw asks for a name (`"death_day"`) and an array of 64-bit identities. The same seed, name and identity give the same number whatever else
is drawn, in which order, and however the work is cut into pieces: nothing depends on processes or sizes of batches, nor on NumPy's generators.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.uint64]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

_FIRST, _SECOND, _STEP = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB), np.uint64(0x9E3779B97F4A7C15)
_UNIT = 2.0**-53


class Draws:
    """The draws of one seed."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._keys: dict[str, np.uint64] = {}

    def uniform(self, ids: Ids, name: str, at: int | Ints = 0) -> Floats:
        """Numbers in [0, 1), one for each identity; `at` tells several of one name and identity apart."""
        mixed = self._mixed(ids, name, at)
        mixed >>= np.uint64(11)
        return mixed * _UNIT

    def chance(self, ids: Ids, name: str, share: float | Floats, at: int | Ints = 0) -> Bools:
        """True with probability `share`."""
        return self.uniform(ids, name, at) < share

    def below(self, ids: Ids, name: str, limit: int | Ints, at: int | Ints = 0) -> Ints:
        """Whole numbers in [0, limit)."""
        return (self.uniform(ids, name, at) * limit).astype(np.int64)

    def between(self, ids: Ids, name: str, low: float | Floats | Ints, high: float | Floats | Ints, at: int | Ints = 0) -> Floats:
        """Numbers in [low, high)."""
        return low + self.uniform(ids, name, at) * (high - low)

    def choice(self, ids: Ids, name: str, weights: Sequence[float] | Floats, at: int | Ints = 0) -> Ints:
        """Places in a list of weights, each as often as its weight says."""
        steps = np.cumsum(np.asarray(weights, dtype=np.float64))
        return np.searchsorted(steps[:-1] / steps[-1], self.uniform(ids, name, at), side="right")

    def normal(self, ids: Ids, name: str, at: int | Ints = 0) -> Floats:
        """Standard normal numbers (Box and Muller)."""
        radius = np.sqrt(-2.0 * np.log1p(-self.uniform(ids, name, at)))
        return radius * np.cos(2.0 * np.pi * self.uniform(ids, name + "'", at))

    def lognormal(self, ids: Ids, name: str, median: float | Floats, sigma: float, at: int | Ints = 0) -> Floats:
        """Lognormal numbers with this median."""
        return median * np.exp(sigma * self.normal(ids, name, at))

    def _mixed(self, ids: Ids, name: str, at: int | Ints) -> Ids:
        """Splitmix64's finish over identity, name and place."""
        key = self._keys.get(name)
        if key is None:
            digest = hashlib.blake2b(f"{self._seed} {name}".encode(), digest_size=8).digest()
            key = self._keys[name] = np.uint64(int.from_bytes(digest, "big"))
        with np.errstate(over="ignore"):
            mixed = ids + key
            if isinstance(at, np.ndarray):
                mixed += at.astype(np.uint64) * _STEP
            elif at:
                mixed += np.uint64(at) * _STEP
            mixed ^= mixed >> np.uint64(30)
            mixed *= _FIRST
            mixed ^= mixed >> np.uint64(27)
            mixed *= _SECOND
            mixed ^= mixed >> np.uint64(31)
        return mixed
