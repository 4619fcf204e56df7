"""Which proposed changes become corrections of the file, under which name they stand there."""

from __future__ import annotations

from datetime import datetime

from doudi.casework.access.actor import Actor
from doudi.casework.registry.correctable import FACTS
from doudi.casework.registry.services import correction_enforce
from doudi.casework.visits.models import ProposedChange

LISTED = {"members": "在世成员"}
"""What the file takes from the departments' lists alone: adopting it keeps the finding, the list is for its department to mend."""


def correct(by: Actor, change: ProposedChange, at: datetime) -> int | None:
    """Put the correction in force and return its number; None for what only a department's list can mend. Raises DoudiError."""
    if change.field in LISTED:
        return None
    made = correction_enforce(
        by,
        subject="p" if change.person is not None else "h",
        number=change.person if change.person is not None else change.household,
        field=f"{FACTS}{change.field}",
        value=change.after,
        reason=change.reason,
        source=f"{change.get_source_display()} {change.source_number}".strip(),
        said_by=change.proposed_by_id,
        said_at=change.proposed_at,
        at=at,
    )
    return made.pk
