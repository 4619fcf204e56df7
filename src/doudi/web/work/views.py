"""The list somebody lands on, and the page of one work item."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from functools import cache, lru_cache
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import mark_safe
from django.utils.text import Truncator
from django.views.decorators.http import require_GET

from doudi.casework.access.actor import Actor
from doudi.casework.access.services.own import work_filters_keep
from doudi.casework.alerts.models import Alert
from doudi.casework.audit.actions import LOOKED
from doudi.casework.audit.services import record
from doudi.casework.dispatch.calendar import Calendar, calendar_shown
from doudi.casework.dispatch.loop import STEPS
from doudi.casework.dispatch.models import Event, State, WorkItem
from doudi.casework.dispatch.selectors import Filters, Listed, events_of, group_of, item_of, items_counted, items_listed, steps_open_to, tabs_of
from doudi.casework.registry.selectors import aid_received, people_of
from doudi.casework.visits.offers import programme_words
from doudi.casework.visits.selectors.clues import applications_of_item
from doudi.casework.visits.selectors.visits import visits_of_item
from doudi.kernel.clock import today
from doudi.standards.regions import below, region_name
from doudi.standards.regions import region as known_region
from doudi.web.faults import shown_again
from doudi.web.permissions import ActingRequest, needs
from doudi.web.templatetags.doudi import GRADES, UNKNOWN, day, masked
from doudi.web.work.forms import StepForm, panels
from doudi.web.work.pressing import pressing
from doudi.web.work.pressing import told as pressing_told
from doudi.web.work.words import FULLY, told_together

DUE = {"over": "已逾期", "today": "今日到期", "week": "本周到期", "later": "以后"}
WORDS = {"grade": GRADES, "state": dict(State.choices), "origin": dict(WorkItem.Origin.choices), "due": DUE}
LABELS = {"grade": "等级", "state": "状态", "origin": "来源", "due": "期限", "place": "地方"}
GRAVEST = "".join(GRADES)
MOST_VISITS = 10
ESTIMATED, NO_TERM = mark_safe(' <span class="muted">（推算）</span>'), mark_safe('<span class="muted">—</span>')
ESCALATED = mark_safe(' <span class="tag tag-bad">已上报</span>')
KEPT = "work-list"
"""Where the session keeps the tab and the filters that were used last."""
LASTING = ("grade", "state", "origin", "place")
"""Filters above the list, which come back with the next login; a term or a tab is of the hour."""


@dataclass(frozen=True)
class Row:
    """A line of the list: the item, its group, working days left until its next term (negative when past), what the term is for."""

    item: WorkItem
    group: str
    left: int | None
    accepting: bool

    @property
    def due(self) -> str:
        """The term in words, as the pages mark it."""
        if self.left is None:
            return NO_TERM
        kind, words = self._due()
        estimated = ESTIMATED if self.item.due_estimated else ""
        return format_html('<span class="due{}">{}{}</span>{}', kind, "签收" if self.accepting else "", words, estimated)

    def _due(self) -> tuple[str, str]:
        if self.group == "over":
            return " due-over", f"逾期 {-(self.left or 0)} 个工作日" if self.left else "逾期"
        if self.group == "today":
            return " due-soon", "今天到期"
        return "", f"{'还有' if self.accepting else ''} {self.left} 个工作日"


@needs("work.see")
@require_GET
def work(request: ActingRequest) -> HttpResponse:
    """Work by term, in tabs; filters are in the address. The way back from an item leads to the list as it was left, the menu to what is to do."""
    by, on = request.actor, today()
    tabs = tabs_of(by)
    if not request.GET and (kept := _kept(request, next(iter(tabs)))):
        return HttpResponseRedirect(f"{request.path}?{kept}")
    tab, filters, words = asked(by, request.GET)
    query = {name: value for name, value in asdict(filters).items() if value}
    _keep(request, {"tab": tab, **query} if query or tab != next(iter(tabs)) else {}, query)
    found = items_listed(by, tab=tab, on=on, filters=filters, page=_page(request))
    counts = items_counted(by, on=on, flags=pressing)
    totals = counts if tab == "todo" and not lasting_of(query) else {}
    days = calendar_shown()
    rows = [row_of(item, days, on) for item in found.rows]
    context = {
        "tabs": [(key, words, counts.get(key), key == tab, _link(key, lasting_of(query), "due", "")) for key, words in tabs.items()],
        "tab": tab,
        "groups": [(DUE[key], [_line(row, tab) for row in rows if row.group == key], totals.get(key)) for key in DUE]
        if tab != "closed"
        else [("", [_line(row, tab) for row in rows], None)],
        "label": "办结" if tab == "closed" else "剩余",
        "dues": [
            (key, words, counts.get(key, 0), filters.due == key, _link(tab, query, "due", "" if filters.due == key else key))
            for key, words in DUE.items()
        ],
        "chips": [(f"{LABELS[name]}：{words[name][value]}", _link(tab, query, name, "")) for name, value in query.items()],
        "filters": _filters(tab, by.region, *(query.get(name, "") for name in LASTING)),
        "page": _pager(found, tab, query),
        "exports": {"tab": tab, **query} if by.may("export") else {},
        "may_accept": by.may("work.accept") and tab == "todo" and any(row.item.state in (State.PUSHED, State.REOPENED) for row in rows),
        "rows": rows,
        "pressing": pressing_told(counts),
        "acts": "todo" in tabs,
        "goes": by.may("visit.record") and not by.may("visit.plan"),
        "all": counts.get(tab),
        "filtered": bool(query),
    }
    return render(request, "work/list.html", context)


def asked(by: Actor, given: Mapping[str, str]) -> tuple[str, Filters, dict[str, dict[str, str]]]:
    """The tab and the filters of an address, what is none of them left out; and the words of all filters."""
    tabs = tabs_of(by)
    tab = given.get("tab", "")
    words = words_below(by.region, given.get("place", "")[:12])
    filters = Filters(**{name: value if (value := given.get(name, "")) in words[name] else "" for name in LABELS})
    return tab if tab in tabs else next(iter(tabs)), filters, words


def _line(row: Row, tab: str) -> tuple[str, ...]:
    """What the list shows of an item, each part as it stands there: thirty lines of templates that look it up cost more than all queries."""
    item = row.item
    tags = [ESCALATED] if item.escalated_on else []
    if item.reopened:
        tags.append(format_html(' <span class="tag tag-warn">重开 {} 次</span>', item.reopened))
    if tab != "todo" and item.assignee:
        tags.append(format_html('<br><span class="muted">{}</span>', item.assignee.name))
    return (
        f"{item.pk}-{item.version}" if row.accepting else "",
        item.number,
        _address().replace("/0/", f"/{item.pk}/"),
        masked(item.head_name) or "户主不详",
        item.place or "—",
        Truncator(item.signals or item.subject).chars(60),
        item.grade,
        GRADES.get(item.grade, UNKNOWN),
        day(item.closed_on) if tab == "closed" else row.due,
        WORDS["state"].get(item.state, item.state),
        mark_safe("".join(tags)),  # noqa: S308 - each part escaped above
    )


@lru_cache(maxsize=2_000)
def words_below(region: str, asked: str = "") -> dict[str, dict[str, str]]:
    """Filter -> its choices in words; the places are those right below one's own, and one farther down that was asked for."""
    farther = [asked] if asked.startswith(region) and asked != region and known_region(asked) else []
    return {**WORDS, "place": {code: region_name(code) for code in [*below(region), *farther]}}


