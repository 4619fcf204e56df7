"""Visits: the list, planning one, and its page. Filling one in is in `filling`."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from doudi.casework.registry.selectors import bar_of
from doudi.casework.visits.answers import words_of
from doudi.casework.visits.models import Visit
from doudi.casework.visits.regular import visits_plan_due
from doudi.casework.visits.selectors.visits import TABS, family_of, outcome_of, visit_of, visits_counted, visits_listed
from doudi.casework.visits.services.planning import visit_assign, visit_cancel, visit_plan, visitors_for
from doudi.kernel.clock import today
from doudi.kernel.errors import DoudiError
from doudi.kernel.regions import county_of
from doudi.web.faults import put_into
from doudi.web.permissions import ActingRequest, needs
from doudi.web.visits.forms import AssignForm, CancelForm, PlanForm
from doudi.web.visits.lists import choices, chosen, page_number, pager, village
from doudi.web.visits.pages import WRONG, item_named, opens, or_404, status_of
from doudi.web.visits.reading import read_of

A_WEEK = timedelta(days=7)
"""What is proposed as the term of a visit; who plans it may say otherwise."""
PURPOSES = {"": "全部目的", **dict(Visit.Purpose.choices)}


@needs("visit.see")
@require_GET
def visits(request: ActingRequest) -> HttpResponse:
    """Visits to make, mine first; those that were made."""
    by, on = request.actor, today()
    counts = visits_counted(by, on=on)
    tab = chosen(request, "tab", TABS, "mine" if by.may("visit.record") and (counts["mine"] or by.may("visit.plan")) else "open")
    purpose = chosen(request, "purpose", PURPOSES, "")
    found = visits_listed(by, tab=tab, on=on, purpose=purpose, page=page_number(request))
    context = {
        "tabs": choices(request, "tab", TABS, tab, counts),
        "purposes": choices(request, "purpose", PURPOSES, purpose),
        "tab": tab,
        "rows": [(visit, village(visit.region), (visit.due_on - on).days) for visit in found.rows],
        "page": pager(request, found),
        "may_plan": by.may("visit.plan") and len(by.region) >= 6,
    }
    return render(request, "visits/list.html", context)


@needs("visit.plan")
@require_POST
def visits_due(request: ActingRequest) -> HttpResponse:
    """Plan what the policy's intervals ask for, in one's own region."""
    by = request.actor
    try:
        planned = visits_plan_due(by, county=county_of(by.region), within=by.region, on=today())
    except DoudiError as problem:
        messages.error(request, "；".join(fault.what for fault in problem.faults))
    else:
        said = f"已安排 {planned.visits} 次定期走访" if planned.visits else "没有到期而未安排的家庭"
        messages.success(request, said)
    return redirect("/visits/?tab=open")


@needs("visit.plan|visit.record")
@require_http_methods(["GET", "POST"])
def visit_new(request: ActingRequest, household: int) -> HttpResponse:
    """Plan one visit of a household, also for a work item (`?item=`)."""
    by, on = request.actor, today()
    family = or_404(family_of(by, household))
    members = visitors_for(family.household.region, on)
    if not by.may("visit.plan"):
        members = [one for one in members if one.user_id == by.user]
    item = item_named(request)
    asked = {"purpose": "verify" if item else "regular", "due_on": on + A_WEEK, "assignee": by.user}
    form = PlanForm(request.POST or None, initial=asked, visitors=members)
    status = 200
    if request.method == "POST":
        status = WRONG
        if form.is_valid():
            try:
                visit = visit_plan(by, household=household, planned_on=on, item=item, **form.cleaned_data)
                messages.success(request, f"已安排走访 {visit.number}")
                return redirect("visit", visit.pk)
            except DoudiError as problem:
                put_into(form, problem)
    context = {"form": form, "family": family, "bar": bar_of(by, family.household), "item": item}
    return render(request, "visits/plan.html", context, status=status)


@needs("visit.see")
@require_GET
def visit(request: ActingRequest, pk: int) -> HttpResponse:
    """One visit: to be made, or what was found."""
    return visit_page(request, or_404(visit_of(request.actor, pk)))


@needs("visit.plan")
@require_POST
def visit_give(request: ActingRequest, pk: int) -> HttpResponse:
    """Give it to somebody."""
    found = or_404(visit_of(request.actor, pk))
    form = AssignForm(request.POST, visitors=visitors_for(found.region, found.planned_on))
    if form.is_valid():
        try:
            visit_assign(request.actor, visit=pk, **form.cleaned_data)
            messages.success(request, "已指派")
            return redirect("visit", pk)
        except DoudiError as problem:
            put_into(form, problem)
            return visit_page(request, or_404(visit_of(request.actor, pk)), status_of(problem), assign=form)
    return visit_page(request, found, WRONG, assign=form)


@needs("visit.plan")
@require_POST
def visit_call_off(request: ActingRequest, pk: int) -> HttpResponse:
    """Call it off."""
    found = or_404(visit_of(request.actor, pk))
    form = CancelForm(request.POST)
    if form.is_valid():
        try:
            visit_cancel(request.actor, visit=pk, **form.cleaned_data)
            messages.success(request, "已取消这次走访")
            return redirect("visits")
        except DoudiError as problem:
            put_into(form, problem)
            return visit_page(request, or_404(visit_of(request.actor, pk)), status_of(problem), cancel=form)
    return visit_page(request, found, WRONG, cancel=form)


def visit_page(request: ActingRequest, found: Visit, status: int = 200, **forms: Form) -> HttpResponse:
    """The page of a visit; `forms` are those that were refused, with what was typed. That it was looked at is kept."""
    by, on = request.actor, today()
    family = read_of(by, found)
    context: dict[str, Any] = {
        "form": next(iter(forms.values()), None),
        "visit": found,
        "family": family,
        "place": village(found.region),
        **opens(by),
        "days": (found.due_on - on).days,
        "may_record": by.may("visit.record") and found.is_open,
        "found_words": words_of(found.findings),
        "outcome": outcome_of(by, found) if found.state == Visit.State.DONE else None,
    }
    if found.is_open and by.may("visit.plan"):
        asked = {"version": found.version, "assignee": found.assignee_id, "due_on": found.due_on}
        context["assign"] = forms.get("assign") or AssignForm(initial=asked, visitors=visitors_for(found.region, found.planned_on))
        context["cancel"] = forms.get("cancel") or CancelForm(initial={"version": found.version})
        for form in (context["assign"], context["cancel"]):
            if form.is_bound:
                form.data = form.data.copy()
                form.data["version"] = str(found.version)
    return render(request, "visits/visit.html", context, status=status)
