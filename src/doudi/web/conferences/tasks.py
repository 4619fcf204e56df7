"""Tasks that conferences gave to departments: the list by day, the page of one, its end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from doudi.casework.audit.actions import LOOKED
from doudi.casework.audit.services import record
from doudi.casework.conferences.models import Task
from doudi.casework.conferences.selectors import TASK_TABS, task_of, tasks_counted, tasks_listed
from doudi.casework.conferences.tasks import may_end, task_drop, task_end
from doudi.kernel.clock import now, today
from doudi.kernel.errors import DoudiError
from doudi.web.conferences.forms import DropForm, ResultForm
from doudi.web.faults import put_into
from doudi.web.permissions import ActingRequest, needs
from doudi.web.visits.lists import choices, chosen, page_number, pager, village
from doudi.web.visits.pages import WRONG, or_404, status_of


@needs("conference.see")
@require_GET
def tasks(request: ActingRequest) -> HttpResponse:
    """The office's own first; what is overdue is marked."""
    by, on = request.actor, today()
    counts = tasks_counted(by, on=on)
    tab = chosen(request, "tab", TASK_TABS, "own" if counts["own"] else "open")
    found = tasks_listed(by, tab=tab, on=on, page=page_number(request))
    context = {
        "tabs": choices(request, "tab", TASK_TABS, tab, counts),
        "tab": tab,
        "rows": [(one, village(one.region), (one.due_on - on).days) for one in found.rows],
        "page": pager(request, found),
    }
    return render(request, "conferences/tasks.html", context)


@needs("conference.see")
@require_GET
def task(request: ActingRequest, pk: int) -> HttpResponse:
    """One task: what, for whom, by when, what became of it. Looking at it is kept."""
    found = or_404(task_of(request.actor, pk))
    record(request.actor, LOOKED, kind="task", object=found.pk, region=found.region)
    return _page(request, found)


@needs("work.handle")
@require_POST
def end(request: ActingRequest, pk: int) -> HttpResponse:
    """The office reports its end."""
    return _act(request, pk, "end", ResultForm(request.POST), lambda given: task_end(request.actor, task=pk, at=now(), **given))


@needs("conference.manage")
@require_POST
def drop(request: ActingRequest, pk: int) -> HttpResponse:
    """The organiser says that it is not needed."""
    return _act(request, pk, "drop", DropForm(request.POST), lambda given: task_drop(request.actor, task=pk, at=now(), **given))


def _act(request: ActingRequest, pk: int, name: str, form: Form, act: Callable[[dict[str, Any]], object]) -> HttpResponse:
    found, status = or_404(task_of(request.actor, pk)), WRONG
    if form.is_valid():
        try:
            act(form.cleaned_data)
            messages.success(request, "已记录")
            return redirect("task", pk)
        except DoudiError as problem:
            status = status_of(problem)
            put_into(form, problem)
            found = or_404(task_of(request.actor, pk))
            form.data = form.data.copy()  # type: ignore[attr-defined]
            form.data["version"] = str(found.version)  # type: ignore[index]
    return _page(request, found, {name: form}, status)


def _page(request: ActingRequest, found: Task, sent: dict[str, Form] | None = None, status: int = 200) -> HttpResponse:
    """`sent`: a form that was refused, with what was typed."""
    by, sent, version = request.actor, sent or {}, {"version": found.version}
    is_open = found.state == Task.State.OPEN
    context = {
        "form": next(iter(sent.values()), None),
        "task": found,
        "place": village(found.region),
        "days": (found.due_on - today()).days,
        "end": (sent.get("end") or ResultForm(initial=version, auto_id="end_%s")) if may_end(by, found) else None,
        "drop": (sent.get("drop") or DropForm(initial=version, auto_id="drop_%s")) if is_open and by.may("conference.manage") else None,
    }
    return render(request, "conferences/task.html", context, status=status)
