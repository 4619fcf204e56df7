"""Recognition and benefits of civil affairs and agriculture: who has which, from which month to which."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from doudi.simulation.days import NO_MONTH, Months, month_of_days
from doudi.simulation.disability import Certificates
from doudi.simulation.draws import Bools, Ints
from doudi.simulation.templates import ROLES, kind_table
from doudi.simulation.work import Work
from doudi.simulation.world import World

OPEN = 2**20
"""A month that does not come: a benefit without an end."""


@dataclass(frozen=True)
class Spell:
    """A benefit by person: `start` NO_MONTH for who has none, `end` the last month, OPEN where it has none."""

    start: Months
    end: Months

    @property
    def ever(self) -> Bools:
        """Who has it at some time."""
        return self.start != NO_MONTH

    def on(self, month: int | NDArray[np.int32]) -> Bools:
        """Who has it in a month."""
        return self.ever & (self.start <= month) & (self.end >= month)

    def shown(self, month: int) -> Bools:
        """Who stands on the list of a month: also those that ended in the two months before."""
        return self.ever & (self.start <= month) & (self.end >= month - 2)

    def end_shown(self, month: int) -> Months:
        """The end as the list of a month says it: a later end is not known yet."""
        return np.where(self.end <= month, self.end, NO_MONTH).astype(np.int32)


@dataclass(frozen=True)
class Benefits:
    """All spells, and amounts in fen a month. `late_end`: months after a death for which a benefit still ran."""

    dibao: Spell
    tekun: Spell
    edge: Spell
    rigid: Spell
    monitored: Spell
    orphan: Spell
    unattended: Spell
    twice: Bools
    """Dibao under two household numbers."""
    applicant: NDArray[np.int32]
    """By person: who applied for dibao in their household."""
    risk_removed: Months
    """Month in which a monitored household's risk was removed, OPEN if it was not."""

    @property
    def poor(self) -> Bools:
        """Who is in any category at some time."""
        spells = (self.dibao, self.tekun, self.edge, self.rigid, self.monitored, self.orphan, self.unattended)
        return np.logical_or.reduce([spell.ever for spell in spells])


def draw_benefits(world: World, certificates: Certificates, work: Work) -> Benefits:
    """Households by hardship: dibao, the edge, rigid spending, monitored; alone and without strength: tekun; children without parents."""
    draws, houses, home = world.draws, world.households, world.people.home
    single = kind_table()[1][houses.kind] == 1
    pensioner = world.any_at_home(work.pension > 0)
    disabled = np.where(world.any_at_home(certificates.held), 3.2, 1.0) * np.where(world.any_at_home(certificates.severe), 1.7, 1.0)
    earners = world.count_at_home(work.employed(world.time.last_day))
    pull = (
        np.exp(1.2 * (houses.hardship - 0.4)) * np.where(pensioner, 0.15, 1.0) * disabled * np.array((1.6, 0.28, 0.05, 0.02))[np.minimum(earners, 3)]
    )
    lot = draws.uniform(houses.ids, "recognition")
    weak = (world.age >= 60) | (world.age < 16) | (certificates.held & (certificates.grade <= 2))
    alone_weak = single & world.any_at_home(weak & (world.first_of_home[home] == np.arange(world.count)))
    shares = np.stack(
        [
            np.where(alone_weak & ~pensioner, np.where(houses.urban, 0.075, 0.215), 0.0) * np.minimum(pull, 1.8),
            np.where(houses.urban, 0.0165, 0.079) * pull,
            np.where(houses.urban, 0.0031, 0.0086) * pull,
            np.where(houses.urban, 0.0007, 0.0013) * pull,
            np.where(houses.urban, 0.0, 0.0052) * pull,
        ]
    )
    edges = np.cumsum(np.minimum(shares, 0.5), axis=0)
    which = (lot >= edges).sum(axis=0)[home]  # 0 tekun, 1 dibao, 2 edge, 3 rigid, 4 monitored, 5 none
    alone = draws.chance(houses.ids, "one_only", np.where(houses.urban, 0.58, 0.5))[home]  # dibao for one of the family
    applicant = _applicants(world, certificates)
    in_dibao = (which == 1) & (~alone | (applicant == np.arange(world.count)))
    spell = _Spells(world)
    dibao = spell.make("dibao", in_dibao, house=True)
    also = draws.chance(world.ids, "also_dibao", 0.012)
    is_tekun = ((which == 0) & weak) | (in_dibao & draws.chance(world.ids, "also_tekun", 0.0006))
    lot = draws.uniform(world.ids, "child_aid")
    grandparents = np.isin(world.people.role, [ROLES.index("G")])  # where a parent is there, it is seldom that neither can care
    one_parent = kind_table()[1][houses.kind][home] <= 3
    parentless = grandparents | ((world.people.role == ROLES.index("C")) & one_parent)
    child = parentless & (world.age < 17.8 + 1.6 * draws.uniform(world.ids, "child_end"))
    orphan = spell.make("orphan", child & (lot < np.where(grandparents, 0.011, 0.0004)), house=False)
    unattended = spell.make("unattended", child & (lot >= 0.0106) & (lot < np.where(grandparents, 0.047, 0.0128)), house=False)
    is_tekun |= unattended.ever & draws.chance(world.ids, "child_tekun", 0.05)
    tekun = spell.make("tekun", is_tekun, house=False)
    dibao = Spell(np.where((which == 0) & weak & also, tekun.start, dibao.start), np.where((which == 0) & weak & also, OPEN, dibao.end))
    monitored = spell.make("monitored", which == 4, house=True)
    removed = monitored.start + 8 + draws.below(houses.ids, "risk_removed", 40)[home]
    return Benefits(
        dibao, tekun, spell.make("edge", which == 2, house=True), spell.make("rigid", which == 3, house=True), monitored, orphan, unattended,
        in_dibao & draws.chance(world.ids, "twice", 0.0025), applicant.astype(np.int32), removed.astype(np.int32),
    )  # fmt: skip


