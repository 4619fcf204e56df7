"""Where somebody lands."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from doudi.web.permissions import ActingRequest, for_any_account


@for_any_account
def home(request: ActingRequest) -> HttpResponse:
    """My work, or what the role has instead."""
    return render(request, "web/home.html")
