"""Some townships played and written down: every part of every file and table that their people give."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from doudi.contracts.model import Contract
from doudi.identity.columns import POPULATION
from doudi.identity.keys import Keys
from doudi.simulation.datasets import EVENTS, LISTS
from doudi.simulation.emit import Emitter, inner_key
from doudi.simulation.identities import Identities
from doudi.simulation.names import NameKeys
from doudi.simulation.places import Places, Township
from doudi.simulation.rows import Rows
from doudi.simulation.story import Story
from doudi.simulation.timeline import File, Timeline

ROWS, SEEN, HOUSES, TABLE, IDENTITIES = "rows", "seen", "households", "table", "identities"


@dataclass(frozen=True)
class Order:
    """What is to be made: the same for every batch. `numbers`: delivery -> its number in Parquet."""

    seed: int
    places: Places
    time: Timeline
    contracts: Mapping[str, Contract]
    numbers: Mapping[File, int]
    keys: Keys
    deliveries: bool
    """Whether the deliveries' own rows are wanted beside the lake."""


@dataclass(frozen=True)
class Piece:
    """A part of one file: of what a delivery has its number, of a table of the lake its name. `row` counts within the batch and delivery."""

    kind: str
    name: str
    delivery: int
    content: pa.Table


class Player:
    """Plays batches of townships for one order; keeps what all batches share."""

    def __init__(self, order: Order) -> None:
        self.order, self._names = order, NameKeys(order.keys)

    def play(self, townships: Sequence[Township]) -> list[Piece]:
        """All pieces of some townships, in order of code."""
        return list(_Batch(self.order, self._names, townships).pieces())

    def story(self, townships: Sequence[Township]) -> tuple[Story, Identities]:
        """The story behind them."""
        story = Story(self.order.seed, self.order.places, townships, self.order.time)
        return story, Identities(story, self.order.keys, self._names)


