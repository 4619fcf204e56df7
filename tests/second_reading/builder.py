"""Puts a small county together, row by row, within the contracts: required columns filled, record keys unique, every value on or beside an edge.

What a story does not say is filled in from the contract. Numbers of visits are a person's own and numbers of checks are used once: the policy
does not say what two people with one visit number, or two checks with one number, would mean.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, TypeVar

from tests.second_reading.county import FIGURES
from tests.second_reading.times import days_of, month_of, plus_months, school_year, terms

from doudi.contracts.model import Contract, Field
from doudi.contracts.read import load_contracts
from doudi.standards import codelists

T = TypeVar("T")
CONTRACTS: dict[str, Contract] = load_contracts()
COUNTIES = ("431382", "431381", "430102")
CODES = {name: list(each.codes) for name, each in codelists().items()}
OUTSIDER = 900
"""People from this number on are on no population list."""


class Builder:
    """Rows of a county on a day, and the dice. `empties`: how often an optional column that no story fills is empty."""

    def __init__(self, seed: int, day: date) -> None:
        self.dice = random.Random(seed)
        self.day, self.month = day, month_of(day)
        self.rows: dict[str, list[dict[str, Any]]] = {"people": [], **{name: [] for name in CONTRACTS}}
        self.people: dict[int, dict[str, Any]] = {}
        self.died: dict[int, date] = {}
        self.keys: set[tuple[Any, ...]] = set()
        self.empties = self.dice.choice((0.0, 0.1, 0.3))
        self.count = 0

    # Dice

    def one(self, *choices: T) -> T:
        return self.dice.choice(choices)

    def chance(self, share: float) -> bool:
        return self.dice.random() < share

    def near(self, amount: int) -> int:
        """An amount exactly on a line, or one fen beside it."""
        return max(0, amount + self.one(-1, 0, 0, 1))

    def near_day(self, day: date, reach: int = 1) -> date:
        """A day, or one beside it."""
        return day + timedelta(days=self.dice.randint(-reach, reach))

    def ago(self, months: int) -> date:
        """D - n months, or a day beside it."""
        return self.near_day(plus_months(self.day, -months))

    def before(self, days: int) -> date:
        """D - n days, or a day beside it."""
        return self.near_day(self.day - timedelta(days=days))

    def recent(self, months: int, edge: float = 0.3) -> date:
        """A day of the last months, sometimes at the window's two ends."""
        if self.chance(edge):
            return self.one(self.ago(months), self.day)
        return self.day - timedelta(days=self.dice.randrange(20 * months))

    def month_near(self, back: int) -> int:
        """The month so long ago, or one beside it."""
        return self.month - back + self.one(-1, 0, 0, 1)

    def day_in(self, month: int) -> date:
        """A day of a month, mostly its first or last."""
        return self.one(days_of(month)[0], days_of(month)[-1], self.dice.choice(days_of(month)))

    def born(self, *ages: int) -> date:
        """A birth date with which somebody just has, or has not, one of these ages."""
        return self.ago(12 * self.one(*ages))

    def some(self, of: Sequence[T], most: int = 3) -> list[T]:
        return self.dice.sample(of, min(len(of), self.dice.randint(1, most)))

    def split(self, amount: int, parts: int) -> list[int]:
        """Amounts that add up to one."""
        cuts = sorted(self.dice.randint(0, amount) for _ in range(parts - 1))
        return [b - a for a, b in zip([0, *cuts], [*cuts, amount], strict=True)]

    def region(self, county: str | None = None) -> str:
        return f"{county or self.one(*COUNTIES)}{self.one('101001', '002203')}"

    # People

    def person(self, household: int, listed: bool = True, **given: Any) -> int:
        number = len(self.people) + 1
        self.people[number] = {
            "person": number, "household": household, "listed": listed, "list_month": self.month - (0 if listed else self.one(1, 3)),
            "sex": self.one("1", "2"), "birth_date": self.birth(), "ethnicity": "01", "relation": self.one("10", "20", "30", "51", None),
            "hukou_region": self.region(), "residence_region": None, "hukou_kind": self.one("1", "2", "3"), "marital": None,
        } | given  # fmt: skip
        return number

    def birth(self) -> date | None:
        if self.chance(self.empties / 4):
            return None
        if self.chance(0.3):
            return self.near_day(date(school_year(self.day) - self.one(6, 7, 14, 15), 9, 1))
        return self.born(0, 6, 15, 16, 18, 59, 60, 75) if self.chance(0.4) else self.day - timedelta(days=self.dice.randrange(90 * 365))

    def dies(self, person: int, day: date) -> None:
        if self.add("death", person, death_date=day):
            self.died[person] = day

    def members(self, household: int) -> list[int]:
        """The living people of a household on the newest list."""
        home = [number for number, row in self.people.items() if row["listed"] and row["household"] == household]
        return [number for number in home if self.died.get(number, date.max) > self.day]

    def anybody(self, household: int) -> list[int]:
        """Everybody who ever had that household number."""
        return [number for number, row in self.people.items() if row["household"] == household]

    def figure(self, name: str, household: int) -> int:
        """A line of section 2 for the household, as its first member is registered: near enough to hit the edges often."""
        members = self.members(household) or self.anybody(household)
        urban, rural = FIGURES[name]
        return rural if self.people[members[0]]["hukou_kind"] == "1" else urban

    # Rows

    def add(self, dataset: str, person: int | None, **given: Any) -> bool:
        """A row about a person; False if a row with its key is there already."""
        contract, row = CONTRACTS[dataset], dict(given)
        for field in contract.fields:
            for column in field.columns:
                if column not in row:
                    row[column] = person if column == "person" else self.filled(dataset, field, person)
        key = (dataset, *(row[column] for name in contract.key for column in contract.field(name).columns))
        if key in self.keys:
            return False
        self.keys.add(key)
        self.count += 1
        whom = row.get("person", row.get("relative"))
        row |= {"household": self.people[whom]["household"] if whom in self.people else None, "delivery": self.count % 3, "row": self.count}
        self.rows[dataset].append(row)
        return True

    def filled(self, dataset: str, field: Field, person: int | None) -> Any:
        """What a contract allows in a column."""
        if not field.required and self.chance(self.empties):
            return None
        match field.type:
            case "id18":
                return self.one(*self.people)
            case "date":
                return self.some_date()
            case "month":
                return self.month - self.one(-1, 0, 0, 1, 1, 2, 3, 4, 11, 12, 13)
            case "money":
                return self.near(self.one(0, 1, 1, *self.one(*FIGURES.values())))
            case "bool":
                return self.chance(0.5)
            case "code":
                return self.dice.choice(CODES[field.code_list or ""])
            case "region12" | "region6":
                return self.region() if field.type == "region12" else self.one(*COUNTIES)
            case "int":
                return {"year": self.day.year + self.one(-1, 0, 0, 1), "grade": self.dice.randint(1, 4)}.get(field.name, self.one(0, 0, 1, 2))
            case _:
                return self.text(dataset, field.name, person)

    def some_date(self) -> date:
        edge = self.one(self.ago(self.one(0, 1, 2, 3, 6, 12)), self.before(self.one(7, 14, 15, 30)), self.day_in(self.month - self.one(0, 1, 2, 3)))
        return edge if self.chance(0.7) else self.day - timedelta(days=self.dice.randrange(400))

    def text(self, dataset: str, name: str, person: int | None) -> Any:
        self.count += 1
        home = self.people.get(person or 0, {}).get("household", 0)
        texts = {
            "visit_no": f"V{person}-{self.dice.randint(1, 4)}",
            "household_no": f"B{home}" if self.chance(0.7) else f"B{self.dice.randint(1, 3)}",
            "grade": self.one("A", "B", "C"),
            "account_hash": f"A{self.dice.randint(1, 3)}",
            "term": self.one(*terms(self.day), *terms(plus_months(self.day, -12))),
            "check_no": f"R{self.dice.randrange(900) + 100}-{self.count}",
            "certificate_no": self.count,
        }
        return texts.get(name, f"{name}{self.count}")

    def tables(self) -> dict[str, list[dict[str, Any]]]:
        """All rows, as they would lie in the lake."""
        population = {True: "population", False: "population_history"}
        rows = {**self.rows, "people": list(self.people.values()), "population_history": []}
        for at, row in enumerate(self.people.values(), start=1):
            listed = {**row, "household_no": f"H{row['household']}", "delivery": 9, "row": at}
            rows[population[row["listed"]]].append(listed)
        return rows
