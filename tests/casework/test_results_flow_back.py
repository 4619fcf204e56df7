"""Decisions and findings flow back: decided on the site, exported, taken in, read by the next run, loaded, seen in the file."""

from __future__ import annotations

import stat
from datetime import date, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from tests.casework.cast import Member, office

from doudi.casework.access.actor import Scope, actor_of, job
from doudi.casework.access.models import Membership, User
from doudi.casework.access.scope import scoped
from doudi.casework.audit.models import Entry
from doudi.casework.dispatch.models import WorkItem
from doudi.casework.dispatch.services import step_take
from doudi.casework.exchange.models import Export
from doudi.casework.registry.models import Aid, Household
from doudi.casework.runs.services import load_run
from doudi.casework.visits.services.planning import visit_plan
from doudi.casework.visits.services.recording import visit_answer, visit_hand_in
from doudi.cli import main
from doudi.config.decisions import decisions_export
from doudi.config.loads import PURPOSE
from doudi.identity.keys import open_keys
from doudi.kernel.clock import CHINA
from doudi.kernel.errors import DoudiError
from doudi.lake.home import Home
from doudi.published.read import PublishedRun

pytestmark = pytest.mark.django_db
FIRST, NEXT = "2026-10-31", "2026-11-30"
VISITED = datetime(2026, 11, 10, 10, tzinfo=CHINA)
LOADER = job("装载运行结果", Scope.of("43"))


def doudi(home: Path, *arguments: str | Path) -> None:
    assert main(["--home", str(home), *map(str, arguments)]) == 0, arguments


def bring(home: Path, on: date) -> None:
    """Load the newest run."""
    load_run(PublishedRun.open(home, None), open_keys(Home.open(home, create=False)).subkey(PURPOSE), by=LOADER, on=on)


def seated(name: str, place: str, department: str, role: str) -> Member:
    """Somebody of the sample's county."""
    user = User.objects.create_user(name, "x", name=name)
    made = Membership.objects.create(user=user, office=office(place, department), role=role, starts_on=date(2020, 1, 1))
    return Member(Membership.objects.select_related("user", "office").get(pk=made.pk))


def take(who: Member, item: WorkItem, step: str, **data: object) -> None:
    item.refresh_from_db()
    with scoped(who.actor.scope):
        step_take(actor_of(who.membership), item=item.pk, step=step, version=item.version, at=VISITED, **data)


@pytest.fixture
def home(tmp_path: Path, sample_tiny: Path, monkeypatch: pytest.MonkeyPatch, db: None) -> Path:
    """A home with the bundled sample, its first run loaded."""
    monkeypatch.setenv("DOUDI_KEYS", str(tmp_path / "keys"))
    folder = tmp_path / "home"
    doudi(folder, "intake", sample_tiny)
    doudi(folder, "run", "--as-of", FIRST)
    return folder


def test_what_was_found_and_decided_is_seen_in_the_next_run(home: Path, tmp_path: Path) -> None:
    for code in _townships(home):
        office(code, "township")
    office(_townships(home)[0][:6], "civil_affairs")
    bring(home, date(2026, 11, 2))
    item = WorkItem.objects.filter(state="pushed", household__isnull=False, office__department="township", grade__in="OYB").order_by("id").first()
    assert item is not None
    family = Household.objects.get(number=item.household)
    officer = seated("经办", item.office.region_id, "township", "township_officer")
    reviewer = seated("负责", item.office.region_id, "township", "township_reviewer")
    take(officer, item, "accept")
    take(officer, item, "verify", verdict="not_true", how="desk", note="已核对，不属实")
    take(officer, item, "handle", result="not_true", note="费用已报销")
    take(reviewer, item, "approve")
    with scoped(officer.actor.scope):
        visit = visit_plan(officer.actor, household=family.number, purpose="regular", planned_on=VISITED.date(), due_on=VISITED.date())
        kept = visit_answer(officer.actor, visit=visit.pk, version=1, group="met", typed={"met": ["home"], "whole": ["same"]})
        kept = visit_answer(officer.actor, visit=visit.pk, version=kept.version, group="end", typed={"result": ["steady"]})
        visit_hand_in(officer.actor, visit=visit.pk, version=kept.version, at=VISITED)

    made = decisions_export(tmp_path / "out", VISITED)
    assert (made.rows, made.nameless) == (2 + item.alerts.count(), 0)
    assert stat.S_IMODE(made.file.stat().st_mode) == 0o600
    doudi(home, "intake", tmp_path / "out")
    doudi(home, "intake", tmp_path / "out")
    doudi(home, "run", "--as-of", NEXT)
    bring(home, date(2026, 12, 1))

    family.refresh_from_db()
    assert family.facts["visits_12m"] == 1
    assert family.facts["last_visited_on"] == "2026-11-10"
    assert family.facts["untrue_until"] == str(item.alerts.filter(quiet_until__isnull=False).first().quiet_until)
    assert Aid.objects.filter(household=family.number, programme="field_visits").count() == 1
    assert Household.objects.exclude(number=family.number).filter(facts__has_key="visits_12m").count() == 0
    shown = officer.client().get(f"/households/{family.number}/").content.decode()
    assert "走访核查（生活基本稳定）" in shown
    assert "近12个月走访次数" in shown
    _no_citizen_id_in(home, made.file)


def test_an_empty_site_exports_a_file_without_lines_and_never_over_another(tmp_path: Path, db: None) -> None:
    made = decisions_export(tmp_path / "out", VISITED)
    assert made.rows == 0
    assert pq.read_table(made.file).num_rows == 0
    with pytest.raises(DoudiError, match="已存在"):
        decisions_export(tmp_path / "out", VISITED)
    assert Export.objects.count() == 1
    assert Entry.objects.get(action="exported").detail == {"rows": 0, "nameless": 0}


def _townships(home: Path) -> list[str]:
    found = PublishedRun.open(home, None).household_facts["township"].to_pylist()
    return sorted({code for code in found if code})


def _no_citizen_id_in(home: Path, file: Path) -> None:
    """What the delivery named people by is nowhere in the lake."""
    numbers = [number.encode() for number in pq.read_table(file)["公民身份号码"].to_pylist()]
    lake = [path.read_bytes() for path in (home / "lake").rglob("*") if path.is_file()]
    assert numbers
    assert lake
    assert not any(number in content for number in numbers for content in lake)
