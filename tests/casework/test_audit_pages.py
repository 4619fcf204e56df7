"""The audit page: searched within the region, looking and exporting kept, and the command that verifies."""

from __future__ import annotations

import csv
import io
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.casework.cast import Cast
from typer.testing import CliRunner

from doudi.casework.access.actor import NOBODY, Scope, job
from doudi.casework.access.scope import scoped
from doudi.casework.audit import anchors
from doudi.casework.audit.actions import LOOKED
from doudi.casework.audit.models import Entry
from doudi.casework.audit.selectors import LOG_VERIFIED
from doudi.casework.audit.services import mac_of, record
from doudi.config.audit_commands import app
from doudi.kernel.clock import today

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def anchor_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(anchors, "anchor_file", lambda: tmp_path / "anchors.jsonl")


def looked(cast: Cast, number: int, region: str = "431382103", reason: str = "") -> Entry:
    with scoped(NOBODY):
        return record(cast.township_officer.actor, LOOKED, kind="household", object=number, region=region, reason=reason)


def found(cast: Cast, **asked: str) -> list[str]:
    page = cast.audit_admin.client().get(reverse("audit"), asked)
    return [row.object for row, _ in page.context["rows"] if row.kind == "household"]


def test_each_filter_finds_its_entries_and_no_others(cast: Cast) -> None:
    looked(cast, 1, reason="核实任务")
    looked(cast, 2)
    assert found(cast) == ["2", "1"]
    assert found(cast, object="1") == ["1"]
    assert found(cast, reason="核实") == ["1"]
    assert found(cast, action="login") == []
    assert found(cast, actor="township") == ["2", "1"]
    assert found(cast, actor="nobody") == []
    assert found(cast, office=str(cast.township_officer.membership.office_id)) == ["2", "1"]
    assert found(cast, since=today().isoformat(), until=today().isoformat()) == ["2", "1"]
    assert found(cast, until=(today() - timedelta(days=1)).isoformat()) == []


def test_another_county_is_not_shown_nor_exported(cast: Cast) -> None:
    looked(cast, 1, region="431381001")
    assert found(cast) == []
    table = cast.audit_admin.client().post(reverse("audit-export")).content.decode()
    assert "431381001" not in table


def test_looking_and_exporting_are_kept_without_the_words_typed(cast: Cast) -> None:
    client = cast.audit_admin.client()
    client.get(reverse("audit"), {"actor": "王小明"})
    client.post(reverse("audit-export"), {"actor": "王小明"})
    kept = list(Entry.objects.order_by("id"))
    assert [one.action for one in kept] == ["audit_read", "exported"]
    assert all(one.detail["by"] == ["actor"] and "王小明" not in str(one.detail) for one in kept)


def test_a_cell_of_the_export_is_no_formula(cast: Cast) -> None:
    looked(cast, 1, reason='=HYPERLINK("http://x")')
    body = cast.audit_admin.client().post(reverse("audit-export")).content.decode().removeprefix("\ufeff")
    assert next(row for row in csv.reader(io.StringIO(body)) if row[6] == "household")[9] == '\'=HYPERLINK("http://x")'


def test_the_page_takes_few_queries(cast: Cast) -> None:
    for number in range(60):
        looked(cast, number)
    client = cast.audit_admin.client()
    with CaptureQueriesContext(connection) as asked:
        page = client.get(reverse("audit"))
    assert page.context["page"]["next"]
    own = [
        one["sql"] for one in asked.captured_queries if one["sql"].startswith("SELECT") and ('FROM "audit_' in one["sql"] or "office" in one["sql"])
    ]
    assert 2 <= len(own) <= 5, own


def test_the_last_verification_is_shown_to_every_county(cast: Cast) -> None:
    client = cast.audit_admin.client()
    assert "还没有核验过" in client.get(reverse("audit")).content.decode()
    with scoped(NOBODY):
        record(job("服务器命令行", Scope.of("43")), LOG_VERIFIED, kind="audit", detail={"problems": 2})
    assert "发现 2 处问题" in client.get(reverse("audit")).content.decode()


def test_the_command_says_where_and_ends_with_one(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("doudi.config.process.opened", lambda *_: nullcontext())
    entry = looked(cast, 1)
    sound = CliRunner().invoke(app, ["verify"])
    assert (sound.exit_code, "没有发现问题" in sound.output) == (0, True)
    monkeypatch.setattr("doudi.casework.audit.verification.mac_of", lambda one: b"" if one.pk == entry.pk else mac_of(one))
    broken = CliRunner().invoke(app, ["verify"])
    assert broken.exit_code == 1
    assert f"记录 {entry.pk}" in broken.output
    assert [one.detail["problems"] for one in Entry.objects.filter(action=LOG_VERIFIED).order_by("id")] == [0, 1]


def test_a_wrong_day_is_said_and_nothing_is_searched(cast: Cast) -> None:
    assert cast.audit_admin.client().get(reverse("audit"), {"since": "yesterday"}).status_code == 422
    assert not Entry.objects.filter(action="audit_read").exists()


def test_an_office_is_looked_for_by_its_name_and_objects_are_named_in_words(cast: Cast) -> None:
    looked(cast, 1)
    name = cast.township_officer.membership.office.name
    assert found(cast, office=name) == ["1"]
    assert found(cast, office=cast.county_officer.membership.office.name) == []
    page = cast.audit_admin.client().get(reverse("audit"), {"office": "没有的单位"})
    assert (page.status_code, "没有叫这个名称的单位" in page.content.decode()) == (422, True)
    assert "家庭 <code>1</code>" in cast.audit_admin.client().get(reverse("audit")).content.decode()
