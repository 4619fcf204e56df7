"""The samples taken: every row that nobody could accept is refused with a fitting code, no good row is, and it is fast."""

from __future__ import annotations

import csv
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from tests.unit.intake.cast import open_home, take

from doudi.intake.delivery import all_sendings, read_about
from doudi.lake.home import Home

FITTING = {
    "truncated": {"row_truncated"},
    "wrong_dataset": {"file_wrong_dataset"},
    "code_unknown": {"code_unknown"},
    "date_impossible": {"date_impossible"},
    "month_impossible": {"month_impossible"},
    "money_impossible": {"money_impossible"},
    "value_missing": {"value_missing"},
}
"""What intake itself must refuse; the other reasons of the truth are matters of identity."""


def refusals(home: Home) -> tuple[dict[tuple[str, str], str], dict[str, str]]:
    """(file, row) -> first code of refused rows; file -> code of files refused whole."""
    rows: dict[tuple[str, str], str] = {}
    whole: dict[str, str] = {}
    for sending in all_sendings(home):
        about = read_about(home, sending["delivery"])
        if about["verdict"] == "refused":
            whole[sending["file"]] = about["refusal"]["code"]
            continue
        for line in pq.read_table(home.deliveries / sending["delivery"] / "refused.parquet").to_pylist():
            rows.setdefault((sending["file"], str(line["row"])), line["code"])
    return rows, whole


def check(sample: Path, home: Home) -> None:
    summary = take(home, sample)
    assert summary.faults == [], "every file is there, and has the rows that the manifest claims"
    rows, whole = refusals(home)
    with (sample / "truth" / "rejects.csv").open(encoding="utf-8-sig", newline="") as stream:
        truth = {(line["file"], line["row"]): line["reason"] for line in csv.DictReader(stream) if line["optional"] == "no"}
    wanted = {key: reason for key, reason in truth.items() if reason in FITTING}
    assert wanted
    wrong = {key: (reason, rows.get(key) or whole.get(key[0])) for key, reason in wanted.items()}
    assert {key: codes for key, codes in wrong.items() if codes[1] not in FITTING[codes[0]]} == {}
    assert rows.keys() - truth.keys() == set()
    assert whole.keys() == {file for (file, _), reason in truth.items() if reason == "wrong_dataset"}


def test_the_tiny_sample_is_refused_where_it_must_be_and_nowhere_else(tmp_path: Path, sample_tiny: Path) -> None:
    check(sample_tiny, open_home(tmp_path))


@pytest.mark.sample
def test_the_county_sample_is_refused_where_it_must_be_and_nowhere_else(tmp_path: Path, county_a: Path) -> None:
    begun = time.process_time()
    check(county_a, open_home(tmp_path))
    assert time.process_time() - begun < 25, "135,000 rows in a hundred files"


def test_a_sample_taken_again_is_the_same(tmp_path: Path, sample_tiny: Path) -> None:
    home = open_home(tmp_path)
    first = take(home, sample_tiny)
    again = take(home, sample_tiny)
    assert all(outcome.is_new for outcome in first.outcomes)
    assert not any(outcome.is_new for outcome in again.outcomes)
    assert [(outcome.delivery, outcome.accepted) for outcome in first.outcomes] == [
        (outcome.delivery, outcome.accepted) for outcome in again.outcomes
    ]
