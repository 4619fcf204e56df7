"""`/healthz`, `/readyz`, `/metrics`: for load balancers and for monitoring. None of them needs a login; none shows anything of anybody."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse

from doudi.casework.access.addresses import address_of, within
from doudi.web.operations import measures
from doudi.web.operations.readiness import checks
from doudi.web.permissions import public

PROXIED = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP")
HERE = "127.0.0.0/8, ::1/128"


@public
def healthz(request: HttpRequest) -> HttpResponse:
    """This process answers. A process that does not is to be started again."""
    return JsonResponse({"alive": True})


@public
def readyz(request: HttpRequest) -> HttpResponse:
    """Whether pages can be served: 503 and the names of what is not right. No request should be sent here until it is."""
    found = checks()
    return JsonResponse({"ready": all(found.values()), "checks": found}, status=200 if all(found.values()) else 503)


@public
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus text, to this machine and the networks that the options list; to everybody else the page is not there."""
    if not _may_measure(request):
        return HttpResponse(status=404)
    body, kind = measures.exposition()
    return HttpResponse(body, content_type=kind)


def _may_measure(request: HttpRequest) -> bool:
    """A request through a proxy on this machine comes from this machine too, but says for whom."""
    came_through = any(name in request.META for name in PROXIED)
    direct = within(request.META.get("REMOTE_ADDR", ""), HERE) and not came_through
    return direct or within(address_of(request), settings.OPTIONS.metrics_networks)
