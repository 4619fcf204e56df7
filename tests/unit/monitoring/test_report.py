"""The report tells what the run holds: every number is there once, nobody can be recognised, and nothing is asked of the network."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.invented_run import COUNTY, alerts, deliveries, write_run

from doudi.monitoring.report import charts, render_report, words
from doudi.monitoring.report.aid import gather_aid
from doudi.monitoring.report.gaps import gather_gaps
from doudi.monitoring.report.leads import PLACES, gather_leads
from doudi.monitoring.report.supply import gather_supply
from doudi.published.read import PublishedRun

EMPTY = ("alerts", "ended", "unknown", "chain", "issues", "conflicts", "household_facts", "places", "parameters")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> PublishedRun:
    return write_run(tmp_path_factory.mktemp("runs") / "full")


@pytest.fixture(scope="module")
def page(run: PublishedRun) -> str:
    return render_report(run)


def test_each_way_of_sorting_leads_counts_every_lead_once(run: PublishedRun) -> None:
    leads, rows = gather_leads(run), run.alerts.num_rows
    assert leads.total == rows > 100
    assert sum(group.leads for group in leads.kinds) == rows
    assert sum(rule.leads for rules in leads.rules.values() for rule in rules) == rows
    assert sum(place.leads for place in leads.places) == rows
    assert sum(sum(place.kinds.values()) for place in leads.places) == rows
    assert sum(office.leads for office in leads.departments) == rows
    assert sum(leads.changes.values()) == rows
    assert sum(place.households for place in leads.places) == run.household_facts.num_rows


def test_causes_count_only_the_leads_whose_rule_names_one(run: PublishedRun) -> None:
    with_cause = {rule for rule, line in run.rules.items() if line["cause"]}
    expected = sum(line["rule"] in with_cause for line in run.alerts.to_pylist())
    causes = gather_leads(run).causes
    assert sum(cause.leads for cause in causes) == expected
    assert {cause.name for cause in causes} == {"因病", "因学", "因残", "因失业", "因灾"}


def test_rules_without_a_lead_are_shown_too(run: PublishedRun, page: str) -> None:
    shown = {rule.line["rule"] for rules in gather_leads(run).rules.values() for rule in rules}
    assert shown == set(run.rules)
    assert "低保与特困同时享受" in page


def test_the_list_of_first_leads_holds_red_ones_with_the_shortest_term_first(run: PublishedRun) -> None:
    first = gather_leads(run).first
    assert {lead["grade"] for lead in first} == {"R"}
    terms = [lead["within_working_days"] for lead in first]
    assert terms == sorted(terms)


def test_leads_of_no_known_place_come_last_and_are_not_lost(tmp_path: Path) -> None:
    rows = alerts(previous=True)
    for row in rows[:5]:
        row |= {"county": None, "township": None, "village": None}
    places = gather_leads(write_run(tmp_path / "run", instead={"alerts": rows})).places
    assert (places[-1].name, places[-1].leads, places[-1].households) == ("不明", 5, 0)
    assert sum(place.leads for place in places) == len(rows)


def test_a_larger_area_is_shown_by_county(tmp_path: Path) -> None:
    homes = [{"county": f"43138{n % 2 + 1}", "township": f"43138{n % 2 + 1}{n:03d}", "households": 1} for n in range(PLACES + 1)]
    leads = gather_leads(write_run(tmp_path / "run", instead={"places": homes}))
    assert leads.place_word == "县（市、区）"
    assert {place.code for place in leads.places} == {"431381", COUNTY}


def test_open_conclusions_are_counted_as_the_rules_count_them(run: PublishedRun) -> None:
    gaps = gather_gaps(run)
    assert gaps.total == sum(line["unknowns"] for line in run.rules.values()) > 0
    assert sum(reason.conclusions for reason in gaps.reasons) == run.unknown.num_rows
    assert 0 < gaps.households <= run.household_facts.num_rows


def test_rows_delivered_are_the_sum_of_their_three_fates(run: PublishedRun) -> None:
    rows = gather_supply(run).rows
    assert rows["delivered"] == rows["accepted"] + rows["refused"] + rows["held"] == sum(line["delivered"] for line in deliveries())


def test_datasets_are_in_time_late_or_never_came(run: PublishedRun) -> None:
    supply = gather_supply(run)
    assert supply.states == {"fine": 12, "late": 2, "never": 1}
    assert sum(len(supplier.datasets) for supplier in supply.suppliers) == 15


def test_the_same_money_is_summed_once_and_months_outside_the_window_are_left_out(run: PublishedRun) -> None:
    aid = gather_aid(run)
    assert len(aid.months) == 12
    recent = [line for line in run.chain.to_pylist() if (line["date"].year, line["date"].month) >= (2025, 11)]
    rows = [line for line in recent if line["counts_in_sum"] or line["amount"] is None]
    assert len(rows) < len(recent)
    assert aid.lines == len(rows) < run.chain.num_rows
    assert aid.money == sum(line["amount"] or 0 for line in rows if line["counts_in_sum"]) == sum(programme.money for programme in aid.programmes)


def test_aid_that_knows_its_year_only_is_summed_but_put_in_no_month(run: PublishedRun, page: str) -> None:
    aid = gather_aid(run)
    assert (aid.yearly.money, aid.yearly.lines["insurance"]) == (24_000, 1)
    assert aid.money == sum(month.money for month in aid.months) + 24_000
    assert sum(month.lines["insurance"] for month in aid.months) == 0
    assert "另有 1 次共 240 元 只知道年度" in page


def test_quantities_stand_beside_money_in_their_own_unit(run: PublishedRun, page: str) -> None:
    recent = [line for line in run.chain.to_pylist() if (line["date"].year, line["date"].month) >= (2025, 11)]
    minutes = sum(line["quantity"] for line in recent if line["quantity"] is not None)
    (service,) = [form for form in gather_aid(run).forms if form.name == "服务"]
    assert service.quantities == f"{minutes:,} 分钟"
    assert f"服务 {service.lines:,} 次（{minutes:,} 分钟）" in page


def test_the_page_asks_nothing_of_the_network_and_runs_nothing(page: str) -> None:
    assert "<script" not in page
    assert not re.search(r"\son\w+=", page)
    assert re.findall(r"""(?:src|href|action)\s*=\s*["'](?!#|data:)[^"']*""", page) == []
    assert re.findall(r"https?://(?!www\.w3\.org/2000/svg)", page) == []
    assert "@import" not in page
    assert "default-src 'none'" in page


def test_the_page_holds_no_number_of_a_person_or_household(run: PublishedRun, page: str) -> None:
    assert not re.search(r"\d{15,}", page.replace(run.manifest.policy.hash, ""))
    numbers = {str(line["household"]) for line in run.household_facts.to_pylist()} | {str(n) for n in run.alerts["person"].to_pylist() if n}
    assert not numbers & set(re.findall(r"\d+", page))


def test_the_policy_is_called_by_its_title(page: str) -> None:
    assert "虚构的政策（第1版）" in page


def test_contradictions_are_told_in_words(run: PublishedRun, page: str) -> None:
    assert gather_supply(run).conflicts == (("出生日期不一", 12), ("已死亡却有就业记录", 3))
    assert "已死亡却有就业记录" in page


def test_the_same_run_gives_the_same_page(run: PublishedRun, page: str) -> None:
    assert render_report(PublishedRun(run.path)) == page


def test_delivered_names_are_shown_as_text_whatever_they_hold(tmp_path: Path) -> None:
    rows = deliveries()
    rows[0] |= {"file": "<img src=x onerror=alert(1)>.csv", "title": "{{ 7 * 7 }}"}
    page = render_report(write_run(tmp_path / "run", instead={"deliveries": rows}))
    assert "<img src=x" not in page
    assert "&lt;img src=x" in page
    assert "{{ 7 * 7 }}" in page


def test_a_first_run_without_findings_says_so_instead_of_showing_empty_charts(tmp_path: Path) -> None:
    page = render_report(write_run(tmp_path / "run", previous=False, without=EMPTY))
    for sentence in ("本次运行没有发现线索", "这是第一次运行", "没有未知", "没有数据问题", "没有发现矛盾", "没有救助记录", "没有人口名单"):
        assert sentence in page


@pytest.mark.parametrize(
    ("part", "whole", "says"),
    [(0, 0, "—"), (0, 9, "0%"), (1, 8, "12.5%"), (9, 9, "100%"), (1, 100_000, "<0.1%"), (99_999, 100_000, ">99.9%"), (1, 3, "33.3%")],
)
def test_a_share_is_never_rounded_to_nothing_or_to_all(part: int, whole: int, says: str) -> None:
    assert words.percent(part, whole) == says


@pytest.mark.parametrize(("points", "says"), [(None, "—"), (10_000, "100"), (9_999, "99.9"), (0, "0.0"), (9_300, "93.0")])
def test_only_what_is_complete_scores_a_hundred(points: int | None, says: str) -> None:
    assert words.score(points) == says


def test_a_bar_shows_small_parts_and_never_outgrows_its_cell() -> None:
    parts = [charts.Part(1, "f-R", "红"), charts.Part(1_000_000, "f-O", "橙"), charts.Part(0, "f-Y", "黄")]
    svg = charts.bar(parts, 1_000_001)
    widths = [float(width) for width in re.findall(r'width="([\d.]+)%" height="14"', str(svg).split(">", 1)[1])]
    assert len(widths) == 2
    assert min(widths) == charts.VISIBLE
    assert sum(widths) <= 100.01
    assert 'aria-label="红 1，橙 1,000,000"' in svg


def test_a_chart_of_nothing_is_still_a_chart() -> None:
    svg = charts.columns([charts.Column(0, "1月", "", "0 元")], "f-aid")
    assert "1月" in svg
    assert 'class="value' not in svg


@pytest.mark.parametrize(("value", "most", "step"), [(0, 9, 0), (0, 0, 0), (1, 9, 1), (9, 9, 4), (1, 1, 3)])
def test_heat_has_five_steps_and_the_first_is_nothing(value: int, most: int, step: int) -> None:
    assert charts.heat(value, most) == f"heat-{step}"
