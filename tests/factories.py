"""Invented people and small deliveries: what a test needs to tell intake and settling a story."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

import pyarrow.parquet as pq

from doudi.contracts.model import Field
from doudi.contracts.periods import parse_period
from doudi.identity.keys import Keys, keys_of
from doudi.identity.stamp import Stamper
from doudi.intake.catalogue import shipped_catalogue
from doudi.intake.manifest import Entry
from doudi.intake.settle import Cut, settle
from doudi.intake.sources import Part
from doudi.intake.take import Desk, Outcome, take_part
from doudi.kernel.ids import check_character
from doudi.lake.home import Home
from doudi.standards import codelists

MASTER = bytes(range(32))
"""The key of every test home: results can be compared across homes."""

_DEFAULTS = {
    "date": "2026-10-08", "month": "202610", "money": "100.00", "int": "1", "ratio": "0.5", "region12": "431382001001", "region6": "431382",
    "text": "甲", "bool": "是", "name": "无名氏", "phone": "13900000000",
}  # fmt: skip


def citizen_id(serial: int, born: date = date(1980, 5, 17), region: str = "432503") -> str:
    """A valid number of an invented person; `serial` 0-999 tells people of one day apart."""
    first17 = f"{region}{born:%Y%m%d}{serial:03d}"
    return first17 + check_character(first17)


def number(id18: str) -> int:
    """The person number of a citizen ID under the tests' key."""
    return Stamper(keys_of(MASTER)).person_number(id18)


def with_wrong_digit(id18: str, at: int = 15) -> str:
    """The number with one digit raised by one."""
    return id18[:at] + str((int(id18[at]) + 1) % 10) + id18[at + 1 :]


@dataclass
class County:
    """A home, and departments that deliver to it. Rows are given by field name; required fields not given are filled."""

    home: Home
    keys: Keys
    outcomes: list[Outcome] = field(default_factory=list)

    @classmethod
    def at(cls, folder: Path) -> County:
        """A new county whose home is `folder`."""
        home = Home.open(folder)
        keys = keys_of(MASTER)
        if home.key_fingerprint is None:
            home.bind_key(keys.fingerprint)
        return cls(home, keys)

    def deliver(self, dataset: str, rows: Iterable[Mapping[str, str]], period: str = "202610", sent: str = "", file: str = "") -> Outcome:
        """Send a CSV file; `sent` like `2026-10-31 08:00:00`. The first row stands in line 2."""
        content = csv_of(dataset, rows)
        name = file or f"{shipped_catalogue().contracts[dataset].title}_{period}_{hashlib.sha256(content + sent.encode()).hexdigest()[:6]}.csv"
        entry = Entry(name, 1, dataset, parse_period(period), None, datetime.fromisoformat(sent) if sent else None)
        part = Part(name, io.BytesIO(content), len(content), hashlib.sha256(content).hexdigest(), entry, "text")
        with self.home.writing("测试"):
            (outcome,) = take_part(part, Desk(self.home, self.keys, shipped_catalogue()))
        self.outcomes.append(outcome)
        return outcome

    def settle(self, as_of: date | None = None) -> Cut:
        """The cut of a day."""
        return self.settle_with(as_of)

    def settle_with(self, as_of: date | None = None, *, memory: int = 300, threads: int = 1) -> Cut:
        """The cut of a day, made with these bounds."""
        return settle(self.home, self.keys, shipped_catalogue().contracts, as_of, memory=memory, threads=threads)


def csv_of(dataset: str, rows: Iterable[Mapping[str, str]]) -> bytes:
    """A delivery as CSV with the contract's headers."""
    contract = shipped_catalogue().contracts[dataset]
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([each.header for each in contract.fields])
    for row in rows:
        unknown = row.keys() - contract.by_name.keys()
        assert not unknown, f"{dataset} has no {unknown}"
        writer.writerow([row[each.name] if each.name in row else _default(each) for each in contract.fields])
    return out.getvalue().encode()


def _default(each: Field) -> str:
    if not each.required:
        return ""
    if each.type == "code":
        return next(iter(codelists()[each.code_list or ""].codes))
    return "2026" if each.name == "year" else _DEFAULTS[each.type]


def table(path: Path) -> list[dict]:
    """A Parquet file as a list of rows."""
    return pq.read_table(path).to_pylist()


def decisions(cut: Cut) -> dict[tuple[str, int], dict]:
    """(dataset, row) -> line of `links.parquet`; for cuts whose datasets came in one delivery each, or rows that differ."""
    datasets = {each["number"]: each["dataset"] for each in cut.deliveries}
    return {(datasets[line["delivery"]], line["row"]): line for line in table(cut.links)}


def persons(cut: Cut, dataset: str) -> list[int | None]:
    """The people of a table's rows, in the order of their lines."""
    return [line["person"] for line in sorted(table(cut.tables[dataset]), key=lambda line: line["row"])]
