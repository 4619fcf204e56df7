"""Everything that is done to the registry by people; what a run does is in `loading`."""

from doudi.casework.registry.services.corrections import (
    correction_enforce,
    correction_propose,
    correction_review,
    correction_withdraw,
)
from doudi.casework.registry.services.departments import departments_settle
from doudi.casework.registry.services.looking import Revealed, household_look, reveal

__all__ = [
    "Revealed",
    "correction_enforce",
    "correction_propose",
    "correction_review",
    "correction_withdraw",
    "departments_settle",
    "household_look",
    "reveal",
]
