"""Lists, counts and tables: whoever does not see an object does not see it in a list either, nor that there is one more."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse
from tests.casework.cast import COUNTY, STRANGERS, TOWNSHIP, VILLAGE, Cast
from tests.casework.objects import OBJECTS
from tests.casework.test_attacks import MACHINES
from tests.casework.test_matrix import ADDRESSES

from doudi.casework.conferences.models import Case
from doudi.casework.dispatch.models import WorkItem
from doudi.casework.registry.models import Person
from doudi.casework.visits.models import Application, Clue

pytestmark = pytest.mark.django_db
LISTS = sorted(name for name, one in ADDRESSES.items() if not one.pattern.converters and name not in MACHINES | {"logout"})
TABS = {
    "work": ("scope", "closed", "escalated"),
    "clues": ("waiting", "taken", "answered"),
    "visits": ("overdue", "open", "done"),
    "changes": ("reviewed",),
    "applications": ("ended",),
    "conference-tasks": ("open", "overdue", "ended"),
}
"""Where a list has tabs besides the one it opens with."""
NAME = "龚罕见"
MARKS = (NAME, "龚**", "ZF1", "XS1", "SF1", "HY1", "2026-431382-000001", "上门评估", "入户看到")
"""What the objects of the township are called, what stands in them."""
CHANCE = re.compile(r"[A-Za-z0-9_-]{20,}")
"""Tokens and nonces, in which three letters may stand by chance."""


def objects(cast: Cast) -> None:
    """One of each, of a family whose name stands nowhere else."""
    for make in OBJECTS.values():
        make(cast)
    for model, field in ((Person, "name"), (WorkItem, "head_name"), (Clue, "name"), (Application, "name"), (Case, "head_name")):
        model.objects.update(**{field: NAME})
    Person.objects.update(initials="ghj", pinyin="gonghanjian")


def pages(cast: Cast, who: str) -> dict[str, str]:
    """Every page without an object, every tab of it, and searches for the family, as somebody sees them."""
    client = getattr(cast, who).client()
    found = {}
    for name in LISTS:
        for tab in ("", *TABS.get(name, ())):
            answer = client.get(reverse(name) + (f"?tab={tab}" if tab else ""), follow=True)
            if answer.status_code == 200:
                found[f"{name} {tab}"] = answer.content.decode()
    for words, place in ((NAME, ""), (NAME, VILLAGE), ("ghj", TOWNSHIP), ("", COUNTY), ("", "43")):
        answer = client.post(reverse("households"), {"q": words, "place": place}, follow=True)
        if answer.status_code == 200:
            found[f"search {words} {place}"] = answer.content.decode().replace(f'value="{words}"', "")
    return {name: CHANCE.sub("", page) for name, page in found.items()}


@pytest.mark.parametrize("stranger", STRANGERS)
def test_a_stranger_finds_the_family_in_no_list_and_counts_nothing_of_it(cast: Cast, stranger: str) -> None:
    empty = pages(cast, stranger)
    objects(cast)
    shown = pages(cast, stranger)
    assert len(shown) > 15
    assert {name: mark for name, page in shown.items() for mark in MARKS if mark in page} == {}
    assert {name for name in shown if badges(shown[name]) != badges(empty.get(name, ""))} == set()


def badges(page: str) -> list[str]:
    """The numbers beside tabs and headings."""
    return re.findall(r'class="n">(\d+)<', page)


def test_who_works_there_finds_it_so_that_the_other_test_means_something(cast: Cast) -> None:
    objects(cast)
    shown = "".join("".join(pages(cast, who).values()) for who in ("township_officer", "township_reviewer", "county_officer"))
    assert [mark for mark in MARKS if mark not in shown] == [NAME, "HY1", "入户看到"], "a list masks names, and leaves such things to their pages"
    assert badges(pages(cast, "township_officer")["work "]) != []
