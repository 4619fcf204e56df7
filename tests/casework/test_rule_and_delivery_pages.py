"""The rule book and the deliveries: what the current run stands on, in words, for those whom it concerns."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from tests.casework.cast import COUNTY, Cast
from tests.invented_run import write_run

from doudi.casework.runs.context import context_load
from doudi.casework.runs.models import Dataset, Rule, Run
from doudi.casework.runs.rulebook import KINDS, chapters, figures
from doudi.casework.runs.supply import set_view, suppliers
from doudi.casework.statistics.models import PlaceDay
from doudi.policyfiles.model import KINDS as KNOWN_KINDS

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(db: None, tmp_path: Path) -> Run:
    """The invented run's context, loaded."""
    published = write_run(tmp_path / "run")
    line = Run.objects.create(id=published.id, as_of=published.as_of, state="current", policy_hash="x", schema="4.0")
    context_load(line, published)
    return line


def text(cast: Cast, role: str, address: str) -> str:
    return getattr(cast, role).client().get(address).content.decode()


def test_the_rule_book_has_a_chapter_for_every_kind_that_the_policy_knows() -> None:
    assert list(KINDS) == list(KNOWN_KINDS)


def test_every_rule_in_force_is_in_the_book_once(cast: Cast, run: Run) -> None:
    found = [rule.rule for chapter in chapters(cast.village_worker.actor) for rule in chapter.rules]
    assert sorted(found) == sorted(Rule.objects.values_list("rule", flat=True))
    shown = text(cast, "village_worker", "/rules/")
    assert all(f"/rules/{rule}/" in shown for rule in found)


def test_a_rule_shows_conditions_in_words_basis_and_hits_of_ones_own_region(cast: Cast, run: Run) -> None:
    rule = Rule.objects.exclude(conditions=[]).first()
    PlaceDay.objects.create(day=date(2026, 11, 2), place=COUNTY, run=run.pk, figures={}, rules={rule.rule: 1234})
    shown = text(cast, "county_officer", f"/rules/{rule.rule}/")
    assert all(condition["says"] in shown for condition in rule.conditions)
    assert "湘政办发〔2024〕30号 二（三）" in shown
    assert "1,234" in shown
    assert "1,234" not in text(cast, "stranger_county", f"/rules/{rule.rule}/")


def test_a_small_number_of_hits_is_hidden_from_who_sees_no_people(cast: Cast, run: Run) -> None:
    rule = Rule.objects.first()
    PlaceDay.objects.create(day=date(2026, 11, 2), place=COUNTY, run=run.pk, figures={}, rules={rule.rule: 3})
    assert "少于 5" in text(cast, "data_steward", f"/rules/{rule.rule}/")
    assert "少于 5" not in text(cast, "county_officer", f"/rules/{rule.rule}/")


def test_figures_of_a_rule_are_urban_and_rural_side_by_side_and_say_if_they_must_be_confirmed(cast: Cast, run: Run) -> None:
    rule = Rule.objects.first()
    row = {
        "parameter": "rigid_share",
        "region": "43",
        "name": "刚性支出比例",
        "value": "3/5",
        "type": "ratio",
        "unit": "",
        "reference": True,
        "basis": "假定",
    }
    rule.parameters = [row | {"rural": False}, row | {"rural": True, "value": "1/2"}, row | {"rural": True, "region": "431381"}]
    (one,) = figures(cast.county_officer.actor, rule)
    assert (one.region, one.urban, one.rural, one.reference) == ("湖南省", "0.6", "0.5", True)
    assert len(figures(cast.province_supervisor.actor, rule)) == 2


def test_a_rule_that_is_not_there_is_not_found(cast: Cast, run: Run) -> None:
    assert cast.county_officer.client().get("/rules/Z99/").status_code == 404


def test_before_the_first_load_both_pages_say_so(cast: Cast) -> None:
    assert "还没有规则" in text(cast, "county_officer", "/rules/")
    assert "还没有报送" in text(cast, "county_officer", "/deliveries/")


def test_the_latest_and_the_missing_stand_first(cast: Cast, run: Run) -> None:
    for supplier in suppliers(cast.county_officer.actor):
        grave = [(not one.is_missing, -(one.dataset.late_days or 0)) for one in supplier.sets]
        assert grave == sorted(grave)
    assert sum(len(supplier.sets) for supplier in suppliers(cast.county_officer.actor)) == Dataset.objects.count()


def test_a_department_sees_its_own_datasets_only(cast: Cast, run: Run) -> None:
    viewer = cast.department_officer.actor
    assert {supplier.department for supplier in suppliers(viewer)} == {"medical_security"}
    other = Dataset.objects.exclude(department="medical_security").first()
    assert set_view(viewer, other.dataset) is None
    assert cast.department_officer.client().get(f"/deliveries/{other.dataset}/").status_code == 404


def test_a_dataset_shows_its_files_and_what_was_sent_back(cast: Cast, run: Run) -> None:
    shown = text(cast, "data_steward", "/deliveries/payment/")
    assert "日期不存在" in shown
    assert "_涟源市_202610.csv" in shown


def test_a_village_worker_may_not_see_deliveries(cast: Cast, run: Run) -> None:
    assert cast.village_worker.client().get("/deliveries/").status_code == 403
