"""The map: outlines for the province and its prefectures, the same numbers in a table, nothing of a neighbour."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.casework.cast import COUNTY, NEXT_COUNTY, PREFECTURE, PROVINCE, TOWNSHIP, Cast

from doudi.casework.statistics.models import PlaceDay
from doudi.casework.statistics.selectors import PlaceFigures
from doudi.standards.regions import region, regions
from doudi.web.map.areas import merged
from doudi.web.map.outlines import HOSTS, WIDTH, sheet

pytestmark = pytest.mark.django_db


def figures(place: str, day: int = 2, **numbers: int) -> None:
    PlaceDay.objects.create(
        day=date(2026, 11, day), place=place, run="r1", figures={"": numbers, "health": {"open": 7, "overdue": 2, "answered": 4, "in_time": 3}}
    )


def page(client: Client, place: str, **asked: str) -> str:
    return client.get(f"/map/{place}/", asked).content.decode()


def test_every_county_with_a_code_of_its_own_has_an_outline() -> None:
    drawn = {outline.code for prefecture in regions("prefecture") if (found := sheet(prefecture.code)) for outline in found.outlines}
    counties = {county.code for county in regions("county")} - HOSTS.keys()
    assert drawn == counties
    assert {outline.code for outline in sheet(PROVINCE).outlines} == {prefecture.code for prefecture in regions("prefecture")}


def test_every_zone_lies_in_a_county_of_its_prefecture() -> None:
    for zone, host in HOSTS.items():
        assert zone[:4] == host[:4]
        assert region(zone) is not None
        assert region(host) is not None


def test_outlines_fill_their_sheet() -> None:
    drawn = sheet(PREFECTURE)
    assert 0 < drawn.height < 2 * WIDTH
    assert all(0 <= outline.x <= WIDTH and 0 <= outline.y <= drawn.height for outline in drawn.outlines)


def test_a_zone_is_shown_in_its_host_and_both_numbers_count() -> None:
    found = merged([PlaceFigures("430371", "高新区", {"": {"covered": 2}}), PlaceFigures("430304", "岳塘区", {"": {"covered": 3, "leads": 1}})])
    assert found == {"430304": PlaceFigures("430304", "岳塘区", {"": {"covered": 5, "leads": 1}})}


def test_the_menu_leads_to_ones_own_region(cast: Cast) -> None:
    assert cast.county_officer.client().get("/map/").headers["Location"] == f"/map/{COUNTY}/"


def test_before_the_first_load_the_page_says_so(cast: Cast) -> None:
    assert "还没有统计" in page(cast.county_officer.client(), COUNTY)


def test_a_prefecture_has_its_counties_on_the_map_and_in_the_table(cast: Cast) -> None:
    figures(PREFECTURE, covered=30, households=2000)
    figures(COUNTY, covered=20, households=1000)
    figures(NEXT_COUNTY, covered=10, households=1000)
    shown = page(cast.prefecture_supervisor.client(), PREFECTURE)
    assert 'aria-label="涟源市：20.0‰"' in shown
    assert "step-1" in shown or "step-0" in shown
    assert shown.index("涟源市</a></th>") < shown.index("冷水江市</a></th>"), "the higher rate stands first"
    by_place = page(cast.prefecture_supervisor.client(), PREFECTURE, order="place")
    assert by_place.index("冷水江市</a></th>") < by_place.index("涟源市</a></th>")


def test_a_county_has_its_townships_in_a_table_and_unknown_is_not_zero(cast: Cast) -> None:
    figures(COUNTY, covered=20, households=1000)
    figures(TOWNSHIP, covered=20)
    shown = page(cast.county_officer.client(), COUNTY)
    assert '<svg class="map"' not in shown
    assert "不明" in shown
    assert "75.0%" in page(cast.county_officer.client(), COUNTY, show="in_time") or "卫生健康部门" in shown


def test_small_counts_are_hidden_from_the_data_steward(cast: Cast) -> None:
    figures(COUNTY, covered=20, households=1000)
    figures(TOWNSHIP, covered=3, households=500)
    shown = page(cast.data_steward.client(), COUNTY)
    assert "少于 5" in shown
    assert "6.0" not in shown, "nor can the count be worked out from the rate"


@pytest.mark.parametrize("place", [NEXT_COUNTY, PREFECTURE, PROVINCE, "439999"])
def test_a_place_that_is_not_ones_own_is_not_found(cast: Cast, place: str) -> None:
    figures(place, covered=20, households=1000)
    client = cast.county_officer.client()
    assert client.get(f"/map/{place}/").status_code == 404
    assert client.get(f"/map/{place}/table.csv").status_code == 404


def test_the_table_is_a_file_whose_numbers_are_those_of_the_page(cast: Cast) -> None:
    figures(COUNTY, covered=20, households=1000)
    figures(TOWNSHIP, covered=20, households=400)
    lines = cast.county_officer.client().get(f"/map/{COUNTY}/table.csv").content.decode("utf-8-sig").splitlines()
    assert lines[1] == f"\t{TOWNSHIP},{region(TOWNSHIP).name},50.0,20,400,2026-11-02"


def test_several_days_make_a_line_with_its_numbers(cast: Cast) -> None:
    figures(COUNTY, day=1, covered=10, households=1000)
    figures(COUNTY, day=2, covered=20, households=1000)
    assert "最低 10.0‰，最高 20.0‰" in page(cast.county_officer.client(), COUNTY)


def test_who_may_not_supervise_is_refused(cast: Cast) -> None:
    client = cast.village_worker.client()
    assert client.get("/map/").status_code == 403
    assert client.get(f"/map/{COUNTY}/").status_code == 403


def test_a_page_of_figures_takes_two_queries_of_its_own(cast: Cast) -> None:
    figures(COUNTY, covered=20, households=1000)
    figures(TOWNSHIP, covered=20, households=400)
    client = cast.county_officer.client()
    with CaptureQueriesContext(connection) as asked:
        page(client, COUNTY)
    assert len([query for query in asked if "statistics_placeday" in query["sql"]]) == 2


def test_numbers_of_work_open_their_list_for_who_sees_work(cast: Cast) -> None:
    figures(COUNTY, open=7, overdue=2)
    figures(TOWNSHIP, open=7, overdue=2)
    assert 'href="/tasks/?tab=scope&amp;due=over"' in page(cast.county_officer.client(), COUNTY), "one's own region needs no filter"
    county = page(cast.prefecture_supervisor.client(), COUNTY)
    assert f'href="/tasks/?tab=scope&amp;due=over&amp;place={COUNTY}"' in county
    assert "/tasks/" not in page(cast.data_steward.client(), COUNTY)
    township = cast.prefecture_supervisor.client().get(f"/tasks/?tab=scope&place={TOWNSHIP}").content.decode()
    assert f'<option value="{TOWNSHIP}" selected' in township, "farther down than the choices"
