"""The list of work leaves the site as a table: only what the list shows, only for whom it shows it, and kept."""

from __future__ import annotations

import csv
import io

import pytest
from django.urls import reverse
from tests.casework.cast import STRANGERS, Cast
from tests.casework.objects import OBJECTS

from doudi.casework.audit.models import Entry
from doudi.casework.dispatch import selectors
from doudi.casework.dispatch.models import WorkItem

pytestmark = pytest.mark.django_db
ASKED = {"tab": "scope"}


def lines(cast: Cast, who: str, **more: str) -> list[list[str]]:
    answer = getattr(cast, who).client().post(reverse("work-export"), ASKED | more)
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/csv")
    return list(csv.reader(io.StringIO(answer.content.decode().removeprefix("\ufeff"))))[1:]


def test_the_table_has_the_lines_of_the_list_with_masked_names(cast: Cast) -> None:
    OBJECTS["item"](cast)
    (line,) = lines(cast, "county_officer")
    assert line[:2] == ["2026-431382-000001", "王**"]
    assert "王小明" not in "".join(line)
    assert (line[4], line[5]) == ("红色", "待签收")
    assert lines(cast, "county_officer", grade="R") == [line]
    assert lines(cast, "county_officer", grade="B") == []


@pytest.mark.parametrize("stranger", STRANGERS)
def test_a_stranger_exports_nothing_of_it(cast: Cast, stranger: str) -> None:
    OBJECTS["item"](cast)
    answer = getattr(cast, stranger).client().post(reverse("work-export"), ASKED)
    assert "000001" not in answer.content.decode()


def test_who_may_not_export_has_no_button_and_is_refused(cast: Cast) -> None:
    OBJECTS["item"](cast)
    client = cast.township_officer.client()
    assert "导出清单" not in client.get(reverse("work"), {"tab": "office"}).content.decode()
    assert client.post(reverse("work-export"), ASKED).status_code == 403
    assert "导出清单" in cast.county_officer.client().get(reverse("work"), ASKED).content.decode()


def test_an_export_is_kept_with_its_filters_and_a_look_alone_exports_nothing(cast: Cast) -> None:
    OBJECTS["item"](cast)
    lines(cast, "county_officer", grade="R", place="no place", state="nonsense")
    kept = Entry.objects.get(action="exported")
    assert (kept.kind, kept.object, kept.detail) == ("work", "scope", {"rows": 1, "filters": {"grade": "R"}})
    assert cast.county_officer.client().get(reverse("work-export")).status_code == 405


def test_a_cell_is_no_formula(cast: Cast) -> None:
    OBJECTS["item"](cast)
    WorkItem.objects.update(signals="=1+1")
    assert lines(cast, "county_officer")[0][3] == "'=1+1"


def test_what_is_left_out_is_said(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    OBJECTS["item"](cast)
    found = WorkItem.objects.get()
    found.pk, found.number, found.household = None, "2026-431382-000002", 8
    found.save()
    monkeypatch.setattr(selectors, "EXPORTED", 1)
    assert lines(cast, "county_officer")[1:] == [["“辖区在办”还有更多任务没有导出，请加上条件"]]
