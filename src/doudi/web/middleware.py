"""What holds for every page: one transaction with its scope, session limits, headers, one line in the log."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from typing import Any

import structlog
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.http import urlencode

from doudi.casework.access.actor import NOBODY, Actor, actor_of
from doudi.casework.access.addresses import address_of
from doudi.casework.access.models import Membership
from doudi.casework.access.scope import scoped
from doudi.casework.access.selectors import is_usable
from doudi.casework.access.sessions import FACTOR, MEMBERSHIP, SEEN, STARTED
from doudi.casework.audit.actions import REFUSED
from doudi.casework.audit.services import record
from doudi.kernel.clock import now, today
from doudi.web import errors
from doudi.web.accounts.unsent import after_login, unsent_keep, unsent_of

Respond = Callable[[HttpRequest], HttpResponse]
log = structlog.get_logger("doudi.web")


class RequestLog:
    """One line for a request: ids and counts; neither names nor what was asked."""

    def __init__(self, respond: Respond) -> None:
        self._respond = respond

    def __call__(self, request: Any) -> HttpResponse:
        request.id = uuid.uuid4().hex
        began = time.perf_counter()
        response = self._respond(request)
        match = getattr(request, "resolver_match", None)
        actor = getattr(request, "actor", None)
        log.info(
            "request",
            request=request.id,
            method=request.method,
            page=match.view_name if match else "",
            status=response.status_code,
            ms=round((time.perf_counter() - began) * 1000),
            user=actor.user if actor else None,
        )
        return response


class Headers:
    """A page is asked for by the site's own name; nothing of it stays in a browser's or a proxy's store, and logging out empties what did."""

    def __init__(self, respond: Respond) -> None:
        self._respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.get_host()  # raises DisallowedHost, which is answered with 400
        response = self._respond(request)
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault("Permissions-Policy", "camera=(self), geolocation=(self), microphone=()")
        return response


class Authentication(AuthenticationMiddleware):
    """The person came with the session: Django would ask for them once more. It is asked where anything is not as it should be."""

    def process_request(self, request: Any) -> None:
        super().process_request(request)
        by_django = request.user
        request.user = SimpleLazyObject(lambda: request.session.person() or by_django)


class SessionLimits:
    """A session ends when nobody uses it for a while, and after a day's work in any case; a disabled account's at once."""

    def __init__(self, respond: Respond) -> None:
        self._respond = respond

    def __call__(self, request: Any) -> HttpResponse:
        if request.user.is_authenticated and not self._holds(request.session):
            return self._ended(request)
        return self._respond(request)

    @staticmethod
    def _ended(request: Any) -> HttpResponse:
        """To the login and from there back; what was being sent is not lost."""
        user, text = request.user.pk, unsent_of(request)
        logout(request)
        if text:
            unsent_keep(request.session, user, text)
        return redirect(f"{reverse(settings.LOGIN_URL)}?{urlencode({'expired': 1, 'next': after_login(request, bool(text))})}")

    @staticmethod
    def _holds(session: Any) -> bool:
        moment = now().timestamp()
        started, seen = session.get(STARTED, moment), session.get(SEEN, moment)
        session.setdefault(STARTED, moment)
        if moment - seen > 60 or SEEN not in session:
            session[SEEN] = moment  # once a minute: not every page must write
        limits = settings.OPTIONS
        return bool(moment - seen <= limits.idle_minutes * 60 and moment - started <= limits.session_hours * 3600)


class Scoped:
    """One transaction for a page, in the scope of who asks. Whatever goes wrong undoes it; a refusal is kept in one of its own."""

    def __init__(self, respond: Respond) -> None:
        self._respond = respond

    def __call__(self, request: Any) -> HttpResponse:
        request.actor = acting(request)
        request.refused = None
        with scoped(request.actor.scope if request.actor else NOBODY):
            response = self._respond(request)
            if response.status_code >= 500 or request.refused:
                transaction.set_rollback(True)
        if request.refused and request.actor:
            with scoped(NOBODY):
                record(request.actor, REFUSED, kind=request.resolver_match.view_name, detail=request.refused)
        return response

    def process_exception(self, request: Any, problem: Exception) -> None:
        """Remember that a page was refused, or failed: what it wrote is undone."""
        if isinstance(problem, PermissionDenied | Http404):
            request.refused = {"because": type(problem).__name__, **{name: str(value)[:64] for name, value in request.resolver_match.kwargs.items()}}
        else:
            transaction.set_rollback(True)


class OnlyPosted:
    """An address that only takes what is sent, opened by hand or after a login, shows the way to the page that it belongs to."""

    def __init__(self, respond: Respond) -> None:
        self._respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self._respond(request)
        if response.status_code == 405 and request.method == "GET":
            return errors.only_posted(request)
        return response


def acting(request: Any) -> Actor | None:
    """Who acts in this request, in the membership chosen; None for somebody not logged in (with the second factor), or without a membership today."""
    if not request.user.is_authenticated or FACTOR not in request.session:
        return None
    membership, day, address = request.session.membership(), today(), address_of(request)
    if membership is None or not is_usable(membership, on=day, address=address):
        held = Membership.objects.select_related("office").filter(user=request.user)
        membership = next((one for one in held if is_usable(one, on=day, address=address)), None)
        if membership is None:
            return None
        request.session[MEMBERSHIP] = membership.pk
    membership.user = request.session.line.user
    request.office_name, request.data_as_of = membership.office.name, request.session.line.data_as_of
    return actor_of(membership).at(address, request.id)
