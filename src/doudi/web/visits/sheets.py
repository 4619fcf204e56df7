"""The sheet for a family: which programmes may be for them, why, what to bring, where to go; made to be printed and handed over."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from doudi.casework.access.actor import EVERYTHING
from doudi.casework.audit.services import record
from doudi.casework.visits.actions import SHEET_PRINTED
from doudi.casework.visits.selectors.sheet import sheet_of
from doudi.kernel.clock import today
from doudi.web.permissions import ActingRequest, needs
from doudi.web.visits.lists import village
from doudi.web.visits.pages import or_404


@needs("household.see")
@require_GET
def sheet(request: ActingRequest, number: int) -> HttpResponse:
    """For a household, also on the way from a work item (`?item=`). That somebody looked is kept."""
    by = request.actor
    found = or_404(sheet_of(by, number))
    record(by, SHEET_PRINTED, kind="household", object=number, region=found.household.region, detail={"programmes": len(found.suggestions)})
    item = request.GET.get("item", "")
    mine = by.scope.department
    context = {
        "sheet": found,
        "place": village(found.household.region),
        "lines": [(one, where, found.applied.get(one.offer.offer), mine in (EVERYTHING, one.offer.department)) for one, where in found.suggestions],
        "item": item if item.isascii() and item.isdigit() else "",
        "may_apply": by.may("application.start"),
        "on": today(),
    }
    return render(request, "visits/sheet.html", context)
