"""Three screens at the first login, and again whenever somebody wants them. Each account is sent there once."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from doudi.casework.access.services.own import tour_finish
from doudi.kernel.clock import now
from doudi.web.permissions import for_any_account
from doudi.web.tour.screens import tour_of


@for_any_account
@require_GET
def tour(request: Any) -> HttpResponse:
    """One of the screens, 1 to 3; somebody without a membership has nothing to be shown."""
    if request.actor is None:
        return redirect("home")
    screens = tour_of(request.actor)
    given = request.GET.get("screen", "1")
    number = int(given) if given in ("1", "2", "3") else 1
    context = {"screen": screens[number - 1], "number": number, "before": number - 1, "after": number + 1 if number < len(screens) else 0}
    return render(request, "tour/screen.html", context)


@for_any_account
@require_POST
def done(request: Any) -> HttpResponse:
    """Seen, or skipped: it does not come up again by itself."""
    if request.actor is not None:
        tour_finish(request.actor, user=request.user, at=now())
    return redirect("home")
