"""Rows in plain Python: the steps of derived tables that look at several rows, and aggregates. The judge's other half."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta

from doudi.kernel.months import month_of
from doudi.rules.model import Aggregate, FromRows, Group, Latest, Months, Pair, Pairs
from doudi.rules.values import Row, Rows, Value, evaluate, kleene_and, kleene_or

SURE = "_sure"
"""True for a row that belongs to its table, None where that is unknown."""


def near(other: Row, row: Row, step: Pair) -> bool:
    if step.on is None or step.within_days is None:
        return True
    a, b = other.get(step.on), row.get(step.on)
    return a is not None and b is not None and a <= b <= a + timedelta(days=step.within_days)


def marked(row: Row, belongs: bool | None) -> Row | None:
    """The row if it may belong; marked where that is unknown."""
    return None if belongs is False else {**row, SURE: kleene_and([row.get(SURE, True), belongs])}


def key_of(row: Row, on: Pairs) -> tuple[Value, ...]:
    values = tuple(row.get(own) for own, _ in on)
    return ("none",) if None in values else values


def by_keys(rows: Rows, on: Pairs) -> dict[tuple[Value, ...], Rows]:
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
    groups = by_keys(rows, tuple((name, name) for name in step.by))
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