def _applicants(world: World, certificates: Certificates) -> Ints:
    """By person: the weakest of those of age in the household, for it is for them that a family applies."""
    home = world.people.home
    weakness = certificates.severe * 4.0 + certificates.held * 1.0 + (world.age >= 60) * 1.5 - (world.age < 16) * 6.0
    weakness = weakness + world.draws.uniform(world.ids, "applies")
    order = np.lexsort((weakness, home))
    last = np.flatnonzero(np.concatenate([home[order][1:] != home[order][:-1], [True]])) if len(order) else np.zeros(0, dtype=np.int64)
    found = np.zeros(len(world.households.ids), dtype=np.int64)
    found[home[order][last]] = order[last]
    return found[home]


class _Spells:
    """Draws begins and ends: most began before the story, a few begin or end in it; the dead's end with them, mostly."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._death_month = np.where(world.gone > world.time.last_day, OPEN, month_of_days(world.gone))

    def make(self, name: str, who: Bools, *, house: bool) -> Spell:
        """The spell of those in `who`; with `house` a family's begins and ends together."""
        world, draws, time = self._world, self._world.draws, self._world.time
        ids = world.households.ids[world.people.home] if house else world.ids
        new = draws.chance(ids, f"{name}_new", 0.16)
        before = time.last - 3 - draws.below(ids, f"{name}_since", 84)
        start = np.where(new, time.begin + 1 + draws.below(ids, f"{name}_begins", time.last - time.begin), before)
        start = np.maximum(start, month_of_days(world.people.birth) + 1)
        ends = draws.chance(ids, f"{name}_ends", 0.07)
        end = np.where(ends, time.begin + draws.below(ids, f"{name}_end", time.last - time.begin + 1), OPEN)
        lag = draws.choice(world.ids, f"{name}_lag", (0.55, 0.24, 0.08, 0.05, 0.08))
        lag = np.where(lag == 4, 12, np.maximum(lag - 1, 0))  # taken off in the month of the funeral, or one, two or many months late
        end = np.minimum(end, self._death_month + lag)
        valid = who & (start <= time.last) & (end >= start) & (start <= self._death_month)
        start, end = np.where(valid, start, NO_MONTH), np.where(valid, end, OPEN)
        return Spell(start.astype(np.int32), end.astype(np.int32))
