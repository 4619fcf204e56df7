"""What was given over the last twelve months: the chain of aid, by month and by programme."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from doudi.kernel.months import first_day, month_of, show_month
from doudi.monitoring.report import words
from doudi.monitoring.report.counting import count_by, how_many, sum_by
from doudi.published.read import PublishedRun

MONTHS = 12


@dataclass(frozen=True)
class Month:
    """One month: money in fen that counts in sums, and lines of aid by form."""

    label: str
    money: int
    lines: Mapping[str, int]


@dataclass(frozen=True)
class Programme:
    """One programme over the twelve months: its forms in words, lines of aid, money in fen."""

    name: str
    department: str
    forms: str
    lines: int
    money: int


@dataclass(frozen=True)
class Aid:
    """`households`: different ones with at least one line in the twelve months; `people` likewise."""

    months: tuple[Month, ...]
    programmes: tuple[Programme, ...]
    households: int
    people: int

    @property
    def money(self) -> int:
        return sum(month.money for month in self.months)

    @property
    def lines(self) -> int:
        return sum(programme.lines for programme in self.programmes)


def gather_aid(run: PublishedRun) -> Aid:
    """Sum up the chain over the month of the as-of date and the eleven before it."""
    last = month_of(run.as_of)
    months = range(last - MONTHS + 1, last + 1)
    recent = (pc.field("date") >= first_day(months[0])) & (pc.field("date") <= run.as_of)
    chain = run.table("chain", ["date", "person", "household", "programme", "kind", "amount", "counts_in_sum"], where=recent)
    index = pc.add(pc.multiply(pc.year(chain["date"]), 12), pc.subtract(pc.month(chain["date"]), 1))
    chain = chain.append_column("month", pc.cast(index, pa.int32()))
    summed = chain.filter(chain["counts_in_sum"])
    money, lines = sum_by(summed, "amount", "month"), count_by(chain, "month", "kind")
    return Aid(
        months=tuple(Month(show_month(month), money[(month,)], {kind: lines[month, kind] for kind in words.AID_KINDS}) for month in months),
        programmes=gather_programmes(run, chain, summed),
        households=how_many(chain["household"]),
        people=how_many(chain["person"]),
    )


def gather_programmes(run: PublishedRun, chain: pa.Table, summed: pa.Table) -> tuple[Programme, ...]:
    """The programmes with a line in the chain, the most money first, then the most lines."""
    named = {line["programme"]: line for line in run.table("programmes").to_pylist()}
    money, forms = sum_by(summed, "amount", "programme"), count_by(chain, "programme", "kind")
    departments = words.department_names(run)
    programmes = []
    for name, lines in count_by(chain, "programme").items():
        kinds = "、".join(word for kind, word in words.AID_KINDS.items() if forms[name, kind])
        programmes.append(Programme(named[name]["title"], departments[named[name]["department"]], kinds, lines, money[(name,)]))
    return tuple(sorted(programmes, key=lambda one: (-one.money, -one.lines, one.name)))
