"""The list of work as a table for a spreadsheet: what the list shows, in one piece."""

from __future__ import annotations

import csv
from dataclasses import asdict

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from doudi.casework.audit.actions import EXPORTED
from doudi.casework.audit.services import record
from doudi.casework.dispatch.calendar import calendar_shown
from doudi.casework.dispatch.models import WorkItem
from doudi.casework.dispatch.selectors import items_exported, tabs_of
from doudi.kernel.clock import today
from doudi.web.accounts.confirming import confirmed
from doudi.web.cells import plain
from doudi.web.permissions import ActingRequest, needs
from doudi.web.templatetags.doudi import GRADES, masked
from doudi.web.work.views import WORDS, asked, row_of

HEAD = ["任务编号", "户主（遮盖）", "村", "信号", "等级", "状态", "期限", "剩余工作日", "承办人", "办结日期"]


@needs("export")
@require_POST
@confirmed
def export(request: ActingRequest) -> HttpResponse:
    """The same lines as the list under the same filters, names masked as there; a post, since it leaves an entry."""
    by, on = request.actor, today()
    tab, filters, _ = asked(by, request.POST)
    found = items_exported(by, tab=tab, on=on, filters=filters)
    chosen = {name: value for name, value in asdict(filters).items() if value}
    record(by, EXPORTED, kind="work", object=tab, region=by.region, detail={"rows": len(found.rows), "filters": chosen})
    response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="tasks-{tab}-{on}.csv"'
    out, days = csv.writer(response), calendar_shown()
    out.writerow(HEAD)
    for item in found.rows:
        left = row_of(item, days, on).left
        out.writerow([plain(cell) for cell in _cells(item, "" if left is None else left)])
    if found.more:
        out.writerow([f"“{tabs_of(by)[tab]}”还有更多任务没有导出，请加上条件"])
    return response


def _cells(item: WorkItem, left: int | str) -> list[object]:
    term = item.accept_by if item.state in ("pushed", "reopened") else item.due_on
    return [
        item.number, masked(item.head_name), item.place, item.signals or item.subject, GRADES.get(item.grade, ""),
        WORDS["state"].get(item.state, item.state), term or "", left, item.assignee.name if item.assignee else "", item.closed_on or "",
    ]  # fmt: skip
