"""SQL of derived tables and of the grouped passes over rows. One query per table, whatever stands on it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from sqlglot import exp

from doudi.rules.model import Add, Aggregate, FromRows, Group, Latest, Lookup, Match, Months, Pair, Policy, Table, Variable, Where
from doudi.rules.scopes import PERSON, ROW
from doudi.rules.sql import SQL, add_interval, all_of, any_of, cast, constant, emit, integer, is_null, month_index, when
from doudi.rules.syntax import Name, Node, names, walk
from doudi.rules.types import Kind, Type

SURE = "_sure"
"""True for a row that belongs to its table, NULL for one of which that is unknown; only in tables that can have such rows."""

PERSONS, PEOPLE = "person_base", "people"
"""Everybody, on a list or in the death register; and everybody who is or was on a list, which says in which month last."""

OF_THE_DEAD = frozenset({"deceased", "death_date"})
"""What is known of the few who are dead: of everybody else that they are not."""


def col(name: str, table: str | None = None) -> SQL:
    """A quoted column: names of the policy never clash with an engine's words."""
    return exp.column(name, table=table, quoted=True)


def as_table(name: str, alias: str = "") -> exp.Table:
    """A table, under another name if one is given."""
    return exp.Table(this=exp.to_identifier(name), alias=exp.TableAlias(this=exp.to_identifier(alias)) if alias else None)


def free(tree: SQL) -> SQL:
    """The tree if it is part of no other yet, else a copy: to copy everything that is put together is dear."""
    return tree if tree.parent is None else tree.copy()


def named(value: SQL, name: str) -> SQL:
    return exp.alias_(free(value), name, quoted=True, copy=False)


def select(*columns: SQL) -> exp.Select:
    return exp.Select().select(*columns, copy=False)


def at(alias: str, other: str = "o") -> Callable[[Name], SQL]:
    """Names as columns of `alias`, those of the other table as columns of `other`."""
    return lambda name: col(name.name, other if name.other else alias)


def other_names(node: Node | None) -> set[str]:
    """The columns of the other table that an expression names."""
    return {part.name for part in walk(node) if isinstance(part, Name) and part.other} if node else set()


def own_names(node: Node | None) -> set[str]:
    return set(names(node)) if node else set()


