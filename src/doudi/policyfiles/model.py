"""What the files in `policy/` say, as frozen values. Expressions stay texts with their place: the room `rules` parses them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from doudi.policyfiles.tree import Map, Place, Text, Tree

KINDS = {
    "may_qualify": "K",
    "not_carried_out": "E",
    "early_warning": "W",
    "may_no_longer_qualify": "X",
    "duplicate": "D",
    "funds": "F",
}
"""Kinds of rules, each with the letter that its rules' ids begin with; also the names of the folders under `rules/`."""

GRADES = {"R": "红", "O": "橙", "Y": "黄", "B": "蓝"}
LEVELS = {"province": "省级", "prefecture": "市级", "county": "县级", "township": "乡镇（街道）"}
SUBJECTS = {"person": "个人", "household": "家庭"}
AID_FORMS = {"money": "资金", "goods": "物资", "service": "服务", "insurance": "保险"}
"""In what form a line of the chain of aid helps."""


@dataclass(frozen=True, slots=True)
class Basis:
    """Where a figure or a rule comes from. `to_confirm` is the honest mark: from memory or assumed, not read in a source."""

    document: str
    clause: str = ""
    text: str = ""
    note: str = ""
    to_confirm: bool = False


@dataclass(frozen=True, slots=True)
class ParameterValue:
    """One dated figure of one region: either `value`, or `urban` and `rural`. Money in yuan, exact."""

    from_: date
    region: str
    value: Fraction | None
    urban: Fraction | None
    rural: Fraction | None
    reference: bool
    basis: Basis
    place: Place


@dataclass(frozen=True, slots=True)
class ParameterFile:
    """A figure of the policy: `type` is money (yuan), int or ratio."""

    parameter: str
    name: str
    type: str
    unit: str
    values: tuple[ParameterValue, ...]
    place: Place
    note: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a derived table. `body` has the keys that the kind asks for (docs/reference/rule-language.md), nothing else:

    where: Text; add: Map of Text; lookup: {in, on: Map, take: Map}; exists, none: {in, on: Map, where?};
    latest: {per: Seq, by: Seq}; pair: {same: Seq, on?, within_days?, where?}; months: {start, end, last, take}; group: {by: Seq, take: Map}.
    """

    kind: str
    body: Tree
    place: Place


@dataclass(frozen=True, slots=True)
class TableFile:
    """A derived table; `source` is a dataset, its history, `people`, or another derived table."""

    table: str
    says: str
    source: str
    steps: tuple[Step, ...]
    place: Place
    note: str = ""


@dataclass(frozen=True, slots=True)
class UnknownReason:
    """What to say when a variable is unknown; the first whose `when` holds is given."""

    says: str
    when: Text | None


@dataclass(frozen=True, slots=True)
class VariableFile:
    """A fact of a person or household: exactly one of `value` (with `source`), `formula`, `members` is there."""

    variable: str
    name: str
    of: str
    source: str | None
    where: Text | None
    value: Text | None
    by: str | None
    people: str
    empty: Text | None
    window: Map | None
    unit: str
    unknown: tuple[UnknownReason, ...]
    formula: Text | None
    members: Text | None
    place: Place
    topic: str = ""
    note: str = ""
    category: bool = False
    """Whether it says that somebody is recognised as one of the kinds of low-income people; a household's page lists these."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One idea of a rule: a name, a sentence that a village worker understands, and one test."""

    name: str
    says: str
    test: Text
    place: Place


@dataclass(frozen=True, slots=True)
class NotCarriedOut:
    """A clause that the data cannot answer, why, and what to ask the family instead."""

    clause: str
    because: str
    ask: str


@dataclass(frozen=True, slots=True)
class RuleVersion:
    """A rule as it stands from a day on."""

    in_force_from: date
    basis: tuple[Basis, ...]
    all_of: tuple[Condition, ...]
    none_of: tuple[Condition, ...]
    not_carried_out: tuple[NotCarriedOut, ...]
    place: Place

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """All conditions in the order of the rule."""
        return self.all_of + self.none_of


