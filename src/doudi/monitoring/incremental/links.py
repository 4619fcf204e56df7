"""Through which columns one household's facts depend on another's: a shared account, a visit number that somebody else's reimbursement names.

Whoever shares such a value with somebody affected is affected too. The affected are then closed under all of it, and derived tables that need
everybody's rows can be computed from theirs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pyarrow as pa

from doudi.lake.engine import Engine
from doudi.monitoring.incremental.lakes import BEFORE, NOW, Lakes, Source
from doudi.monitoring.together import execute_together
from doudi.rules.model import Add, Group, Latest, Lookup, Match, Months, Pair, Pairs, Policy, Table
from doudi.rules.plan import Plan

VALUES = """
SELECT {person} AS person, household, {values} FROM "{prefix}_{name}" WHERE {delivered} AND {which}
"""

TOUCHED_BEFORE = ("household IN (SELECT household FROM touched)", "household IS NULL")
"""With all rows of now these are all rows ever: a row of before that is another now, or is there no more, names somebody in `touched`."""

SHARING = """
INSERT INTO touched
SELECT DISTINCT t.person, t.household FROM "{other}" t SEMI JOIN (
    SELECT * FROM "{one}" WHERE household IN (SELECT household FROM new_households) OR (household IS NULL AND {whose})
) k ON {same}
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


@dataclass(frozen=True)
class _Values:
    """What is compared of the rows of a table. `texts`: the columns that are texts on both sides; these stand in the engine by their hash."""

    table: str
    columns: tuple[str, ...]
    texts: frozenset[str]

    @property
    def chosen(self) -> str:
        """SQL of the values, `value_0` and so on."""
        shown = [f'HASH("{column}")' if column in self.texts else f'"{column}"' for column in self.columns]
        return ", ".join(f"{value} AS value_{at}" for at, value in enumerate(shown))

    @property
    def delivered(self) -> str:
        """SQL that chooses the rows with values."""
        return " AND ".join(f'"{column}" IS NOT NULL' for column in self.columns)


class Sharing:
    """Who shares a value with whom, in either cut: somebody now with somebody before too. Made from `touched` before it is used up.

    Should two texts have the same hash, more people are computed, never fewer.
    """

    def __init__(self, engine: Engine, links: Iterable[Link], lakes: Lakes, hands: int = 1) -> None:
        self._engine, self._hands = engine, hands
        self._subjects = {source.name: source for source in lakes.sources}
        sides = {link: (self._values(link), self._values(link.turned)) for link in sorted(links, key=repr)}
        self._tables = {values: f"values_{at}" for at, values in enumerate(dict.fromkeys(one for pair in sides.values() for one in pair))}
        self._meetings = [(link, self._tables[one], self._tables[other]) for link, (one, other) in sides.items()]
        statements = [f'CREATE OR REPLACE TABLE "{name}" AS {self._rows_ever(lakes, values)}' for values, name in self._tables.items()]
        execute_together(engine, statements, hands)

    def note(self, *, nobodys: bool) -> None:
        """Add to `touched` who shares a value with `new_households` or `new_persons`, or (`nobodys`) with rows about nobody known."""
        statements = [
            SHARING.format(
                one=one,
                other=other,
                whose=_whose(self._subjects[link.one], nobodys=nobodys),
                same=" AND ".join(f"t.value_{at} = k.value_{at}" for at in range(len(link.on))),
            )
            for link, one, other in self._meetings
        ]
        execute_together(self._engine, statements, self._hands)

    def forget(self) -> None:
        """Give the memory back."""
        for name in self._tables.values():
            self._engine.execute(f'DROP TABLE "{name}"')

    def _values(self, link: Link) -> _Values:
        texts = [own for own, other in link.on if self._is_text(link.one, own) and self._is_text(link.other, other)]
        return _Values(link.one, tuple(own for own, _ in link.on), frozenset(texts))

    def _is_text(self, table: str, column: str) -> bool:
        return self._engine.arrow(f'SELECT "{column}" FROM "{NOW}_{table}" LIMIT 0').schema.types == [pa.string()]

    def _rows_ever(self, lakes: Lakes, values: _Values) -> str:
        """The values of all rows of now, and of those of before that can be others."""
        person, _ = self._subjects[values.table].named
        before = [(BEFORE, which) for which in TOUCHED_BEFORE] if values.table in lakes.differing else []
        return " UNION ALL ".join(
            VALUES.format(person=person, values=values.chosen, prefix=prefix, name=values.table, delivered=values.delivered, which=which)
            for prefix, which in [(NOW, "TRUE"), *before]
        )


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
