"""Every page that there is, for a role that may see it: accessible, in words, and as wide as the screen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page
from tests.casework.browser.served import DESK, PHONE, Site
from tests.casework.cast import ROLES_AT, STRANGERS, Cast, region
from tests.casework.objects import OBJECTS
from tests.casework.test_matrix import DECLARED

from doudi.casework.access.models import Session
from doudi.casework.access.roles import ROLES
from doudi.casework.access.sessions import FACTOR, SessionStore
from doudi.web.permissions import ANY_ACCOUNT, PUBLIC

pytestmark = [pytest.mark.django_db, pytest.mark.browser]
UNSEEN = {"logout", "healthz", "readyz", "metrics", "map_table", "conference-sign"}
"""Addresses that are no pages: acts, and files for machines."""
GRAVE = ("serious", "critical")
CODE = re.compile(r"\b[a-z]+(?:_[a-z0-9]+)+\b|\bNone\b|\bTrue\b|\bFalse\b|\{\{|\{%")
"""What only a program would say."""
WORDS_SEEN = """() => { const copy = document.querySelector('main').cloneNode(true);
  copy.querySelectorAll('code, script, .file-name, option').forEach(one => one.remove()); return copy.textContent; }"""
SMALL = """() => [...document.querySelectorAll('main button, main .btn, main input:not([type=hidden]), main select, main .option, nav a.chip')]
  .map(one => [one.closest('label.option, label.tick, label.form-check') ?? one, one.textContent || one.name])
  .map(([one, words]) => [one.getBoundingClientRect(), words]).filter(([box]) => box.height && box.width && box.height < 43.5)
  .map(([box, words]) => `${words.trim()} ${Math.round(box.height)}px`)"""


@cache
def opened_by() -> dict[str, str]:
    """Address's name -> the first role of the cast that may open it, or nobody for the public ones."""
    found = {}
    for name, permission in DECLARED.items():
        wanted = str(permission).split("|")
        roles = [role for role in ROLES_AT if role not in STRANGERS and (permission == ANY_ACCOUNT or ROLES[role].may & set(wanted))]
        found[name] = "" if permission == PUBLIC else roles[0]
    return {name: role for name, role in found.items() if name not in UNSEEN}


SHARES = sorted(set(opened_by().values()))


def pages(role: str, cast: Cast) -> Iterator[tuple[str, str]]:
    """Name and address of each page that is this role's share; what only takes what is sent, or leads elsewhere, is none."""
    client = getattr(cast, role).client() if role else Client()
    for name in [name for name, whose in opened_by().items() if whose == role]:
        address = reverse(name, kwargs=OBJECTS[name](cast)) if name in OBJECTS else reverse(name)
        answer = client.get(address)
        if answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/html"):
            yield name, address


def faults(page: Page, axe: Axe, width: int) -> list[str]:
    """What is wrong with an opened page, in words."""
    wide = page.evaluate("document.documentElement.scrollWidth")
    found = [f"{wide}px wide at {width}px"] if wide > width else []
    found += [f"code in the text: {one}" for one in sorted(set(CODE.findall(page.evaluate(WORDS_SEEN))) - ROLES_AT.keys())]
    found += [] if page.locator("h1").count() == 1 else [f"{page.locator('h1').count()} h1"]
    if width == PHONE:
        found += [f"too small for a thumb: {one}" for one in page.evaluate(SMALL)]
    grave = [one for one in axe.run(page).response["violations"] if one["impact"] in GRAVE]
    return found + [f"{one['id']}: {node['target']} {node['failureSummary']}" for one in grave for node in one["nodes"][:3]]


@pytest.mark.parametrize("role", SHARES, ids=lambda role: role or "nobody")
def test_every_page_is_accessible_in_words_and_fits_desk_and_telephone(site: Site, cast: Cast, role: str) -> None:
    axe, wrong = Axe(), []
    member: Any = getattr(cast, role) if role else None
    region(member.membership.office.region_id if member else "43")
    shares = list(pages(role, cast))
    for width in (DESK, PHONE):
        page = site.enter(member, width)
        for name, address in shares:
            page.goto(address)
            wrong += [f"{name} at {width}: {fault}" for fault in faults(page, axe, width)]
    assert not wrong, "\n".join(wrong)
    assert shares


def test_the_page_that_asks_for_the_code_again_is_as_good_as_the_others(site: Site, cast: Cast) -> None:
    """It answers an export only, so no address leads to it."""
    OBJECTS["item"](cast)
    member, axe, wrong = cast.county_officer, Axe(), []
    for width in (DESK, PHONE):
        page = site.enter(member, width)
        for line in Session.objects.filter(user=member.user):
            kept = SessionStore(line.session_key)
            kept[FACTOR] = 0
            kept.save()
        page.goto(reverse("work") + "?tab=scope")
        page.get_by_role("button", name="导出清单").click()
        page.get_by_role("heading", name="再输一次动态验证码").wait_for()
        page.wait_for_load_state()  # the heading is there before the style is
        wrong += [f"{width}: {fault}" for fault in faults(page, axe, width)]
    assert not wrong, "\n".join(wrong)
