"""People whose rows are hard to tell apart: twins, namesakes with neighbouring numbers, people who moved, numbers that end in 000 or never
were right.

They live in households of their own, so that what is known of everybody else stays true.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random
from typing import Any

from tests.journeys.worse.records import Raw, Row, Table, check_character

_SURNAMES = ("王", "李", "张", "刘", "欧阳", "龙", "谭", "梁")
_GIVEN = ("伟", "芳", "秀英", "子涵", "建国", "梓萱", "桂香", "浩宇", "小妹", "𬭸", "喆", "雨桐")
_LISTS = ("202607", "202610")
_KEYED = {"medical_expense": "visit_no", "temporary_aid": "aid_no", "medical_aid": "aid_no", "insurance_enrolment": "", "employment": "", "death": ""}


@dataclass
class Hard:
    """Adds hard people to tables, seeded. `people` gets them, in the form of `people.csv`."""

    tables: list[Table]
    people: dict[str, dict[str, str]]
    random: Random
    added: set[str] = field(default_factory=set)
    _rows: dict[int, list[Row]] = field(default_factory=dict)

    def add(self, times: int) -> list[Table]:
        """The tables with every kind of hard household `times` times."""
        self._ends_in_zeros()
        for _ in range(times):
            for kind in (self._twins, self._namesakes, self._moved, self._late_damaged, self._never_right, self._no_number, self._stranger):
                kind()
        return [replace(table, rows=(*table.rows, *self._rows.get(at, ()))) for at, table in enumerate(self.tables)]

    # kinds

    def _twins(self) -> None:
        """Born on one day into one household, serials that differ in one digit."""
        home, surname, born = self._home(), self._surname(), self._day(2005)
        serial = self.random.randrange(10, 899)
        other = serial + self.random.choice((1, 10, 2))
        given = self.random.sample(_GIVEN, 2)
        for number, name in ((serial, surname + given[0]), (other, surname + given[1])):
            key = self._person(_id(born, number), name, home)
            self._everywhere(key, home)
            self._row("medical_expense", key, id18=self._one_wrong(key), done="id_one_wrong", needs_matching="yes")
            self._row("temporary_aid", key, id18=Raw(self.people[key]["person_id"][:15] + "000"), done="id_15_digits_kept", recoverable="either")

    def _namesakes(self) -> None:
        """Two people of one name, village and birth date; their numbers differ in a digit and the check character. One between them is nobody's."""
        name, born, serial = self._surname() + self.random.choice(_GIVEN), self._day(1960), self.random.randrange(10, 899)
        homes = [self._home(), self._home()]
        keys = [self._person(_id(born, number), name, home) for number, home in zip((serial, serial + 1), homes, strict=True)]
        for key, home in zip(keys, homes, strict=True):
            self._everywhere(key, home)
        one, other = (self.people[key]["person_id"] for key in keys)
        between = one[:17] + other[17]
        self._row("medical_expense", keys[0], id18=Raw(between), done="id_one_wrong", recoverable="either", needs_matching="yes")
        self._row("temporary_aid", keys[1], id18=Raw(other[:15] + "000"), done="id_15_digits_kept", recoverable="either", needs_matching="yes")
        self._row("temporary_aid", keys[1], id18=None, done="id_empty", recoverable="no", refused="id_empty")

    def _moved(self) -> None:
        """Into another household between two lists; a damaged number in the newest list then contradicts the older."""
        old, new = self._home(), self._home()
        key = self._person(_id(self._day(1985), self.random.randrange(1, 899)), self._name(), new)
        self._list_row(key, old, _LISTS[0])
        self._list_row(key, new, _LISTS[1])
        self._row("insurance_enrolment", key, id18=self._one_wrong(key), done="id_one_wrong", needs_matching="yes")
        other = self._person(_id(self._day(1990), self.random.randrange(1, 899)), self._name(), new)
        self._list_row(other, old, _LISTS[0])
        self._list_row(other, new, _LISTS[1], id18=self._one_wrong(other), done="id_one_wrong", recoverable="either", needs_matching="yes")

    def _late_damaged(self) -> None:
        """Only in the newest list, and there with a damaged number; departments know the right one."""
        home = self._home()
        key = self._person(_id(self._day(1995), self.random.randrange(1, 899)), self._name(), home)
        self._list_row(key, home, _LISTS[1], id18=self._one_wrong(key), done="id_one_wrong", recoverable="either", needs_matching="yes")
        self._row("employment", key)

    def _never_right(self) -> None:
        """A number with a wrong check character, the same in every delivery."""
        home, right = self._home(), _id(self._day(1975), self.random.randrange(1, 899))
        wrong = right[:17] + self.random.choice([each for each in "0123456789X" if each != right[17]])
        key = self._person(wrong, self._name(), home)
        for period in _LISTS:
            self._list_row(key, home, period, id18=Raw(wrong), done="id_never_right", recoverable="either", needs_matching="yes")
        self._row("medical_expense", key, id18=Raw(wrong), done="id_never_right", recoverable="either", needs_matching="yes")

    def _ends_in_zeros(self) -> None:
        """A sound number that ends in 000 of its own."""
        home, born = self._home(), self._day(1970)
        while not (own := _id(born, 100 * self.random.randrange(1, 9))).endswith("000"):
            born += timedelta(days=1)
        key = self._person(own, self._name(), home)
        self._everywhere(key, home)
        self._row("temporary_aid", key)
        self._row("medical_expense", key, id18=self._one_wrong(key), done="id_one_wrong", needs_matching="yes")

    def _no_number(self) -> None:
        """A small child that has no number yet."""
        home = self._home()
        parent = self._person(_id(self._day(1992), self.random.randrange(1, 899)), self._name(), home)
        self._everywhere(parent, home)
        child = self._person("", self._name(), home)
        self._list_row(child, home, _LISTS[1], id18=self.random.choice((None, Raw("无"), Raw("未办理"))), done="id_empty", recoverable="either")

    def _stranger(self) -> None:
        """Somebody of another county: the right number counts as it is, a damaged one is nobody's."""
        key = self._person(_id(self._day(1980), self.random.randrange(1, 899), region="430104"), self._name(), "", county="no")
        self._row("temporary_aid", key, done="other_county")
        self._row("medical_expense", key, id18=self._one_wrong(key), done="id_one_wrong+other_county", recoverable="either")

    # parts

    def _person(self, number: str, name: str, home: str, county: str = "yes") -> str:
        key = f"{'H' if county == 'yes' else 'XH'}{len(self.added):05d}"
        self.people[key] = {"person": key, "person_id": number, "name": name, "household_no": home, "in_county": county}
        self.added.add(key)
        return key

    def _everywhere(self, key: str, home: str) -> None:
        for period in _LISTS:
            self._list_row(key, home, period)
        for name in self.random.sample(sorted(_KEYED), 2):
            self._row(name, key)

    def _list_row(self, key: str, home: str, period: str, **changed: Any) -> None:
        number = self.people[key]["person_id"]
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14])) if number else date(2026, 8, 20)
        values = {"household_no": home, "birth_date": born, "sex": None, "relation": None, "phone": None}
        self._row("population", key, period=period, values=values, **changed)

    def _row(
        self, dataset: str, key: str, *, period: str = "", id18: str | None = "", values: dict[str, Any] | None = None, done: str = "",
        recoverable: str = "yes", needs_matching: str = "no", refused: str = "",
    ) -> None:  # fmt: skip
        """A row like another one of the dataset, about this person."""
        places = [at for at, table in enumerate(self.tables) if table.dataset == dataset and table.rows and table.period == (period or table.period)]
        at = self.random.choice(places)
        like = self.random.choice([row for row in self.tables[at].rows if row.dress])
        person = self.people[key]
        own = {"person_id": person["person_id"] if id18 == "" else id18, "name": person["name"]}
        if record := _KEYED.get(dataset):
            own[record] = f"HX{self.random.randrange(10**9):09d}"
        plain = id18 == "" and not refused
        found = Row(like.values | own | (values or {}), key, done, recoverable, needs_matching, refused, dress=plain)
        self._rows.setdefault(at, []).append(found)

    def _one_wrong(self, key: str) -> Raw:
        number = self.people[key]["person_id"]
        at = self.random.randrange(6)  # the address code: never near a twin
        return Raw(number[:at] + str((int(number[at]) + self.random.randrange(1, 10)) % 10) + number[at + 1 :])

    def _home(self) -> str:
        return f"4313999{self.random.randrange(10**5):05d}"

    def _surname(self) -> str:
        return self.random.choice(_SURNAMES)

    def _name(self) -> str:
        return self._surname() + "".join(self.random.sample(_GIVEN, self.random.choice((1, 2)))) + self.random.choice(("", "", "·买买提"))

    def _day(self, year: int) -> date:
        return date(year, 1, 1) + timedelta(days=self.random.randrange(3000))


def _id(born: date, serial: int, region: str = "431382") -> str:
    first = f"{region}{born:%Y%m%d}{serial:03d}"
    return first + check_character(first)
