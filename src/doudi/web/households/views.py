"""Search, the file of a household, and a full ID number for thirty seconds."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from doudi.casework.access.actor import Actor
from doudi.casework.audit.actions import SEARCHED
from doudi.casework.audit.services import record
from doudi.casework.dispatch.selectors import events_of_household
from doudi.casework.registry.selectors import File, Page, bar_of, household_file, people_found
from doudi.casework.registry.services import household_look, reveal
from doudi.casework.visits.offers import programme_words
from doudi.casework.visits.selectors.visits import papers_of_household, visits_of_household
from doudi.kernel.clock import now
from doudi.kernel.errors import DoudiError
from doudi.standards.regions import below, region_name, region_path
from doudi.web.faults import words as words_of
from doudi.web.households.chain import chain_of
from doudi.web.households.searching import search_keep, search_of
from doudi.web.permissions import ActingRequest, needs

THEMES = {
    "person": "基本情况", "household": "家庭", "income": "收入", "economic_check": "家庭经济核对", "work": "就业",
    "medical": "医疗", "schooling": "教育", "disability": "残疾", "housing": "住房", "disaster": "受灾", "urgent": "急难",
    "recognition": "认定", "payments": "发放", "relocation": "易地搬迁", "deaths": "死亡登记", "causes": "致困原因",
    "casework": "走访和核查",
}  # fmt: skip
"""Topic of the policy's variables -> heading, in the order of the page."""
MOST, MOST_VISITS, MOST_EVENTS = 100, 20, 120


@needs("household.search")
@require_http_methods(["GET", "POST"])
def households(request: ActingRequest) -> HttpResponse:
    """By name, pinyin initials, ID number or place. The search itself is kept, without what was typed; nor does that stand in the address."""
    if request.method == "POST":
        key = search_keep(request.session, request.POST.get("q", "").strip()[:60])
        return redirect(request.path + _query(key, _region(request.POST.get("place", ""))))
    by, key = request.actor, request.GET.get("find", "")[:12]
    words, region = search_of(request.session, key), _region(request.GET.get("place", ""))
    number = request.GET.get("page", "1")
    page = min(int(number), MOST) if number.isascii() and number.isdigit() else 1
    asked = bool(words or region)
    found = people_found(by, words=words, region=region, page=page) if asked else Page([], 1, False)
    if asked:
        record(by, SEARCHED, kind="person", detail={"by": _kind(words), "place": region, "found": len(found.rows)})
    context = {
        "words": words,
        "place": region,
        "places": _places(by),
        "asked": asked,
        "rows": [(row, region_path(row.region)) for row in found.rows],
        "page": _pager(found, key, region),
    }
    return render(request, "households/search.html", context)


@needs("household.see")
@require_GET
def household(request: ActingRequest, number: int) -> HttpResponse:
    """The file. Opening it is kept."""
    found = file_or_404(request.actor, number)
    household_look(request.actor, household=found.household)
    return file_page(request, found)


@needs("household.reveal")
@require_POST
def household_reveal(request: ActingRequest, number: int, person: int) -> HttpResponse:
    """The full ID number of one member, for a reason; the page masks it again after thirty seconds."""
    found = file_or_404(request.actor, number)
    if person not in {one.number for one in found.people}:
        raise Http404
    try:
        shown = reveal(request.actor, person=person, reason=request.POST.get("reason", ""), at=now())
    except DoudiError as problem:
        return file_page(request, found, status=422, problems=[words_of(fault) for fault in problem.faults], asked=person)
    return file_page(request, found, revealed=shown)


def file_or_404(by: Actor, number: int) -> File:
    """Raises Http404 for what is not in scope, as for what is not there."""
    found = household_file(by, number)
    if found is None:
        raise Http404
    return found


def file_page(request: ActingRequest, found: File, status: int = 200, **more: Any) -> HttpResponse:
    """The file as a page; `revealed` is a full number, `asked` the person whose number was asked for in vain."""
    by, home = request.actor, found.household
    proposed, clues, applied = papers_of_household(by, home.number)
    visits = list(visits_of_household(by, home.number)[:MOST_VISITS])
    programmes = [(one, programme_words(one)) for one in applied]
    context = {
        "file": found,
        "home": home,
        "bar": bar_of(by, home),
        "chain": chain_of(found.items, events_of_household(by, home.number, MOST_EVENTS), visits, clues, programmes, _opens(by)),
        "people": [(one, found.categories.get(one.number, []), found.facts_of.get(one.number, [])) for one in found.people],
        "themes": [(THEMES.get(theme, theme), facts) for theme, facts in sorted(found.themes, key=lambda one: _rank(one[0]))],
        "open_alerts": [alert for alert in found.alerts if alert.state in ("open", "decided")],
        "past_alerts": [alert for alert in found.alerts if alert.state not in ("open", "decided")],
        "may_reveal": by.may("household.reveal"),
        "may_correct": by.may("household.correct"),
        "visits": visits,
        "proposed": proposed,
        "clues": clues,
        "applied": programmes,
        "sees_visits": _opens(by)["visit"],
        "may_review": by.may("household.review"),
        "sees_clues": _opens(by)["clue"],
        "sees_applications": _opens(by)["application"],
        "may_visit": by.may("visit.plan") or by.may("visit.record"),
        **more,
    }
    return render(request, "households/file.html", context, status=status)


def _opens(by: Actor) -> dict[str, bool]:
    """Name of an address -> whether the role may open such pages."""
    return {
        "item": by.may("work.see"),
        "visit": by.may("visit.see"),
        "clue": by.may("clue.raise") or by.may("clue.answer"),
        "application": by.may("application.start") or by.may("work.approve"),
    }


def _rank(theme: str) -> int:
    return list(THEMES).index(theme) if theme in THEMES else len(THEMES)


def _kind(words: str) -> str:
    return "place" if not words else "id" if len(words) == 18 and words[:17].isdigit() else "letters" if words.isascii() else "name"


def _places(by: Actor) -> list[tuple[str, str]]:
    """Places that one may search in: one's own region and those directly below it."""
    return [(code, region_name(code)) for code in [by.region, *below(by.region)] if code]


def _region(code: str) -> str:
    code = code.strip()[:13]
    return code if code.isascii() and code.isdigit() and len(code) in (2, 4, 6, 9, 12) else ""


def _query(key: str, region: str, page: int = 1) -> str:
    given = {"find": key, "place": region, "page": page if page > 1 else ""}
    return "?" + urlencode({name: value for name, value in given.items() if value})


def _pager(found: Page, key: str, region: str) -> dict[str, str]:
    return {
        "says": f"第 {found.page} 页，本页 {len(found.rows)} 人",
        "previous": _query(key, region, found.page - 1) if found.page > 1 else "",
        "next": _query(key, region, found.page + 1) if found.more else "",
    }
