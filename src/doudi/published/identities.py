"""Reads the sealed identities of a published run: only what is asked for is opened."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

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
        opened = self._sealer.open
        return {
            line["number"]: PersonIdentity(*(opened(line[column], column, line["number"]) for column in ("id", "name", "phone")))
            for line in self._lines("p", numbers, ["number", "id", "name", "phone"])
        }

    def households(self, numbers: Iterable[int | None]) -> dict[int, HouseholdIdentity]:
        """Household number -> identity, of those in the run."""
        opened = self._sealer.open
        return {
            line["number"]: HouseholdIdentity(*(opened(line[column], column, line["number"]) for column in ("household_no", "name")))
            for line in self._lines("h", numbers, ["number", "household_no", "name"])
        }

    def _lines(self, subject: str, numbers: Iterable[int | None], columns: list[str]) -> list[dict]:
        wanted = pa.array(sorted({number for number in numbers if number is not None}), pa.int64())
        where = (pc.field("subject") == subject) & pc.field("number").isin(wanted)
        return self._run.table("identities", columns, where=where).to_pylist()
