"""A county on the day of a run: who lives in it, in which households, and what was delivered about them.

Where the policy leaves room, what was chosen here:

- Deceased is who has a death record dated D or earlier; a death dated after D is none yet. X02 and F01 ask the deceased in this sense.
- The head is looked for among everybody on the newest list with that household number, the dead included. Of two living heads (or two dead
  ones) the older is the head, without a birth date last; of one age the one with the higher number. Without a head it is the oldest of the living,
  since a household is living people. An empty relation is no head. "Else urban" holds for an empty hukou_kind too.
- The figures are Hunan's: no county has others, and no household here is registered outside the province.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import cached_property, wraps
from typing import Any, TypeVar

from tests.second_reading.times import month_of

Row = Mapping[str, Any]
Figures = Mapping[str, tuple[int, int]]
T = TypeVar("T")

FIGURES: Figures = {
    "dibao_standard": (74000, 48500),
    "disposable_income_last_year": (5120000, 2220000),
    "vehicle_value_edge": (8000000, 8000000),
    "illness_line": (1000000, 500000),
    "illness_line_high": (2000000, 2000000),
    "single_visit_line": (5000000, 5000000),
    "outpatient_month_line": (50000, 50000),
    "inpatient_line": (300000, 300000),
    "education_line": (1000000, 1000000),
    "disaster_loss_line": (2000000, 2000000),
}
"""Section 2 in fen: urban, rural. The factors are written where they are used."""

NEVER = date(9999, 12, 31)


def once(fact: Callable[[Any, int], T]) -> Callable[[Any, int], T]:
    """Work a fact of a person or household out once."""

    @wraps(fact)
    def remembered(c: Any, subject: int) -> T:
        if (fact, subject) not in c.memory:
            c.memory[fact, subject] = fact(c, subject)
        return c.memory[fact, subject]

    return remembered


class County:
    """The rows of the lake's tables on a day. `people` and `death` say who lives; every other table is looked up by person."""

    def __init__(self, tables: Mapping[str, Sequence[Row]], day: date, figures: Figures = FIGURES) -> None:
        self.tables, self.day, self.month, self.figures = tables, day, month_of(day), figures
        self.memory: dict[tuple[Any, int], Any] = {}
        self.people: dict[int, Row] = {row["person"]: row for row in tables.get("people", [])}
        self.died: dict[int, date] = {row["person"]: row["death_date"] for row in tables.get("death", []) if row["death_date"] <= day}

    def all(self, table: str) -> Sequence[Row]:
        """All rows of a table."""
        return self.tables.get(table, [])

    @cached_property
    def by_person(self) -> dict[str, dict[Any, list[Row]]]:
        """Table -> person -> rows."""
        found: dict[str, dict[Any, list[Row]]] = {}
        for table, rows in self.tables.items():
            found[table] = defaultdict(list)
            for row in rows:
                found[table][row.get("person")].append(row)
        return found

    def of(self, table: str, person: int) -> list[Row]:
        """The rows of a table about a person."""
        return self.by_person.get(table, {}).get(person, [])

    def of_all(self, table: str, persons: Iterable[int]) -> list[Row]:
        """The rows of a table about several people."""
        return [row for person in persons for row in self.of(table, person)]

    @cached_property
    def subjects(self) -> list[int]:
        """Every living person of the newest population list."""
        return [person for person, row in self.people.items() if row["listed"] and person not in self.died]

    @cached_property
    def households(self) -> dict[int, list[int]]:
        """Household -> its members: the living people of the newest list who share its number."""
        found: dict[int, list[int]] = defaultdict(list)
        for person in self.subjects:
            found[self.people[person]["household"]].append(person)
        return dict(found)

    @cached_property
    def home(self) -> dict[int, int]:
        """Living person -> household."""
        return {person: household for household, members in self.households.items() for person in members}

    @cached_property
    def homes(self) -> dict[int, list[int]]:
        """Household -> everybody whose last list had them in it: the dead and those who are on no list any more too."""
        found: dict[int, list[int]] = defaultdict(list)
        for person, row in self.people.items():
            found[row["household"]].append(person)
        return found

    @once
    def head(self, household: int) -> int:
        """Relation 02 or 01, a living one before a dead one; without one, the oldest."""
        listed = [person for person in self.homes[household] if self.people[person]["listed"]]
        heads = [person for person in listed if self.people[person]["relation"] in ("01", "02")]
        return min(heads or self.households[household], key=lambda person: (person in self.died, self.people[person]["birth_date"] or NEVER, -person))

    def rural(self, household: int) -> bool:
        """Whether the head is registered as rural."""
        return self.people[self.head(household)]["hukou_kind"] == "1"

    def figure(self, name: str, household: int) -> int:
        """A parameter of section 2 for a household, in fen."""
        urban, rural = self.figures[name]
        return rural if self.rural(household) else urban
