"""What was given over the last twelve months: the chain of aid, by month and by programme. The same aid told by two datasets counts once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from doudi.kernel.months import first_day, month_of, show_month
from doudi.monitoring.report import words
from doudi.monitoring.report.counting import count_by, how_many, sum_by
from doudi.policyfiles.model import AID_FORMS
from doudi.published.read import PublishedRun

MONTHS = 12
YEARLY = -1
"""Stands for the month of lines that know their year only."""
COLUMNS = ["date", "whole_year", "person", "household", "programme", "kind", "amount", "counts_in_sum", "quantity", "unit"]


@dataclass(frozen=True)
class Month:
    """One month, or all that is known by the year only: money in fen that counts in sums, and lines of aid by form."""

    label: str
    money: int
    lines: Mapping[str, int]


@dataclass(frozen=True)
class Programme:
    """One programme over the twelve months: its forms in words, lines of aid, money in fen, other quantities in words."""

    name: str
    department: str
    forms: str
    lines: int
    money: int
    quantities: str


@dataclass(frozen=True)
class Form:
    """One form of aid (money, goods …) over the twelve months, likewise."""

    name: str
    lines: int
    money: int
    quantities: str


@dataclass(frozen=True)
class Aid:
    """`households`: different ones with at least one line in the twelve months; `people` likewise. `yearly`: lines that know their year only."""

    months: tuple[Month, ...]
    yearly: Month
    forms: tuple[Form, ...]
    programmes: tuple[Programme, ...]
    households: int
    people: int

    @property
    def money(self) -> int:
        return sum(form.money for form in self.forms)

    @property
    def lines(self) -> int:
        return sum(programme.lines for programme in self.programmes)


def gather_aid(run: PublishedRun) -> Aid:
    """Sum up the chain over the month of the as-of date and the eleven before it."""
    last = month_of(run.as_of)
    months = range(last - MONTHS + 1, last + 1)
    recent = (pc.field("date") >= first_day(months[0])) & (pc.field("date") <= run.as_of)
    chain = run.table("chain", COLUMNS, where=recent)
    chain = chain.filter(pc.or_(chain["counts_in_sum"], pc.is_null(chain["amount"])))
    by_year = pc.fill_null(chain["whole_year"], fill_value=False)
    index = pc.add(pc.multiply(pc.year(chain["date"]), 12), pc.subtract(pc.month(chain["date"]), 1))
    chain = chain.append_column("month", pc.if_else(by_year, YEARLY, pc.cast(index, pa.int32())))
    money, lines = sum_by(chain, "amount", "month"), count_by(chain, "month", "kind")

    def of(month: int, label: str) -> Month:
        return Month(label, money[(month,)], {kind: lines[month, kind] for kind in AID_FORMS})

    return Aid(
        months=tuple(of(month, show_month(month)) for month in months),
        yearly=of(YEARLY, "按年度"),
        forms=gather_forms(chain),
        programmes=gather_programmes(run, chain),
        households=how_many(chain["household"]),
        people=how_many(chain["person"]),
    )


def gather_forms(chain: pa.Table) -> tuple[Form, ...]:
    """The forms of aid that occur, in their order."""
    lines, money, quantities = count_by(chain, "kind"), sum_by(chain, "amount", "kind"), quantities_by(chain, "kind")
    return tuple(Form(word, lines[kind], money[(kind,)], quantities.get(kind, "")) for kind, word in AID_FORMS.items() if lines[kind])


def quantities_by(chain: pa.Table, column: str) -> dict[str, str]:
    """Value of a column -> the quantities of its lines, each unit by itself: `8,875 分钟`."""
    counted = sum_by(chain.filter(pc.is_valid(chain["quantity"])), "quantity", column, "unit")
    found: dict[str, list[str]] = {}
    for (value, unit), number in sorted(counted.items()):
        found.setdefault(value, []).append(f"{number:,} {unit}")
    return {value: "，".join(parts) for value, parts in found.items()}


def gather_programmes(run: PublishedRun, chain: pa.Table) -> tuple[Programme, ...]:
    """The programmes with a line in the chain, the most money first, then the most lines."""
    named = {line["programme"]: line for line in run.table("programmes").to_pylist()}
    money, forms, quantities = sum_by(chain, "amount", "programme"), count_by(chain, "programme", "kind"), quantities_by(chain, "programme")
    departments = words.department_names(run)
    programmes = []
    for name, lines in count_by(chain, "programme").items():
        kinds = "、".join(word for kind, word in AID_FORMS.items() if forms[name, kind])
        title, department = named[name]["title"], departments[named[name]["department"]]
        programmes.append(Programme(title, department, kinds, lines, money[(name,)], quantities.get(name, "")))
    return tuple(sorted(programmes, key=lambda one: (-one.money, -one.lines, one.name)))
