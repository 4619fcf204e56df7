"""The audit log: searched, exported."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from doudi.casework.access.roles import ROLES
from doudi.casework.audit.actions import ACTIONS
from doudi.casework.audit.anchors import Anchor, anchors
from doudi.casework.audit.models import Entry, Seal
from doudi.casework.audit.selectors import SIZE, Wanted, entries_export, entries_read, last_verified
from doudi.casework.organisation.models import Office
from doudi.casework.organisation.selectors import offices_called
from doudi.web.accounts.confirming import confirmed
from doudi.web.cells import plain
from doudi.web.permissions import ActingRequest, needs

HEAD = ("记录", "时间", "姓名", "角色", "单位", "动作", "对象", "编号", "地区", "理由", "来自", "请求")
WIDGET = {"class": "form-control"}
KINDS = {
    "account": "账号", "application": "申请", "audit": "审计日志", "backup": "备份", "change": "走访提出的更正",
    "clue": "线索", "conference": "会议", "correction": "更正", "household": "家庭",
    "household-correct": "家庭（更正）", "item": "任务", "items": "任务", "jobs": "后台任务", "key": "密钥",
    "map_place": "一张图", "office": "单位", "person": "人员", "results": "办理结果", "run": "运行",
    "task": "交办事项", "visit": "走访", "visits": "走访",
}  # fmt: skip
"""What an act was done to -> in words; an address that was refused stays as it is."""


class SearchForm(forms.Form):
    """What is looked for."""

    since = forms.DateField(label="从", required=False, widget=forms.DateInput(attrs=WIDGET | {"type": "date"}))
    until = forms.DateField(label="到", required=False, widget=forms.DateInput(attrs=WIDGET | {"type": "date"}))
    actor = forms.CharField(label="谁", required=False, max_length=60, widget=forms.TextInput(attrs=WIDGET))
    action = forms.ChoiceField(label="动作", required=False, widget=forms.Select(attrs={"class": "form-select"}))
    object = forms.CharField(label="对象编号", required=False, max_length=64, widget=forms.TextInput(attrs=WIDGET))
    office = forms.CharField(label="单位名称", required=False, max_length=120, widget=forms.TextInput(attrs=WIDGET))
    reason = forms.CharField(label="理由", required=False, max_length=200, widget=forms.TextInput(attrs=WIDGET))

    def clean_office(self) -> int | None:
        """The office of that name, or of that number, as addresses kept it."""
        words = str(self.cleaned_data["office"]).strip()
        if not words or (words.isascii() and words.isdigit()):
            return int(words) if words and len(words) < 19 else None
        found = offices_called(words)
        if len(found) != 1:
            names = "、".join(one.name for one in found[:5])
            raise forms.ValidationError(
                f"有几个单位叫这个名称：{names}，请写得再全一些" if found else "没有叫这个名称的单位，请写全称，如“涟源市民政部门”"
            )
        return found[0].pk

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["action"].choices = [("", "全部"), *sorted(ACTIONS.items(), key=lambda pair: pair[1])]  # type: ignore[attr-defined]


@needs("audit.see")
@require_GET
def search(request: ActingRequest) -> HttpResponse:
    """Entries of the region, the latest first; where the chain stands."""
    form = SearchForm(request.GET)
    wanted = Wanted(**form.cleaned_data) if form.is_valid() else None
    given = request.GET.get("page", "1")
    number = int(given) if given.isascii() and given.isdigit() and 0 < int(given) < 100_000 else 1
    found = entries_read(request.actor, wanted=wanted, page=number) if wanted else None
    context = {"form": form, "chain": _chain(request), "kinds": KINDS}
    if found:
        kept = {key: value for key, value in request.GET.items() if key != "page" and value}
        first = (found.page - 1) * SIZE + 1
        page = {
            "says": f"第 {first}–{first + len(found.rows) - 1} 条" if found.rows else "没有更多",
            "previous": "?" + urlencode(kept | {"page": found.page - 1}) if found.page > 1 else "",
            "next": "?" + urlencode(kept | {"page": found.page + 1}) if found.more else "",
        }
        context |= {"rows": [*_rows(found.rows)], "page": page, "kept": kept}
    return render(request, "administration/audit.html", context, status=200 if found else 422)


@needs("audit.see")
@require_POST
@confirmed
def export(request: ActingRequest) -> HttpResponse:
    """The same as a table, kept as an export; a post, since it leaves an entry of weight."""
    form = SearchForm(request.POST)
    if not form.is_valid():
        return render(request, "administration/audit.html", {"form": form, "chain": _chain(request)}, status=422)
    found, more = entries_export(request.actor, wanted=Wanted(**form.cleaned_data))
    response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8", headers={"Content-Disposition": 'attachment; filename="audit.csv"'})
    out = csv.writer(response)
    out.writerow(HEAD)
    for entry, office in _rows(found):
        when = timezone.localtime(entry.at).isoformat(sep=" ", timespec="seconds")
        role = ROLES[entry.role].name if entry.role in ROLES else entry.role
        line = (entry.pk, when, entry.actor, role, office, ACTIONS.get(entry.action, entry.action), entry.kind, entry.object)
        out.writerow([plain(value) for value in (*line, entry.region, entry.reason, entry.address, entry.request)])
    if more:
        out.writerow(["还有更早的记录没有导出，请缩小日期范围"])
    return response


def _rows(entries: list[Entry]) -> Iterator[tuple[Entry, str]]:
    """Each entry with the name of its office; `says` is the action's word, `role_name` the role's."""
    names = dict(Office.objects.filter(pk__in={one.office for one in entries if one.office}).values_list("pk", "name"))
    for one in entries:
        one.says = ACTIONS.get(one.action, one.action)  # type: ignore[attr-defined]
        one.role_name = ROLES[one.role].name if one.role in ROLES else "系统"  # type: ignore[attr-defined]
        yield one, names.get(one.office, "") if one.office else ""


def _chain(request: ActingRequest) -> dict[str, Any]:
    """Where the chain stands, and the last lines of the file outside the database."""
    known: list[Anchor] = list(anchors())[-5:]
    last = Seal.objects.order_by("-number").first()
    return {
        "last": last,
        "verified": last_verified(request.actor),
        "anchors": [(one.number, one.digest.hex()[:16], one.sound) for one in reversed(known)],
    }
