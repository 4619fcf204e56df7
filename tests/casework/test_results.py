"""The lines that flow back: each result once, under the same key and of the same person whatever happens, and withdrawn when it no longer holds."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from django.db import connection
from tests.casework.cast import VILLAGE, Cast
from tests.casework.leads import LOADER, NOVEMBER, OCTOBER, SEPTEMBER, gone, lead, load, offices, take, worked
from tests.casework.objects import DAY

from doudi.casework.access.scope import scoped
from doudi.casework.access.sealing import seal
from doudi.casework.alerts.models import Alert
from doudi.casework.dispatch.models import State, WorkItem
from doudi.casework.exchange.models import Told
from doudi.casework.registry.models import Correction, Household, Person
from doudi.casework.runs.models import Run
from doudi.config.decisions import decisions_export
from doudi.kernel.clock import CHINA
from doudi.kernel.folders import unfinished

pytestmark = pytest.mark.django_db
AT = datetime(2026, 12, 5, 9, tzinfo=CHINA)
IDS = {10: "11010119900307" + "7758", 11: "43138219850402" + "2123"}


@pytest.fixture(autouse=True)
def _offices(db: None) -> None:
    offices()


def people(first: int = 10) -> None:
    """Household 1: its head and one more, both with numbers."""
    plain: dict[str, Any] = {"region": VILLAGE, "run": Run.objects.first(), "seen_on": DAY, "source": b"x"}
    Household.objects.create(number=1, head=first, members=2, since_on=DAY, **plain)
    for number, own in IDS.items():
        sealed = seal(own, f"registry_person.id.{number}")
        Person.objects.create(number=number, household_id=1, name=f"王{number}", living=True, identity=b"x", id_sealed=sealed, **plain)


def exported(folder: Path) -> dict[str, dict[str, str]]:
    """Number of the result -> its line, where each is told of one person."""
    lines = pq.read_table(decisions_export(folder, AT).file).to_pylist()
    found = {line["结果编号"]: line for line in lines}
    assert len(found) == len(lines)
    return found


def test_a_result_told_of_another_person_is_withdrawn_of_the_former(cast: Cast, tmp_path: Path) -> None:
    load(tmp_path / "runs", OCTOBER, lead(1))
    people()
    number = worked(cast, WorkItem.objects.get()).number
    assert told(tmp_path / "one") == {(number, IDS[10]): "是"}
    Household.objects.update(head=11)
    assert told(tmp_path / "two") == {(number, IDS[10]): "否", (number, IDS[11]): "是"}
    Person.objects.filter(number=11).update(living=False)
    assert told(tmp_path / "three") == {(number, IDS[10]): "是", (number, IDS[11]): "否"}, "a dead head's lines count for nobody"
    Person.objects.update(household_id=None)
    assert told(tmp_path / "four") == {(number, IDS[10]): "是", (number, IDS[11]): "否"}, "where nobody lives any more it stays as it was"


def told(folder: Path) -> dict[tuple[str, str], str]:
    """Result and person -> whether it stands."""
    lines = pq.read_table(decisions_export(folder, AT).file).to_pylist()
    found = {(line["结果编号"], line["公民身份号码"]): line["是否仍然有效"] for line in lines}
    assert len(found) == len(lines)
    return found


def test_nobody_but_the_loader_reads_of_whom_results_were_told(cast: Cast) -> None:
    Told.objects.create(number="x", person=10)
    with scoped(cast.county_officer.actor.scope):
        assert not Told.objects.exists()
    assert connection.vendor == "postgresql"


def test_a_lead_found_untrue_that_speaks_again_is_told_as_no_longer_untrue(cast: Cast, tmp_path: Path) -> None:
    load(tmp_path / "runs", SEPTEMBER, lead(1), on=date(2026, 11, 2))
    people()
    item = worked(cast, WorkItem.objects.get(), "not_true")
    load(tmp_path / "runs", OCTOBER, lead(1), on=date(2026, 11, 3))
    number = f"{item.number}-W02"
    standing = exported(tmp_path / "one")
    assert (standing[number]["是否仍然有效"], standing[number]["结论有效期至"]) == ("是", "2027-01-31")
    load(tmp_path / "runs", NOVEMBER, lead(1, value=2_200_000), on=date(2026, 12, 1))
    assert Alert.objects.get().item != item, "new work, of which the old item knows nothing"
    after = exported(tmp_path / "two")
    assert after.keys() >= standing.keys(), "a line that vanished would stand for ever"
    assert (after[number]["是否仍然有效"], after[number]["结论有效期至"]) == ("否", "")


def test_an_answer_that_the_data_refuted_does_not_stand_when_the_item_is_closed_later(cast: Cast, tmp_path: Path) -> None:
    load(tmp_path / "runs", SEPTEMBER, lead(1))
    people()
    item = worked(cast, WorkItem.objects.get())
    assert exported(tmp_path / "one")[item.number]["是否仍然有效"] == "是"
    load(tmp_path / "runs", OCTOBER, lead(1), on=date(2026, 12, 1))
    assert exported(tmp_path / "two")[item.number]["是否仍然有效"] == "否"
    take(cast.township_officer, item, "accept")
    load(tmp_path / "runs", NOVEMBER, ended=(gone(lead(1)),))
    take(cast.township_reviewer, item, "confirm_gone", note="已核对")
    item.refresh_from_db()
    assert item.state == State.CLOSED
    assert exported(tmp_path / "three")[item.number]["是否仍然有效"] == "否"


def test_a_second_answer_has_a_line_of_its_own_and_the_first_is_over(cast: Cast, tmp_path: Path) -> None:
    load(tmp_path / "runs", SEPTEMBER, lead(1))
    people()
    item = worked(cast, WorkItem.objects.get())
    load(tmp_path / "runs", OCTOBER, lead(1), on=date(2026, 12, 1))
    worked(cast, item)
    lines = exported(tmp_path / "out")
    assert [(number, lines[number]["是否仍然有效"]) for number in (item.number, f"{item.number}-2")] == [
        (item.number, "否"),
        (f"{item.number}-2", "是"),
    ]


def test_a_correction_taken_back_is_told_as_taken_back_and_one_never_in_force_not_at_all(cast: Cast, tmp_path: Path) -> None:
    load(tmp_path / "runs", OCTOBER, lead(1))
    people()
    plain: dict[str, Any] = {"subject": "p", "number": 10, "household": 1, "region": VILLAGE, "reason": "x", "said_at": AT}
    told = {"reviewed_by": cast.township_reviewer.user, "reviewed_at": AT, "load_run": Run.objects.first()}
    phone = Correction.objects.create(field="phone", value="138****0000", state="in_force", **plain, **told)
    back = Correction.objects.create(field="gender", value="f", state="withdrawn", **plain, **told)
    Correction.objects.create(field="birth_on", value="1990-03-07", state="withdrawn", **plain, reviewed_at=AT)
    Correction.objects.create(field="living", value=True, state="open", **plain)
    lines = exported(tmp_path / "out")
    assert {number: (line["是否仍然有效"], line["更正后的值"]) for number, line in lines.items()} == {
        f"G{phone.pk:09d}": ("是", ""),
        f"G{back.pk:09d}": ("否", "f"),
    }


def test_what_a_killed_export_left_is_cleared_away_by_the_next(tmp_path: Path) -> None:
    program = f"""
        from pathlib import Path
        from doudi.kernel.folders import unfinished
        with unfinished(Path({str(tmp_path)!r}), ".tmp-results-") as made:
            (made / "names").write_text("x")
            print("there", flush=True)
            import time; time.sleep(60)
    """
    with subprocess.Popen([sys.executable, "-c", textwrap.dedent(program)], stdout=subprocess.PIPE, text=True) as writing:
        assert writing.stdout is not None
        assert writing.stdout.readline() == "there\n"
        with unfinished(tmp_path, ".tmp-results-"):
            assert len(list(tmp_path.iterdir())) == 2, "one that is being written is left alone"
        os.kill(writing.pid, signal.SIGKILL)
    assert decisions_export(tmp_path / "out", AT).rows == 0
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert LOADER.user is None
