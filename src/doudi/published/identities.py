"""Reads the sealed identities of a published run: only what is asked for is opened."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

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
    """The identities of a run under the key that both halves hold. Raises DoudiError if the key is another one."""

    def __init__(self, run: PublishedRun, key: bytes) -> None:
        self._run, self._sealer = run, Sealer(key)

    def persons(self, numbers: Iterable[int | None]) -> dict[int, PersonIdentity]:
        """Person number -> identity, of those in the run."""
        found = self._lines("p", numbers, ["id", "name", "phone"])
        return {number: PersonIdentity(*(self._open(line, column) for column in ("id", "name", "phone"))) for number, line in found.items()}

    def households(self, numbers: Iterable[int | None]) -> dict[int, HouseholdIdentity]:
        """Household number -> identity, of those in the run. The name is that of the head's own line."""
        found = self._lines("h", numbers, ["household_no", "head"])
        heads = self._lines("p", (line["head"] for line in found.values()), ["name"])
        names = {number: self._open(line, "name") for number, line in heads.items()}
        return {number: HouseholdIdentity(self._open(line, "household_no"), names.get(line["head"])) for number, line in found.items()}

    def _open(self, line: Mapping[str, Any], column: str) -> str | None:
        return self._sealer.open(line[column], column, line["number"])

    def _lines(self, subject: str, numbers: Iterable[int | None], columns: Sequence[str]) -> dict[int, dict[str, Any]]:
        wanted = pa.array(sorted({number for number in numbers if number is not None}), pa.int64())
        where = (pc.field("subject") == subject) & pc.field("number").isin(wanted)
        return {line["number"]: line for line in self._run.table("identities", ["number", *columns], where=where).to_pylist()}
