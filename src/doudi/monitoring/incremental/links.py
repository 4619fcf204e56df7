"""Through which columns one household's facts depend on another's: a shared account, a visit number that somebody else's reimbursement names.

Whoever shares such a value with somebody affected is affected too. The affected are then closed under all of it, and derived tables that need
everybody's rows can be computed from theirs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from doudi.lake.engine import Engine
from doudi.monitoring.incremental.lakes import Lakes, Source
from doudi.monitoring.together import execute_together
from doudi.rules.model import Add, Group, Latest, Lookup, Match, Months, Pair, Pairs, Policy, Table
from doudi.rules.plan import Plan

SHARING = """
INSERT INTO touched
SELECT DISTINCT {person} AS person, household
FROM (SELECT * FROM {other}) t SEMI JOIN ({keys}) k ON {same}
"""

KEYS = """
SELECT {columns} FROM (SELECT * FROM {one}) o
WHERE household IN (SELECT household FROM new_households) OR (household IS NULL AND {whose})
"""


@dataclass(frozen=True)
class Link:
    """Rows of two tables of the lake (or of one) that count for each other where the columns are the same."""

    one: str
    other: str
    on: Pairs

    @property
    def turned(self) -> Link:
        return Link(self.other, self.one, tuple((theirs, own) for own, theirs in self.on))


def find_links(plan: Plan) -> set[Link] | None:
    """All links of a plan, each both ways; None if one of them is not by columns as they were delivered."""
    found: set[Link] = set()
    for table in plan.derived:
        for link in _of_table(plan.policy, table):
            if link is None:
                return None
            found |= {link, link.turned}
    return found


def note_sharing(engine: Engine, links: set[Link], lakes: Lakes, *, nobodys: bool, hands: int = 1) -> None:
    """Add to `touched` who shares a value with `new_households` or `new_persons`, or (`nobodys`) with rows about nobody known.

    Rows of the older cut are only read where they can be others than now. Who has a value now that somebody affected had before is taken too.
    """
    subjects = {source.name: source for source in lakes.sources}
    statements: list[str] = []
    for link in sorted(links, key=repr):
        same = " AND ".join(f't."{theirs}" = k."{own}"' for own, theirs in link.on)
        whose, (person, _) = _whose(subjects[link.one], nobodys), subjects[link.other].named
        columns = ", ".join(f'o."{own}"' for own in dict.fromkeys(own for own, _ in link.on))
        for ones, other in lakes.meetings(link.one, link.other):
            keys = " UNION ALL ".join(KEYS.format(columns=columns, one=one, whose=whose) for one in ones)
            statements.append(SHARING.format(other=other, keys=keys, person=person, same=same))
    execute_together(engine, statements, hands)


def _whose(source: Source, nobodys: bool) -> str:
    if source.subject is None:
        return str(nobodys).upper()
    return f'(o."{source.subject}" IN (SELECT person FROM new_persons)' + (f' OR o."{source.subject}" IS NULL)' if nobodys else ")")


def _of_table(policy: Policy, table: Table) -> Iterator[Link | None]:
    """The links that the steps of a derived table make."""
    home = policy.tables[table.source].home
    for at, step in enumerate(table.steps):
        match step:
            case Lookup(table=name, on=on) | Match(table=name, on=on):
                theirs = policy.tables[name].home
                if not any(own in home and other in theirs and (own == "household") == (other == "household") for own, other in on):
                    yield _link(policy, [(_raw(policy, table.name, own, at), _raw(policy, name, other)) for own, other in on])
            case Pair(same=keys) | Group(by=keys) if not home & set(keys):
                yield _link(policy, [(raw, raw) for raw in (_raw(policy, table.name, key, at) for key in keys)])
            case Latest(per=keys) if not home & set(keys):  # rows without a value are of one kind there
                yield None
            case _:
                pass
        if isinstance(step, Group):
            home &= frozenset(step.by)


def _link(policy: Policy, on: list[tuple[tuple[str, str] | None, tuple[str, str] | None]]) -> Link | None:
    """A link by those of the columns that the lake has: by fewer columns more rows meet, never fewer."""
    pairs = [(own, other) for own, other in on if own and other]
    return Link(pairs[0][0][0], pairs[0][1][0], tuple((own[1], other[1]) for own, other in pairs)) if pairs else None


def _raw(policy: Policy, name: str, column: str, steps: int | None = None) -> tuple[str, str] | None:
    """Table and column of the lake that a column of a derived table (after its first `steps`) is; None if it was computed."""
    table = policy.tables[name]
    if not table.steps:
        return (name, column) if column in table.columns else None
    for step in reversed(table.steps[:steps]):
        match step:
            case Group(by=by) if column not in by:
                return None
            case Add(columns=added) if column in dict(added):
                return None
            case Lookup(take=take) if column in dict(take):
                return None
            case Months(take=taken) if column == taken:
                return None
            case _:
                pass
    return _raw(policy, table.source, column)
