"""What is new for an office."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from doudi.casework.dispatch.news import brought_by_run, notices_listed, notices_see
from doudi.casework.runs.selectors import current_run
from doudi.kernel.clock import now
from doudi.web.permissions import ActingRequest, needs

WORDS = {
    "open": "产生的任务",
    "push": "派发到本单位",
    "join": "并入已有任务的线索",
    "close_by_check": "复核办结",
    "reopen_by_check": "复核重开",
    "gone": "线索消失，待确认",
    "back": "线索又出现",
    "end": "线索消失，办结",
}
"""What a run does to the work of an office, in the order of the page."""


@needs("work.see")
@require_GET
def news(request: ActingRequest) -> HttpResponse:
    """Notices to the office, and what the last run brought it: work, and rules that are otherwise than before."""
    by, run = request.actor, current_run()
    brought = brought_by_run(by, run) if run else {}
    notices = notices_listed(by)
    context = {
        "notices": notices,
        "newest": max((one.pk for one in notices), default=0),
        "run": run,
        "brought": [(words, brought[step]) for step, words in WORDS.items() if step in brought],
        "rules": run.loaded.get("rules", []) if run else [],
    }
    return render(request, "news/news.html", context)


@needs("work.see")
@require_POST
def seen(request: ActingRequest) -> HttpResponse:
    """What the page showed is not new any more; what came since stays."""
    newest = request.POST.get("newest", "")
    count = notices_see(request.actor, newest=int(newest) if newest.isascii() and newest.isdigit() and len(newest) < 19 else 0, at=now())
    if count:
        messages.success(request, f"{count} 条消息已标为看过")
    return redirect("news")
