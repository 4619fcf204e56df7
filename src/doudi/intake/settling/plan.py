"""Which deliveries are in a cut, in which order, and what the cut is called."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from doudi.contracts.model import Contract
from doudi.identity.policy import LinkPolicy
from doudi.identity.sources import Source
from doudi.intake.settling.records import Delivery, Sending
from doudi.kernel.months import month_of

VERSION = 1
"""Version of what settling makes of the same deliveries. Raise it when the meaning of a cut's files changes."""


@dataclass(frozen=True)
class Plan:
    """A cut to be made: its id, its sendings in the order of file names, and its deliveries in the order in which later ones count."""

    cut: str
    sendings: tuple[Sending, ...]
    deliveries: tuple[Delivery, ...]

    @property
    def accepted(self) -> tuple[Delivery, ...]:
        """The deliveries whose rows count."""
        return tuple(delivery for delivery in self.deliveries if delivery.verdict == "accepted")

    def sources(self, folder: Path) -> list[Source]:
        """The accepted deliveries as identity reads them; `folder` holds all deliveries."""
        places = {delivery.id: place for place, delivery in enumerate(self.deliveries)}
        return [Source(each.number, each.dataset, places[each.id], each.month, folder / each.id) for each in self.accepted]

    def delivered_to(self) -> dict[str, date]:
        """Dataset -> last day of the latest period that was accepted."""
        found: dict[str, date] = {}
        for delivery in self.accepted:
            if delivery.period:
                found[delivery.dataset] = max(delivery.period.last, found.get(delivery.dataset, delivery.period.last))
        return found

    def list_months(self, contracts: Mapping[str, Contract]) -> dict[str, int]:
        """Snapshot dataset -> month of its newest list."""
        return {dataset: month_of(day) for dataset, day in self.delivered_to().items() if contracts[dataset].mode == "snapshot"}


def make_plan(
    sendings: Iterable[Sending],
    deliveries: Mapping[str, Delivery],
    contracts: Mapping[str, Contract],
    policy: LinkPolicy,
    key: str,
    as_of: date | None,
) -> Plan:
    """The plan for what was sent up to the end of `as_of` (None: everything). `key`: fingerprint of the installation's key.

    Content that was sent twice counts from its first sending.
    """
    chosen = sorted((each for each in sendings if as_of is None or each.day <= as_of), key=lambda each: (each.file, each.order, each.delivery))
    first: dict[str, Sending] = {}
    for sending in sorted(chosen, key=lambda each: (each.order, each.delivery)):
        first.setdefault(sending.delivery, sending)
    ordered = tuple(deliveries[delivery] for delivery in first if delivery in deliveries)
    return Plan(_cut_id(chosen, ordered, contracts, policy, key), tuple(chosen), ordered)


def _cut_id(sendings: Iterable[Sending], deliveries: Iterable[Delivery], contracts: Mapping[str, Contract], policy: LinkPolicy, key: str) -> str:
    parts = {
        "version": VERSION,
        "key": key,
        "sendings": [(each.file, each.delivery) for each in sendings],
        "deliveries": [(each.id, each.verdict) for each in deliveries],  # a held list may be confirmed
        "contracts": [repr(contracts[name]) for name in sorted(contracts)],
        "linkage": policy.text,
    }
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:16]