class Rows:
    """A query under construction: a derived table, step by step. `asked`: table -> the columns that are kept (a table that is not in it: all)."""

    def __init__(self, policy: Policy, table: Table, asked: Mapping[str, set[str]] | None = None) -> None:
        self.policy, self.table = policy, table
        source = policy.tables[table.source] if table.steps else table
        self.asked = asked or {}
        self.columns: dict[str, Kind] = self._kept(source.name, source.columns)
        self.sure = source.unsure
        needed = self._named_in_steps() & set(PERSON) - set(source.columns)
        self.query: SQL = read(policy, source.name, needed)
        self.extra = sorted(needed)

    def _kept(self, table: str, columns: Mapping[str, Kind]) -> dict[str, Kind]:
        return {name: kind for name, kind in columns.items() if table not in self.asked or name in self.asked[table]}

    def _named_in_steps(self) -> set[str]:
        found: set[str] = set()
        for step in self.table.steps:
            match step:
                case Where(test=test):
                    found |= own_names(test)
                case Add(columns=columns):
                    found |= {name for _, node in columns for name in own_names(node)}
                case Match(on=on, where=where):
                    found |= {own for own, _ in on} | own_names(where)
                case Lookup(on=on):
                    found |= {own for own, _ in on}
                case Pair(same=same, where=where):
                    found |= set(same) | own_names(where) | other_names(where)
                case Latest(per=per, by=by):
                    found |= set(per) | {column for column, _ in by}
                case Group(by=by, take=take):
                    found |= set(by) | {name for _, total in take for name in own_names(total.argument)}
                case Months():
                    pass
        return found

    def build(self) -> exp.Select:
        """The query of the whole table, with the wanted columns only."""
        for step in self.table.steps:
            match step:
                case Where():
                    self.where(step)
                case Add():
                    self.add({name: emit(node, at("t")) for name, node in step.columns}, {name: node.kind for name, node in step.columns})
                case Lookup():
                    self.lookup(step)
                case Match():
                    self.match(
                        step.table, step.where, step.negated, [exp.EQ(this=col(theirs, "o"), expression=col(own, "t")) for own, theirs in step.on]
                    )
                case Latest():
                    self.latest(step)
                case Pair():
                    self.pair(step)
                case Months():
                    self.add({step.take: months_open(step, self.columns)}, {step.take: Kind(Type.INT)})
                case Group():
                    self.group(step)
        columns = self._kept(self.table.name, self.columns)
        return self.over(*(col(name, "t") for name in columns), *([col(SURE, "t")] if self.sure else []))

    def over(self, *columns: SQL) -> exp.Select:
        return select(*columns).from_(aliased(self.query, "t"), copy=False)

    def all_columns(self, sure: SQL | None = None) -> list[SQL]:
        """Every column so far; `sure` replaces the mark of belonging."""
        mark = [named(sure, SURE)] if sure is not None else [col(SURE, "t")] if self.sure else []
        return [col(name, "t") for name in (*self.columns, *self.extra)] + mark

    def where(self, step: Where) -> None:
        test = emit(step.test, at("t"))
        if not step.test.kind.unknown:
            self.query = self.over(*self.all_columns()).where(test, copy=False)
            return
        mark = all_of(test.copy(), col(SURE, "t")) if self.sure else test.copy()
        self.query = self.over(*self.all_columns(mark)).where(any_of(test, is_null(exp.paren(test.copy()))), copy=False)
        self.sure = True

    def add(self, values: Mapping[str, SQL], kinds: Mapping[str, Kind]) -> None:
        self.query = self.over(*self.all_columns(), *(named(value, name) for name, value in values.items()))
        self.columns.update(kinds)

    def lookup(self, step: Lookup) -> None:
        table = self.policy.tables[step.table]
        keys = [exp.EQ(this=col(own, "t"), expression=col(theirs, "l")) for own, theirs in step.on]
        sure = None
        if table.unsure:
            found = when((is_null(col(step.on[0][1], "l")), exp.true()), default=col(SURE, "l"))
            sure = all_of(found, col(SURE, "t")) if self.sure else found
        columns = self.all_columns(sure) + [named(col(theirs, "l"), new) for new, theirs in step.take]
        self.query = self.over(*columns).join(aliased(read(self.policy, step.table, set()), "l"), on=all_of(*keys), join_type="left", copy=False)
        self.sure |= table.unsure
        self.columns.update({new: table.columns[theirs] for new, theirs in step.take})

    def match(
        self, table_name: str, where: Node | None, negated: bool, keys: list[SQL], source: SQL | None = None, unsure: bool | None = None
    ) -> None:
        """Keep rows that have (have not) a row of the other table for which keys and `where` hold; unknown where it may be so."""
        other = source if source is not None else read(self.policy, table_name, other_names(where) & set(PERSON))
        other_unsure = self.policy.tables[table_name].unsure if unsure is None else unsure
        tests = ([emit(where, at("t"))] if where else []) + ([col(SURE, "o")] if other_unsure else [])

        def some(*conditions: SQL) -> SQL:
            return exp.Exists(
                this=select(integer(1))
                .from_(aliased(other.copy(), "o"), copy=False)
                .where(all_of(*(key.copy() for key in keys), *conditions), copy=False)
            )

        certain = some(*(test.copy() for test in tests))
        if not (other_unsure or (where is not None and where.kind.unknown)):
            self.query = self.over(*self.all_columns()).where(exp.Not(this=certain) if negated else certain, copy=False)
            return
        doubtful = some(is_null(exp.paren(all_of(*(test.copy() for test in tests)))))
        mark = col(SURE, "t") if self.sure else exp.true()
        unknown = all_of(exp.Not(this=certain.copy()), doubtful.copy())
        plain = all_of(exp.Not(this=certain.copy()), exp.Not(this=doubtful)) if negated else certain
        kept = self.over(*self.all_columns(mark)).where(plain, copy=False)
        maybe = self.over(*self.all_columns(cast(exp.Null(), Type.BOOL))).where(unknown, copy=False)
        self.query, self.sure = exp.union(kept, maybe, distinct=False, copy=False), True

    def latest(self, step: Latest) -> None:
        ties = [name for name in ("delivery", "row") if name in self.columns] or [name for name in ("person",) if name in self.columns]
        order = [exp.Ordered(this=col(name, "t"), desc=not down, nulls_first=False) for name, down in (*step.by, *((tie, False) for tie in ties))]
        per = [col(name, "t") for name in step.per]
        place = exp.Window(this=exp.RowNumber(), partition_by=per, order=exp.Order(expressions=order))
        sure = None
        if self.sure:
            known, rows = (
                exp.Window(this=exp.Count(this=this), partition_by=[column.copy() for column in per]) for this in (col(SURE, "t"), exp.Star())
            )
            sure = when((exp.EQ(this=known, expression=rows), exp.true()), default=cast(exp.Null(), Type.BOOL))
        self.query = self.over(*self.all_columns(sure), named(place, "_place"))
        self.query = self.over(*self.all_columns()).where(exp.EQ(this=col("_place", "t"), expression=integer(1)), copy=False)

    def pair(self, step: Pair) -> None:
        keys: list[SQL] = [exp.EQ(this=col(name, "o"), expression=col(name, "t")) for name in step.same]
        keys.append(exp.Not(this=exp.paren(all_of(*(exp.EQ(this=col(name, "o"), expression=col(name, "t")) for name in ROW)))))
        if step.on and step.within_days is not None:
            keys.append(exp.LTE(this=col(step.on, "o"), expression=col(step.on, "t")))
            keys.append(exp.LTE(this=col(step.on, "t"), expression=add_interval(col(step.on, "o"), integer(step.within_days), "DAY")))
        self.match(self.table.name, step.where, False, keys, self.query.copy(), self.sure)

    def group(self, step: Group) -> None:
        known = [exp.Not(this=is_null(col(name, "t"))) for name in step.by]
        totals = [named(total(aggregate, None, self.columns), name) for name, aggregate in step.take]
        if self.sure:
            whole = exp.EQ(this=exp.Count(this=col(SURE, "t")), expression=exp.Count(this=exp.Star()))
            totals.append(named(when((whole, exp.true()), default=cast(exp.Null(), Type.BOOL)), SURE))
        by = [col(name, "t") for name in step.by]
        self.query = self.over(*by, *totals).where(all_of(*known), copy=False).group_by(*(column.copy() for column in by), copy=False)
        self.columns = {name: self.columns[name] for name in step.by} | {name: Kind(Type.INT) for name, _ in step.take}
        self.extra = []


