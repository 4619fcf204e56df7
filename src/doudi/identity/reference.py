"""Whose name stands for a person number: that of the population lists.

A list can hold a stranger's row under somebody's number, or the lost form of a rare name. So a person's names are first put together where they
are the same name, then a name counts whose line has the birth date that is in the number, then the name that most lists have; a tie goes to the
name that more departments know under this number, then to the older; where even that leaves two, there is no reference and every row of that number
is held.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

import pyarrow as pa

from doudi.identity.columns import POPULATION
from doudi.identity.names import Likeness, compare_names
from doudi.lake.engine import Engine


@dataclass
class _Spelling:
    """One folded name delivered under a number."""

    key: int
    name: str
    months: set[int]
    birth_agrees: bool
    """Whether a line of a list with this name has the birth date that is in the number."""


@dataclass
class _NameGroup:
    """Spellings of one number that are the same name."""

    spellings: list[_Spelling] = field(default_factory=list)

    def rank(self, departments: dict[int, int]) -> tuple[bool, int, int, int]:
        """How much speaks for this name; the largest wins."""
        months = set().union(*(spelling.months for spelling in self.spellings))
        agrees = any(spelling.birth_agrees for spelling in self.spellings)
        return agrees, len(months), sum(departments.get(spelling.key, 0) for spelling in self.spellings), -min(months)


def find_references(engine: Engine) -> int:
    """Make `references_ (person, name_key)` from `identities` and `seen`; returns how many numbers have two different names in the lists.

    A person of the lists whose name cannot be told is in it with a null key, so that no name agrees.
    """
    engine.execute(
        "CREATE OR REPLACE TABLE list_names AS SELECT person, name_key, list(DISTINCT list_month) AS months FROM identities"
        f" WHERE dataset = '{POPULATION}' AND role = 'main' AND state = 'sound' AND name_key IS NOT NULL GROUP BY ALL"
    )
    engine.execute(
        "CREATE OR REPLACE TABLE disputed AS SELECT person FROM list_names GROUP BY person HAVING count(*) > 1;"
        "CREATE OR REPLACE TABLE references_ AS SELECT person, name_key FROM list_names WHERE person NOT IN (SELECT person FROM disputed)"
    )
    chosen, differing = _settle_disputes(engine)
    engine.table("chosen_references", chosen)
    engine.execute("INSERT INTO references_ SELECT * FROM chosen_references")
    return differing


def compare_spellings(engine: Engine) -> None:
    """Make `spellings (person, name_key, likeness)`: names under sound numbers of listed people that are not their reference name."""
    engine.execute(
        "CREATE OR REPLACE TABLE odd_names AS SELECT DISTINCT i.person, i.name_key FROM identities AS i"
        " WHERE i.state = 'sound' AND i.name_key IS NOT NULL AND i.person IN (SELECT person FROM references_)"
        " AND NOT EXISTS (SELECT 1 FROM references_ AS r WHERE r.person = i.person AND r.name_key = i.name_key)"
    )
    known = names_of(engine, "SELECT person, name_key FROM references_ WHERE person IN (SELECT person FROM odd_names)")
    odd = names_of(engine, "SELECT person, name_key FROM odd_names")
    lines = [(person, key, likest(name, known.get(person, {}).values())) for person, names in odd.items() for key, name in names.items()]
    engine.table("spellings", _table(lines, person=pa.int64(), name_key=pa.int64(), likeness=pa.string()))


def names_of(engine: Engine, pairs: str) -> dict[int, dict[int, str]]:
    """Person -> name key -> name, for a query of (person, name_key). One spelling stands for all that fold alike."""
    found: dict[int, dict[int, str]] = defaultdict(dict)
    query = f"SELECT person, name_key, min(name) FROM seen SEMI JOIN ({pairs}) USING (person, name_key) GROUP BY ALL ORDER BY ALL"
    for person, key, name in engine.fetch(query):
        found[person][key] = name
    return dict(found)


def likest(name: str, others: Iterable[str]) -> Likeness:
    """The best likeness of a name to any of others; `between` if there are none."""
    found = {compare_names(name, other) for other in others}
    return "same" if "same" in found else "between" if "between" in found or not found else "different"


def _settle_disputes(engine: Engine) -> tuple[pa.Table, int]:
    names = names_of(engine, "SELECT person, name_key FROM list_names WHERE person IN (SELECT person FROM disputed)")
    months = engine.fetch("SELECT person, name_key, months FROM list_names WHERE person IN (SELECT person FROM disputed) ORDER BY ALL")
    departments, agreeing = _departments(engine), _agreeing_births(engine)
    by_person: dict[int, list[_Spelling]] = defaultdict(list)
    for person, key, found in months:
        by_person[person].append(_Spelling(key, names.get(person, {}).get(key, ""), set(found), (person, key) in agreeing))
    lines: list[tuple[int, int | None]] = []
    differing = 0
    for person, spellings in by_person.items():
        groups = _group(spellings)
        differing += len(groups) > 1
        ranks = sorted(((group.rank(departments.get(person, {})), at) for at, group in enumerate(groups)), reverse=True)
        if len(ranks) > 1 and ranks[0][0] == ranks[1][0]:
            lines.append((person, None))
        else:
            lines += [(person, spelling.key) for spelling in groups[ranks[0][1]].spellings]
    return _table(lines, person=pa.int64(), name_key=pa.int64()), differing


def _departments(engine: Engine) -> dict[int, dict[int, int]]:
    """Person -> name key -> how many other datasets have this name under the number, for disputed people."""
    found: dict[int, dict[int, int]] = defaultdict(dict)
    query = (
        "SELECT person, name_key, count(DISTINCT dataset) FROM identities WHERE person IN (SELECT person FROM disputed)"
        f" AND dataset <> '{POPULATION}' AND state = 'sound' AND name_key IS NOT NULL GROUP BY ALL"
    )
    for person, key, count in engine.fetch(query):
        found[person][key] = count
    return found


def _agreeing_births(engine: Engine) -> set[tuple[int, int]]:
    """(person, name key) of disputed people with a line whose birth date is the number's own."""
    query = (
        f"SELECT DISTINCT i.person, i.name_key FROM identities AS i JOIN rows_{POPULATION} AS r USING (delivery, row)"
        f" WHERE i.dataset = '{POPULATION}' AND i.state = 'sound' AND i.person IN (SELECT person FROM disputed) AND r.birth_date = r.person_birth"
    )
    return {(person, key) for person, key in engine.fetch(query) if key is not None}


def _group(spellings: list[_Spelling]) -> list[_NameGroup]:
    """Whole names first, so that a form with lost characters joins one of them instead of holding two together."""
    groups: list[_NameGroup] = []
    for spelling in sorted(spellings, key=lambda s: ("?" in s.name or "？" in s.name, s.name, s.key)):
        for group in groups:
            if compare_names(spelling.name, group.spellings[0].name) == "same":
                group.spellings.append(spelling)
                break
        else:
            groups.append(_NameGroup([spelling]))
    return groups


def _table(lines: list[tuple], **columns: pa.DataType) -> pa.Table:
    values = list(zip(*lines, strict=True)) or [()] * len(columns)
    return pa.table({name: pa.array(column, kind) for (name, kind), column in zip(columns.items(), values, strict=True)})
