"""The list, calling one, and the page of one: attendance, each case's vote, minutes, signature."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from doudi.casework.audit.actions import LOOKED
from doudi.casework.audit.services import record
from doudi.casework.conferences.models import Conference
from doudi.casework.conferences.selectors import agenda_of, conference_of, conferences_listed, items_referred, members_of, tasks_counted
from doudi.casework.conferences.services import attendance_set, case_decide, conference_call, conference_close, conference_sign
from doudi.casework.conferences.tasks import task_set
from doudi.kernel.clock import now, today
from doudi.kernel.errors import DoudiError
from doudi.web.conferences.forms import AttendanceForm, CallForm, CloseForm, DecideForm, SignForm, TaskForm
from doudi.web.faults import put_into
from doudi.web.permissions import ActingRequest, needs
from doudi.web.visits.pages import WRONG, or_404, status_of


@needs("conference.see")
@require_GET
def conferences(request: ActingRequest) -> HttpResponse:
    """Conferences, newest first, and what waits for one."""
    by = request.actor
    context = {
        "rows": conferences_listed(by),
        "waiting": list(items_referred(by)[:200]) if by.may("conference.manage") else [],
        "may_manage": by.may("conference.manage"),
        "tasks": tasks_counted(by, on=today()),
    }
    return render(request, "conferences/list.html", context)


@needs("conference.manage")
@require_http_methods(["GET", "POST"])
def conference_new(request: ActingRequest) -> HttpResponse:
    """Call one for items that were referred."""
    waiting = [(item.pk, f"{item.number}　{item.place}　{item.signals or item.subject}") for item in items_referred(request.actor)[:200]]
    form = CallForm(request.POST or None, items=waiting, initial={"items": [key for key, _ in waiting]})
    status = 200
    if request.method == "POST":
        status = WRONG
        if form.is_valid():
            try:
                made = conference_call(request.actor, at=now(), **form.cleaned_data)
                messages.success(request, f"会议 {made.number} 已筹备，成员单位为县级各部门")
                return redirect("conference", made.pk)
            except DoudiError as problem:
                put_into(form, problem)
    return render(request, "conferences/new.html", {"form": form, "waiting": waiting}, status=status)


@needs("conference.see")
@require_GET
def conference(request: ActingRequest, pk: int) -> HttpResponse:
    """One conference; it prints as its minutes. Looking at it is kept."""
    found = or_404(conference_of(request.actor, pk))
    record(request.actor, LOOKED, kind="conference", object=found.number, region=found.region)
    return _page(request, found)


@needs("conference.manage")
@require_POST
def attendance(request: ActingRequest, pk: int) -> HttpResponse:
    """Who came; opens the conference."""
    found = or_404(conference_of(request.actor, pk))
    form = AttendanceForm(request.POST, members=members_of(request.actor, found))
    names = {int(key[6:]): value for key, value in request.POST.items() if key.startswith("names-") and key[6:].isascii() and key[6:].isdigit()}
    return _act(request, found, form, "attendance", lambda given: attendance_set(request.actor, conference=pk, names=names, at=now(), **given))


@needs("conference.manage")
@require_POST
def decide(request: ActingRequest, pk: int, case: int) -> HttpResponse:
    """The votes on one case, and what follows."""
    found = or_404(conference_of(request.actor, pk))
    form = DecideForm(request.POST, members=members_of(request.actor, found), prefix=f"case{case}")
    return _act(request, found, form, f"case{case}", lambda _: case_decide(request.actor, case=case, at=now(), **form.given))


@needs("conference.manage")
@require_POST
def task_new(request: ActingRequest, pk: int, case: int) -> HttpResponse:
    """Something for a department to do."""
    found = or_404(conference_of(request.actor, pk))
    form = TaskForm(request.POST, members=members_of(request.actor, found), prefix=f"task{case}")
    return _act(request, found, form, f"task{case}", lambda given: task_set(request.actor, case=case, at=now(), **given))


@needs("conference.manage")
@require_POST
def close(request: ActingRequest, pk: int) -> HttpResponse:
    """End it with its minutes."""
    found = or_404(conference_of(request.actor, pk))
    return _act(request, found, CloseForm(request.POST), "close", lambda given: conference_close(request.actor, conference=pk, at=now(), **given))


@needs("work.redirect")
@require_POST
def sign(request: ActingRequest, pk: int) -> HttpResponse:
    """Sign the minutes."""
    found = or_404(conference_of(request.actor, pk))
    return _act(request, found, SignForm(request.POST), "sign", lambda given: conference_sign(request.actor, conference=pk, at=now(), **given))


def _act(request: ActingRequest, found: Conference, form: Form, name: str, act: Callable[[dict[str, Any]], object]) -> HttpResponse:
    status = WRONG
    if form.is_valid():
        try:
            act(form.cleaned_data)
            messages.success(request, "已记录")
            return redirect("conference", found.pk)
        except DoudiError as problem:
            status = status_of(problem)
            put_into(form, problem)
            found = or_404(conference_of(request.actor, found.pk))
    return _page(request, found, {name: form}, status)


def _page(request: ActingRequest, found: Conference, sent: dict[str, Form] | None = None, status: int = 200) -> HttpResponse:
    """`sent`: forms that were refused, shown again as they were."""
    by, sent = request.actor, sent or {}
    members = members_of(by, found)
    manages = by.may("conference.manage")
    version = {"version": found.version}
    open_now = found.state == Conference.State.OPEN
    agenda = []
    for one in agenda_of(by, found):
        name, task = f"case{one.case.pk}", f"task{one.case.pk}"
        form = sent.get(name) or DecideForm(members=members, prefix=name, initial={"version": one.case.version})
        tasks = sent.get(task) or TaskForm(members=members, prefix=task, initial={"version": one.case.version})
        agenda.append(
            (one, form if manages and open_now and one.case.adopted is None else None, tasks if manages and one.case.adopted is not None else None)
        )
    present = [one.pk for one in members if one.attendance == "present"]
    attend = sent.get("attendance") or AttendanceForm(
        members=members, initial=version | {"chair": found.chair, "present": present or [one.pk for one in members]}
    )
    undecided = any(one.case.adopted is None for one, _, _ in agenda)
    context = {
        "form": next(iter(sent.values()), None),
        "conference": found,
        "members": members,
        "present": len(present),
        "on": today(),
        "agenda": agenda,
        "attendance": attend if manages and found.state == Conference.State.DRAFT else None,
        "close": (sent.get("close") or CloseForm(initial=version)) if manages and open_now and not undecided else None,
        "sign": SignForm(initial=version)
        if by.may("work.redirect") and found.state == Conference.State.HELD and by.user != found.managed_by_id
        else None,
    }
    return render(request, "conferences/conference.html", context, status=status)
