"""Looking at a file is itself kept; a full ID number is shown for a reason, for thirty seconds, and that is kept too."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from doudi.casework.access.actor import Actor
from doudi.casework.access.models import Reveal
from doudi.casework.access.sealing import unseal
from doudi.casework.audit.actions import LOOKED, REVEALED
from doudi.casework.audit.services import record
from doudi.casework.registry.loading.identity import PERSON_ID
from doudi.casework.registry.models import Household, Person
from doudi.kernel.errors import DoudiError, Fault, code

REASON_MISSING = code("reveal_without_reason", "显示完整证件号码须填写理由")
NOBODY_THERE = code("person_not_found", "没有这个人，或不在负责范围")
TOO_MANY = code("revealed_too_often", "短时间内显示的证件号码太多")

SHOWN_FOR = timedelta(seconds=30)
MOST_IN_AN_HOUR = 60
SHORTEST_REASON = 4


@dataclass(frozen=True)
class Revealed:
    """A full number, and until when it may be on the screen."""

    person: int
    id: str
    until: datetime


@transaction.atomic
def household_look(by: Actor, *, household: Household, what: str = "household", reason: str = "") -> None:
    """Keep that somebody opened a household's file. `what` says which page."""
    by.must("household.see")
    record(by, LOOKED, kind=what, object=household.number, region=household.region, reason=reason)


@transaction.atomic
def reveal(by: Actor, *, person: int, reason: str, at: datetime) -> Revealed:
    """The full ID number of a person within the actor's scope. Raises DoudiError without a reason, for somebody else's person, or too often."""
    by.must("household.reveal")
    words = " ".join(reason.split())
    if len(words) < SHORTEST_REASON:
        raise DoudiError(Fault(REASON_MISSING, "请写明为什么要看完整证件号码", todo="例如：入户核对户口簿"))
    found = Person.objects.filter(number=person).first()
    own = unseal(found.id_sealed, f"{PERSON_ID}.{person}") if found else None
    if found is None or own is None:
        raise DoudiError(Fault(NOBODY_THERE, "没有这个人的证件号码，或不在您负责的范围"))
    if Reveal.objects.filter(user_id=by.user, at__gt=at - timedelta(hours=1)).count() >= MOST_IN_AN_HOUR:
        raise DoudiError(Fault(TOO_MANY, f"一小时内最多显示 {MOST_IN_AN_HOUR} 个完整证件号码", todo="请稍后再看；这次没有显示"))
    Reveal.objects.create(user_id=by.user, person=person, region=found.region, reason=words[:200], at=at)
    record(by, REVEALED, kind="person", object=person, region=found.region, reason=words[:200])
    return Revealed(person, own, at + SHOWN_FOR)
