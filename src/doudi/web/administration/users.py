"""Accounts and roles."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from doudi.casework.access.models import Grant
from doudi.casework.access.people import SIZE, account_seen, accounts_listed, grants_waiting, memberships_in_reach, sessions_seen
from doudi.casework.access.permissions import PERMISSIONS
from doudi.casework.access.roles import ROLES
from doudi.casework.access.services import accounts, granting
from doudi.kernel.clock import now, today
from doudi.kernel.errors import DoudiError
from doudi.web.administration.forms import AccountForm, ReasonForm, RoleForm
from doudi.web.faults import faults_in, put_into
from doudi.web.permissions import ActingRequest, needs

STATES = {"": "全部", "active": "启用", "ended": "已停用", "roleless": "没有任职"}
MANAGE = "users.manage"


@needs("users.see")
@require_GET
def listed(request: ActingRequest) -> HttpResponse:
    """Accounts of the region, and what waits for a second pair of eyes."""
    asked = {name: request.GET.get(name, "").replace("\x00", "").strip()[:60] for name in ("words", "role", "place", "state")}
    asked |= {"state": asked["state"] if asked["state"] in STATES else "", "role": asked["role"] if asked["role"] in ROLES else ""}
    given = request.GET.get("page", "1")
    found = accounts_listed(
        request.actor, **asked, on=today(), page=int(given) if given.isascii() and given.isdigit() and 0 < int(given) < 10_000 else 1
    )
    first = (found.page - 1) * SIZE + 1
    page = {
        "says": f"第 {first}–{first + len(found.rows) - 1} 个" if found.rows else "没有更多",
        "previous": "?" + urlencode(asked | {"page": found.page - 1}) if found.page > 1 else "",
        "next": "?" + urlencode(asked | {"page": found.page + 1}) if found.more else "",
    }
    waiting = grants_waiting(request.actor)
    context = {
        "rows": found.rows,
        "page": page,
        "asked": asked,
        "states": STATES,
        "roles": ROLES,
        "waiting": waiting,
        "may": request.actor.may(MANAGE),
    }
    return render(request, "administration/users.html", context)


@needs("users.see")
@require_GET
def roles(request: ActingRequest) -> HttpResponse:
    """What each role is, may, and may not be combined with."""
    rows = [
        (role, [PERMISSIONS[one] for one in PERMISSIONS if one in role.may], [ROLES[one].name for one in ROLES if one in role.excludes])
        for role in ROLES.values()
    ]
    return render(request, "administration/roles.html", {"rows": rows})


@needs(MANAGE)
@require_http_methods(["GET", "POST"])
def new(request: ActingRequest) -> HttpResponse:
    """Open an account; its first password is shown once."""
    form = AccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            user, password = accounts.account_create(
                request.actor, username=data["username"], name=data["name"], asked=form.asked(), on=today(), at=now()
            )
            return render(request, "administration/password.html", {"account": user, "password": password})
        except DoudiError as problem:
            put_into(form, problem)
    return render(request, "administration/new.html", {"form": form}, status=422 if form.errors else 200)


@needs("users.see")
@require_GET
def one(request: ActingRequest, number: int) -> HttpResponse:
    """One account: roles, logins, what can be done."""
    return _page(request, number)


@needs(MANAGE)
@require_POST
def grant(request: ActingRequest, number: int) -> HttpResponse:
    """Give a role, or ask for an administrator's."""
    _known(request, number)
    form = RoleForm(request.POST)
    if form.is_valid():
        try:
            made = granting.role_give(request.actor, number=number, asked=form.asked(), on=today(), at=now())
        except DoudiError as problem:
            return _page(request, number, form=form, problem=problem)
        messages.success(request, "已提出，等另一位安全管理员复核。" if isinstance(made, Grant) else "已授予角色。")
        return redirect("user", number=number)
    return _page(request, number, form=form)


@needs(MANAGE)
@require_POST
def act(request: ActingRequest, number: int, what: str) -> HttpResponse:
    """End the account, a role or logins; reset what was lost. The reason is kept."""
    known = _known(request, number)
    form = ReasonForm(request.POST)
    if what not in ACTS:
        raise Http404
    if not form.is_valid():
        return _page(request, number, reason=form)
    try:
        said = ACTS[what](request, number, form.cleaned_data["reason"])
    except DoudiError as problem:
        return _page(request, number, problem=problem)
    if what == "password":
        return render(request, "administration/password.html", {"account": known, "password": said})
    messages.success(request, said)
    return redirect("user", number=number)


@needs(MANAGE)
@require_POST
def decide(request: ActingRequest, number: int) -> HttpResponse:
    """Agree to an administrator's role that another asked for, or not."""
    agree = request.POST.get("agree") == "yes"
    try:
        granting.grant_decide(request.actor, number=number, agree=agree, on=today(), at=now())
    except DoudiError as problem:
        messages.error(request, problem.faults[0].what)
    else:
        messages.success(request, "已同意，角色即时生效。" if agree else "已记录：不同意。")
    return redirect("users")


def _end(request: ActingRequest, number: int, reason: str) -> str:
    accounts.account_end(request.actor, number=number, reason=reason, on=today())
    return "账号已停用，登录已全部结束。"


def _factor(request: ActingRequest, number: int, reason: str) -> str:
    accounts.factor_reset(request.actor, number=number, reason=reason, on=today())
    return "动态验证码已重置，下次登录时重新绑定手机。"


def _password(request: ActingRequest, number: int, reason: str) -> str:
    return accounts.password_reset(request.actor, number=number, reason=reason, on=today(), at=now())


def _sessions(request: ActingRequest, number: int, reason: str) -> str:
    only = request.POST.get("session") or None
    return f"已结束 {accounts.sessions_end_of(request.actor, number=number, only=only, reason=reason, on=today())} 处登录。"


def _membership(request: ActingRequest, number: int, reason: str) -> str:
    given = request.POST.get("membership", "")
    held = int(given) if given.isascii() and given.isdigit() and len(given) < 10 else 0
    granting.role_end(request.actor, number=number, membership=held, reason=reason, on=today())
    return "任职已终止。"


ACTS = {"end": _end, "factor": _factor, "password": _password, "sessions": _sessions, "membership": _membership}


def _known(request: ActingRequest, number: int) -> Any:
    found = account_seen(request.actor, number)
    if found is None:
        raise Http404
    return found


def _page(
    request: ActingRequest, number: int, *, form: RoleForm | None = None, reason: ReasonForm | None = None, problem: DoudiError | None = None
) -> HttpResponse:
    account, day = _known(request, number), today()
    held = memberships_in_reach(request.actor, account)
    refused = form is not None or reason is not None or problem is not None
    context = {
        "account": account,
        "held": [(one, one.ends_on is None or one.ends_on >= day) for one in held],
        "sessions": sessions_seen(request.actor, account),
        "grant_form": form or RoleForm(),
        "may": request.actor.may(MANAGE) and account.pk != request.actor.user,
        "factor": getattr(account, "authenticator", None),
        "faults": faults_in({"form": form or reason}, problem) if refused else [],
    }
    return render(request, "administration/user.html", context, status=422 if refused else 200)