def aliased(query: SQL, alias: str) -> SQL:
    """A table or query as a FROM item."""
    if isinstance(query, exp.Table):
        return as_table(query.name, alias)
    return exp.Subquery(this=free(query), alias=exp.TableAlias(this=exp.to_identifier(alias)))


def read(policy: Policy, name: str, person: Iterable[str]) -> SQL:
    """A table as it lies, or with what is known of the persons of its rows: of people themselves that stands beside their row in `PERSONS`."""
    table = as_table(name)
    wanted = [column for column in sorted(person) if column not in policy.tables[name].columns]
    if not wanted:
        return table
    if name == PEOPLE:
        everybody = select(exp.Star()).from_(as_table(PERSONS), copy=False)
        return everybody.where(exp.Not(this=is_null(col("list_month"))), copy=False)
    known = [
        named(when((is_null(col(column, "b")), exp.false()), default=col(column, "b")) if column != "death_date" else col(column, "b"), column)
        for column in wanted
    ]
    on = exp.EQ(this=col("person", "r"), expression=col("person", "b"))
    persons: SQL = as_table(PERSONS)
    if OF_THE_DEAD.issuperset(wanted):
        persons = select(col("person"), *map(col, wanted)).from_(persons, copy=False).where(col("deceased"), copy=False)
    return (
        select(exp.Column(this=exp.Star(), table=exp.to_identifier("r")), *known)
        .from_(aliased(table, "r"), copy=False)
        .join(aliased(persons, "b"), on=on, join_type="left", copy=False)
    )


def months_open(step: Months, columns: Mapping[str, Kind]) -> SQL:
    """In how many of the last n months the interval was open on at least one day; unknown without a start."""
    this = integer(step.this_month)

    def months_of(column: str) -> SQL:
        return col(column, "t") if columns[column].type == Type.MONTH else month_index(col(column, "t"))

    start = months_of(step.start)
    from_month = exp.Greatest(this=start, expressions=[exp.Sub(this=this.copy(), expression=integer(step.last - 1))])
    if step.end is None:
        to_month, shut = this, exp.false()
    elif columns[step.end].type == Type.MONTH:
        end = col(step.end, "t")
        to_month = when((is_null(end.copy()), this.copy()), default=exp.Least(this=end, expressions=[this.copy()]))
        shut = exp.false()
    else:
        last = month_index(add_interval(col(step.end, "t"), integer(-1), "DAY"))
        to_month = when((is_null(col(step.end, "t")), this.copy()), default=exp.Least(this=last, expressions=[this.copy()]))
        begun = col(step.start, "t")
        first_day = begun if columns[step.start].type == Type.DATE else None
        shut = (
            exp.LTE(this=col(step.end, "t"), expression=first_day)
            if first_day is not None
            else exp.LT(this=month_index(add_interval(col(step.end, "t"), integer(-1), "DAY")), expression=begun)
        )
        shut = all_of(exp.Not(this=is_null(col(step.end, "t"))), shut)
    length = exp.Add(this=exp.Sub(this=exp.paren(to_month), expression=exp.paren(from_month)), expression=integer(1))
    return cast(
        when(
            (is_null(col(step.start, "t")), exp.Null()),
            (shut, integer(0)),
            (exp.LT(this=exp.paren(length.copy()), expression=integer(0)), integer(0)),
            default=exp.paren(length),
        ),
        Type.INT,
    )