class _Batch:
    def __init__(self, order: Order, names: NameKeys, townships: Sequence[Township]) -> None:
        self.order = order
        self.story = Story(order.seed, order.places, townships, order.time)
        self.identities = Identities(self.story, order.keys, names)
        self.emit = Emitter(self.identities, order.contracts)

    def pieces(self) -> Iterator[Piece]:
        if not self.story.count:
            return
        yield Piece(TABLE, "household_stays", 0, self._stays())
        for dataset, contract in self.order.contracts.items():
            files = self.order.time.files(contract)
            yield from self._lists(dataset, files) if contract.mode == "snapshot" else self._events(dataset, files)

    def _lists(self, dataset: str, files: Sequence[File]) -> Iterator[Piece]:
        older: list[_Part] = []
        seen, housed = np.zeros(self.story.count, dtype=bool), np.zeros(len(self.story.households.number), dtype=bool)
        for file in files:
            rows = LISTS[dataset](self.story, file.last)
            values = self.emit.values(dataset, rows)
            yield from self._delivered(dataset, file, rows, values)
            if dataset == POPULATION:
                new = rows.where(~seen[rows.person])
                seen[new.person] = True
                yield Piece(SEEN, dataset, self.order.numbers[file], self.emit.seen(new))
                homes = np.unique(rows.columns["household_no"])
                yield Piece(HOUSES, dataset, self.order.numbers[file], self.emit.houses(homes[~housed[homes]]))
                housed[homes] = True
            part = _Part(rows, values, np.full(len(rows), self.order.numbers[file]), np.arange(1, len(rows) + 1), file.last)
            if file is not files[-1]:
                older.append(part)
                continue
            yield Piece(TABLE, dataset, 0, self._table(dataset, [part]))
            yield Piece(TABLE, f"{dataset}_history", 0, self._table(dataset, older, history=True, like=part))
            if dataset == POPULATION:
                yield Piece(TABLE, "people", 0, self._people([*older, part]))
                yield Piece(IDENTITIES, "", 0, self.emit.identified(np.flatnonzero(seen)))

    def _events(self, dataset: str, files: Sequence[File]) -> Iterator[Piece]:
        rows = EVENTS[dataset](self.story)
        assert rows.month is not None
        rows = rows.where((rows.month >= files[0].first) & (rows.month <= files[-1].last))
        values = self.emit.values(dataset, rows)
        ends = np.array([file.last for file in files])
        which = np.searchsorted(ends, rows.month)  # type: ignore[arg-type]
        local = np.zeros(len(rows), dtype=np.int64)
        for at, file in enumerate(files):
            own = np.flatnonzero(which == at)
            local[own] = np.arange(1, len(own) + 1)
            chosen = {name: column.take(pa.array(own)) for name, column in values.items()}
            yield from self._delivered(dataset, file, rows.take(own), chosen)
        numbers = np.array([self.order.numbers[file] for file in files])[which]
        yield Piece(TABLE, dataset, 0, self._table(dataset, [_Part(rows, values, numbers, local, 0)]))

    def _delivered(self, dataset: str, file: File, rows: Rows, values: Mapping[str, pa.Array]) -> Iterator[Piece]:
        if self.order.deliveries:
            yield Piece(ROWS, dataset, self.order.numbers[file], self.emit.delivered(dataset, rows, values))

    def _table(self, dataset: str, parts: Sequence[_Part], *, history: bool = False, like: _Part | None = None) -> pa.Table:
        """A table of the lake: `intake.settling.tables` says its columns and its order."""
        tables, orders = [], []
        for part in parts or ([like.none()] if like else []):
            household, bucket = self.emit.stamped(part.rows.person, len(part.rows))
            columns = {"delivery": pa.array(part.delivery), "row": pa.array(part.row.astype(np.int32)), **part.values}
            columns |= {"household": household, "bucket": bucket}
            if history:
                columns["list_month"] = pa.array(np.full(len(part.rows), part.month, dtype=np.int32))
            tables.append(pa.table(columns))
            orders.append(part)
        whole = pa.concat_tables(tables).unify_dictionaries()
        if len(orders) == 1:
            return whole.take(pa.array(self.emit.lake_order(dataset, orders[0].rows)))
        return whole.take(pa.array(self._history_order(dataset, whole)))

    def _history_order(self, dataset: str, whole: pa.Table) -> NDArray[np.int64]:
        """Lists of several months: the slow, plain way."""
        contract = self.order.contracts[dataset]
        inner = [] if dataset == POPULATION else inner_key(contract)
        plain = pa.table({name: _decoded(whole[name]) for name in ("bucket", "household", contract.subject, *inner, "list_month")})
        keys = [(name, "ascending") for name in plain.column_names]
        return pc.sort_indices(plain, sort_keys=keys).to_numpy()

    def _people(self, parts: Sequence[_Part]) -> pa.Table:
        """Everybody on a list, as the last list has them."""
        newest = parts[-1].month
        chosen, places = [], []
        for part in parts:
            own = np.flatnonzero(self.story.last_list[part.rows.person] == part.month)
            who = part.rows.person[own]
            values = {name: column.take(pa.array(own)) for name, column in part.values.items()}
            household, bucket = self.emit.stamped(who, len(who))
            columns: dict[str, Any] = {
                "person": values.pop("person"),
                "household": household,
                "household_no": values.pop("household_no"),
                "bucket": bucket,
            }
            columns |= {
                "listed": pa.array(np.full(len(who), part.month == newest)),
                "list_month": pa.array(np.full(len(who), part.month, dtype=np.int32)),
            }
            columns |= values | {"delivery": pa.array(part.delivery[own]), "row": pa.array(part.row[own].astype(np.int32))}
            chosen.append(pa.table(columns))
            places.append(self.identities.place_in_lake[who])
        return pa.concat_tables(chosen).unify_dictionaries().take(pa.array(np.argsort(np.concatenate(places), kind="stable")))

    def _stays(self) -> pa.Table:
        """Unbroken runs of lists that have a person in one household."""
        story, found = self.story, []
        home = np.full(story.count, -1, dtype=np.int32)
        since, last = np.zeros(story.count, dtype=np.int32), 0
        for month in (*story.list_months, None):
            now = np.where(story.on_list(month), story.home_in(month), -1) if month is not None else np.full(story.count, -2, dtype=np.int32)
            ended = np.flatnonzero((now != home) & (home >= 0))
            found.append((ended, home[ended], since[ended], np.full(len(ended), last)))
            if month is not None:
                since = np.where(now != home, month, since).astype(np.int32)
                home, last = now, month
        who, homes, begins, ends = (np.concatenate(column) for column in zip(*found, strict=True))
        households, persons = self.identities.households[homes], self.identities.persons[who]
        buckets = self.emit.buckets(homes)
        order = np.lexsort((begins, persons, households, buckets))
        columns = {
            "person": persons, "household": households, "bucket": buckets, "from_month": begins.astype(np.int32), "to_month": ends.astype(np.int32),
            "open": ends == last,
        }  # fmt: skip
        return pa.table({name: pa.array(column[order]) for name, column in columns.items()})


@dataclass(frozen=True)
class _Part:
    """Rows of one list, or of all events: with delivery and row of each."""

    rows: Rows
    values: Mapping[str, pa.Array]
    delivery: NDArray[np.int64]
    row: NDArray[np.int64]
    month: int

    def none(self) -> _Part:
        """The same without rows."""
        nothing = np.zeros(0, dtype=np.int64)
        return _Part(self.rows.take(nothing), {name: column.slice(0, 0) for name, column in self.values.items()}, nothing, nothing, self.month)


def _decoded(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return column.cast(pa.string()) if pa.types.is_dictionary(column.type) else column
