"""What every page shows: who acts, the menu that the role leaves, the day of the data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from doudi.casework.access.actor import Actor
from doudi.casework.dispatch.selectors import tabs_of

MENU = (
    ("home", "我的待办", "work.see|visit.see|conference.see"),
    ("news", "消息", "work.see"),
    ("households", "低收入人口", "household.search"),
    ("visits", "走访", "visit.see"),
    ("clues", "主动发现", "clue.raise|clue.answer"),
    ("applications", "救助申请", "application.start|work.approve"),
    ("conferences", "一事一议", "conference.see"),
    ("map", "一张图", "supervise"),
    ("changes", "更正审核", "household.review"),
    ("deliveries", "数据报送", "deliveries.see"),
    ("rules", "规则手册", "rules.see"),
    ("users", "用户和角色", "users.see|users.manage"),
    ("audit", "审计", "audit.see"),
    ("system", "系统", "system.see"),
)
"""Name of the address, words, permissions of which one is enough."""
BELONGS = {"/tasks/": "home", "/corrections/": "changes"}
"""Addresses that are of a place in the menu without beginning as it does."""


@dataclass(frozen=True)
class MenuEntry:
    """One place in the menu: its address's name, the words, where it leads, whether one is there."""

    name: str
    words: str
    url: str
    current: bool


def site(request: HttpRequest) -> dict[str, Any]:
    """For all templates: `actor` and `site` (demo, menu, office, addresses of one's own account, data_as_of)."""
    actor: Actor | None = getattr(request, "actor", None)
    shown = {
        "demo": settings.OPTIONS.demo,
        "menu": menu_of(request, actor) if actor else [],
        "office": getattr(request, "office_name", ""),
        "data_as_of": getattr(request, "data_as_of", None),
        "account_url": _address("account"),
        "logout_url": _address("logout"),
    }
    return {"actor": actor, "site": shown}


def menu_of(request: HttpRequest, actor: Actor) -> list[MenuEntry]:
    """What the role may open, in the order of the menu."""
    entries = []
    for name, words, permissions in MENU:
        url = _address(name)
        if url and any(actor.may(permission) for permission in permissions.split("|")):
            belongs = any(request.path.startswith(address) for address, place in BELONGS.items() if place == name)
            current = belongs or request.path == url or (url != "/" and request.path.startswith(url))
            entries.append(MenuEntry(name, _words(name, words, actor), url, current))
    return entries


def _words(name: str, words: str, actor: Actor) -> str:
    """Who only looks at work has nothing to do there."""
    return "任务" if name == "home" and actor.may("work.see") and "todo" not in tabs_of(actor) else words


def _address(name: str) -> str:
    """The address of a page; empty if this site does not have it."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
