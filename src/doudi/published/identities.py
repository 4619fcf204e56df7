"""Reads the sealed identities of a published run: only what is asked for is opened."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from doudi.published.read import PublishedRun
from doudi.published.seal import Sealer


@dataclass(frozen=True)
class PersonIdentity:
    """Who a person number is; None where the index knows nothing."""

    id: str | None
    name: str | None
    phone: str | None


@dataclass(frozen=True)
class HouseholdIdentity:
    """The household number as delivered, and the name of the head."""

    household_no: str | None
    name: str | None


class Identities:
    """The identities of a run under the key that both halves hold. Raises DoudiError if the key is another one.

    `cut`: the sealed identities of everybody in the cut that the run stands on, for whom the run does not name.
    """

    def __init__(self, run: PublishedRun, key: bytes, cut: Path | None = None) -> None:
        self._run, self._sealer, self._cut = run, Sealer(key), cut

    def persons(self, numbers: Iterable[int | None]) -> dict[int, PersonIdentity]:
        """Person number -> identity, of those in the run or the cut."""
        found = self._lines("p", numbers, ["id", "name", "phone"])
        return {number: PersonIdentity(*(self._open(line, column) for column in ("id", "name", "phone"))) for number, line in found.items()}

    def households(self, numbers: Iterable[int | None]) -> dict[int, HouseholdIdentity]:
        """Household number -> identity, of those in the run or the cut. The name is that of the head's own line, which the cut does not tell."""
        found = self._lines("h", numbers, ["household_no", "head"])
        heads = self._lines("p", (line.get("head") for line in found.values()), ["name"])
        names = {number: self._open(line, "name") for number, line in heads.items()}
        return {number: HouseholdIdentity(self._open(line, "household_no"), names.get(line.get("head", -1))) for number, line in found.items()}

    def _open(self, line: Mapping[str, Any], column: str) -> str | None:
        return self._sealer.open(line[column], column, line["number"])

    def _lines(self, subject: str, numbers: Iterable[int | None], columns: Sequence[str]) -> dict[int, dict[str, Any]]:
        wanted = pa.array(sorted({number for number in numbers if number is not None}), pa.int64())
        where = (pc.field("subject") == subject) & pc.field("number").isin(wanted)
        found = {line["number"]: line for line in self._run.table("identities", ["number", *columns], where=where).to_pylist()}
        if self._cut is not None and len(found) < len(wanted):
            others = [number for number in wanted.to_pylist() if number not in found]
            where = (pc.field("subject") == subject) & pc.field("number").isin(others)
            of_cut = pq.read_table(self._cut, columns=["number", *(each for each in columns if each != "head")], filters=where)
            found |= {line["number"]: line for line in of_cut.to_pylist()}
        return found
