"""Which lists and which files there are: the months that are played, and when each dataset is delivered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from doudi.contracts.model import Contract, Frequency
from doudi.contracts.periods import Period
from doudi.kernel.months import first_day, last_day, month_of
from doudi.simulation.days import day_number

BACKLOG = 12
"""Months before the first list from which events are delivered, and how old the first population list is: so far the policy's windows reach."""

_OWED = {"quarterly": (2, 5, 8, 11), "termly": (2, 8), "yearly": (11,)}
"""Frequency -> months of the year (0 = January) of which a list is sent; every month where it is not named."""


@dataclass(frozen=True)
class File:
    """One delivery: the months `first` to `last` of a dataset, sent at the end of month `sent`."""

    dataset: str
    first: int
    last: int
    sent: int

    @property
    def period(self) -> Period:
        """The days it is for."""
        return Period(first_day(self.first), last_day(self.last))


@dataclass(frozen=True)
class Timeline:
    """`as_of`: the last day that is played; `months`: how many lists there are of what is delivered each month."""

    as_of: date
    months: int

    @property
    def last(self) -> int:
        """The month of the as-of date."""
        return month_of(self.as_of)

    @property
    def first(self) -> int:
        """The month of the first lists."""
        return self.last - self.months + 1

    @property
    def begin(self) -> int:
        """The month in which the story begins: that of the older population list."""
        return self.first - BACKLOG

    @cached_property
    def first_day(self) -> int:
        """The first day of the story (days since 1970)."""
        return day_number(first_day(self.begin))

    @cached_property
    def last_day(self) -> int:
        """The last day of the story."""
        return day_number(self.as_of)

    @property
    def years(self) -> float:
        """How long the story is."""
        return (self.last_day - self.first_day + 1) / 365.2425

    def end_of(self, month: int) -> int:
        """The last day of a month that is played (days since 1970)."""
        return min(day_number(last_day(month)), self.last_day)

    def played(self) -> range:
        """The months of which there are lists and files of their own."""
        return range(self.first, self.last + 1)

    def lists(self, frequency: Frequency) -> tuple[int, ...]:
        """The months of the lists of a snapshot: those played, and the one before where the first month played owes none."""
        owed = _OWED.get(frequency)
        if owed is None:
            return tuple(self.played())
        months = [month for month in self.played() if month % 12 in owed]
        if not months or months[0] != self.first:
            months.insert(0, max(month for month in range(self.first - 12, self.first) if month % 12 in owed))
        return tuple(months)

    def files(self, contract: Contract) -> tuple[File, ...]:
        """The deliveries of a dataset, earliest first."""
        dataset = contract.dataset
        if contract.mode == "events":
            before = File(dataset, self.begin, self.first - 1, self.first - 1)
            return (before, *(File(dataset, month, month, month) for month in self.played()))
        lists = self.lists(contract.frequency)
        if dataset == "population":
            lists = (self.begin, *lists)
        return tuple(File(dataset, month, month, month) for month in lists)

    def all_files(self, contracts: Mapping[str, Contract]) -> dict[str, tuple[File, ...]]:
        """Dataset -> its deliveries."""
        return {name: self.files(contract) for name, contract in contracts.items()}
