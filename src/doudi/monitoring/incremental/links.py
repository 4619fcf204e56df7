"""Through which columns one household's facts depend on another's: a shared account, a visit number that somebody else's reimbursement names.

Whoever shares such a value with somebody affected is affected too. The affected are then closed under all of it, and derived tables that need
everybody's rows can be computed from theirs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from doudi.lake.engine import Engine
from doudi.monitoring.incremental.lakes import BEFORE, NOW, Lakes, Source
from doudi.monitoring.together import execute_together
from doudi.rules.model import Add, Group, Latest, Lookup, Match, Months, Pair, Pairs, Policy, Table
from doudi.rules.plan import Plan

VALUES = """
SELECT {person} AS person, household, HASH({value}) AS value FROM "{prefix}_{name}" WHERE {delivered} AND {which}
"""

TOUCHED_BEFORE = ("household IN (SELECT household FROM touched)", "household IS NULL")
"""With all rows of now these are all rows ever: a row of before that is another now, or is there no more, names somebody in `touched`."""

SHARING = """
INSERT INTO touched
SELECT DISTINCT t.person, t.household FROM "{other}" t SEMI JOIN (
    SELECT o.value FROM "{one}" o WHERE household IN (SELECT household FROM new_households) OR (household IS NULL AND {whose})
) k ON t.value = k.value
"""


@dataclass(frozen=True)
class Link:
    """Rows of two tables of the lake (or of one) that count for each other where the columns are the same."""

    one: str
    other: str
    on: Pairs

    @property
    def values(self) -> str:
        """The table of the engine with the values of `one`."""
        return "_".join(("values", self.one, *(own for own, _ in self.on)))

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


class Sharing:
    """Who shares a value with whom, in either cut: somebody now with somebody before too. Made from `touched` before it is used up.

    Values stand in the engine by their hash: should two be the same, more people are computed, never fewer.
    """

    def __init__(self, engine: Engine, links: Iterable[Link], lakes: Lakes, hands: int = 1) -> None:
        self._engine, self._hands = engine, hands
        self._links = sorted(links, key=repr)
        self._subjects = {source.name: source for source in lakes.sources}
        made = {link.values: " UNION ALL ".join(self._rows_ever(lakes, link)) for link in self._links}  # every link is there both ways
        self._made = list(made)
        execute_together(engine, [f'CREATE OR REPLACE TABLE "{name}" AS {query}' for name, query in made.items()], hands)

    def note(self, *, nobodys: bool) -> None:
        """Add to `touched` who shares a value with `new_households` or `new_persons`, or (`nobodys`) with rows about nobody known."""
        statements = [
            SHARING.format(one=link.values, other=link.turned.values, whose=_whose(self._subjects[link.one], nobodys=nobodys)) for link in self._links
        ]
        execute_together(self._engine, statements, self._hands)

    def forget(self) -> None:
        """Give the memory back."""
        for name in self._made:
            self._engine.execute(f'DROP TABLE "{name}"')

    def _rows_ever(self, lakes: Lakes, link: Link) -> Iterator[str]:
        """The values of `link.one`: of all rows of now, and of those of before that can be others."""
        columns = [f'"{own}"' for own, _ in link.on]
        value = ", ".join(f"CAST({column} AS TEXT)" for column in columns)
        delivered = " AND ".join(f"{column} IS NOT NULL" for column in columns)
        person, _ = self._subjects[link.one].named
        before = [(BEFORE, which) for which in TOUCHED_BEFORE] if link.one in lakes.differing else []
        for prefix, which in [(NOW, "TRUE"), *before]:
            yield VALUES.format(person=person, value=value, prefix=prefix, name=link.one, delivered=delivered, which=which)


def _whose(source: Source, *, nobodys: bool) -> str:
    if source.subject is None:
        return str(nobodys).upper()
    return "(person IN (SELECT person FROM new_persons)" + (" OR person IS NULL)" if nobodys else ")")


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
