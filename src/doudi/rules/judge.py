"""The judge: the language's meaning in plain Python, slow and plain. What an engine computes must equal what stands here.

Values are bool, int, Fraction, str, date, or None for unknown. It shares the typed policy with the compiler, and nothing else.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from typing import Any

from doudi.kernel.months import month_of
from doudi.rules.functions import FUNCTIONS
from doudi.rules.model import (
    Add,
    Aggregate,
    Formula,
    FromRows,
    Group,
    Latest,
    Lookup,
    Match,
    Members,
    Months,
    Pair,
    Pairs,
    Policy,
    Rule,
    Table,
    Variable,
    Where,
)
from doudi.rules.syntax import Among, Arithmetic, Call, Compare, IsNone, Junction, Literal, Name, Node, Not
from doudi.rules.types import Type

Value = Any
Row = dict[str, Value]
Rows = list[Row]

SURE = "_sure"


def kleene_and(values: Iterable[bool | None]) -> bool | None:
    """False if any is false, else unknown if any is unknown, else true."""
    seen = list(values)
    return False if False in seen else None if None in seen else True


def kleene_or(values: Iterable[bool | None]) -> bool | None:
    """True if any is true, else unknown if any is unknown, else false."""
    seen = list(values)
    return True if True in seen else None if None in seen else False


def evaluate(node: Node, own: Mapping[str, Value], other: Mapping[str, Value] | None = None) -> Value:
    """The value of an expression about one row or subject. Names that are not there are unknown."""

    def of(part: Node) -> Value:
        return evaluate(part, own, other)

    match node:
        case Literal(value=value):
            return value
        case Name(name=name, other=of_other):
            return (other or {}).get(name) if of_other else own.get(name)
        case Not(part=part):
            value = of(part)
            return None if value is None else not value
        case Junction(op=op, parts=parts):
            return (kleene_and if op == "and" else kleene_or)(of(part) for part in parts)
        case Compare(op=op, left=left, right=right):
            a, b = of(left), of(right)
            return None if a is None or b is None else _COMPARE[op](a, b)
        case Among(part=part, values=values):
            value = of(part)
            return None if value is None else value in [literal.value for literal in values]
        case IsNone(part=part):
            return of(part) is None
        case Arithmetic(op=op, left=left, right=right):
            a, b = of(left), of(right)
            return None if a is None or b is None else _ARITHMETIC[op](a, b)
        case Call(function=name, parts=parts):
            function, values = FUNCTIONS[name], [of(part) for part in parts]
            return None if not function.lazy and None in values else function.judge(*values)
        case _:
            raise TypeError(f"not judged: {node!r}")


_COMPARE: dict[str, Callable[[Value, Value], bool]] = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}
_ARITHMETIC: dict[str, Callable[[Value, Value], Value]] = {"+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b}


@dataclass
class Judgement:
    """All facts: person -> name -> value, household -> name -> value. Rules stand beside the variables as `hit_<rule>` and `<rule>_c<n>`."""

    persons: dict[int, Row]
    households: dict[int, Row]

    def hits(self, policy: Policy) -> set[tuple[str, int]]:
        """(rule, person or household) of every alert."""
        return {(rule.name, subject) for rule in policy.rules.values() for subject, facts in subjects(rule, self) if facts[rule.column] is True}

    def unknown(self, policy: Policy) -> set[tuple[str, int]]:
        """(rule, person or household) of everybody of whom the rule is unknown."""
        return {(rule.name, subject) for rule in policy.rules.values() for subject, facts in subjects(rule, self) if facts[rule.column] is None}


def subjects(rule: Rule, judged: Judgement) -> list[tuple[int, Row]]:
    """Whom a rule is asked about."""
    if rule.of == "household":
        return list(judged.households.items())
    if rule.subjects == "deceased":
        return [(person, facts) for person, facts in judged.persons.items() if facts["deceased"]]
    return [(person, facts) for person, facts in judged.persons.items() if facts["living"] and facts["listed"]]


def judge(policy: Policy, tables: Mapping[str, Sequence[Mapping[str, Value]]]) -> Judgement:
    """Facts and results of everybody, from the rows of the source tables (`people` and datasets; missing tables are empty)."""
    return _Judge(policy, tables).run()


class _Judge:
    def __init__(self, policy: Policy, tables: Mapping[str, Sequence[Mapping[str, Value]]]) -> None:
        self.policy = policy
        self.rows: dict[str, Rows] = {name: [dict(row) for row in rows] for name, rows in tables.items()}
        self.persons = self.everybody()
        self.households: dict[int, Row] = {}
        self.members: dict[int, list[Row]] = defaultdict(list)
        for facts in self.persons.values():
            if facts["living"] and facts["listed"] and facts.get("household") is not None:
                self.members[facts["household"]].append(facts)
        for household, members in self.members.items():
            self.households[household] = {"household": household, "members": len(members)}

    def everybody(self) -> dict[int, Row]:
        deaths: dict[int, Value] = {}
        for row in self.rows.get("death", []):
            if row.get("person") is not None and row["death_date"] <= self.policy.as_of:
                deaths[row["person"]] = max(row["death_date"], deaths.get(row["person"], row["death_date"]))
        persons: dict[int, Row] = {row["person"]: {**row, "listed": bool(row.get("listed"))} for row in self.rows.get("people", [])}
        for person, day in deaths.items():
            persons.setdefault(person, {"person": person, "listed": False})["death_date"] = day
        for person, facts in persons.items():
            facts.update(deceased=person in deaths, living=person not in deaths, death_date=deaths.get(person))
        return persons

    def run(self) -> Judgement:
        last = max([variable.rank for variable in self.policy.variables.values()] + [rule.rank for rule in self.policy.rules.values()], default=1)
        for rank in range(last + 1):
            for variable in self.policy.variables.values():
                if variable.rank == rank and not isinstance(variable.how, Formula):
                    self.compute(variable)
            self.formulas(rank)
        return Judgement(self.persons, dict(self.households))

    def formulas(self, rank: int) -> None:
        """Formulas, parameters, conditions and rules of a layer, in the policy's order of computation."""
        of = "person" if rank % 2 == 0 else "household"
        made: list[Variable | Rule] = [v for v in self.policy.variables.values() if v.rank == rank and isinstance(v.how, Formula)]
        chosen_by = {"county", "rural"} & {thing.name for thing in made} if rank == self.policy.parameter_rank else None
        made += [rule for rule in self.policy.rules.values() if rule.of == of]
        for thing in self.ordered(made):
            if chosen_by is not None and not chosen_by:
                self.parameters()
                chosen_by = None
            for facts in (self.persons if of == "person" else self.households).values():
                self.formula(thing, rank, facts, _Seen(facts, self.households.get(facts.get("household", -1), {})) if of == "person" else facts)
            if chosen_by:
                chosen_by.discard(thing.name)
        if chosen_by is not None:
            self.parameters()

    def formula(self, thing: Variable | Rule, rank: int, facts: Row, names: Mapping[str, Value]) -> None:
        if isinstance(thing, Variable):
            assert isinstance(thing.how, Formula)
            facts[thing.name] = evaluate(thing.how.node, names)
            return
        for condition in thing.conditions:
            if condition.rank == rank:
                facts[thing.condition_column(condition)] = evaluate(condition.test, names)
        if thing.rank == rank:
            tests = [(facts[thing.condition_column(condition)], condition.negated) for condition in thing.conditions]
            facts[thing.column] = kleene_and(None if test is None else test != negated for test, negated in tests)

    def ordered(self, made: list[Variable | Rule]) -> list[Variable | Rule]:
        """A variable may stand on a rule of its layer (`hit(…)`), a rule on variables: the order in which the builder finished them."""
        place = {name: at for at, name in enumerate(self.policy.order)}
        return sorted(made, key=lambda thing: place[thing.name if isinstance(thing, Variable) else f"hit_{thing.name}"])

    def parameters(self) -> None:
        for facts in self.households.values():
            for parameter in self.policy.parameters.values():
                facts[parameter.name] = None
                county = facts.get("county")
                for value in parameter.values:
                    if not value.region or (county is not None and county.startswith(value.region)):
                        rural = facts.get("rural")
                        figure = value.urban if value.urban == value.rural else None if rural is None else value.rural if rural else value.urban
                        facts[parameter.name] = figure if figure is None or figure.denominator != 1 else int(figure)
                        break

    def compute(self, variable: Variable) -> None:
        if isinstance(variable.how, Members):
            for household, members in self.members.items():
                self.households[household][variable.name] = over_members(variable.how.aggregate, members)
            return
        assert isinstance(variable.how, FromRows)
        how = variable.how
        groups: dict[int, Rows] = defaultdict(list)
        table = self.policy.tables[how.table]
        for row in self.table(how.table):
            key = row.get(how.by)
            if key is not None and (variable.of == "person" or how.everybody or "person" not in table.columns or self.is_member(row)):
                groups[key].append(dict(self.with_person(row)))
        for subject, facts in (self.persons if variable.of == "person" else self.households).items():
            value = over_rows(how, groups.get(subject, [])) if subject in groups else how.empty
            facts[variable.name] = bounded(value, variable.bound)

    def is_member(self, row: Row) -> bool:
        facts = self.persons.get(row.get("person", -1), {})
        return bool(facts.get("living")) and bool(facts.get("listed"))

    # Derived tables

    def table(self, name: str) -> Rows:
        """The rows of a table, with what is known of their persons; derived ones are made when first asked for."""
        if name not in self.rows:
            table = self.policy.tables[name]
            self.rows[name] = self.derive(table) if table.steps else []
        return self.rows[name]

    def with_person(self, row: Row) -> Mapping[str, Value]:
        if "person" not in row:
            return row
        known: Row = self.persons.get(row["person"], {})
        about: Row = {name: known.get(name, False) for name in ("living", "listed", "deceased")}
        return {**about, "death_date": known.get("death_date"), **row}

    def derive(self, table: Table) -> Rows:
        rows = [dict(row) for row in self.table(table.source)]
        for step in table.steps:
            match step:
                case Where(test=test):
                    rows = [kept for row in rows if (kept := _kept(row, evaluate(test, self.with_person(row)))) is not None]
                case Add(columns=columns):
                    rows = [{**row, **{name: evaluate(node, self.with_person(row)) for name, node in columns}} for row in rows]
                case Lookup():
                    rows = self.lookup(rows, step)
                case Match(table=other, on=on, where=where, negated=negated):
                    others = _by_keys(self.table(other), on)
                    rows = [kept for row in rows if (kept := self.matched(row, others.get(_key(row, on), []), where, negated)) is not None]
                case Pair():
                    rows = self.pair(rows, step)
                case Latest():
                    rows = latest(rows, step)
                case Months():
                    rows = [{**row, step.take: months_open(row, step)} for row in rows]
                case Group():
                    rows = group(rows, step)
        return rows

    def matched(self, row: Row, others: Rows, where: Node | None, negated: bool) -> Row | None:
        own = self.with_person(row)
        found = kleene_or(
            kleene_and([other.get(SURE, True), True if where is None else evaluate(where, own, self.with_person(other))]) for other in others
        )
        return _kept(row, found if not negated else None if found is None else not found)

    def lookup(self, rows: Rows, step: Lookup) -> Rows:
        others = _by_keys(self.table(step.table), step.on)
        found: Rows = []
        for row in rows:
            match = others.get(_key(row, step.on), [{}])[0]
            sure = kleene_and([row.get(SURE, True), match.get(SURE, True)])
            found.append({**row, **{new: match.get(theirs) for new, theirs in step.take}, SURE: sure})
        return found

    def pair(self, rows: Rows, step: Pair) -> Rows:
        groups = _by_keys(rows, tuple((name, name) for name in step.same))
        kept: Rows = []
        for row in rows:
            others = [
                other
                for other in groups.get(_key(row, tuple((name, name) for name in step.same)), [])
                if (other["delivery"], other["row"]) != (row["delivery"], row["row"]) and _near(other, row, step)
            ]
            found = self.matched(row, others, step.where, negated=False)
            if found is not None:
                kept.append(found)
        return kept


