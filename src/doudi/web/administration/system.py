"""The page of the system administrator."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from doudi.web.administration.condition import chapters
from doudi.web.permissions import ActingRequest, needs


@needs("system.see")
@require_GET
def show(request: ActingRequest) -> HttpResponse:
    """Versions, data, jobs, backup, chain."""
    return render(request, "administration/system.html", {"chapters": list(chapters())})
