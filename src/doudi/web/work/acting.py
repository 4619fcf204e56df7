"""Taking steps: one item, or several new ones at once."""

from __future__ import annotations

from uuid import uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from doudi.casework.dispatch.calendar import calendar_shown
from doudi.casework.dispatch.loop import STEPS, Who
from doudi.casework.dispatch.selectors import item_of, items_chosen, steps_open_to
from doudi.casework.dispatch.services import step_take
from doudi.kernel.clock import now, today
from doudi.kernel.errors import DoudiError
from doudi.web.faults import put_into, words
from doudi.web.permissions import ActingRequest, needs
from doudi.web.work.forms import StepForm
from doudi.web.work.views import item_page, row_of

ANY_STEP = "work.accept|work.verify|work.handle|work.approve|work.redirect|conference.manage"


@needs(ANY_STEP)
@require_POST
def take(request: ActingRequest, pk: int, step: str) -> HttpResponse:
    """One step of one item; what is refused is shown with what was typed."""
    found, what = item_of(request.actor, pk), STEPS.get(step)
    if found is None or what is None or what.who is Who.JOB:
        raise Http404
    form = StepForm(request.POST, step=what, by=request.actor, item=found, on=today(), auto_id=f"{step}-%s")
    if not form.is_valid():
        return item_page(request, found, sent=form)
    try:
        given = form.cleaned_data
        step_take(request.actor, item=pk, step=step, version=given["version"], at=now(), key=given["key"], **form.data_of_step)
    except DoudiError as problem:
        again = item_of(request.actor, pk)
        if again is None:
            raise Http404 from None
        put_into(form, problem)
        form.data = {**form.data.dict(), "version": again.version, "key": uuid4().hex}  # type: ignore[attr-defined]
        return item_page(request, again, sent=form, problem=problem)
    after = item_of(request.actor, pk)
    messages.success(request, f"{what.says}：{found.number} 已记录" + (f"，现在是“{after.get_state_display()}”" if after else ""))
    return redirect("item", pk) if after else redirect("work")


@needs("work.accept")
@require_POST
def accept_several(request: ActingRequest) -> HttpResponse:
    """First a page that shows what was chosen, then, confirmed, each is accepted or said why not."""
    chosen = [pair.split("-") for pair in request.POST.getlist("chosen")]
    versions = {
        int(pair[0]): int(pair[1]) for pair in chosen if len(pair) == 2 and all(part.isascii() and part.isdigit() and len(part) < 19 for part in pair)
    }
    found = [item for item in items_chosen(request.actor, list(versions)) if "accept" in steps_open_to(request.actor, item)]
    if not found:
        messages.warning(request, "没有选中可以签收的任务")
        return redirect("work")
    if "sure" not in request.POST:
        days = calendar_shown()
        return render(request, "work/accept.html", {"rows": [row_of(item, days, today()) for item in found]})
    done = 0
    for item in found:
        try:
            step_take(request.actor, item=item.pk, step="accept", version=versions[item.pk], at=now())
            done += 1
        except DoudiError as problem:
            messages.error(request, f"{item.number}：{'；'.join(words(fault) for fault in problem.faults)}")
    if done:
        messages.success(request, f"已签收 {done} 件")
    return redirect("work")
