"""Logging in, in steps, and out."""

from __future__ import annotations

from typing import Any

import segno
from django.conf import settings
from django.contrib.auth import authenticate, logout
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from doudi.casework.access import factors
from doudi.casework.access.addresses import address_of
from doudi.casework.access.models import User
from doudi.casework.access.services import signin
from doudi.kernel.clock import now, today
from doudi.web.accounts import flow
from doudi.web.accounts.changing import password_changed
from doudi.web.accounts.forms import CodeForm, LoginForm, NewPasswordForm
from doudi.web.permissions import for_any_account, public

WRONG = "账号或密码不对，或账号已停用。"
LOCKED_OUT = 429


@public
@require_http_methods(["GET", "POST"])
def login(request: Any) -> HttpResponse:
    """Account and password. The answer is the same for a wrong password, an unknown account and a disabled one."""
    form = LoginForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        user = _authenticated(request, form.cleaned_data)
        if user is not None:
            flow.begin(request, user, request.POST.get("next", ""))
            return _onwards(request)
        form.add_error(None, WRONG)
    return render(request, "accounts/login.html", {"form": form, "next": request.GET.get("next", request.POST.get("next", ""))})


def _authenticated(request: Any, given: dict[str, str]) -> User | None:
    username = User.objects.normalize(given["username"])
    user = authenticate(request, username=username, password=given["password"])
    if isinstance(user, User) and signin.may_enter(user, on=today(), address=address_of(request)):
        return user
    signin.login_fail(user=User.objects.filter(username=username).first(), step="password", address=address_of(request), request=request.id)
    return None


@public
@require_http_methods(["GET", "POST"])
def code(request: Any) -> HttpResponse:
    """The code of the telephone."""
    who = flow.pending(request)
    if who is None or who.factor:
        return _onwards(request)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if signin.factor_check(who.actor(request), user=who.user, given=form.cleaned_data["code"], at=now()):
            flow.factor_passed(request)
            return _onwards(request)
        form.add_error("code", "验证码不对、已过期或已用过。请等手机上换出新的 6 位数字；连续输错会要求等待。")
    return render(request, "accounts/code.html", {"form": form, "demo_code": flow.demo_code(who.user)})


@public
@require_http_methods(["GET", "POST"])
def enrol(request: Any) -> HttpResponse:
    """The first time: the secret goes to the telephone, the first code comes back, recovery codes are shown once."""
    who = flow.pending(request)
    if who is None or who.factor or signin.enrolled(who.user):
        return _onwards(request)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if signin.factor_check(who.actor(request), user=who.user, given=form.cleaned_data["code"], at=now()):
            flow.factor_passed(request)
            return render(request, "accounts/recovery.html", {"codes": factors.recovery_codes_new(who.user), "onwards": "login-next"})
        form.add_error("code", "验证码不对。请看手机上 6 位数字换新后再输入；手机的时间要准。")
    made = factors.authenticator_new(who.user, at=now())
    picture = segno.make(factors.enrolment_address(made), error="m").svg_data_uri(scale=5, border=2)
    return render(request, "accounts/enrol.html", {"form": form, "picture": picture, "secret": factors.secret_text(made)})


@public
@require_http_methods(["GET", "POST"])
def new_password(request: Any) -> HttpResponse:
    """An initial password, or one too old, is changed before anything else."""
    who = flow.pending(request)
    if who is None or not who.factor or not signin.password_due(who.user, at=now()):
        return _onwards(request)
    form = NewPasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and password_changed(form, who.actor(request), who.user, ""):
        flow.renewed(request, who.user)
        return _onwards(request)
    return render(request, "accounts/new_password.html", {"form": form, "user": who.user, "on_the_way_in": True})


@public
@require_http_methods(["GET"])
def onwards(request: Any) -> HttpResponse:
    """To the next step, whichever it is."""
    return _onwards(request)


def _onwards(request: Any) -> HttpResponse:
    who = flow.pending(request)
    return redirect(flow.next_step(request, who) if who else settings.LOGIN_REDIRECT_URL if request.user.is_authenticated else settings.LOGIN_URL)


@require_POST
@for_any_account
def leave(request: Any) -> HttpResponse:
    """End the session on the server, and what the browser kept of it."""
    signin.logout_finish(request.actor or signin.person(request.user, address=address_of(request), request=request.id))
    logout(request)
    response = redirect(settings.LOGOUT_REDIRECT_URL)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def locked_out(request: Any, _response: HttpResponse | None = None, _credentials: Any = None, *_: Any) -> HttpResponse:
    """Too many failures for this account from this address."""
    says = "输错次数太多，这个账号从这里暂时不能登录。请 15 分钟后再试；忘记密码请找本单位的安全管理员。"
    return render(request, "web/problem.html", {"heading": "请稍后再试", "says": says}, status=LOCKED_OUT)