@dataclass(frozen=True, slots=True)
class RuleFile:
    """A rule: `subjects` is living (the living of the newest list) or deceased (everybody with a linked death record)."""

    rule: str
    name: str
    kind: str
    of: str
    grade: str
    owner: str
    subjects: str
    versions: tuple[RuleVersion, ...]
    place: Place
    cause: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class TextTable:
    """A table written with bars in a policy file: cells as written, an empty cell is unknown."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]
    file: str

    def records(self) -> list[dict[str, str]]:
        """One mapping from column to cell per row."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


@dataclass(frozen=True, slots=True)
class SpecRow:
    """One case of a rule: the facts, and what must come out."""

    label: str
    facts: dict[str, str]
    result: str
    conditions: tuple[str, ...]
    why: str
    place: Place


@dataclass(frozen=True, slots=True)
class RuleSpec:
    """The table of cases of a rule. `as_of` may also be a column of the table."""

    spec: str
    as_of: date | None
    parameters: dict[str, str]
    columns: tuple[str, ...]
    rows: tuple[SpecRow, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class VariableSpec:
    """Delivered rows and the facts that must come out of them; persons are the numbers 1, 2, …"""

    spec: str
    says: str
    as_of: date
    parameters: dict[str, str]
    rows: dict[str, TextTable]
    people: TextTable | None
    expect: TextTable | None
    expect_households: TextTable | None
    place: Place


@dataclass(frozen=True, slots=True)
class Route:
    """Who must act on a rule's leads, and in how many working days. `region`: text variables of the subject, the first that is known says
    where; without it, where the household is registered."""

    rule: str
    department: str
    level: str
    working_days: int
    region: tuple[str, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class RoutingFiles:
    """Rule -> route, and the dated figures of the loop (quiet time, daily limit, reminders)."""

    routes: dict[str, Route] = field(default_factory=dict)
    loop: dict[str, ParameterFile] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ChainLine:
    """Which rows of a dataset are lines of the chain of aid.

    `kind`: money, goods, service, insurance. `time` names the column that says when, of the type that `per` says: a day, a month or a year;
    `amount` the column of the money and `quantity` that of a number in the unit of its contract, if any. `earlier_lists`: what older lists of
    a snapshot say stays on the chain, once for each value of these columns. `title` is Chinese with columns in braces, shown as their code's
    label. `same_money_as` ({in, on, where?}): a row with a match there is shown but not summed, since the same money stands in the other dataset.
    """

    dataset: str
    where: Text | None
    per: str
    time: str
    amount: str | None
    quantity: str | None
    kind: str
    title: Text
    department: str
    same_money_as: Map | None
    earlier_lists: tuple[str, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class ProgrammeFile:
    """A programme of aid and the delivered rows that show it."""

    programme: str
    name: str
    department: str
    lines: tuple[ChainLine, ...]
    basis: tuple[Basis, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Glossary:
    """Identifier -> Chinese term, by section (departments, kinds, deliveries, datasets, fields, tables, variables, parameters, programmes)."""

    sections: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def terms(self) -> dict[str, str]:
        """Identifier -> term over all sections."""
        return {identifier: term for section in self.sections.values() for identifier, term in section.items()}

    @property
    def departments(self) -> dict[str, str]:
        return self.sections.get("departments", {})


@dataclass(frozen=True, slots=True)
class PolicyFiles:
    """Everything under `policy/`, read and checked in form."""

    name: str
    version: str
    title: str
    parameters: dict[str, ParameterFile]
    tables: dict[str, TableFile]
    variables: dict[str, VariableFile]
    rules: dict[str, RuleFile]
    rule_specs: dict[str, RuleSpec]
    variable_specs: dict[str, VariableSpec]
    routing: RoutingFiles
    programmes: dict[str, ProgrammeFile]
    glossary: Glossary
    drafts: frozenset[str] = frozenset()
    topics: dict[str, str] = field(default_factory=dict)
    """Name of a file under `variables/` -> what it is about."""