class _Seen(dict[str, Value]):
    """A person's facts, and behind them those of the household."""

    def __init__(self, own: Row, household: Row) -> None:
        super().__init__({**household, **own})


def _near(other: Row, row: Row, step: Pair) -> bool:
    if step.on is None or step.within_days is None:
        return True
    a, b = other.get(step.on), row.get(step.on)
    return a is not None and b is not None and a <= b <= a + timedelta(days=step.within_days)


def _kept(row: Row, belongs: bool | None) -> Row | None:
    """The row if it may belong; marked where that is unknown."""
    return None if belongs is False else {**row, SURE: kleene_and([row.get(SURE, True), belongs])}


def _key(row: Row, on: Pairs) -> tuple[Value, ...]:
    values = tuple(row.get(own) for own, _ in on)
    return ("none",) if None in values else values


def _by_keys(rows: Rows, on: Pairs) -> dict[tuple[Value, ...], Rows]:
    groups: dict[tuple[Value, ...], Rows] = defaultdict(list)
    for row in rows:
        values = tuple(row.get(theirs) for _, theirs in on)
        if None not in values:
            groups[values].append(row)
    return groups


def latest(rows: Rows, step: Latest) -> Rows:
    """The last row of each group; unknown first, then by delivery and row."""
    groups: dict[tuple[Value, ...], Rows] = defaultdict(list)
    for row in rows:
        groups[tuple(row.get(name) for name in step.per)].append(row)
    kept: Rows = []
    for group_ in groups.values():
        ordered = list(group_)
        for name in ("row", "delivery") if "delivery" in ordered[0] else ("person",):
            ordered.sort(key=lambda row, name=name: row[name])
        for name, descending in reversed(step.by):
            ordered.sort(key=lambda row, name=name: _order(row.get(name)), reverse=descending)
            ordered.sort(key=lambda row, name=name: row.get(name) is not None)
        sure = kleene_and(row.get(SURE, True) for row in group_)
        kept.append({**ordered[-1], SURE: sure})
    return kept