@cache
def _address() -> str:
    return reverse("item", args=[0])


@lru_cache(maxsize=2_000)
def _filters(tab: str, region: str, *current: str) -> str:
    """The form above the list; it depends on the place of work alone."""
    words = words_below(region, current[-1])
    options = [(name, LABELS[name], words[name].items(), value) for name, value in zip(LASTING, current, strict=True) if words[name]]
    return render_to_string("work/filters.html", {"tab": tab, "options": options})


@needs("work.see")
@require_GET
def item(request: ActingRequest, pk: int) -> HttpResponse:
    """One item: why, on what it stands, what to do, what was done. Looking at it is kept."""
    found = item_of(request.actor, pk)
    if found is None:
        raise Http404
    record(request.actor, LOOKED, kind="item", object=found.number, region=found.region)
    return item_page(request, found)


def item_page(request: ActingRequest, found: WorkItem, sent: StepForm | None = None, problem: Any = None) -> HttpResponse:
    """The page; with `sent` again, what was typed in its place and the faults above."""
    by, on = request.actor, today()
    visits = by.may("visit.plan") or by.may("visit.record")
    events = list(events_of(by, found))
    alerts = sorted(Alert.objects.filter(item=found), key=lambda one: (GRAVEST.index(one.grade), one.rule))
    context = {
        "item": found,
        "row": row_of(found, calendar_shown(), on),
        "told": told_together([alert for alert in alerts if alert.state != Alert.State.ENDED], people_of(one.person for one in alerts if one.person)),
        "ended": [alert for alert in alerts if alert.state == Alert.State.ENDED],
        "fully": FULLY,
        "form": sent,
        "panels": panels(by, found, steps_open_to(by, found), on, sent),
        "events": [(event, STEPS.get(event.step), _frozen(event)) for event in events],
        "next": next_of(found),
        "clues": found.clues.all() if found.origin == WorkItem.Origin.CLUE else [],
        "sees_clues": by.may("clue.raise") or by.may("clue.answer"),
        "applied": [(one, programme_words(one)) for one in applications_of_item(by, found.pk)],
        "sees_applications": by.may("application.start") or by.may("work.approve"),
        "visits": visits_of_item(by, found.pk)[:MOST_VISITS],
        "sees_visits": by.may("visit.see"),
        "aid": aid_received(by, found.household, on) if found.household is not None and by.may("household.see") else None,
        "household_url": reverse("household", args=[found.household]) if found.household is not None and by.may("household.see") else "",
        "policies_url": f"{reverse('household-policies', args=[found.household])}?item={found.pk}"
        if found.household is not None and by.may("household.see")
        else "",
        "may_apply": by.may("application.start"),
        "visit_url": f"{reverse('visit-new', args=[found.household])}?item={found.pk}" if found.household is not None and visits else "",
    }
    return shown_again(request, "work/item.html", context, problem) if sent is not None else render(request, "work/item.html", context)


