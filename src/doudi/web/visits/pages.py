"""What views of this room share: finding or 404, refused acts as a page with what was typed."""

from __future__ import annotations

from typing import TypeVar

from django.http import Http404, HttpRequest

from doudi.casework.access.actor import Actor
from doudi.casework.visits.locking import is_stale
from doudi.kernel.errors import DoudiError

Found = TypeVar("Found")
STALE, WRONG = 409, 422


def or_404(found: Found | None) -> Found:
    """What was found. Raises Http404 if nothing was: out of scope and not there look the same."""
    if found is None:
        raise Http404
    return found


def opens(by: Actor) -> dict[str, bool]:
    """Which of the pages that a visit leads to the role may open."""
    return {
        "sees_file": by.may("household.see"),
        "may_review": by.may("household.review"),
        "sees_clues": by.may("clue.raise") or by.may("clue.answer"),
    }


def item_named(request: HttpRequest) -> int | None:
    """The work item that the form or the address names (`item`); what is no number names none."""
    given = request.POST.get("item") or request.GET.get("item") or ""
    return int(given) if given.isascii() and given.isdigit() and len(given) < 19 else None


def status_of(problem: DoudiError) -> int:
    """409 if somebody was quicker, else 422: nobody takes the page for done."""
    return STALE if is_stale(problem) else WRONG
