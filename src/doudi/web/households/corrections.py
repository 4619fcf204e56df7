"""Saying that a file is wrong, and deciding on it."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from doudi.casework.registry.selectors import bar_of, correction_of, corrections_waiting
from doudi.casework.registry.services import correction_propose, correction_review, household_look
from doudi.casework.visits.selectors.clues import CHANGE_TABS
from doudi.kernel.clock import now
from doudi.kernel.errors import DoudiError
from doudi.web.faults import put_into
from doudi.web.households.forms import CorrectionForm, ReviewForm
from doudi.web.households.views import file_or_404
from doudi.web.permissions import ActingRequest, needs
from doudi.web.visits.lists import Choice


@needs("household.correct")
@require_http_methods(["GET", "POST"])
def correct(request: ActingRequest, number: int) -> HttpResponse:
    """Propose a correction; somebody else reviews it."""
    file = file_or_404(request.actor, number)
    form = CorrectionForm(request.POST or None, file=file)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                correction_propose(request.actor, at=now(), **form.asked)
                messages.success(request, "更正已提出，等待审核；审核通过前档案不变。")
                return redirect("household", number)
            except DoudiError as problem:
                put_into(form, problem)
    household_look(request.actor, household=file.household, what="household-correct")
    return render(
        request,
        "households/correct.html",
        {"form": form, "file": file, "home": file.household, "bar": bar_of(request.actor, file.household)},
        status=status,
    )


@needs("household.review")
@require_GET
def waiting(request: ActingRequest) -> HttpResponse:
    """Corrections that wait for a review, oldest first."""
    rows = corrections_waiting(request.actor)
    tabs = [
        *(Choice(words, None, f"{reverse('changes')}?tab={key}", False) for key, words in CHANGE_TABS.items()),
        Choice("档案页上提出的", len(rows), reverse("corrections"), True),
    ]
    return render(request, "households/corrections.html", {"rows": rows, "tabs": tabs})


@needs("household.review")
@require_http_methods(["GET", "POST"])
def review(request: ActingRequest, pk: int) -> HttpResponse:
    """One correction: what the data say, what it shall be, why; approve or not."""
    line = correction_of(request.actor, pk)
    if line is None:
        raise Http404
    form = ReviewForm(request.POST or None, initial={"version": line.version})
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            given = form.cleaned_data
            try:
                correction_review(
                    request.actor, correction=pk, version=given["version"], approve=given["decision"] == "approve", note=given["note"], at=now()
                )
                messages.success(request, "审核结果已记录")
                return redirect("corrections")
            except DoudiError as problem:
                put_into(form, problem)
    return render(request, "households/review.html", {"line": line, "form": form}, status=status)
