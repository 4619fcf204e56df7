"""One page of a list: asked for with one line more than is shown, so that nothing has to be counted to know whether there is a next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db.models import Model, QuerySet

Row = TypeVar("Row", bound=Model)
SIZE = 30


@dataclass(frozen=True)
class Listed(Generic[Row]):
    """The lines of a page (numbered from 1), and whether another follows."""

    rows: list[Row]
    page: int
    more: bool


def listed(lines: QuerySet[Row], page: int) -> Listed[Row]:
    """One query."""
    page = max(page, 1)
    found = list(lines[(page - 1) * SIZE : page * SIZE + 1])
    return Listed(found[:SIZE], page, len(found) > SIZE)