def _order(value: Value) -> tuple[bool, Value]:
    return (value is not None, 0 if value is None else value)


def group(rows: Rows, step: Group) -> Rows:
    """One row per group, rows with an empty key left out."""
    groups = _by_keys(rows, tuple((name, name) for name in step.by))
    return [
        {
            **dict(zip(step.by, key, strict=True)),
            **{name: total(aggregate, members) for name, aggregate in step.take},
            SURE: kleene_and(row.get(SURE, True) for row in members),
        }
        for key, members in groups.items()
    ]


def months_open(row: Row, step: Months) -> int | None:
    """In how many of the last n months, this one included, start <= d and (end empty or end > d) on some day d."""
    start, end = row.get(step.start), row.get(step.end) if step.end else None
    if start is None:
        return None
    first = start if isinstance(start, int) else month_of(start)
    last = step.this_month
    if isinstance(end, int):
        last = min(last, end)
    elif end is not None:
        if not isinstance(start, int) and end <= start:
            return 0
        last = min(last, month_of(end - timedelta(days=1)))
    return max(0, last - max(first, step.this_month - step.last + 1) + 1)


def total(aggregate: Aggregate, rows: Sequence[Mapping[str, Value]], empty: Value = None) -> Value:
    """An aggregate over rows that all count."""
    if aggregate.function == "exists":
        return bool(rows)
    if aggregate.function == "count":
        return len(rows)
    assert aggregate.argument is not None
    values = [value for row in rows if (value := evaluate(aggregate.argument, row)) is not None]
    match aggregate.function:
        case "sum":
            return sum(values)
        case "count_distinct":
            return len(set(values))
        case _ if not rows:
            return empty
        case "min":
            return min(values, default=None)
        case _:
            return max(values, default=None)


