"""One layer of the wide tables: what is computed in it, and the query that computes it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlglot import exp

from doudi.rules.rowsql import aliased, as_table, at, col, named, select
from doudi.rules.sql import SQL, emit
from doudi.rules.syntax import Node, names


@dataclass(frozen=True)
class Step:
    """One query of the plan; its result is kept as a table of this name, or asked for anew (`view`). `says` is what the progress shows."""

    name: str
    query: SQL
    says: str
    view: bool = False


@dataclass
class Layer:
    """What is computed in one layer: `ready` columns come from joins, `formulas` and `figures` from columns of the layer and of those before.

    `joins`: table or query, alias, on what.
    """

    of: str
    ready: dict[str, SQL] = field(default_factory=dict[str, SQL])
    formulas: dict[str, Node] = field(default_factory=dict[str, Node])
    figures: dict[str, SQL] = field(default_factory=dict[str, SQL])
    joins: list[tuple[SQL, str, SQL]] = field(default_factory=list[tuple[SQL, str, SQL]])

    @property
    def made(self) -> list[str]:
        """The columns that it adds."""
        return [*self.ready, *self.formulas, *self.figures]

    def names(self, name: str) -> list[str]:
        """What a formula or figure stands on."""
        return names(self.formulas[name]) if name in self.formulas else ["county", "rural"]

    def value(self, name: str) -> SQL:
        """A formula or figure over columns of `t`."""
        return emit(self.formulas[name], at("t")) if name in self.formulas else self.figures[name]


def layer_name(rank: int) -> str:
    return f"{'person' if rank % 2 == 0 else 'household'}_{rank}"


def sublevels(layer: Layer) -> list[list[str]]:
    """The formulas and figures of a layer, those that stand on others of it later."""
    level: dict[str, int] = {}
    made = [*layer.formulas, *layer.figures]

    def of(name: str) -> int:
        if name not in level:
            level[name] = 1 + max((of(part) for part in layer.names(name) if part in made), default=-1)
        return level[name]

    for name in made:
        of(name)
    return [[name for name in made if level[name] == number] for number in range(max(level.values(), default=-1) + 1)]


def layer_query(
    rank: int, layer: Layer, columns: dict[str, list[str]], base: SQL, steps: Sequence[Step] = (), kept: set[str] | None = None
) -> exp.Select:  # fmt: skip
    """The query of a layer over `base`, whose columns are added to `columns`. `kept`: those of earlier layers that it hands on (None: all)."""
    of, before = layer.of, list(columns[layer.of])
    borrowed = _borrowed(layer, columns) if of == "person" and rank else []
    query = select(
        *(col(name, "t") for name in columns[of]),
        *(col(name, "h") for name in borrowed),
        *(named(value, name) for name, value in layer.ready.items()),
    )
    query = query.from_(aliased(base, "t"), copy=False)
    for source, alias, on in layer.joins:
        query = query.join(aliased(source, alias), on=on, join_type="left", copy=False)
    if borrowed:
        household = next(step.name for step in reversed(steps) if step.name.startswith("household_"))
        query = query.join(
            as_table(household, "h"),
            on=exp.EQ(this=col("household", "t"), expression=col("household", "h")),
            join_type="left",
            copy=False,
        )
    for level in sublevels(layer):
        star = exp.Column(this=exp.Star(), table=exp.to_identifier("t"))
        query = select(star, *(named(layer.value(name), name) for name in level)).from_(aliased(query, "t"), copy=False)
    columns[of] += layer.made
    given = [name for name in columns[of] if kept is None or rank == 0 or name in kept or name not in before]
    return select(*(col(name, "t") for name in given)).from_(aliased(query, "t"), copy=False)


def _borrowed(layer: Layer, columns: dict[str, list[str]]) -> list[str]:
    """Household facts and parameters that formulas about persons name."""
    wanted = names_all(layer.formulas.values())
    return [name for name in wanted if name in columns["household"] and name not in columns["person"] and name not in layer.formulas]


def names_all(nodes: Iterable[Node]) -> list[str]:
    """The names of several expressions, each once."""
    return list(dict.fromkeys(name for node in nodes for name in names(node)))
