"""The steps of logging in. Until the last is done nobody is logged in: the browser holds only who passed which step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth import login
from django.utils.http import url_has_allowed_host_and_scheme

from doudi.casework.access import factors
from doudi.casework.access.actor import Actor
from doudi.casework.access.addresses import address_of
from doudi.casework.access.models import User
from doudi.casework.access.services import signin
from doudi.casework.access.sessions import ADDRESS, BROWSER, FACTOR, SEEN, STARTED
from doudi.kernel.clock import now

PENDING = "pending"
MINUTES = 10
BACKEND = "django.contrib.auth.backends.ModelBackend"


@dataclass(frozen=True)
class Pending:
    """Somebody whose password was right."""

    user: User
    factor: bool
    after: str

    def actor(self, request: Any) -> Actor:
        return signin.person(self.user, address=address_of(request), request=request.id)


def begin(request: Any, user: User, after: str) -> None:
    """The password was right."""
    request.session.cycle_key()
    request.session[PENDING] = {
        "user": user.pk,
        "at": now().timestamp(),
        "factor": False,
        "after": _own_page(request, after),
        "hash": _fingerprint(user),
    }


def pending(request: Any) -> Pending | None:
    """Who is on the way in; nobody if it took too long, or the password was changed meanwhile."""
    known = request.session.get(PENDING)
    if not known or now().timestamp() - known["at"] > MINUTES * 60:
        return None
    user = User.objects.filter(pk=known["user"], is_active=True).first()
    return Pending(user, known["factor"], known["after"]) if user and _fingerprint(user) == known["hash"] else None


def factor_passed(request: Any) -> None:
    """The second factor was right."""
    request.session[PENDING] = {**request.session[PENDING], "factor": True}


def renewed(request: Any, user: User) -> None:
    """The password was changed on the way in."""
    request.session[PENDING] = {**request.session[PENDING], "hash": _fingerprint(user)}


def next_step(request: Any, who: Pending) -> str:
    """The address of what is to be done now; finishes when there is nothing."""
    if not who.factor:
        return "login-code" if signin.enrolled(who.user) else "login-enrol"
    if signin.password_due(who.user, at=now()):
        return "login-password"
    return _finish(request, who)


def _finish(request: Any, who: Pending) -> str:
    del request.session[PENDING]
    login(request, who.user, backend=BACKEND)
    moment = now().timestamp()
    request.session.update(
        {FACTOR: moment, STARTED: moment, SEEN: moment, ADDRESS: address_of(request), BROWSER: browser_name(request.headers.get("User-Agent", ""))}
    )
    signin.login_finish(who.actor(request))
    return "tour" if who.after == "home" and who.user.toured_at is None else who.after


def demo_code(user: User) -> str:
    """The code that a demo account's telephone shows now; empty for everybody else."""
    return factors.code_at(user.authenticator, now()) if settings.OPTIONS.demo and user.is_demo else ""


def browser_name(agent: str) -> str:
    """Browser and system in two words, for the list of one's own sessions; the whole text is not kept."""
    browsers = (("MicroMessenger", "微信"), ("Edg", "Edge"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
    systems = (("Android", "安卓手机"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS", "Mac"), ("Linux", "Linux"))
    found = [next((name for mark, name in known if mark in agent), "") for known in (browsers, systems)]
    return " · ".join(part for part in found if part) or "其他浏览器"


def _own_page(request: Any, after: str) -> str:
    return after if after.startswith("/") and url_has_allowed_host_and_scheme(after, {request.get_host()}, request.is_secure()) else "home"


def _fingerprint(user: User) -> str:
    return user.get_session_auth_hash()
