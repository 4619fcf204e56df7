"""A visit's page shows a family: that somebody looked is kept."""

from __future__ import annotations

from doudi.casework.access.actor import Actor
from doudi.casework.audit.actions import LOOKED
from doudi.casework.audit.services import record
from doudi.casework.visits.models import Visit
from doudi.casework.visits.selectors.visits import Family, family_of


def read_of(by: Actor, visit: Visit) -> Family | None:
    """The household as it is in the file; None if it has left the scope since, the visit stays readable."""
    family = family_of(by, visit.household, without=visit.pk)
    record(by, LOOKED, kind="visit", object=visit.number, region=visit.region, detail={"household": visit.household})
    return family
