"""The sheet for a family: which programmes may be for them, and why."""

from __future__ import annotations

from dataclasses import dataclass

from doudi.casework.access.actor import Actor
from doudi.casework.alerts.models import Alert
from doudi.casework.registry.models import Category, Household, Person
from doudi.casework.visits.models import Application
from doudi.casework.visits.offers import Suggestion, suggestions

LEADS = (Alert.Kind.MAY_QUALIFY, Alert.Kind.NOT_CARRIED_OUT, Alert.Kind.EARLY_WARNING)


@dataclass(frozen=True)
class Sheet:
    """`applied`: programme -> the application that is open. `recognised`: name of a member and of the category."""

    household: Household
    head_name: str
    suggestions: list[Suggestion]
    recognised: list[tuple[str, str]]
    applied: dict[str, Application]


def sheet_of(viewer: Actor, number: int) -> Sheet | None:
    """Five queries; None if the household is out of scope."""
    household = Household.objects.filter(number=number).first()
    if household is None:
        return None
    names = dict(Person.objects.filter(household=number).values_list("number", "name"))
    leads = Alert.objects.filter(household=number, state=Alert.State.OPEN, kind__in=LEADS).values_list("rule", "name")
    categories = list(Category.objects.filter(household=number, ends_on=None).values_list("code", "name", "person"))
    open_ones = Application.objects.filter(household=number, state__in=(Application.State.STARTED, Application.State.SUBMITTED))
    return Sheet(
        household,
        names.get(household.head or 0, ""),
        suggestions(list(leads), [(code, name) for code, name, _ in categories]),
        [(names.get(person, ""), name) for _, name, person in categories],
        {application.programme: application for application in open_ones},
    )
