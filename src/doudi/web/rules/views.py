"""Pages of the room."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render

from doudi.casework.runs.rulebook import chapters, conditions, figures, rule_in_force
from doudi.casework.runs.selectors import current_run
from doudi.casework.statistics.selectors import is_hidden, rule_hits
from doudi.web.permissions import ActingRequest, needs
from doudi.web.rules.words import LEVELS, OF


@needs("rules.see")
def book(request: ActingRequest) -> HttpResponse:
    """All rules by kind, each with the open leads of the viewer's region."""
    found, hits, run = chapters(request.actor), rule_hits(request.actor), current_run()
    changed = run.loaded.get("rules", []) if run else []
    context = {"chapters": found, "hits": hits, "levels": LEVELS, "hidden": _hidden(request, hits), "rules": changed}
    return render(request, "rules/book.html", context)


@needs("rules.see")
def rule(request: ActingRequest, name: str) -> HttpResponse:
    """One rule: what it asks, why, with which figures, and what it finds."""
    found = rule_in_force(request.actor, name)
    if found is None:
        raise Http404
    must, must_not = conditions(found)
    hits = rule_hits(request.actor).get(name, 0)
    return render(
        request,
        "rules/rule.html",
        {
            "rule": found,
            "must": must,
            "must_not": must_not,
            "figures": figures(request.actor, found),
            "hits": hits,
            "hits_hidden": is_hidden(request.actor, hits),
            "of": OF[found.of],
            "level": LEVELS.get(found.level, found.level),
        },
    )


def _hidden(request: ActingRequest, hits: dict[str, int]) -> set[str]:
    return {name for name, count in hits.items() if is_hidden(request.actor, count)}
