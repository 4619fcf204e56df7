"""A household is seen by the departments that have work with it; whoever is given such work sees it at once, not from the next load on."""

from __future__ import annotations

from doudi.casework.dispatch.models import WorkItem
from doudi.casework.dispatch.sqlrun import execute


def household_share(item: WorkItem) -> None:
    """Bring the household's departments in line with the work there is, in the step's transaction; whose scope that is plays no part."""
    if item.household is not None:
        execute("SELECT registry_departments_settle(%(numbers)s)", {"numbers": [item.household]})
