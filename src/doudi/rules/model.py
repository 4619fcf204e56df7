"""The policy as it was understood: typed tables, variables, parameters and rules, in an order in which they can be computed.

The judge interprets these values, the compiler turns them into SQL; neither sees the files.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import TypeAlias

from doudi.rules.syntax import Node, Place
from doudi.rules.types import Kind

Pairs: TypeAlias = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Aggregate:
    """`exists`, `count`, `sum`, `max`, `min`, `count_distinct`, `only`, or over members `any`, `all`, `count`, `sum`, `max`, `min`."""

    function: str
    argument: Node | None = None


@dataclass(frozen=True, slots=True)
class Where:
    test: Node


@dataclass(frozen=True, slots=True)
class Add:
    columns: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class Lookup:
    table: str
    on: Pairs
    take: Pairs


@dataclass(frozen=True, slots=True)
class Match:
    """`exists`, or `none` where negated."""

    table: str
    on: Pairs
    where: Node | None
    negated: bool


@dataclass(frozen=True, slots=True)
class Latest:
    per: tuple[str, ...]
    by: tuple[tuple[str, bool], ...]  # column, descending


@dataclass(frozen=True, slots=True)
class Pair:
    same: tuple[str, ...]
    on: str | None
    within_days: int | None
    where: Node | None


@dataclass(frozen=True, slots=True)
class Months:
    start: str
    end: str | None
    last: int
    take: str
    this_month: int


@dataclass(frozen=True, slots=True)
class Group:
    by: tuple[str, ...]
    take: tuple[tuple[str, Aggregate], ...]


Step: TypeAlias = Where | Add | Lookup | Match | Latest | Pair | Months | Group


@dataclass(frozen=True)
class Table:
    """A source table (no steps) or a derived one. `columns` after all steps; `unsure`: rows may be there whose belonging is unknown.

    `home`: columns of which each says alone to which household a row belongs (its subject, its household); none where rows of several households
    were grouped. `whole`: its rows depend on rows of other households, so it is computed over everybody. `many`: many people have rows in it.
    """

    name: str
    label: str
    source: str
    steps: tuple[Step, ...]
    columns: Mapping[str, Kind]
    unique: frozenset[str]
    """Columns on which a row is unique (empty: not known)."""
    dataset: str
    """The dataset whose rows these are, for evidence; empty where rows were grouped."""
    unsure: bool = False
    place: Place = field(default_factory=Place)
    home: frozenset[str] = frozenset()
    whole: bool = False
    many: bool = False


@dataclass(frozen=True)
class FromRows:
    """A variable computed from the rows of a table, grouped by person or household."""

    table: str
    where: Node | None
    aggregate: Aggregate
    by: str
    everybody: bool
    empty: bool | int | str | None
    window: str | None


@dataclass(frozen=True)
class Formula:
    node: Node


@dataclass(frozen=True)
class Members:
    aggregate: Aggregate


@dataclass(frozen=True)
class Reason:
    """Why a variable is unknown; without `when` always."""

    says: str
    when: Node | None


@dataclass(frozen=True)
class Variable:
    """A fact. `rank` says when it is computed: 0, 2, 4 … with persons, 1, 3, 5 … with households."""

    name: str
    label: str
    of: str
    kind: Kind
    how: FromRows | Formula | Members
    rank: int
    unit: str = ""
    reasons: tuple[Reason, ...] = ()
    bound: str = ""
    """What stays certain while rows are missing: `true_stays`, `false_stays`, `open` (nothing); empty: all of it."""
    place: Place = field(default_factory=Place)


@dataclass(frozen=True)
class ParameterValue:
    """The figure of one region on the day of the run, in fen, whole numbers or fractions."""

    region: str
    urban: Fraction
    rural: Fraction
    reference: bool
    basis: str


@dataclass(frozen=True)
class Parameter:
    """`values` from the narrowest region to the widest; numbers are stored times `kind.denominator`."""

    name: str
    label: str
    kind: Kind
    unit: str
    values: tuple[ParameterValue, ...]
    place: Place = field(default_factory=Place)


@dataclass(frozen=True)
class Condition:
    """One test of a rule. It speaks for a hit where it is true, or false if `negated` (`none_of`).

    `test` is what is computed: where a dataset is late it is `measured` with what the missing rows could change made unknown.
    """

    name: str
    says: str
    test: Node
    measured: Node
    negated: bool
    position: int
    place: Place
    rank: int = 0

    @property
    def column(self) -> str:
        return f"c{self.position}"


@dataclass(frozen=True)
class Rule:
    """A rule in the version in force on the day of the run."""

    name: str
    label: str
    kind: str
    of: str
    grade: str
    subjects: str
    in_force_from: date
    conditions: tuple[Condition, ...]
    rank: int
    place: Place

    @property
    def column(self) -> str:
        return f"hit_{self.name}"

    def condition_column(self, condition: Condition) -> str:
        return f"{self.name}_{condition.column}"


@dataclass(frozen=True)
class Policy:
    """Everything, checked, for one day. Mappings are in an order of computation."""

    as_of: date
    tables: Mapping[str, Table]
    variables: Mapping[str, Variable]
    parameters: Mapping[str, Parameter]
    rules: Mapping[str, Rule]
    order: tuple[str, ...] = ()
    """Variables and rules (`hit_<rule>`) in an order in which each stands after what it names."""

    @property
    def parameter_rank(self) -> int:
        """The household layer after which parameters are known: they are chosen by `county` and `rural`."""
        return max((self.variables[name].rank for name in ("county", "rural") if name in self.variables), default=1)
