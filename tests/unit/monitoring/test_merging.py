"""Merging a part: everybody else's lines as they were, the affected's as they are, in order, the bytes that a full run writes."""

from __future__ import annotations

import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from doudi.monitoring.incremental.affected import Subjects
from doudi.monitoring.incremental.merge import MergingWriter
from doudi.published.manifest import Manifest, Policy
from doudi.published.read import PublishedRun
from doudi.published.schema import Table
from doudi.published.tables import TABLES
from doudi.published.write import RunWriter

DAY = date(2026, 10, 31)
ALERTS, EVIDENCE, HOUSEHOLDS = TABLES["alerts"], TABLES["evidence"], TABLES["household_facts"].with_facts([])
BEFORE = (("K01", None, 10, "base"), ("K01", None, 20, "older"), ("W01", 1, 10, "base"), ("W01", 3, 20, "older"))


def alert(rule: str, person: int | None, household: int, first_run: str) -> dict:
    fixed = {column.name: {"text": "x", "int32": 1, "int64": 1, "date": DAY, "bool": True, "binary": b""}[column.type] for column in ALERTS.columns}
    own = {"rule": rule, "subject": "p" if person else "h", "person": person, "household": household, "first_run": first_run}
    return fixed | own | {"alert": f"{rule}-{person}-{household}", "grade": "R", "change": "new"}


def evidence(alert: dict) -> dict:
    return {"alert": alert["alert"], "position": 1, "condition": "c", "result": True, "value": "1", "threshold": None}


def lines(table: Table, rows: list[dict], part: str = "431382") -> list[pa.RecordBatch]:
    found = pa.Table.from_pylist(rows, schema=table.arrow)
    return found.append_column("part", pa.array([part] * len(rows), pa.string())).to_batches()


def publish(folder: Path, run: str, alerts: list[dict]) -> PublishedRun:
    folder.mkdir()
    writer = RunWriter(folder)
    writer.parted(ALERTS, lines(ALERTS, alerts))
    writer.parted(EVIDENCE, lines(EVIDENCE, sorted(map(evidence, alerts), key=lambda row: row["alert"])))
    writer.finish(Manifest(run, DAY, "cut", Policy("p", "1", "h"), "c"), b"{}")
    return PublishedRun(folder)


@pytest.fixture
def base(tmp_path: Path) -> PublishedRun:
    return publish(tmp_path / "base", "base", [alert(*each) for each in BEFORE])


class Waiting(MergingWriter):
    """As soon as lines were given they are on disk."""

    def parted(self, table: Table, batches: Iterable[pa.RecordBatch]) -> None:
        super().parted(table, batches)
        self.wait()


def merging(base: PublishedRun, folder: Path, persons: list[int], households: list[int]) -> MergingWriter:
    folder.mkdir()
    gone = Subjects(pa.array(persons, pa.int64()), pa.array(households, pa.int64()))
    writer = Waiting(folder, base, "now", lambda part: gone, ThreadPoolExecutor(2))
    writer.begin(["431382"])
    return writer


def test_lines_of_the_affected_are_exchanged_and_the_bytes_are_those_of_writing_all(base: PublishedRun, tmp_path: Path) -> None:
    now = [alert("K01", None, 20, "now"), alert("W02", 3, 20, "now")]
    stays = [alert("K01", None, 10, "now"), alert("W01", 1, 10, "now")]
    whole = publish(tmp_path / "whole", "now", [stays[0], now[0], stays[1], now[1]])
    writer = merging(base, tmp_path / "merged", [3], [20])
    writer.parted(ALERTS, lines(ALERTS, now))
    writer.parted(EVIDENCE, lines(EVIDENCE, [evidence(each) for each in now]))
    assert writer.files == dict(whole.manifest.files)
    counted = writer.counted["431382"].alerts
    assert counted["rule"] == {"K01": 1, "W01": 1}
    assert counted["change"] == {"new": 2}


def test_a_table_without_lines_left_has_no_file(base: PublishedRun, tmp_path: Path) -> None:
    writer = merging(base, tmp_path / "merged", [1, 3], [10, 20])
    writer.parted(ALERTS, [])
    writer.parted(HOUSEHOLDS, [])
    assert writer.files == {}


def test_a_part_without_anybody_affected_is_the_base_s_own_files_but_for_new_alerts(base: PublishedRun, tmp_path: Path) -> None:
    writer = merging(base, tmp_path / "carried", [], [])
    assert set(writer.carry("431382")) == {"parts/431382/alerts.parquet", "parts/431382/evidence.parquet"}
    same, other = (tmp_path / "carried/parts/431382" / name for name in ("evidence.parquet", "alerts.parquet"))
    assert os.path.samefile(same, base.path / "parts/431382/evidence.parquet")
    assert not os.path.samefile(other, base.path / "parts/431382/alerts.parquet")
    whole = publish(tmp_path / "whole", "now", [alert(*each[:3], {"base": "now"}.get(each[3], each[3])) for each in BEFORE])
    assert writer.files == dict(whole.manifest.files)


def test_what_an_interruption_left_is_taken_away_before_writing_so_that_the_base_stays(base: PublishedRun, tmp_path: Path) -> None:
    merging(base, tmp_path / "merged", [], []).carry("431382")
    writer = Waiting(tmp_path / "merged", base, "now", lambda part: Subjects(pa.array([3]), pa.array([20])), ThreadPoolExecutor(2))
    writer.begin(["431382"])
    writer.parted(EVIDENCE, [])
    assert writer.files["parts/431382/evidence.parquet"].rows == 2
    base.verify()


def test_lines_computed_anew_that_are_as_before_leave_the_file_as_it_is(base: PublishedRun, tmp_path: Path) -> None:
    writer = merging(base, tmp_path / "merged", [3], [20])
    same = [evidence(alert(*each)) for each in BEFORE if each[2] == 20 or each[1] == 3]
    writer.parted(EVIDENCE, lines(EVIDENCE, sorted(same, key=lambda row: row["alert"])))
    own = tmp_path / "merged/parts/431382/evidence.parquet"
    assert os.path.samefile(own, base.path / "parts/431382/evidence.parquet")
    writer.parted(EVIDENCE, lines(EVIDENCE, sorted((line | {"value": "2"} for line in same), key=lambda row: row["alert"])))
    assert not os.path.samefile(own, base.path / "parts/431382/evidence.parquet")
    base.verify()


def test_lines_of_a_part_that_is_not_being_written_are_an_error(base: PublishedRun, tmp_path: Path) -> None:
    writer = merging(base, tmp_path / "merged", [3], [20])
    with pytest.raises(ValueError, match="430102"):
        writer.parted(ALERTS, lines(ALERTS, [alert("K01", None, 20, "now")], "430102"))
