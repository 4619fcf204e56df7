"""Pages of the room."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render

from doudi.casework.runs.supply import OUTCOMES, set_view, suppliers
from doudi.web.permissions import ActingRequest, needs

VERDICTS = {"accepted": "接收", "refused": "退回", "held": "待核"}


@needs("deliveries.see")
def departments(request: ActingRequest) -> HttpResponse:
    """Every department's datasets: how far they reach, how good they are."""
    found = suppliers(request.actor)
    return render(request, "deliveries/departments.html", {"suppliers": found, "late": sum(one.late for one in found)})


@needs("deliveries.see")
def dataset(request: ActingRequest, name: str) -> HttpResponse:
    """One dataset: the files that came, what was sent back and why."""
    view = set_view(request.actor, name)
    if view is None:
        raise Http404
    return render(request, "deliveries/dataset.html", {"view": view, "outcomes": OUTCOMES, "verdicts": VERDICTS})
