"""Doudi's queries in Spark's words. Every query has one meaning, that of DuckDB; what cannot be said in Spark exactly is refused, not approximated.

Where the two differ by themselves, sqlglot spells it out: NULLs sort last, `//` is `DIV`, texts are added up with `LISTAGG … WITHIN GROUP`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

import sqlglot
from sqlglot import exp
from sqlglot.errors import ErrorLevel, SqlglotError

from doudi.lake.engine import Query


class Asks(Enum):
    """What a statement asks for."""

    ROWS = "rows"
    TABLE = "table"
    VIEW = "view"
    DROP = "drop"


PIECE = 4
"""Branches of a UNION ALL that are planned together. Spark's planning grows faster than the query: 57 rules over 400 columns take minutes as one."""


@dataclass(frozen=True)
class Statement:
    """`name`: what is made or dropped. `pieces`: the Spark SQL of the query, for a table in several parts whose rows together are its rows."""

    asks: Asks
    name: str
    pieces: tuple[str, ...]

    @property
    def text(self) -> str:
        """The query of rows or of a view: always in one piece."""
        assert len(self.pieces) == 1
        return self.pieces[0]


def understand(query: Query) -> Statement:
    """A query or statement (DuckDB's SQL or an expression) for Spark. Raises ValueError for what cannot be said exactly: a mistake in the program."""
    tree = parsed(query).transform(_listed)
    match tree:
        case exp.Create(this=exp.Schema() as schema):
            return Statement(Asks.TABLE, schema.this.name, (text(_no_rows(schema)),))
        case exp.Create(kind="TABLE", this=table, expression=exp.Query() as content):
            return Statement(Asks.TABLE, table.name, tuple(map(text, _pieces(content))))
        case exp.Create(kind="VIEW", this=table, expression=exp.Query() as content):
            return Statement(Asks.VIEW, table.name, (text(content),))
        case exp.Drop():
            return Statement(Asks.DROP, next(tree.find_all(exp.Table)).name, ())
        case exp.Query():
            return Statement(Asks.ROWS, "", (text(tree),))
        case _:
            raise ValueError(f"not a statement that Spark is asked: {tree.key}")


def parsed(query: Query) -> exp.Expression:
    """The tree of a query."""
    if not isinstance(query, str):
        return query
    try:
        return sqlglot.parse_one(query, read="duckdb")
    except SqlglotError as problem:
        raise ValueError(f"this SQL is not understood: {problem}") from problem


def text(tree: exp.Expression) -> str:
    """Spark SQL, all names quoted. Raises ValueError for what Spark's SQL has no equal of."""
    try:
        return tree.sql(dialect="spark", identify=True, unsupported_level=ErrorLevel.RAISE)
    except SqlglotError as problem:
        raise ValueError(f"Spark has no equal of this: {problem}") from problem


def _pieces(query: exp.Query) -> list[exp.Query]:
    """A UNION ALL cut into several, anything else whole."""
    branches = _branches(query)
    if len(branches) <= PIECE:
        return [query]
    names = branches[0].named_selects
    parts = [[_named(part[0], names), *part[1:]] for part in batched(branches, PIECE)]
    return [exp.union(*part, distinct=False) if len(part) > 1 else part[0] for part in parts]


def _named(head: exp.Query, names: Sequence[str]) -> exp.Query:
    """The first branch of a piece with the column names of the whole; those of a `*` are what they are."""
    if isinstance(head, exp.Select) and "*" not in names and "*" not in head.named_selects:
        columns = [exp.alias_(column.unalias(), name, quoted=True) for column, name in zip(head.expressions, names, strict=True)]
        return head.select(*columns, append=False)
    return head


def _listed(node: exp.Expression) -> exp.Expression:
    """A UNION ALL of rows of constants as one list of values: planned as a union of hundreds it takes half a minute."""
    if not isinstance(node, exp.Union) or isinstance(node.parent, exp.Union):
        return node
    rows = _branches(node)
    if not all(isinstance(row, exp.Select) and _only_constants(row) for row in rows):
        return node
    tuples = [exp.Tuple(expressions=[column.unalias() for column in row.expressions]) for row in rows]
    columns = [exp.to_identifier(name, quoted=True) for name in rows[0].named_selects]
    return exp.select("*").from_(exp.Values(expressions=tuples, alias=exp.TableAlias(this=exp.to_identifier("listed"), columns=columns)))


def _only_constants(row: exp.Select) -> bool:
    """Whether a query is a row written out: a list of values and nothing else."""
    return all(part == "expressions" or not value for part, value in row.args.items()) and row.find(exp.Column, exp.AggFunc, exp.Subquery) is None


def _branches(query: exp.Expression) -> list[exp.Query]:
    """The queries whose rows a UNION ALL puts together; a query that is none is its own branch."""
    inner = query.unnest()
    more = {part for part, value in inner.args.items() if value} - {"this", "expression"}  # DISTINCT, WITH, ORDER BY, LIMIT, BY NAME
    plain = isinstance(inner, exp.Union) and not more
    return [*_branches(inner.left), *_branches(inner.right)] if plain else [inner]


def batched(items: Sequence[exp.Query], size: int) -> Iterator[Sequence[exp.Query]]:
    """Slices of up to `size`; `itertools` has it from Python 3.12."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def _no_rows(schema: exp.Schema) -> exp.Expression:
    """The query of an empty table with these columns."""
    columns = [exp.alias_(exp.cast(exp.Null(), column.kind), column.name, quoted=True) for column in schema.expressions]
    return exp.select(*columns).where(exp.false())
