"""Raising a clue, the list, one clue: take it up as a work item, answer it, take one's own back."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from doudi.casework.access.actor import Actor
from doudi.casework.audit.actions import LOOKED
from doudi.casework.audit.services import record
from doudi.casework.organisation.selectors import places_within
from doudi.casework.visits.answering import ANSWERS
from doudi.casework.visits.models import Clue
from doudi.casework.visits.selectors.clues import CLUE_TABS, clue_of, clues_counted, clues_listed
from doudi.casework.visits.services.clues import clue_answer, clue_raise, clue_take, clue_withdraw
from doudi.kernel.clock import now, today
from doudi.kernel.errors import DoudiError
from doudi.web.clues.forms import AnswerForm, ClueForm, VersionForm
from doudi.web.faults import put_into, words
from doudi.web.permissions import ActingRequest, needs
from doudi.web.visits.lists import choices, chosen, page_number, pager, village
from doudi.web.visits.pages import WRONG, or_404, status_of

KINDS = {"": "全部", **dict(Clue.Kind.choices)}


@needs("clue.raise|clue.answer")
@require_GET
def clues(request: ActingRequest) -> HttpResponse:
    """Those that wait for an answer, by their term; one's own."""
    by, on = request.actor, today()
    tab = chosen(request, "tab", CLUE_TABS, "waiting" if by.may("clue.answer") else "mine")
    kind = chosen(request, "kind", KINDS, "")
    found = clues_listed(by, tab=tab, kind=kind, page=page_number(request))
    context = {
        "tabs": choices(request, "tab", CLUE_TABS, tab, clues_counted(by, on=on)),
        "kinds": choices(request, "kind", KINDS, kind),
        "tab": tab,
        "rows": [(clue, village(clue.region), (clue.due_on - on).days) for clue in found.rows],
        "page": pager(request, found),
        "may_raise": by.may("clue.raise"),
    }
    return render(request, "clues/list.html", context)


@needs("clue.raise")
@require_http_methods(["GET", "POST"])
def clue_new(request: ActingRequest) -> HttpResponse:
    """Raise one. Sent twice, it is one clue."""
    by = request.actor
    form = ClueForm(request.POST or None, places=places_within(by.region))
    status = 200
    if request.method == "POST":
        status = WRONG
        if form.is_valid():
            try:
                made = clue_raise(by, at=now(), **form.cleaned_data)
                messages.success(request, f"线索 {made.number} 已提交，{made.due_on:%Y年%-m月%-d日}前答复您")
                return redirect("clue", made.pk)
            except DoudiError as problem:
                put_into(form, problem)
    return render(request, "clues/new.html", {"form": form}, status=status)


@needs("clue.raise|clue.answer")
@require_GET
def clue(request: ActingRequest, pk: int) -> HttpResponse:
    """One clue. Looking at it is kept."""
    found = or_404(clue_of(request.actor, pk))
    record(request.actor, LOOKED, kind="clue", object=found.number, region=found.region)
    return _page(request, found)


@needs("clue.answer")
@require_POST
def take(request: ActingRequest, pk: int) -> HttpResponse:
    """Make it a work item."""
    return _act(request, pk, "已转为任务", lambda by, version: clue_take(by, clue=pk, version=version, at=now()))


@needs("clue.answer")
@require_POST
def answer(request: ActingRequest, pk: int) -> HttpResponse:
    """Answer it without a work item."""
    found = or_404(clue_of(request.actor, pk))
    form = AnswerForm(request.POST)
    if form.is_valid():
        try:
            clue_answer(request.actor, clue=pk, at=now(), **form.cleaned_data)
            messages.success(request, "答复已记录，提交人可以看到")
            return redirect("clue", pk)
        except DoudiError as problem:
            put_into(form, problem)
            return _page(request, or_404(clue_of(request.actor, pk)), form, status_of(problem))
    return _page(request, found, form, WRONG)


@needs("clue.raise")
@require_POST
def withdraw(request: ActingRequest, pk: int) -> HttpResponse:
    """Take one's own back."""
    return _act(request, pk, "已撤回", lambda by, version: clue_withdraw(by, clue=pk, version=version))


def _act(request: ActingRequest, pk: int, said: str, act: Callable[[Actor, int], object]) -> HttpResponse:
    or_404(clue_of(request.actor, pk))
    form = VersionForm(request.POST)
    try:
        act(request.actor, form.cleaned_data["version"] if form.is_valid() else 0)
        messages.success(request, said)
    except DoudiError as problem:
        messages.error(request, "；".join(words(fault) for fault in problem.faults))
    return redirect("clue", pk)


def _page(request: ActingRequest, found: Clue, form: AnswerForm | None = None, status: int = 200) -> HttpResponse:
    by = request.actor
    waits = found.state == Clue.State.RAISED
    context = {
        "clue": found,
        "place": village(found.region),
        "may_answer": waits and by.may("clue.answer") and by.user != found.raised_by_id,
        "may_withdraw": waits and by.user == found.raised_by_id,
        "form": form or AnswerForm(initial={"version": found.version}),
        "answered": ANSWERS.get(found.answer_code, ""),
    }
    return render(request, "clues/clue.html", context, status=status)