def over_rows(how: FromRows, rows: Rows) -> Value:
    """A variable of one subject, from its rows."""
    counts = [kleene_and([row.get(SURE, True), True if how.where is None else evaluate(how.where, row)]) for row in rows]
    certain = [row for row, counted in zip(rows, counts, strict=True) if counted is True]
    if None in counts and not (how.aggregate.function == "exists" and certain):
        return None
    return total(how.aggregate, certain, how.empty)


def bounded(value: Value, bound: str) -> Value:
    """What is still certain of a value when rows of a late dataset are missing (see `bounds`)."""
    match bound:
        case "true_stays":
            return True if value is True else None
        case "false_stays":
            return False if value is False else None
        case "open":
            return None
        case _:
            return value


def over_members(aggregate: Aggregate, members: Rows) -> Value:
    """A household variable from the facts of its living listed members."""
    assert aggregate.argument is not None
    values = [evaluate(aggregate.argument, facts) for facts in members]
    match aggregate.function:
        case "any":
            return kleene_or(values)
        case "all":
            return kleene_and(values)
        case _ if None in values:
            return None
        case "count":
            return sum(value is True for value in values)
        case "sum":
            return sum(values)
        case "max":
            return max(values)
        case _:
            return min(values)


def as_stored(value: Value, kind_type: Type, denominator: int) -> Value:
    """A judged value as engines hold it: numbers times their denominator."""
    if value is None or kind_type not in (Type.INT, Type.MONEY, Type.RATIO) or isinstance(value, bool):
        return value
    scaled = Fraction(value) * denominator
    assert scaled.denominator == 1
    return int(scaled)
