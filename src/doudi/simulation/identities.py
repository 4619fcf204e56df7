"""Who the people are: citizen IDs, names, phones, and the numbers that stand for them under an installation's key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from doudi.identity.columns import HOUSEHOLD_NO
from doudi.identity.keys import Keys
from doudi.identity.stamp import Stamper
from doudi.published.seal import Sealer
from doudi.simulation.draws import Bools, Ints
from doudi.simulation.names import NameKeys, draw_names, name_texts
from doudi.simulation.templates import ROLES
from doudi.simulation.texts import digits, letters, side_by_side, texts
from doudi.simulation.world import World


@dataclass
class Identities:
    """Of the people and households of a world. What stands under the key depends on the key; all else does not."""

    world: World
    keys: Keys
    name_keys: NameKeys

    @cached_property
    def id_texts(self) -> list[str]:
        """Citizen IDs."""
        return [each.decode() for each in np.ascontiguousarray(self.world.citizen_ids).view("S18").ravel().tolist()]

    @cached_property
    def name_numbers(self) -> Ints:
        """Which name each has."""
        people, world = self.world.people, self.world
        own = np.isin(people.role, [ROLES.index(role) for role in "BFP"])
        return draw_names(world.draws, people.ids, world.households.ids[people.home], people.male, own)

    @cached_property
    def names(self) -> pa.Array:
        """Names as text."""
        return name_texts(self.name_numbers)

    @cached_property
    def person_names(self) -> Ints:
        """Keyed hashes of the names."""
        return self.name_keys.of(self.name_numbers)

    @cached_property
    def persons(self) -> Ints:
        """Person numbers."""
        number = Stamper(self.keys).person_number
        return np.array([number(each) for each in self.id_texts], dtype=np.int64)

    @cached_property
    def sealed(self) -> pa.Array:
        """Sealed citizen IDs."""
        return self._sealed(self.id_texts, "id", self.persons)

    @cached_property
    def sealed_names(self) -> pa.Array:
        """Sealed names."""
        return self._sealed(self.names.to_pylist(), "name", self.persons)

    @cached_property
    def has_phone(self) -> Bools:
        """Who gave a phone number."""
        world = self.world
        return (world.age > 15) & world.draws.chance(world.ids, "has_phone", 0.55)

    @cached_property
    def phones(self) -> list[str | None]:
        """Phone numbers: 0000 in the middle, so that none is in use."""
        world = self.world
        found: list[str | None] = [None] * world.count
        who = np.flatnonzero(self.has_phone)
        first, last = world.draws.below(world.ids[who], "phone", 30), world.draws.below(world.ids[who], "phone_end", 10_000)
        for at, a, b in zip(who.tolist(), first.tolist(), last.tolist(), strict=True):
            found[at] = f"1{a + 30:02d}0000{b:04d}"
        return found

    @cached_property
    def phone_keys(self) -> list[int | None]:
        """Keyed hashes of the phone numbers."""
        key = Stamper(self.keys).phone_key
        return [key(each) if each else None for each in self.phones]

    @cached_property
    def sealed_phones(self) -> pa.Array:
        """Sealed phone numbers, by person."""
        return self._sealed(self.phones, "phone", self.persons)

    @cached_property
    def household_texts(self) -> pa.Array:
        """Household numbers as delivered, by household."""
        houses, world = self.world.households, self.world
        codes = np.array([each.code for each in world.townships], dtype=np.int64)[houses.township]
        return texts(side_by_side(digits(codes, 9), letters("-", len(codes)), digits(houses.number, 6)))

    @cached_property
    def households(self) -> Ints:
        """Household numbers under the key."""
        number = Stamper(self.keys).household_number
        return np.array([number(each) for each in self.household_texts.to_pylist()], dtype=np.int64)

    @cached_property
    def sealed_households(self) -> pa.Array:
        """Sealed household numbers, by household."""
        return self._sealed(self.household_texts.to_pylist(), HOUSEHOLD_NO, self.households)

    @cached_property
    def place_in_lake(self) -> NDArray[np.int64]:
        """Place of each person in the lake's order: township, household, person."""
        world = self.world
        home = world.last_home
        order = np.lexsort((self.persons, self.households[home], world.households.township[home]))
        place = np.empty(len(order), dtype=np.int64)
        place[order] = np.arange(len(order))
        return place

    def _sealed(self, values: Sequence[str | None], column: str, numbers: Ints) -> pa.Array:
        seal = Sealer(self.keys.subkey("published")).seal
        return pa.array([seal(value, column, number) for value, number in zip(values, numbers.tolist(), strict=True)], pa.binary())
