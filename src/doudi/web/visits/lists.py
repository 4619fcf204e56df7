"""What lists have in common: tabs, chips and pages, all in the address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest

from doudi.casework.visits.selectors.paging import SIZE, Listed
from doudi.standards.regions import region_path


@dataclass(frozen=True)
class Choice:
    """A tab or a chip: words, count if known, where it leads, whether one is there."""

    words: str
    count: int | None
    address: str
    current: bool


@dataclass(frozen=True)
class Pager:
    """For `parts/pager.html`."""

    says: str
    previous: str
    next: str


def chosen(request: HttpRequest, name: str, options: Mapping[str, str], default: str) -> str:
    """The option in the address; an unknown one is the default."""
    given = request.GET.get(name, default)
    return given if given in options else default


def page_number(request: HttpRequest) -> int:
    """The page in the address, from 1."""
    given = request.GET.get("page", "1")
    return min(int(given), 10_000) if given.isascii() and given.isdigit() and int(given) else 1


def choices(request: HttpRequest, name: str, options: Mapping[str, str], current: str, counts: Mapping[str, int] | None = None) -> list[Choice]:
    """One for each option; choosing one goes back to the first page and keeps the other filters."""
    kept = {key: value for key, value in request.GET.items() if key not in (name, "page")}
    return [
        Choice(words, (counts or {}).get(key), "?" + urlencode(kept | ({name: key} if key else {})), key == current) for key, words in options.items()
    ]


def pager(request: HttpRequest, found: Listed[Any]) -> Pager:
    """Previous and next, as query strings."""
    kept = {key: value for key, value in request.GET.items() if key != "page"}
    first = (found.page - 1) * SIZE + 1
    says = f"第 {first}–{first + len(found.rows) - 1} 条" if found.rows else "没有更多"
    return Pager(
        says,
        "?" + urlencode(kept | {"page": found.page - 1}) if found.page > 1 else "",
        "?" + urlencode(kept | {"page": found.page + 1}) if found.more else "",
    )


def village(region: str) -> str:
    """`伏口镇石园村`: the names below the county."""
    return region_path(region).removeprefix(region_path(region[:6])) or region_path(region)
