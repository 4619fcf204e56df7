"""The sheet for a family: which programmes may be for them, and why."""

from __future__ import annotations

from dataclasses import dataclass

from doudi.casework.access.actor import Actor
from doudi.casework.alerts.models import Alert
from doudi.casework.organisation.models import Department, Office
from doudi.casework.registry.models import Category, Household, Person
from doudi.casework.visits.models import Application
from doudi.casework.visits.offers import Suggestion, facts_asked, suggestions
from doudi.policyfiles.offers import APPLY_AT, Offer

LEADS = (Alert.Kind.MAY_QUALIFY, Alert.Kind.NOT_CARRIED_OUT, Alert.Kind.EARLY_WARNING)


@dataclass(frozen=True)
class Sheet:
    """`suggestions` each with where to apply. `applied`: programme -> the application that is open.

    `recognised`: name of a member and of the category.
    """

    household: Household
    head_name: str
    people: dict[int, str]
    suggestions: list[tuple[Suggestion, str]]
    recognised: list[tuple[str, str]]
    applied: dict[str, Application]


def sheet_of(viewer: Actor, number: int) -> Sheet | None:
    """Six queries; None if the household is out of scope."""
    household = Household.objects.filter(number=number).first()
    if household is None:
        return None
    members = list(Person.objects.filter(household=number).values_list("number", "name", "facts"))
    names = {person: name for person, name, _ in members}
    facts = {name for name in facts_asked() if any(of_person.get(name) is True for _, _, of_person in members)}
    leads = Alert.objects.filter(household=number, state=Alert.State.OPEN, kind__in=LEADS).values_list("rule", "name")
    categories = list(Category.objects.filter(household=number, ends_on=None).values_list("code", "name", "person"))
    open_ones = Application.objects.filter(household=number, state__in=(Application.State.STARTED, Application.State.SUBMITTED))
    desks = _desks(household.region)
    found = suggestions(list(leads), [(code, name) for code, name, _ in categories], facts)
    return Sheet(
        household,
        names.get(household.head or 0, ""),
        names,
        [(one, _where(one.offer, desks)) for one in found],
        [(names.get(person, ""), name) for _, name, person in categories],
        {application.programme: application for application in open_ones},
    )


def _desks(region: str) -> dict[str, str]:
    """Department -> the name of its office where the household lives: the township's own, the county's departments."""
    found = Office.objects.filter(region__in=(region[:9], region[:6]), closed_on=None).exclude(department=Department.VILLAGE)
    return dict(found.values_list("department", "name"))


def _where(offer: Offer, desks: dict[str, str]) -> str:
    """The office by its name; a school or a court in general words, and so an office that is not there."""
    wanted = {"township": Department.TOWNSHIP, "county": offer.department}.get(offer.apply_at, "")
    return desks.get(wanted, APPLY_AT[offer.apply_at])
