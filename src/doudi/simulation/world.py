"""Households and people of some townships, and what befalls them: births, deaths, moves. Everything else is asked of this."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from doudi.simulation.citizens import citizen_ids
from doudi.simulation.days import NEVER, Days, age_on, years_before
from doudi.simulation.draws import Bools, Draws, Floats, Ids, Ints
from doudi.simulation.places import Places, Township
from doudi.simulation.templates import ROLES, WIDEST, anchor_ages, draw_kinds, kind_table
from doudi.simulation.timeline import Timeline
from doudi.standards import region_name


@dataclass
class Households:
    """Arrays by household."""

    ids: Ids
    township: Ints
    """Place in the world's townships."""
    number: Ints
    """Running number in its township, from 1."""
    village: Ints
    """Village or community where it is registered."""
    residence: Ints
    """Village where the household lives: mostly the one where it is registered."""
    urban: Bools
    kind: Ints
    children: Bools
    """Whether minors live in it."""
    hardship: Floats = field(default_factory=lambda: np.empty(0))
    """How hard life is, about normal: benefits, wages and illness go by it."""


@dataclass
class People:
    """Arrays by person, in the order of households. Days are days since 1970, NEVER where they do not come."""

    ids: Ids
    home: NDArray[np.int32]
    """Place of the household."""
    role: NDArray[np.int8]
    male: Bools
    birth: Days
    death: Days
    came: Days
    """From this day on in the province; NEVER negative: before the story, for most."""
    left: Days
    moved: Days
    """Day of a move to `new_home`, another household of the township."""
    new_home: NDArray[np.int32]


