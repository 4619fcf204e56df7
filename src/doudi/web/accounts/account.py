"""The own account: roles to act in, password, second factor, where one is logged in."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from doudi.casework.access.actor import Actor
from doudi.casework.access.addresses import address_of
from doudi.casework.access.selectors import memberships_usable_for, sessions_of
from doudi.casework.access.services import own, signin
from doudi.casework.access.sessions import MEMBERSHIP
from doudi.kernel.clock import now, today
from doudi.kernel.errors import DoudiError
from doudi.web.accounts.changing import password_changed
from doudi.web.accounts.forms import CodeForm, NewPasswordForm
from doudi.web.permissions import for_any_account


@require_GET
@for_any_account
def show(request: Any) -> HttpResponse:
    """Who I am, in which role, where I am logged in."""
    shown = {
        "memberships": memberships_usable_for(request.user, on=today(), address=address_of(request)),
        "sessions": sessions_of(request.user),
        "current": request.session.session_key,
    }
    return render(request, "accounts/account.html", shown)


@require_POST
@for_any_account
def membership(request: Any) -> HttpResponse:
    """Act in another of one's roles from now on."""
    wanted = request.POST.get("membership", "")
    held = memberships_usable_for(request.user, on=today(), address=address_of(request))
    chosen = next((one for one in held if str(one.pk) == wanted), None)
    if chosen is None:
        raise Http404
    own.membership_choose(_me(request), membership=chosen)
    request.session[MEMBERSHIP] = chosen.pk
    return redirect("home")


@require_http_methods(["GET", "POST"])
@for_any_account
def password(request: Any) -> HttpResponse:
    """Change the password; this browser stays logged in, all others do not."""
    form = NewPasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and password_changed(form, _me(request), request.user, request.session.session_key):
        update_session_auth_hash(request, request.user)
        messages.success(request, "密码已更换，其他地方的登录已全部结束。")
        return redirect("account")
    return render(request, "accounts/new_password.html", {"form": form, "user": request.user})


@require_http_methods(["GET", "POST"])
@for_any_account
def recovery(request: Any) -> HttpResponse:
    """New recovery codes, shown once."""
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            codes = own.recovery_codes_renew(_me(request), user=request.user, given=form.cleaned_data["code"], at=now())
            return render(request, "accounts/recovery.html", {"codes": codes, "onwards": "account"})
        except DoudiError as problem:
            form.add_error("code", problem.faults[0].what)
    return render(request, "accounts/recovery_renew.html", {"form": form})


@require_POST
@for_any_account
def end_sessions(request: Any) -> HttpResponse:
    """End one of the own sessions, or all others."""
    ended = own.sessions_end(_me(request), keep=request.session.session_key, only=request.POST.get("session") or None)
    messages.success(request, f"已结束 {ended} 处登录。")
    return redirect("account")


def _me(request: Any) -> Actor:
    return request.actor or signin.person(request.user, address=address_of(request), request=request.id)
