"""What leaves the site in one piece asks for the telephone once more, unless that was just done: a browser left open exports nothing (ASVS 7.5.3)."""

from __future__ import annotations

from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpResponseBase
from django.shortcuts import render

from doudi.casework.access.services import own
from doudi.casework.access.sessions import FACTOR
from doudi.kernel.clock import now
from doudi.kernel.errors import DoudiError
from doudi.web.accounts import flow
from doudi.web.accounts.forms import CodeForm
from doudi.web.accounts.unsent import CODE, fields_of
from doudi.web.permissions import View


def confirmed(view: View) -> View:
    """The page, which only takes what is sent, is answered when the second factor was given within `confirm_minutes`; else it is asked for first."""

    @wraps(view)
    def checked(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        form = CodeForm(request.POST if CODE in request.POST else None, prefix=CODE.split("-")[0])
        if _is_fresh(request.session) or (form.is_valid() and _is_right(request, form)):
            return view(request, *args, **kwargs)
        shown = {"form": form, "sent": fields_of(request), "demo_code": flow.demo_code(request.user), "minutes": settings.OPTIONS.confirm_minutes}
        return render(request, "accounts/confirm.html", shown, status=422 if form.is_bound else 200)

    return checked  # type: ignore[return-value]


def _is_fresh(session: Any) -> bool:
    return now().timestamp() - session[FACTOR] <= settings.OPTIONS.confirm_minutes * 60


def _is_right(request: Any, form: CodeForm) -> bool:
    moment = now()
    try:
        own.factor_confirm(request.actor, user=request.user, given=form.cleaned_data["code"], at=moment)
    except DoudiError as problem:
        form.add_error("code", f"{problem.faults[0].what}：{problem.faults[0].why}。{problem.faults[0].todo}。")
        return False
    request.session[FACTOR] = moment.timestamp()
    return True
