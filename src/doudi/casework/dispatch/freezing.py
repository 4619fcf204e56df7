"""What a decision was decided on: the evidence of the item's alerts as it stood, with its hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from doudi.casework.alerts.models import Alert
from doudi.casework.dispatch.models import WorkItem


@dataclass(frozen=True)
class Facts:
    """The alerts of an item at one moment; `hash` is SHA-256 over their ids and the hashes of their evidence, in order."""

    alerts: tuple[Alert, ...]
    hash: str


def facts_of(item: WorkItem) -> Facts:
    """The alerts of an item that have not ended, and of one whose cause is gone those that have; one query."""
    alerts = tuple(Alert.objects.filter(item=item).order_by("id"))
    live = tuple(alert for alert in alerts if alert.state != Alert.State.ENDED)
    return Facts(live or alerts, hash_over((alert.pk, alert.facts_hash) for alert in live or alerts))


def hash_over(parts: Iterable[tuple[str, str]]) -> str:
    """SHA-256 in hex over pairs of alert and hash; empty for none."""
    listed = [list(part) for part in parts]
    return hashlib.sha256(json.dumps(listed, separators=(",", ":")).encode()).hexdigest() if listed else ""


def frozen(facts: Facts) -> dict[str, Any]:
    """The facts as they go into the event: enough to show later what the decision stood on, though the alert has changed since."""
    kept = ("rule", "version", "name", "grade", "state", "last_run", "evidence", "facts_hash")
    return {"facts": [{"alert": alert.pk, **{name: getattr(alert, name) for name in kept}} for alert in facts.alerts]}
