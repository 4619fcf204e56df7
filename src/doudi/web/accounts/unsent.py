"""What somebody was sending when the session had ended: kept sealed in the browser's new session, offered to the same person after the login."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from doudi.casework.access.sealing import seal, unseal
from doudi.kernel.errors import DoudiError
from doudi.web.permissions import for_any_account

KEPT, MOST = "unsent", 200_000
"""Where the session keeps it, and how many characters at most."""
PURPOSE = "session.unsent"
CODE = "factor-code"
OWN = ("/login", "/logout", "/account")
"""Passwords and codes are sent there; they are kept nowhere."""


@dataclass(frozen=True)
class Unsent:
    """Where it was sent, and its fields."""

    address: str
    fields: list[tuple[str, str]]

    @property
    def words(self) -> list[str]:
        """What a person typed, to be read before it is sent."""
        return typed_words(self.fields)


def typed_words(fields: list[tuple[str, str]]) -> list[str]:
    """Of the fields of a form, those that hold words: neither keys nor numbers nor the names of choices."""
    return [value for _, value in fields if not value.isascii() or any(letter.isspace() for letter in value.strip())]


def fields_of(request: HttpRequest) -> list[tuple[str, str]]:
    """The fields of what was sent, in their order, without the token that proves where it came from and the telephone's code."""
    return [(name, value) for name, values in request.POST.lists() if name not in ("csrfmiddlewaretoken", CODE) for value in values]


def unsent_of(request: HttpRequest) -> str:
    """What is to be kept of a request, as text; empty for what only reads, for passwords, and for what comes from elsewhere."""
    if request.method != "POST" or request.path.startswith(OWN) or _from_elsewhere(request):
        return ""
    text = json.dumps([request.get_full_path(), fields_of(request)])
    return text if len(text) <= MOST else ""


def unsent_keep(session: Any, user: int, text: str) -> None:
    """Keep it for one person."""
    session[KEPT] = [user, b64encode(seal(text, PURPOSE) or b"").decode()]


def unsent_kept(request: HttpRequest) -> Unsent | None:
    """What the session has kept for who is logged in now."""
    user, sealed = request.session.get(KEPT) or (None, "")
    if user is None or user != request.user.pk:
        return None
    try:
        address, fields = json.loads(unseal(b64decode(sealed), PURPOSE) or "null")
    except (DoudiError, TypeError):
        return None
    return Unsent(address, [(name, value) for name, value in fields])


def _from_elsewhere(request: HttpRequest) -> bool:
    """Whether another site made the browser send it: it never comes to the place where that is refused, since the session has ended."""
    return CsrfViewMiddleware(lambda _: HttpResponse()).process_view(request, _from_elsewhere, (), {}) is not None


@for_any_account
@require_http_methods(["GET", "POST"])
def unsent(request: HttpRequest) -> HttpResponse:
    """Send it after all, or give it up."""
    kept = unsent_kept(request)
    if request.method == "POST" or kept is None:
        request.session.pop(KEPT, None)
        return redirect("home")
    return render(request, "accounts/unsent.html", {"kept": kept})


def after_login(request: HttpRequest, kept: bool) -> str:
    """The page to come back to: the one that was asked for, or that which offers what was kept; the first one for what cannot be asked for again."""
    return reverse("account-unsent") if kept else request.get_full_path() if request.method == "GET" else reverse("home")
