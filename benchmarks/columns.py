"""Which columns of the lake a plan reads, worked out from its queries: the outputs that somebody needs, traced back to the source tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlglot import exp, parse_one
from sqlglot.optimizer.pushdown_projections import pushdown_projections
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import traverse_scope

from doudi.monitoring.facts import facts_table
from doudi.rules.plan import Plan

RESULTS = ("alerts", "evidence", "sources", "unknowns")
"""Steps whose every column is published; of the facts only those columns that are."""

Columns = dict[str, set[str]]


def columns_read(plan: Plan, tables: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    """Source table -> the columns that the results of the plan stand on. `tables`: the columns of each table of the lake."""
    schema = {name: list(columns) for name, columns in tables.items()}
    for step in plan.steps:
        schema[step.name] = _outputs(step.query, schema)
    needed: Columns = defaultdict(set)
    for name in RESULTS:
        needed[name] = set(schema[name])
    for of in ("person", "household"):
        facts = f"{of}_facts"
        needed[facts] = {column.name for column in facts_table(plan, of).columns} & set(schema[facts])
    made = {step.name for step in plan.steps}
    for step in reversed(plan.steps):  # whoever reads a step comes after it
        if needed[step.name]:
            for name, columns in _reads(step.query, sorted(needed[step.name]), schema).items():
                needed[name] |= columns
    return {name: tuple(sorted(columns)) for name, columns in sorted(needed.items()) if name not in made and columns}


def _qualified(query: exp.Expression, schema: Mapping[str, Sequence[str]]) -> exp.Expression:
    query = parse_one(query.sql(dialect="duckdb"), dialect="duckdb")  # as the engine reads it, and as the optimizer expects its trees
    known = {name: dict.fromkeys(schema[name], "TEXT") for name in {table.name for table in query.find_all(exp.Table)}}
    return qualify(query, schema=known, dialect="duckdb", validate_qualify_columns=False, quote_identifiers=False)


def _outputs(query: exp.Expression, schema: Mapping[str, Sequence[str]]) -> list[str]:
    return [each for each in _qualified(query, schema).named_selects if each]  # type: ignore[attr-defined]


def _reads(query: exp.Expression, wanted: Sequence[str], schema: Mapping[str, Sequence[str]]) -> Columns:
    """Table -> columns that these outputs of a query stand on."""
    source = exp.Subquery(this=query.copy(), alias=exp.TableAlias(this=exp.to_identifier("needed")))
    chosen = exp.select(*(exp.column(name, "needed", quoted=True) for name in wanted)).from_(source)
    pruned = pushdown_projections(_qualified(chosen, schema))
    found: Columns = defaultdict(set)
    for scope in traverse_scope(pruned):
        for column in scope.columns:
            table = scope.sources.get(column.table)
            if isinstance(table, exp.Table):
                found[table.name].add(column.name)
    return found
