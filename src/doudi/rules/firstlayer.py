"""The first layer of persons: facts from their own rows.

Most datasets are about few people. Whoever has no row in any of them is computed by what the policy says of people without rows: most of their facts
are then the same for all of them, and are neither joined, computed nor kept. The layer is what is known of both together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlglot import exp

from doudi.rules.folding import fold
from doudi.rules.layer import Layer, Step, layer_name, layer_query, sublevels
from doudi.rules.model import FromRows, Policy, Variable
from doudi.rules.rowsql import PERSONS, aliased, as_table, col, named, select
from doudi.rules.sql import SQL, cast, constant, is_null
from doudi.rules.syntax import Literal
from doudi.rules.types import NUMERIC
from doudi.rules.values import bounded

IN_FEW, MANY, FEW = "in_few", "facts_of_many", "facts_of_few"
"""Who has rows in tables of few; everybody's facts without those tables, but those that are then the same for all; the facts of who is in them."""

Passes = Mapping[str, tuple[str, str]]
"""Variable -> the table of its grouped pass, and whose rows the pass counts."""


Known = Mapping[str, Literal]
"""What is the same for everybody who has no rows in tables of few."""


def first_layer(policy: Policy, layer: Layer, passes: Passes, columns: list[str], says: str) -> tuple[list[Step], Known | None]:
    """The steps that make the layer, whose columns are added to `columns`, and which of them are the same for all who are not in `FEW`.

    None if there is no such table: nothing is asked of few.
    """
    few = {passes[name] for name in layer.ready if not _covers_many(policy.variables[name], policy)}
    base = as_table(PERSONS)
    if not few:
        return [Step(layer_name(0), layer_query(0, layer, {"person": columns}, base), says)], None
    tables = {name for name, _ in few}
    shared, own = _parted(layer, tables)
    known, rest = _without_rows(policy, layer, shared, own)
    many = layer_query(0, rest, {"person": list(columns)}, base)
    columns += shared.ready
    steps = [
        Step(IN_FEW, _in_few(sorted(few)), "找出在少数人的数据里有记录的人员"),
        Step(MANY, many, f"{says}：不看少数人的数据"),
        Step(FEW, layer_query(0, own, {"person": columns}, _in(columns)), f"{says}：在少数人的数据里有记录的"),
        Step(layer_name(0), _both(columns, known), says, view=True),
    ]
    return steps, known


def _covers_many(variable: Variable, policy: Policy) -> bool:
    assert isinstance(variable.how, FromRows)
    return policy.tables[variable.how.table].many


def _parted(layer: Layer, few: set[str]) -> tuple[Layer, Layer]:
    """What comes from the rows of many, and the rest of the layer, for which these columns are there."""
    of_few = {alias for source, alias, _ in layer.joins if source.name in few}
    shared, own = Layer(layer.of), Layer(layer.of, formulas=layer.formulas)
    for name, value in layer.ready.items():
        part = own if any(column.table in of_few for column in value.find_all(exp.Column)) else shared
        part.ready[name] = value
    for join in layer.joins:
        (own if join[1] in of_few else shared).joins.append(join)
    return shared, own


def _without_rows(policy: Policy, layer: Layer, shared: Layer, own: Layer) -> tuple[dict[str, Literal], Layer]:
    """What is known of whoever has no row in the tables of few, and the layer that is left to compute, with a mark of whoever has."""
    known: dict[str, Literal] = {}
    has = exp.EQ(this=col("person", "t"), expression=col("person", IN_FEW))
    rest = Layer(layer.of, {**shared.ready, IN_FEW: exp.Not(this=is_null(col("person", IN_FEW)))})
    rest.joins = [*shared.joins, (as_table(IN_FEW), IN_FEW, has)]
    for name in own.ready:
        if _is_multiple(literal := _empty(policy.variables[name])):
            rest.ready[name] = constant(literal.value, literal.kind.type)
        else:
            known[name] = literal
    for name in (name for level in sublevels(layer) for name in level):
        node = fold(layer.formulas[name], known)
        if isinstance(node, Literal):
            known[name] = node
        else:
            rest.formulas[name] = node
    return known, rest


def _empty(variable: Variable) -> Literal:
    """The value of a variable without rows."""
    assert isinstance(variable.how, FromRows)
    return Literal(bounded(variable.how.empty, variable.bound), kind=variable.kind)


def _is_multiple(literal: Literal) -> bool:
    """Whether the value is stored as another number than the one that expressions mean."""
    return literal.kind.type in NUMERIC and literal.kind.denominator != 1 and bool(literal.value)


def _in_few(few: list[tuple[str, str]]) -> SQL:
    keys = [select(named(col(by), "person")).from_(as_table(name), copy=False) for name, by in few]
    every = keys[0] if len(keys) == 1 else exp.union(*keys, distinct=False, copy=False)
    return select(col("person", "t")).distinct(copy=False).from_(aliased(every, "t"), copy=False)


def _in(columns: Iterable[str]) -> exp.Select:
    """What is known of whoever has rows in tables of few, from everybody's facts."""
    everybody = select(*(col(name, "m") for name in columns)).from_(as_table(MANY, "m"), copy=False)
    return everybody.where(col(IN_FEW, "m"), copy=False)


def _both(columns: Iterable[str], known: Known) -> SQL:
    def same(name: str) -> SQL:
        literal = known[name]
        return named(cast(constant(literal.value, literal.kind.type), literal.kind.type), name)

    few = select(*(col(name, "f") for name in columns)).from_(as_table(FEW, "f"), copy=False)
    others = select(*(same(name) if name in known else col(name, "m") for name in columns))
    others = others.from_(as_table(MANY, "m"), copy=False).where(exp.Not(this=col(IN_FEW, "m")), copy=False)
    return exp.union(few, others, distinct=False, copy=False)
