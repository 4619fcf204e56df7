"""Reads a published run, part by part, as lines for the staging tables."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from doudi.casework.access.sealing import index_of, seal
from doudi.casework.registry.loading import staging
from doudi.casework.registry.loading.identity import DIGEST, HOUSEHOLD_NO, Sealed, identity_of
from doudi.casework.registry.loading.sparse import facts_of
from doudi.published.read import PublishedRun
from doudi.published.seal import Sealer

NO_IDENTITY = (None,) * 10
AID_COLUMNS = [name for name in staging.COLUMNS[staging.AID] if name != "region"]
BLOCK = 200_000
"""Lines of aid that are looked through at a time."""
SINCE = "{}_since"
"""The variable, if there is one, that says since which month a category holds."""


@dataclass
class Reading:
    """One load's reading. `regions`: household -> region, `persons`: person -> region, both filled while reading; `categories`: the variables."""

    run: PublishedRun
    sealer: Sealer
    province: str
    categories: tuple[str, ...]
    regions: dict[int, str] = field(default_factory=dict)
    persons: dict[int, str] = field(default_factory=dict)

    def households(self, known: Mapping[int, bytes]) -> Iterator[tuple[Any, ...]]:
        """Lines of `stage_household`; `known`: number -> digest of those loaded before, whose household number is not sealed again."""
        types = self._types("household")
        for part in self._parts("identities", "household_facts"):
            homes = self._identities(part, "h", "number", "head", "household_no")
            facts = self._table("household_facts", part)
            documents, places = facts_of(facts, types), self._places(facts)
            rural, members = facts["rural"].to_pylist(), facts["members"].to_pylist()
            found = {number: row for row, number in enumerate(facts["household"].to_pylist())}
            for number, head, sealed in homes:
                row = found.get(number)
                place, document = (places[row], documents[row]) if row is not None else (self.province, "{}")
                lives, count = (rural[row], members[row]) if row is not None else (None, 0)
                self.regions[number] = place
                source = _digest(head, place, lives, count, document)
                fresh = number not in known
                own = self.sealer.open(sealed, "household_no", number) if fresh else None
                yield (
                    number,
                    seal(own, f"{HOUSEHOLD_NO}.{number}"),
                    index_of(own, "household_no") if own else None,
                    head,
                    place,
                    lives,
                    count,
                    document,
                    source,
                    fresh,
                )

    def people(self, known: Mapping[int, bytes]) -> Iterator[tuple[Any, ...]]:
        """Lines of `stage_person`; households must have been read. `known`: number -> digest of the identity loaded before."""
        types = self._types("person")
        for part in self._parts("identities", "person_facts"):
            facts = self._table("person_facts", part)
            documents, places = facts_of(facts, types), self._places(facts)
            living, listed = facts["living"].to_pylist(), facts["listed"].to_pylist()
            found = {number: row for row, number in enumerate(facts["person"].to_pylist())}
            for number, home, *values in self._identities(part, "p", "number", "household", "id", "name", "phone"):
                row = found.get(number)
                document = documents[row] if row is not None else "{}"
                lives, on_list = (living[row], listed[row]) if row is not None else (None, False)
                place = self.regions.get(home) or (places[row] if row is not None else self.province)
                self.persons[number] = place
                sealed = Sealed(*values)
                digest = sealed.digest
                fresh = known.get(number) != digest
                who = identity_of(self.sealer, number, sealed) if fresh else NO_IDENTITY
                source = _digest(digest, home, place, lives, on_list, document)
                yield (number, home, *who, fresh, digest, lives, on_list, place, document, source)

    def recognised(self, as_of: date) -> Iterator[tuple[Any, ...]]:
        """Lines of `stage_category`: who is recognised as what, since when if the data say it."""
        for part in self._parts("person_facts"):
            since = [name for code in self.categories if (name := SINCE.format(code)) in self.run.variables]
            facts = self._table("person_facts", part, ["person", "household", "living", *self.categories, *since])
            for code in self.categories:
                there = facts.filter(pc.fill_null(facts[code], False))
                since = there[SINCE.format(code)].to_pylist() if SINCE.format(code) in there.column_names else [None] * there.num_rows
                lines = zip(there["person"].to_pylist(), there["household"].to_pylist(), since, there["living"].to_pylist(), strict=True)
                for person, household, month, lives in lines:
                    start = date(month // 12, month % 12 + 1, 1) if month is not None else as_of
                    yield (person, household, code, start, month is not None, self.persons.get(person, self.province), lives)

    def aid(self) -> Iterator[pa.Table]:
        """Lines of `stage_aid` in blocks: what people and households of the registry received. The others' lines stay with the run."""
        known = {"household": _places_by_number(self.regions), "person": _places_by_number(self.persons)}
        for block in self._chain():
            at = {of: pc.index_in(block[of], value_set=numbers, skip_nulls=True) for of, (numbers, _) in known.items()}
            mine = pc.or_(*(pc.is_valid(found) for found in at.values()))
            place = pc.coalesce(*(known[of][1].take(found.filter(mine)) for of, found in at.items()))
            yield block.filter(mine).append_column("region", place).select([*staging.COLUMNS[staging.AID]])

    def _chain(self) -> Iterator[pa.Table]:
        """All lines of the chain of aid in blocks, however many files they are in."""
        waiting: list[pa.RecordBatch] = []
        for path in self.run.files("chain"):
            with pq.ParquetFile(path) as stored:
                for batch in stored.iter_batches(columns=AID_COLUMNS):
                    waiting.append(batch)
                    if sum(each.num_rows for each in waiting) >= BLOCK:
                        yield pa.Table.from_batches(waiting)
                        waiting = []
        if waiting:
            yield pa.Table.from_batches(waiting)

    def _parts(self, *tables: str) -> list[str]:
        """Parts in which any of the tables has lines, in order; `""` for a run that is not in parts."""
        return sorted({part for table in tables for part in (self.run.parts(table) or ([""] if self.run.files(table) else []))})

    def _table(self, name: str, part: str, columns: list[str] | None = None, where: pc.Expression | None = None) -> pa.Table:
        path = self.run.parts(name).get(part) if part else next(iter(self.run.files(name)), None)
        if path is not None:
            return pq.read_table(path, columns=columns, filters=where)
        nothing = self.run.schema(name).arrow.empty_table()
        return nothing.select(columns) if columns else nothing

    def _identities(self, part: str, subject: str, *columns: str) -> Iterator[tuple[Any, ...]]:
        table = self._table("identities", part, list(columns), pc.field("subject") == subject)
        return zip(*(table[name].to_pylist() for name in columns), strict=True)

    def _places(self, facts: pa.Table) -> list[str]:
        """The narrowest region known of each line; the province where none is."""
        return pc.coalesce(facts["village"], facts["township"], facts["county"], pa.scalar(self.province)).to_pylist()

    def _types(self, of: str) -> dict[str, str]:
        return {name: one["type"] for name, one in self.run.variables.items() if one["of"] == of}


def _places_by_number(places: Mapping[int, str]) -> tuple[pa.Array, pa.Array]:
    return pa.array(places, pa.int64()), pa.array(places.values(), pa.string())


def _digest(*content: Any) -> bytes:
    return hashlib.blake2b(repr(content).encode(), digest_size=DIGEST).digest()
