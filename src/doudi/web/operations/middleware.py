"""The outermost layer: answers those who run the site without session, scope or transaction, and measures every other page."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import resolve

from doudi.web.operations.measures import REQUESTS, SECONDS

ANSWERED_HERE = ("/healthz", "/readyz", "/metrics")


class Operations:
    """Health must not depend on what it is to tell the health of."""

    def __init__(self, respond: Callable[[HttpRequest], HttpResponse]) -> None:
        self._respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info in ANSWERED_HERE:
            response: HttpResponse = resolve(request.path_info).func(request)
            response.headers["Cache-Control"] = "no-store"
            return response
        began = time.perf_counter()
        response = self._respond(request)
        match = request.resolver_match
        page = match.view_name or match.route if match else "other"
        REQUESTS.labels(page, request.method if request.method in ("GET", "POST", "HEAD") else "OTHER", response.status_code).inc()
        SECONDS.labels(page).observe(time.perf_counter() - began)
        return response
