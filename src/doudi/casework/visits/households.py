"""What visits need to know of a household, read within the scope of who asks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from doudi.casework.registry.models import Household, Person
from doudi.casework.visits.locking import NOT_THERE
from doudi.kernel.errors import DoudiError, Fault


@dataclass(frozen=True)
class Home:
    """A household as a visitor meets it: `facts` as in the file (members included), money in fen."""

    number: int
    region: str
    head_name: str
    facts: dict[str, Any]


def home_of(number: int) -> Home:
    """Raises DoudiError if there is no such household in the scope."""
    found = Household.objects.filter(number=number).first()
    if found is None:
        raise DoudiError(Fault(NOT_THERE, "找不到这一户，或不在您负责的范围内", "household"))
    head = Person.objects.filter(number=found.head).values_list("name", flat=True).first() if found.head else None
    return Home(found.number, found.region, head or "", {**found.facts, "members": found.members})
