"""Damage whose outcome is known: numbers that can be recovered, rows that nobody can accept, rows that lose only an optional value.

Recoverable damage replaces a row: nothing may be lost by it. Everything else is a row of its own beside the good one, so that the right answers
stay what they are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from random import Random

from tests.journeys.worse.records import Column, Dataset, Raw, Row, Table, datasets, is_id

_NEVER = {"id18", "name", "text", "region6", "phone"}
_IMPOSSIBLE = {
    "date": ("20261345", "2026-02-30", "2026年13月1日", "昨天", "0", "2026-10", "99999999", "1日"),
    "month": ("202613", "2026-00", "去年", "13", "2026年第三季度"),
    "money": ("-1.00", "100000000", "壹仟元", "1.2.3", "--12", "1,20", "300万", "100000000.00"),
    "code": ("99X", "不存在的类别", "-1"),
    "int": ("abc", "1.5", "-3"),
    "bool": ("也许", "2", "待定"),
    "region12": ("不详地", "4313", "999999999999"),
}
_BY_OTHER_MEANS = {
    "population", "medical_expense", "insurance_reimbursement", "disability_certificate", "subsistence_allowance", "allowance_edge",
    "rigid_expenditure", "poverty_return_monitoring", "relocation", "disease_emergency_fund",
}  # fmt: skip
"""Datasets that may tell whose a row without a number is."""


@dataclass
class Damager:
    """Damages tables, seeded. `rate` is the share of rows that each kind of damage strikes."""

    people: Mapping[str, Mapping[str, str]]
    random: Random
    rate: float
    listed: dict[str, set[str]] = field(default_factory=dict)
    """Person -> household numbers of the lists that have the person under a sound number."""

    def __post_init__(self) -> None:
        self._namesakes: dict[str, list[str]] = defaultdict(list)
        for key, person in self.people.items():
            if person["person_id"]:
                self._namesakes[person["name"]].append(key)
        self._known: list[str] = []

    def damage(self, tables: list[Table]) -> list[Table]:
        """The tables, damaged."""
        kept = self._sound_rows(tables)
        tables = [replace(table, rows=tuple(self._in_place(table, at, kept))) for at, table in enumerate(tables)]
        return [replace(table, rows=tuple(self._with_copies(table))) for table in tables]

    def _sound_rows(self, tables: list[Table]) -> set[tuple[int, int]]:
        """(table, row) of one list row of each person that stays sound, so that the person is known."""
        rows: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for at, table in enumerate(tables):
            if table.dataset == "population":
                for number, row in enumerate(table.rows):
                    if row.dress and self._is_sound(row, "person_id"):
                        rows[row.person].append((at, number))
        kept = {person: self.random.choice(places) for person, places in rows.items()}
        self.listed = {person: {tables[at].rows[number].values["household_no"]} for person, (at, number) in kept.items()}
        self._known = sorted(self.listed)
        return set(kept.values())

    @staticmethod
    def _is_sound(row: Row, column: str) -> bool:
        value = row.values[column]
        return isinstance(value, str) and is_id(value)

    def _in_place(self, table: Table, at: int, kept: set[tuple[int, int]]) -> Iterator[Row]:
        dataset = datasets()[table.dataset]
        for number, row in enumerate(table.rows):
            if (at, number) in kept or not row.dress or not self._is_sound(row, dataset.subject) or row.person not in self.listed:
                yield row
                continue
            chance = self.random.random()
            if chance < self.rate:
                yield self._one_wrong(dataset, row)
            elif chance < 1.3 * self.rate:
                yield self._lost_name(dataset, row)
            elif chance < 1.6 * self.rate and table.dataset == "population":
                yield self._no_number(row)
            elif chance < 2 * self.rate and "applicant_id" in row.values and self._is_sound(row, "applicant_id"):
                yield replace(row, values=row.values | {"applicant_id": self._hurt(row.values["applicant_id"])})
            else:
                yield row

    def _one_wrong(self, dataset: Dataset, row: Row) -> Row:
        number = self._hurt(row.values[dataset.subject])
        sure = self._is_only(number, row) and self._lives_there(dataset, row)
        values = row.values | {dataset.subject: number}
        return replace(row, values=values, done="id_one_wrong", recoverable="yes" if sure else "either", needs_matching="yes", dress=False)

    def _hurt(self, number: str) -> Raw:
        """One character wrong, or two neighbours swapped."""
        while True:
            at = self.random.randrange(18)
            if self.random.random() < 0.4 and at < 17:
                found = number[:at] + number[at + 1] + number[at] + number[at + 2 :]
            else:
                found = number[:at] + self.random.choice("0123456789X" if at == 17 else "0123456789") + number[at + 1 :]
            if found != number and "X" not in found[:17]:
                return Raw(found)

    def _is_only(self, number: str, row: Row) -> bool:
        """Whether the person is the only one of the name whom this number may mean."""
        name = self.people[row.person]["name"]
        near = [person for person in self._namesakes[name] if _distance(self.people[person]["person_id"], number) <= 2]
        return near == [row.person] and row.person in self.listed

    def _lives_there(self, dataset: Dataset, row: Row) -> bool:
        return dataset.name != "population" or row.values["household_no"] in self.listed.get(row.person, set())

    def _lost_name(self, dataset: Dataset, row: Row) -> Row:
        column = "relative_name" if dataset.name == "official_relatives" else "name"
        name = row.values[column]
        if not name or len(name) < 2:
            return row
        at = self.random.randrange(1, len(name))
        return replace(
            row, values=row.values | {column: name[:at] + self.random.choice("?？某□〓") + name[at + 1 :]}, done="name_rare_lost", dress=False
        )

    def _no_number(self, row: Row) -> Row:
        """A list row without a number, told by name, birth date and household."""
        twins = [
            other for other in self.people.values() if other["household_no"] == row.values["household_no"] and other["name"] == row.values["name"]
        ]
        sure = row.values["birth_date"] is not None and row.values["household_no"] in self.listed.get(row.person, set()) and len(twins) == 1
        lost = self.random.choice((None, Raw("4.31382E+17"), Raw(row.values["person_id"][:15] + "000")))
        return replace(
            row, values=row.values | {"person_id": lost}, done="id_lost", recoverable="yes" if sure else "either", needs_matching="yes", dress=False
        )

    def _with_copies(self, table: Table) -> Iterator[Row]:
        dataset = datasets()[table.dataset]
        for row in table.rows:
            if row.dress and self._is_sound(row, dataset.subject) and not row.person.startswith("X"):
                chance = self.random.random()
                if chance < self.rate:
                    yield from self._odd_value(dataset, row)
                bad = list(self._bad_copy(dataset, row)) if chance > 1 - self.rate else []
                # where the key is not the person's, a later copy would win
                first = table.dataset == "disease_emergency_fund" or self.random.random() < 0.5
                yield from [*bad, row] if first else [row, *bad]
                if not bad and chance > 1 - 1.5 * self.rate:
                    yield replace(row, done="exact_duplicate")
            else:
                yield row

    def _odd_value(self, dataset: Dataset, row: Row) -> Iterator[Row]:
        """The row, before the good one, with a value that is odd but refuses nothing."""
        columns = [each for each in dataset.columns if _kind(each) not in _NEVER and (_kind(each) == "money" or not each.required)]
        if not columns:
            return
        column = self.random.choice(columns)
        if column.required:  # at the edges of what money may be
            yield replace(row, values=row.values | {column.name: self.random.choice((Decimal("0.00"), Decimal("99999999.99")))}, done="edge_value")
        elif not column.key:
            text = self.random.choice(_IMPOSSIBLE[_kind(column)])
            yield replace(row, values=row.values | {column.name: Raw(text)}, done="optional_impossible")

    def _bad_copy(self, dataset: Dataset, row: Row) -> Iterator[Row]:
        kinds = [each for each in dataset.columns if each.required and _kind(each) in _IMPOSSIBLE]
        kind = self.random.randrange(5)
        if kind < 2 and kinds:
            column = self.random.choice(kinds)
            text = self.random.choice(_IMPOSSIBLE[_kind(column)]) if self.random.random() < 0.8 else ""
            yield replace(row, values=row.values | {column.name: Raw(text)}, done=f"{column.name}:impossible", recoverable="no", refused="impossible")
        elif kind == 2:
            stranger = self._stranger(row)
            yield self._unusable(dataset, row, self.people[stranger]["person_id"], "id_name_conflict", may=False)
        elif kind == 3:
            yield self._unusable(dataset, row, Raw(self.random.choice(("4.31382E+17", "4.31E+17", "", "***", "无"))), "id_lost", may=True)
        elif kind == 4:
            first15 = row.values[dataset.subject][:15]
            number = Raw(self.random.choice((f"{first15}000", f"{first15[0]}.{first15[1:]}E+17")))
            yield replace(row, values=row.values | {dataset.subject: number}, done="id_15_digits_kept", recoverable="either", dress=False)

    def _unusable(self, dataset: Dataset, row: Row, number: str, reason: str, *, may: bool) -> Row:
        other = may and dataset.name in _BY_OTHER_MEANS
        values = row.values | {dataset.subject: number}
        return replace(row, values=values, done=reason, recoverable="either" if other else "no", refused="" if other else reason, dress=False)

    def _stranger(self, row: Row) -> str:
        name = self.people[row.person]["name"]
        while _alike(self.people[key := self.random.choice(self._known)]["name"], name):
            pass
        return key


def _kind(column: Column) -> str:
    return column.type.split(":")[0]


def _distance(left: str, right: str) -> int:
    return sum(a != b for a, b in zip(left, right, strict=False))


def _alike(left: str, right: str) -> bool:
    return len(left) == len(right) and sum(a == b for a, b in zip(left, right, strict=True)) * 2 >= len(left)


def truncated(rows: Iterable[Row]) -> Row:
    """A copy of a good row that is to break off at the end of a file."""
    good = [row for row in rows if row.dress]
    return replace(good[-1], done="truncated", recoverable="no", refused="truncated")
