"""Which programmes may be for a household: by its open leads, and by what its members are recognised as. A hint, never a decision."""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass
from functools import cache

from doudi.casework.visits.models import Application
from doudi.kernel.resources import resource_dir
from doudi.policyfiles.offers import Offer, read_offers


@dataclass(frozen=True)
class Suggestion:
    """A programme and why it may be for them, in words."""

    offer: Offer
    because: tuple[str, ...]


@cache
def offers() -> dict[str, Offer]:
    """The sheet's programmes, by id. Raises DoudiError if the file is wrong."""
    return read_offers(resource_dir("policy"))


def suggestions(leads: Iterable[tuple[str, str]], categories: Iterable[tuple[str, str]], facts: Set[str]) -> list[Suggestion]:
    """`leads`: rule and its name, `categories`: code and name, `facts`: what holds of some member (`facts_asked`).

    Programmes with a lead first, then those that a recognition opens.
    """
    named_leads, named_categories = dict(leads), dict(categories)
    by_lead, by_category = [], []
    for offer in offers().values():
        lead_words = tuple(f"数据提示：{named_leads[rule]}" for rule in offer.rules if rule in named_leads)
        category_words = tuple(f"已是{named_categories[code]}" for code in offer.categories if code in named_categories)
        if lead_words:
            by_lead.append(Suggestion(offer, lead_words + category_words))
        elif category_words and (not offer.members or not facts.isdisjoint(offer.members)):
            by_category.append(Suggestion(offer, category_words))
    return by_lead + by_category


def facts_asked() -> frozenset[str]:
    """The facts of persons that some programme asks of a member."""
    return frozenset(name for offer in offers().values() for name in offer.members)


def programme_words(application: Application) -> str:
    """The programme's name; its id if the sheet has dropped it since."""
    known = offers().get(application.programme)
    return known.name if known else application.programme