class World:
    """The townships `townships` of a region under a seed, played over a timeline. Pure: the same arguments, the same world."""

    def __init__(self, seed: int, places: Places, townships: Sequence[Township], time: Timeline) -> None:
        self.draws, self.places, self.townships, self.time = Draws(seed), places, tuple(townships), time
        self.households = self._households()
        self.people = self._people()
        own = self.households.township[self.people.home]
        self.citizen_ids, self.people.birth = citizen_ids(self.townships, own, self.people.birth, self.people.male)

    @property
    def ids(self) -> Ids:
        """Identities of the people, to draw by."""
        return self.people.ids

    @property
    def township_names(self) -> tuple[str, ...]:
        """Names of the townships, with their county."""
        return tuple(each.name for each in self.townships)

    @cached_property
    def county_names(self) -> tuple[str, ...]:
        """Names of the units of county level of the townships, each once."""
        return tuple(region_name(each) for each in dict.fromkeys(each.county for each in self.townships))

    @cached_property
    def county_places(self) -> Ints:
        """By person: place in `county_names`."""
        place = {each: at for at, each in enumerate(dict.fromkeys(each.county for each in self.townships))}
        return np.array([place[each.county] for each in self.townships], dtype=np.int64)[self.households.township[self.people.home]]

    @cached_property
    def township_codes(self) -> Ints:
        """Nine digits, by person: where they are registered."""
        codes = np.array([each.code for each in self.townships], dtype=np.int64)
        return codes[self.households.township[self.people.home]]

    @cached_property
    def count(self) -> int:
        """People who are on at least one population list."""
        return len(self.people.ids)

    @cached_property
    def age(self) -> Floats:
        """Broken years on the last day."""
        return age_on(self.people.birth, self.time.last_day)

    @cached_property
    def urban(self) -> Bools:
        """Whether a person is registered in a community."""
        return self.households.urban[self.people.home]

    @cached_property
    def hardship(self) -> Floats:
        """The household's, by person."""
        return self.households.hardship[self.people.home]

    @cached_property
    def income(self) -> Floats:
        """Of the prefecture against the province, by person."""
        return np.array([each.income for each in self.townships])[self.households.township[self.people.home]]

    @cached_property
    def county(self) -> Ints:
        """Six digits, by person: where they are registered."""
        return self.village // 1_000_000

    @cached_property
    def village(self) -> Ints:
        """Twelve digits, by person: where they are registered."""
        return self.households.village[self.people.home]

    @cached_property
    def gone(self) -> Days:
        """First day on which a person is dead or has left."""
        return np.minimum(self.people.death, self.people.left)

    def present(self, day: int | Days) -> Bools:
        """Who lives here on a day."""
        people = self.people
        return (people.came <= day) & (people.birth <= day) & (day < self.gone)

    def on_list(self, month: int) -> Bools:
        """Who stands on the population list of a month: the dead of the month itself still do."""
        return _on_list(self.people, self.time, month)

    @cached_property
    def list_months(self) -> tuple[int, ...]:
        """The months of the population lists."""
        return (self.time.begin, *self.time.played())

    def home_in(self, month: int) -> NDArray[np.int32]:
        """Place of each person's household on the list of a month."""
        return np.where(self.people.moved <= self.time.end_of(month), self.people.new_home, self.people.home)

    @cached_property
    def last_list(self) -> NDArray[np.int32]:
        """The month of the last list that has each person."""
        found = np.full(self.count, -1, dtype=np.int32)
        for month in self.list_months:
            found[self.on_list(month)] = month
        return found

    @cached_property
    def last_home(self) -> NDArray[np.int32]:
        """Place of each person's household on the last list that has them."""
        found = self.people.home.copy()
        for month in self.list_months:
            at = self.last_list == month
            found[at] = self.home_in(month)[at]
        return found

    @cached_property
    def first_of_home(self) -> NDArray[np.int64]:
        """Place of the first person of each household; people are in the order of households."""
        return np.searchsorted(self.people.home, np.arange(len(self.households.ids)))

    def any_at_home(self, of: Bools) -> Bools:
        """By household: whether `of` holds for somebody of those it began with."""
        return np.bincount(self.people.home[of], minlength=len(self.households.ids)) > 0

    def count_at_home(self, of: Bools) -> Ints:
        """By household: for how many `of` holds."""
        return np.bincount(self.people.home[of], minlength=len(self.households.ids))

    def _households(self) -> Households:
        draws = self.draws
        counts = np.array([each.households for each in self.townships], dtype=np.int64)
        township = np.repeat(np.arange(len(counts)), counts)
        number = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts) + 1
        codes = np.array([each.code for each in self.townships], dtype=np.uint64)
        ids = (codes[township] << np.uint64(24)) | number.astype(np.uint64)
        urban = draws.chance(ids, "urban", np.array([each.urban_share for each in self.townships])[township])
        village = np.empty(len(ids), dtype=np.int64)
        where = draws.uniform(ids, "village")
        for at, each in enumerate(self.townships):  # a township has one or two lists of villages
            for side, names in ((True, each.communities), (False, each.villages)):
                own = (township == at) & (urban == side)
                if len(names):
                    village[own] = names[(where[own] * len(names)).astype(int)]
        elsewhere = self.places.all_villages[draws.below(ids, "residence", len(self.places.all_villages))]
        residence = np.where(draws.chance(ids, "lives_elsewhere", np.where(urban, 0.03, 0.05)), elsewhere, village)
        kind = draw_kinds(draws, ids, urban)
        return Households(ids, township, number, village, residence, urban, kind, np.zeros(len(ids), dtype=bool))

    def _people(self) -> People:
        draws, houses, time = self.draws, self.households, self.time
        roles, sizes, _, _ = kind_table()
        size = sizes[houses.kind].astype(np.int64)
        home = np.repeat(np.arange(len(size), dtype=np.int32), size)
        slot = (np.arange(len(home)) - np.repeat(np.cumsum(size) - size, size)).astype(np.int64)
        ids = (houses.ids[home] << np.uint64(4)) | slot.astype(np.uint64)
        role = roles[houses.kind[home], slot]
        child, adult, elder = (each[home] for each in anchor_ages(draws, houses.ids, houses.kind))
        age = _ages(draws, ids, role, _nth_of_role(roles, houses.kind, home, slot), child, adult, elder)
        male = _sexes(draws, ids, houses.ids[home], role, slot)
        birth = years_before(time.last_day, age)
        death = _deaths(draws, ids, age, male, time)
        came, left = _migration(draws, ids, houses.ids[home], time)
        moved, new_home = _moves(draws, ids, houses, home, age, role, time)
        people = People(ids, home, role, male, birth, death, came, left, moved, new_home)
        listed = np.zeros(len(ids), dtype=bool)
        for month in (time.begin, *time.played()):
            listed |= _on_list(people, time, month)
        people = People(**{name: column[listed] for name, column in vars(people).items()})
        self._judge_households(people)
        return people

    def _judge_households(self, people: People) -> None:
        """Hardship: chance, and what weighs on a household - age, children, one who lives alone."""
        houses, draws = self.households, self.draws
        age = age_on(people.birth, self.time.last_day)
        minors = np.bincount(people.home[age < 18], minlength=len(houses.ids))
        elders = np.bincount(people.home[age >= 65], minlength=len(houses.ids))
        adults = np.bincount(people.home[(age >= 18) & (age < 60)], minlength=len(houses.ids))
        houses.children = minors > 0
        houses.hardship = draws.normal(houses.ids, "hardship") + 0.18 * minors + 0.12 * elders + 0.9 * (adults == 0) - 0.15 * np.minimum(adults, 2)


def _on_list(people: People, time: Timeline, month: int) -> Bools:
    end = time.end_of(month)
    first = _first_day_of(end)  # whoever died this month is still listed
    return (people.came <= end) & (people.birth <= end) & (people.left > end) & (people.death >= first)


def _first_day_of(day: int) -> int:
    return int(np.int64(day).astype("datetime64[D]").astype("datetime64[M]").astype("datetime64[D]").astype(np.int64))


