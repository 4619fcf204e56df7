"""Which deliveries are in a cut, in which order, and what the cut is called."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from doudi.contracts.model import Contract
from doudi.contracts.periods import Period
from doudi.contracts.sla import is_owed
from doudi.identity.policy import LinkPolicy
from doudi.identity.sources import Source
from doudi.intake.settling.records import Delivery, Sending
from doudi.kernel.months import month_of

VERSION = 3
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
    for sending in sorted(_corrections_last(chosen, deliveries), key=lambda each: (each.order, each.delivery)):
        first.setdefault(sending.delivery, sending)
    ordered = tuple(deliveries[delivery] for delivery in first if delivery in deliveries)
    return Plan(_cut_id(chosen, ordered, contracts, policy, key), tuple(chosen), ordered)


def _corrections_last(sendings: Iterable[Sending], deliveries: Mapping[str, Delivery]) -> list[Sending]:
    """The sendings, each correction after what it corrects, also where a manifest dates only one of the two.

    A file without a date counts from the end of its period, and a dated one may have been sent before that or after. So a correction without a
    date is moved behind the dated files of its period, and another file without a date before the dated corrections.
    """
    dated: dict[tuple[str, bool], list[tuple[Period, str]]] = defaultdict(list)
    for sending in sendings:
        delivery = deliveries.get(sending.delivery)
        if delivery and delivery.period and sending.dated:
            dated[delivery.dataset, bool(sending.order[1])].append((delivery.period, sending.order[0]))
    return [each if each.dated else _moved(each, deliveries.get(each.delivery), dated) for each in sendings]


def _moved(sending: Sending, delivery: Delivery | None, dated: Mapping[tuple[str, bool], Sequence[tuple[Period, str]]]) -> Sending:
    if delivery is None or delivery.period is None:
        return sending
    moment, correction, file = sending.order
    period = delivery.period
    others = [other for days, other in dated.get((delivery.dataset, not correction), ()) if days.first <= period.last and period.first <= days.last]
    moment = max(moment, *others) if others and correction else min(moment, *others) if others else moment
    return replace(sending, order=(moment, correction, file))


def counting(contracts: Mapping[str, Contract], deliveries: Iterable[Delivery]) -> dict[str, Contract]:
    """The contracts that a cut of these deliveries is made by: what nobody owes counts once it was delivered; before, it leaves no trace."""
    delivered = {each.dataset for each in deliveries}
    return {name: contract for name, contract in contracts.items() if is_owed(contract.frequency) or name in delivered}


def _cut_id(sendings: Iterable[Sending], deliveries: Iterable[Delivery], contracts: Mapping[str, Contract], policy: LinkPolicy, key: str) -> str:
    parts = {
        "version": VERSION,
        "key": key,
        "sendings": [(each.file, each.delivery) for each in sendings],
        "deliveries": [(each.id, each.verdict) for each in deliveries],  # a held list may be confirmed
        "contracts": [repr(contract) for _, contract in sorted(counting(contracts, deliveries).items())],
        "linkage": policy.text,
    }
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:16]
