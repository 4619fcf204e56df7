"""Filling a visit in: a screen for each group, one to check everything, one that says what happens next."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from doudi.casework.dispatch.models import Verdict
from doudi.casework.visits.answers import missing, settled, words_of
from doudi.casework.visits.households import home_of
from doudi.casework.visits.items import can_verify
from doudi.casework.visits.models import Visit
from doudi.casework.visits.questions import BY_KEY, MET, after, path_of
from doudi.casework.visits.selectors.visits import family_of, outcome_of, visit_of
from doudi.casework.visits.services.recording import visit_answer, visit_hand_in
from doudi.kernel.clock import now
from doudi.kernel.errors import DoudiError
from doudi.web.faults import by_labels
from doudi.web.permissions import ActingRequest, needs
from doudi.web.visits.lists import village
from doudi.web.visits.pages import opens, or_404, status_of
from doudi.web.visits.screens import screen_of


@needs("visit.record")
@require_http_methods(["GET", "POST"])
def visit_screen(request: ActingRequest, pk: int, group: str) -> HttpResponse:
    """One group of questions; kept when sent, then the next."""
    by, found = request.actor, or_404(visit_of(request.actor, pk))
    if group not in BY_KEY:
        raise Http404
    if not found.is_open:
        return redirect("visit", pk)
    if request.method == "GET":
        return _screen(request, found, group)
    typed = dict(request.POST.lists())
    try:
        kept = visit_answer(by, visit=pk, version=_version(request), group=group, typed=typed)
    except DoudiError as problem:
        return _screen(request, or_404(visit_of(by, pk)), group, problem, typed)
    following = after(group, kept.answers)
    if following is None or request.POST.get("to") == "check":
        return redirect("visit-check", pk)
    return redirect("visit-screen", pk, following)


@needs("visit.record")
@require_http_methods(["GET", "POST"])
def visit_check(request: ActingRequest, pk: int) -> HttpResponse:
    """Everything once more, then it is handed in."""
    by, found = request.actor, or_404(visit_of(request.actor, pk))
    if found.state == Visit.State.DONE:
        return redirect("visit-handed-in", pk)
    if not found.is_open:
        return redirect("visit", pk)
    if request.method == "GET":
        return _check(request, found)
    try:
        visit_hand_in(by, visit=pk, version=_version(request), at=now(), verdict=request.POST.get("verdict", ""))
    except DoudiError as problem:
        return _check(request, or_404(visit_of(by, pk)), problem)
    return redirect("visit-handed-in", pk)


@needs("visit.record")
@require_GET
def visit_handed_in(request: ActingRequest, pk: int) -> HttpResponse:
    """Number, time, and what happens next."""
    found = or_404(visit_of(request.actor, pk))
    if found.state != Visit.State.DONE:
        return redirect("visit", pk)
    context = {"visit": found, "outcome": outcome_of(request.actor, found), "place": village(found.region), **opens(request.actor)}
    return render(request, "visits/handed_in.html", context)


def _screen(
    request: ActingRequest, found: Visit, key: str, problem: DoudiError | None = None, typed: dict[str, list[str]] | None = None
) -> HttpResponse:
    group = BY_KEY[key]
    faults = problem.faults if problem else ()
    context: dict[str, Any] = {
        "visit": found,
        "place": village(found.region),
        "screen": screen_of(found, group, home_of(found.household).facts, typed, faults),
        "faults": by_labels(faults, {question.key: question.label for question in group.questions}),
        "family": family_of(request.actor, found.household, without=found.pk) if group is MET else None,
    }
    return render(request, "visits/screen.html", context, status=status_of(problem) if problem else 200)


def _check(request: ActingRequest, found: Visit, problem: DoudiError | None = None) -> HttpResponse:
    lacking = missing(found.answers)
    may_verify = found.item is not None and can_verify(request.actor, found.item)
    context = {
        "visit": found,
        "place": village(found.region),
        "groups": [(group, dict(words_of(settled(found.answers))).get(group.title, [])) for group in path_of(found.answers)],
        "lacking": lacking,
        "verdicts": Verdict.choices if may_verify and not lacking else [],
        "verdict": request.POST.get("verdict", ""),
        "faults": problem.faults if problem else (),
    }
    return render(request, "visits/check.html", context, status=status_of(problem) if problem else 200)


def _version(request: ActingRequest) -> int:
    """The version of the page that was sent; a missing one is stale."""
    given = request.POST.get("version", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else -1