def _nth_of_role(roles: NDArray[np.int8], kind: Ints, home: NDArray[np.int32], slot: Ints) -> Ints:
    """How many of the same role stand before in the household."""
    before = np.zeros(roles.shape, dtype=np.int64)
    for at in range(1, WIDEST):
        before[:, at] = (roles[:, :at] == roles[:, at : at + 1]).sum(axis=1)
    return before[kind[home], slot]


def _ages(draws: Draws, ids: Ids, role: NDArray[np.int8], nth: Ints, child: Floats, adult: Floats, elder: Floats) -> Floats:
    noise = draws.normal(ids, "age")
    oldest = 97 + 3 * draws.uniform(ids, "oldest")
    sibling = nth * (2.6 + 0.9 * np.abs(noise))
    by_role = {
        "A": adult, "B": np.maximum(adult - 1.6 + 2.4 * noise, 20.0), "C": child + sibling, "D": np.clip(elder - 29 + 3.5 * noise, 22, 58),
        "E": elder, "F": np.maximum(elder - 2 + 2.8 * noise, 54.0), "G": child * 0.72 + sibling, "P": np.maximum(adult + 26.5 + 3.6 * noise, 46.0),
    }  # fmt: skip
    age = np.choose(role, [by_role[each] for each in ROLES])
    return np.minimum(age, oldest)


def _sexes(draws: Draws, ids: Ids, house: Ids, role: NDArray[np.int8], slot: Ints) -> Bools:
    head = draws.uniform(house, "head_sex")
    own = draws.uniform(ids, "sex")
    man_first = head < 0.86
    of = {"A": man_first, "B": ~man_first, "C": own < 0.535, "D": own < 0.62, "E": head < 0.80, "F": head >= 0.80, "G": own < 0.535, "P": own < 0.5}
    male = np.choose(role, [of[each] for each in ROLES])
    alone = slot == 0
    parents = (role == ROLES.index("P")) & np.concatenate([[False], role[1:] == role[:-1]])
    male = np.where(parents, ~np.concatenate([[False], male[:-1]]), male)  # of two parents one is a man
    single_elder = alone & (role == ROLES.index("E")) & np.concatenate([slot[1:] == 0, [True]])
    single_adult = alone & (role == ROLES.index("A")) & np.concatenate([slot[1:] == 0, [True]])
    return np.where(single_elder, own < 0.42, np.where(single_adult, own < 0.57, male))


def _deaths(draws: Draws, ids: Ids, age: Floats, male: Bools, time: Timeline) -> Days:
    """Gompertz: the risk doubles about every eight years."""
    risk = np.minimum(0.0003 + 0.0000355 * np.exp(0.0905 * age) * np.where(male, 1.25, 0.85), 0.6)
    dies = draws.chance(ids, "dies", risk * time.years) & (age > 0.3 + time.years)  # whoever dies has stood on a list
    day = time.first_day + draws.below(ids, "death_day", time.last_day - time.first_day + 1)
    return np.where(dies, day, NEVER).astype(np.int32)


def _migration(draws: Draws, ids: Ids, house: Ids, time: Timeline) -> tuple[Days, Days]:
    """Single people and whole households that come to the province or leave it."""
    span = time.last_day - time.first_day
    comes = draws.chance(house, "house_comes", 0.002 * time.years) | draws.chance(ids, "comes", 0.002 * time.years)
    goes = ~comes & (draws.chance(house, "house_goes", 0.002 * time.years) | draws.chance(ids, "goes", 0.002 * time.years))
    both = draws.chance(house, "together", 0.5)
    day = time.first_day + 40 + np.where(both, draws.below(house, "house_day", max(1, span - 40)), draws.below(ids, "own_day", max(1, span - 40)))
    return np.where(comes, day, -200_000).astype(np.int32), np.where(goes, day, NEVER).astype(np.int32)


def _moves(
    draws: Draws, ids: Ids, houses: Households, home: NDArray[np.int32], age: Floats, role: NDArray[np.int8], time: Timeline
) -> tuple[Days, NDArray[np.int32]]:
    """Young people marry into another household of their township, elders move to their children."""
    rate = np.where((age > 20) & (age < 35) & np.isin(role, [ROLES.index("C"), ROLES.index("D")]), 0.03, np.where(age > 70, 0.004, 0.0))
    moves = draws.chance(ids, "moves", rate * time.years)
    day = time.first_day + 30 + draws.below(ids, "move_day", time.last_day - time.first_day - 30)
    size = np.bincount(houses.township)
    start = np.cumsum(size) - size
    own = houses.township[home]
    target = (start[own] + draws.below(ids, "new_home", size[own])).astype(np.int32)
    moves &= target != home
    return np.where(moves, day, NEVER).astype(np.int32), np.where(moves, target, home).astype(np.int32)
