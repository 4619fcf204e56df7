"""Applications: the list, beginning one from a sheet or a work item, its page with the next step, its outcome."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from doudi.casework.access.actor import EVERYTHING, Actor
from doudi.casework.audit.actions import LOOKED
from doudi.casework.audit.services import record
from doudi.casework.registry.selectors import bar_of
from doudi.casework.visits.models import Application
from doudi.casework.visits.offers import offers, programme_words
from doudi.casework.visits.selectors.clues import APPLICATION_TABS, application_of, applications_listed
from doudi.casework.visits.selectors.sheet import sheet_of
from doudi.casework.visits.services.applications import application_end, application_start, application_submit
from doudi.kernel.clock import now
from doudi.kernel.errors import DoudiError
from doudi.web.faults import put_into
from doudi.web.permissions import ActingRequest, needs
from doudi.web.visits.forms import ApplyForm, EndForm, SubmitForm
from doudi.web.visits.lists import choices, chosen, page_number, pager, village
from doudi.web.visits.pages import WRONG, item_named, or_404, status_of

SEES = "application.start|work.approve"
State = Application.State


@needs(SEES)
@require_GET
def applications(request: ActingRequest) -> HttpResponse:
    """Those under way, oldest first; those that have ended."""
    tab = chosen(request, "tab", APPLICATION_TABS, "open")
    found = applications_listed(request.actor, tab=tab, page=page_number(request))
    context = {
        "tabs": choices(request, "tab", APPLICATION_TABS, tab),
        "tab": tab,
        "rows": [(one, programme_words(one), village(one.region)) for one in found.rows],
        "page": pager(request, found),
    }
    return render(request, "visits/applications.html", context)


@needs("application.start")
@require_http_methods(["GET", "POST"])
def application_new(request: ActingRequest, household: int) -> HttpResponse:
    """Begin one, with the family's consent (`?programme=`, `?item=`). Sent twice, it is one."""
    by = request.actor
    sheet = or_404(sheet_of(by, household))
    item = item_named(request)
    people = [(str(number), name) for number, name in sheet.people.items() if number != sheet.household.head]
    form = ApplyForm(request.POST or None, initial={"programme": request.GET.get("programme", "")}, programmes=programmes_for(by), people=people)
    status = 200
    if request.method == "POST":
        status = WRONG
        if form.is_valid():
            try:
                made = application_start(by, household=household, item=item, at=now(), **form.cleaned_data)
                messages.success(request, f"申请 {made.number} 已建立，下一步把材料备齐后提交")
                return redirect("application", made.pk)
            except DoudiError as problem:
                put_into(form, problem)
    context = {"form": form, "sheet": sheet, "bar": bar_of(by, sheet.household), "item": item}
    return render(request, "visits/application_new.html", context, status=status)


@needs(SEES)
@require_GET
def application(request: ActingRequest, pk: int) -> HttpResponse:
    """One application: how far it is, what comes next. Looking at it is kept."""
    found = or_404(application_of(request.actor, pk))
    record(request.actor, LOOKED, kind="application", object=found.number, region=found.region)
    return _page(request, found)


@needs("application.start")
@require_POST
def submit(request: ActingRequest, pk: int) -> HttpResponse:
    """The papers are together; what lacks is kept too."""
    found = or_404(application_of(request.actor, pk))
    form = SubmitForm(request.POST, papers=papers_of(found))
    return _act(request, found, "submit", form, lambda given: application_submit(request.actor, application=pk, at=now(), **given))


@needs(SEES)
@require_POST
def end(request: ActingRequest, pk: int) -> HttpResponse:
    """How it ended."""
    found = or_404(application_of(request.actor, pk))
    form = EndForm(request.POST, outcomes=outcomes_of(found, request.actor))
    return _act(request, found, "end", form, lambda given: application_end(request.actor, application=pk, at=now(), **given))


def programmes_for(by: Actor) -> list[tuple[str, str]]:
    """Id and name of the programmes that the actor may begin: a department its own, the others all."""
    return [(key, one.name) for key, one in offers().items() if by.scope.department in (EVERYTHING, one.department)]


def papers_of(application: Application) -> tuple[str, ...]:
    """What to bring, as the sheet says."""
    known = offers().get(application.programme)
    return known.papers if known else ()


def outcomes_of(application: Application, by: Actor) -> list[str]:
    """What may be told of its end: who began it tells only that the family took it back, and a decision follows a submission."""
    decided = application.state == State.SUBMITTED and application.started_by_id != by.user
    return [*([State.GRANTED, State.REFUSED] if decided else []), State.WITHDRAWN]


def _act(request: ActingRequest, found: Application, name: str, form: Form, act: Callable[[dict[str, Any]], object]) -> HttpResponse:
    status = WRONG
    if form.is_valid():
        try:
            act(form.cleaned_data)
            messages.success(request, "已记录")
            return redirect("application", found.pk)
        except DoudiError as problem:
            status = status_of(problem)
            put_into(form, problem)
            found = or_404(application_of(request.actor, found.pk))
            form.data = form.data.copy()  # type: ignore[attr-defined]
            form.data["version"] = str(found.version)  # type: ignore[index]
    return _page(request, found, {name: form}, status)


def _page(request: ActingRequest, found: Application, sent: dict[str, Form] | None = None, status: int = 200) -> HttpResponse:
    """`sent`: a form that was refused, with what was typed."""
    by, sent = request.actor, sent or {}
    version = {"version": found.version}
    may_end = found.state in (State.STARTED, State.SUBMITTED) and (by.may("application.start") or by.may("work.approve"))
    outcomes = outcomes_of(found, by)
    context = {
        "form": next(iter(sent.values()), None),
        "application": found,
        "programme": programme_words(found),
        "offer": offers().get(found.programme),
        "place": village(found.region),
        "papers": [(name, found.papers.get(name)) for name in (found.papers or papers_of(found))],
        "submit": (sent.get("submit") or SubmitForm(initial=version, papers=papers_of(found)))
        if found.state == State.STARTED and by.may("application.start")
        else None,
        "end": (sent.get("end") or EndForm(initial=version | ({"outcome": outcomes[0]} if len(outcomes) == 1 else {}), outcomes=outcomes))
        if may_end
        else None,
        "only_withdraw": outcomes == [State.WITHDRAWN],
    }
    return render(request, "visits/application.html", context, status=status)