def total(aggregate: Aggregate, counts: SQL | None, columns: Mapping[str, Kind], uncertain: bool = False, empty: SQL | None = None) -> SQL:
    """An aggregate over the rows for which `counts` is true (all rows where None); unknown where it is unknown of a row."""
    value = emit(aggregate.argument, at("t")) if aggregate.argument else None
    rows = exp.Count(this=when((counts.copy(), integer(1))) if counts is not None else exp.Star())
    chosen = value if value is None or counts is None else when((counts.copy(), value))
    match aggregate.function:
        case "exists":
            result = exp.LogicalOr(this=counts.copy()) if counts is not None else exp.true()
            if not uncertain:
                return result
            assert counts is not None
            return when((result, exp.true()), (_some_unknown(counts), cast(exp.Null(), Type.BOOL)), default=exp.false())
        case "count":
            result = rows
        case "count_distinct":
            result = exp.Count(this=exp.Distinct(expressions=[chosen]))
        case "sum":
            result = cast(exp.Coalesce(this=exp.Sum(this=chosen), expressions=[integer(0)]), Type.INT)
        case "min":
            result = exp.Min(this=chosen)
        case _:
            result = exp.Max(this=chosen)
    if empty is not None and aggregate.function in ("max", "min", "only"):
        result = when((exp.EQ(this=rows.copy(), expression=integer(0)), empty), default=result)
    if uncertain and counts is not None:
        return when((exp.Not(this=exp.paren(_some_unknown(counts))), result))
    return result


def _some_unknown(counts: SQL) -> SQL:
    return exp.GT(this=exp.Count(this=when((is_null(exp.paren(counts.copy())), integer(1)))), expression=integer(0))


def counts_for(policy: Policy, how: FromRows, alias: str = "t") -> tuple[SQL | None, bool]:
    """When a row counts for a variable, and whether that may be unknown."""
    table = policy.tables[how.table]
    tests = ([emit(how.where, at(alias))] if how.where else []) + ([col(SURE, alias)] if table.unsure else [])
    return (all_of(*tests) if tests else None), table.unsure or (how.where is not None and how.where.kind.unknown)


def person_names(how: FromRows) -> set[str]:
    """What a variable asks of the persons of its rows."""
    return (own_names(how.where) | own_names(how.aggregate.argument)) & set(PERSON)


def grouped_pass(policy: Policy, table: str, by: str, variables: list[Variable], household: bool, everybody: bool) -> exp.Select:
    """All variables over one table, one row per person or household."""
    needed: set[str] = set()
    columns: list[SQL] = [named(col(by, "t"), by)]
    living = household and not everybody and "person" in policy.tables[table].columns
    for variable in variables:
        how = variable.how
        assert isinstance(how, FromRows)
        needed |= person_names(how)
        counts, uncertain = counts_for(policy, how)
        empty = constant(how.empty, variable.kind.type) if how.empty is not None else None
        columns.append(named(total(how.aggregate, counts, policy.tables[table].columns, uncertain, empty), variable.name))
    conditions: list[SQL] = [exp.Not(this=is_null(col(by, "t")))]
    if living:
        needed |= {"living", "listed"}
        conditions += [col("living", "t"), col("listed", "t")]
    alone = _is_made_unique(policy.tables[table], by)
    query = select(*(of_one_row(column) if alone else column for column in columns)).from_(aliased(read(policy, table, needed), "t"), copy=False)
    query = query.where(all_of(*conditions), copy=False)
    return query if alone else query.group_by(col(by, "t"), copy=False)


def _is_made_unique(table: Table, by: str) -> bool:
    """Whether its own last step leaves one row for each `by` at most. A dataset's key is a promise of who delivers it and not relied on."""
    return bool(table.steps) and isinstance(table.steps[-1], Latest | Group) and table.unique <= {by} and not table.unsure


def of_one_row(total: SQL) -> SQL:
    """What a total is where there is one row only: nothing has to be grouped."""

    def one(node: SQL) -> SQL:
        match node:
            case exp.LogicalOr() | exp.LogicalAnd() | exp.Max() | exp.Min() | exp.Sum():
                return node.this
            case exp.Count(this=exp.Star()):
                return integer(1)
            case exp.Count(this=this):
                (counted,) = this.expressions if isinstance(this, exp.Distinct) else [this]
                return when((is_null(exp.paren(counted)), integer(0)), default=integer(1))
            case _:
                return node

    return total.transform(one)
