"""Changes of files that visits propose: somebody else adopts them, or says why not."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from doudi.casework.registry.selectors import corrections_counted
from doudi.casework.visits.selectors.clues import CHANGE_TABS, change_of, changes_listed
from doudi.casework.visits.services.changes import change_review
from doudi.kernel.clock import now
from doudi.kernel.errors import DoudiError
from doudi.web.faults import put_into
from doudi.web.permissions import ActingRequest, needs
from doudi.web.visits.forms import ReviewForm
from doudi.web.visits.lists import Choice, choices, chosen, page_number, pager, village
from doudi.web.visits.pages import WRONG, or_404, status_of


@needs("household.review")
@require_GET
def changes(request: ActingRequest) -> HttpResponse:
    """Those that wait, oldest first; those reviewed."""
    tab = chosen(request, "tab", CHANGE_TABS, "proposed")
    found = changes_listed(request.actor, tab=tab, page=page_number(request))
    context = {
        "tabs": [
            *choices(request, "tab", CHANGE_TABS, tab),
            Choice("档案页上提出的", corrections_counted(request.actor), reverse("corrections"), False),
        ],
        "rows": [(one, village(one.region)) for one in found.rows],
        "page": pager(request, found),
    }
    return render(request, "clues/changes.html", context)


@needs("household.review")
@require_http_methods(["GET", "POST"])
def change(request: ActingRequest, pk: int) -> HttpResponse:
    """One proposal: what stood, what was found, by whom; adopt or not."""
    found = or_404(change_of(request.actor, pk))
    form = ReviewForm(request.POST or None, initial={"version": found.version})
    status = 200
    if request.method == "POST":
        status = WRONG
        if form.is_valid():
            try:
                change_review(request.actor, change=pk, at=now(), **form.cleaned_data)
                messages.success(request, "审核意见已记录")
                return redirect("changes")
            except DoudiError as problem:
                status = status_of(problem)
                put_into(form, problem)
                found = or_404(change_of(request.actor, pk))
    return render(request, "clues/change.html", {"change": found, "place": village(found.region), "form": form}, status=status)
