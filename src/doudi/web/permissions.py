"""Every page declares what it takes to open it; a test walks all addresses and fails for one that does not."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from doudi.casework.access.actor import Actor
from doudi.casework.access.permissions import PERMISSIONS
from doudi.casework.access.sessions import FACTOR

View = TypeVar("View", bound=Callable[..., HttpResponseBase])
PUBLIC, ANY_ACCOUNT = "public", "any_account"


class ActingRequest(HttpRequest):
    """A request of somebody in a role; `web.middleware.Scoped` sets who."""

    actor: Actor


def needs(permission: str) -> Callable[[View], View]:
    """The page is for those whose role has one of the permissions (`a|b`); others are refused, and that is kept."""
    wanted = permission.split("|")
    assert all(name in PERMISSIONS for name in wanted), permission

    def decorate(view: View) -> View:
        @wraps(view)
        def checked(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.actor is None:
                return _to_login(request)
            if not any(request.actor.may(name) for name in wanted):
                raise PermissionDenied(permission)
            return view(request, *args, **kwargs)

        checked.permission = permission  # type: ignore[attr-defined]
        return checked  # type: ignore[return-value]

    return decorate


def for_any_account(view: View) -> View:
    """The page is for everybody who has logged in, second factor included, whatever the role; `request.actor` is None without a membership."""

    @wraps(view)
    def checked(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated or FACTOR not in request.session:
            return _to_login(request)
        return view(request, *args, **kwargs)

    checked.permission = ANY_ACCOUNT  # type: ignore[attr-defined]
    return checked  # type: ignore[return-value]


def _to_login(request: HttpRequest) -> HttpResponseBase:
    """And back to the page that was asked for; what was sent cannot be asked for again."""
    return redirect_to_login(request.get_full_path() if request.method == "GET" else reverse("home"))


def public(view: View) -> View:
    """The page is for everybody: it shows nothing of anybody."""
    view.permission = PUBLIC  # type: ignore[attr-defined]
    return view