def row_of(item: WorkItem, days: Calendar, on: date) -> Row:
    """Its term in working days from today."""
    accepting = item.state in (State.PUSHED, State.REOPENED)
    term = item.accept_by if accepting else item.due_on
    running = term is not None and item.state not in (State.CLOSED, State.ANSWERED)
    return Row(item, group_of(term, on), days.between(on, term) if running and term else None, accepting)


@dataclass(frozen=True)
class Next:
    """The step that has not been taken: what, whose it is, by when (None if it has no day)."""

    says: str
    whose: str
    until: date | None


def next_of(item: WorkItem) -> Next | None:
    """What comes next; None for what is closed."""
    waits = {
        State.WAITING: ("派发", "系统按每日上限派发"),
        State.PUSHED: ("签收", str(item.office)),
        State.REOPENED: ("签收", str(item.office)),
        State.RETURNED: ("改派", "县级审批人员"),
        State.ACCEPTED: ("核实", item.assignee.name if item.assignee else str(item.office)),
        State.VERIFIED: ("办理反馈", item.assignee.name if item.assignee else str(item.office)),
        State.CONFERENCE: ("会议决定", "县级一事一议会议"),
        State.HANDLED: ("审批", f"{item.office}的负责人（不是经办人）"),
        State.ANSWERED: ("复核", "下一次运行的数据"),
        State.GONE: ("确认线索消失", f"{item.office}的负责人"),
    }
    known = waits.get(State(item.state))
    accepting = item.state in (State.PUSHED, State.REOPENED)
    until = None if item.state in (State.WAITING, State.ANSWERED) else item.accept_by if accepting else item.due_on
    return Next(*known, until) if known else None


def _frozen(event: Event) -> int:
    """On how many leads the decision was frozen; 0 for a step that decides nothing."""
    return len(event.data.get("facts", ()))


def _page(request: ActingRequest) -> int:
    given = request.GET.get("page", "1")
    return min(int(given), 10_000) if given.isascii() and given.isdigit() else 1


def lasting_of(query: dict[str, str]) -> dict[str, str]:
    """Those of the filters that another tab and the next login keep."""
    return {name: value for name, value in query.items() if name in LASTING}


def _kept(request: ActingRequest, tab: str) -> str:
    """The query of the list as it was left; for the page that one lands on, `tab` with the filters that last."""
    saved = getattr(request.user, "work_filters", "")
    kept = request.session.get(KEPT, "") if request.path == reverse("work") else ""
    return kept or (f"tab={tab}&{saved}" if saved else "")


def _keep(request: ActingRequest, kept: dict[str, str], query: dict[str, str]) -> None:
    left, lasting = urlencode(kept), urlencode(lasting_of(query))
    if request.session.get(KEPT, "") != left:
        request.session[KEPT] = left
    if getattr(request.user, "work_filters", "") != lasting:
        work_filters_keep(request.actor, query=lasting)


def _link(tab: str, query: dict[str, str], name: str, value: str) -> str:
    changed = {key: word for key, word in (query | {name: value}).items() if word}
    return f"{reverse('work')}?{urlencode({'tab': tab} | changed)}"


def _pager(found: Listed, tab: str, query: dict[str, str]) -> dict[str, str]:
    def to(page: int) -> str:
        return f"{reverse('work')}?{urlencode({'tab': tab} | query | {'page': page})}"

    return {
        "says": f"第 {found.page} 页，本页 {len(found.rows)} 件",
        "previous": to(found.page - 1) if found.page > 1 else "",
        "next": to(found.page + 1) if found.more else "",
    }
