"""What is to be sent: the records of every delivery, with the values as they are, before anybody writes them down."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np

from doudi.contracts.model import Field
from doudi.simulation.batch import Order, Player
from doudi.simulation.datasets import EVENTS, LISTS
from doudi.simulation.emit import Emitter
from doudi.simulation.identities import Identities
from doudi.simulation.pool import batches_of
from doudi.simulation.rows import Rows, Who
from doudi.simulation.timeline import File

Origin = tuple[int, int]
"""Delivery number and row of the clean record: how the lake's tables name it."""


@dataclass(frozen=True)
class Record:
    """One record. `values` by field: texts, dates, month indexes, fen, truth values, None for empty. `person`: number of the subject or None.

    `raw`: texts written as they stand. `done`, `recoverable`, `matching`: as in the truth's `links.csv`; `reason`: why nobody can
    accept it, or "". `superseded`: a later file corrects it.
    """

    values: Mapping[str, Any]
    person: int | None
    origin: Origin | None
    raw: Mapping[str, str] = field(default_factory=dict)
    done: tuple[str, ...] = ()
    recoverable: Literal["yes", "no", "either"] = "yes"
    matching: bool = False
    reason: str = ""
    superseded: bool = False

    def slipped(self, done: str, *, raw: Mapping[str, str] | None = None, **changes: Any) -> Record:
        """The same with one more slip."""
        return replace(self, done=(*self.done, done), raw={**self.raw, **(raw or {})}, **changes)


def records_of(order: Order) -> dict[File, list[Record]]:
    """Every delivery with its records in order. Memory grows with the people."""
    player = Player(order)
    found: dict[File, list[Record]] = {file: [] for files in order.time.all_files(order.contracts).values() for file in files}
    for batch in batches_of(order.places.townships):
        story, identities = player.story(batch)
        if story.count:
            teller = _Teller(order, identities, found)
            for dataset, contract in order.contracts.items():
                files = order.time.files(contract)
                if contract.mode == "snapshot":
                    for file in files:
                        teller.add(file, LISTS[dataset](story, file.last))
                    continue
                rows = EVENTS[dataset](story)
                months = np.asarray(rows.month)
                for file in files:
                    teller.add(file, rows.take(np.flatnonzero((months >= file.first) & (months <= file.last))))
    return found


@dataclass(frozen=True)
class _Teller:
    order: Order
    identities: Identities
    found: dict[File, list[Record]]

    def add(self, file: File, rows: Rows) -> None:
        """Append the records of one batch to a file."""
        number, into = self.order.numbers[file], self.found[file]
        persons = self.identities.persons[rows.person].tolist()
        for values, person in zip(self._values(file.dataset, rows), persons, strict=True):
            into.append(Record(values, person, (number, len(into) + 1)))

    def _values(self, dataset: str, rows: Rows) -> Iterator[dict[str, Any]]:
        contract = self.order.contracts[dataset]
        lake = Emitter(self.identities, self.order.contracts).values(dataset, rows)
        columns = []
        for each in contract.fields:
            if each.type in ("id18", "name", "phone"):
                columns.append(self._identity(contract.of_type("id18"), each, rows))
            elif each.embeds_id:
                tails = lake[f"{each.name}_tail"].to_pylist()
                ids = [self.identities.id_texts[at] for at in rows.person.tolist()]
                columns.append([f"{id18}{tail}" for id18, tail in zip(ids, tails, strict=True)])
            else:
                columns.append(lake[each.column or ""].to_pylist())
        names = [each.name for each in contract.fields]
        for line in zip(*columns, strict=True):
            yield dict(zip(names, line, strict=True))

    def _identity(self, ids: tuple[Field, ...], each: Field, rows: Rows) -> list[Any]:
        owner = next((one for one in ids if each.name in (one.name, one.name_of)), None)
        given = rows.columns.get((owner.column if owner else None) or each.name.removesuffix("_name"))
        who = (given.at if isinstance(given, Who) else rows.person).tolist()
        texts = {"id18": self.identities.id_texts, "name": self._names, "phone": self.identities.phones}[each.type]
        return [texts[at] for at in who]

    @property
    def _names(self) -> list[str]:
        names = self.identities.__dict__.get("_name_list")
        if names is None:
            names = self.identities.__dict__["_name_list"] = self.identities.names.to_pylist()
        return names
