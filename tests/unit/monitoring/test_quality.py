"""Scores of the data: what they count, what they do not, and that nothing imperfect is called perfect."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import SimpleNamespace

import pytest
from tests.unit.monitoring.filling import put

from doudi.contracts.model import Contract
from doudi.contracts.read import load_contracts
from doudi.lake.engine import DuckEngine
from doudi.monitoring.compute import empty_table
from doudi.monitoring.quality import count_filled, optional_columns, quality_lines, share
from doudi.rules import DatasetState

DELIVERIES = "delivery dataset verdict delivered accepted refused held"


@pytest.fixture(scope="module")
def contracts() -> dict[str, Contract]:
    found = load_contracts()
    return {name: found[name] for name in ("population", "medical_expense", "charity_aid")}


def score(engine: DuckEngine, contracts: Mapping[str, Contract], states: Mapping[str, DatasetState]) -> dict[tuple[str, str, str, str], dict]:
    frozen = SimpleNamespace(books=SimpleNamespace(contracts=contracts), states=states)
    lines = quality_lines(engine, frozen, count_filled(engine, contracts).values()).to_pylist()  # type: ignore[arg-type]
    return {(line["scope"], line["department"], line["dataset"], line["county"]): line for line in lines}


@pytest.fixture
def scores(engine: DuckEngine, contracts: dict[str, Contract]) -> dict[tuple[str, str, str, str], dict]:
    for contract in contracts.values():
        engine.execute(empty_table(contract.dataset, contract))
    expense = "INSERT INTO medical_expense (delivery, row, person, bucket, hospital, diagnosis, end_date) VALUES (7, ?, ?, ?, ?, ?, NULL)"
    here, there = 431382101, 431381000
    for row in ((1, 1, here, "县医院", "I10"), (2, 1, here, "县医院", None), (3, 2, there, None, None), (4, 3, -1, "县医院", "I10")):
        engine.execute(expense, row)
    put(
        engine,
        "delivery_lines",
        DELIVERIES,
        (7, "medical_expense", "accepted", 10, 4, 5, 1),
        (8, "medical_expense", "refused", 3, 0, 3, 0),
        (9, "population", "accepted", 3, 3, 0, 0),
        (10, "", "refused", 99, 0, 99, 0),
    )
    put(
        engine,
        "remarks",
        "delivery row code header outcome",
        (7, 2, "bad_date", "出院日期", "emptied"),
        (7, 2, "bad_money", "费用", "emptied"),
        (7, 4, "adds_up", "", "noted"),
    )
    put(engine, "conflicts", "kind dataset delivery row", ("name_differs", "medical_expense", 7, 1), ("dead_but_listed", "population", 9, 2))
    day = date(2026, 9, 30)
    states = {"medical_expense": DatasetState(day, 0), "population": DatasetState(day, 31), "charity_aid": DatasetState(None, 26)}
    return score(engine, contracts, states)


def test_a_dataset_is_counted_and_scored(scores: dict[tuple[str, str, str, str], dict]) -> None:
    line = scores["dataset", "health", "medical_expense", ""]
    assert {name: line[name] for name in ("delivered", "accepted", "refused", "held", "emptied", "late_days")} == {
        "delivered": 13,
        "accepted": 4,
        "refused": 8,
        "held": 1,
        "emptied": 2,
        "late_days": 0,
    }
    assert line["completeness"] == share(5, 8), "hospital and diagnosis; an empty end_date is an answer"
    assert line["validity"] == share(3, 13), "one row lost two values"
    assert line["timeliness"] == 10_000
    assert line["consistency"] == share(2, 4), "one contradicts the population list, one its own sum"


def test_completeness_is_told_for_each_county_that_is_known(scores: dict[tuple[str, str, str, str], dict]) -> None:
    here, there = scores["dataset", "health", "medical_expense", "431382"], scores["dataset", "health", "medical_expense", "431381"]
    assert (here["accepted"], here["completeness"], here["delivered"]) == (2, share(3, 4), None)
    assert (there["accepted"], there["completeness"]) == (1, 0)
    assert sum(key[0] == "dataset" and key[2] == "medical_expense" for key in scores) == 3


def test_a_department_and_all_add_up_their_datasets(scores: dict[tuple[str, str, str, str], dict]) -> None:
    health, everything = scores["department", "health", "", ""], scores["all", "", "", ""]
    assert (health["delivered"], health["accepted"], health["timeliness"], health["late_days"]) == (16, 7, share(1, 2), 31)
    assert health["consistency"] == share(4, 7)
    assert (everything["delivered"], everything["timeliness"]) == (16, share(1, 3)), "files of no dataset belong to nobody"


def test_what_was_never_delivered_is_not_in_time_and_nothing_else_is_known(scores: dict[tuple[str, str, str, str], dict]) -> None:
    line = scores["dataset", "civil_affairs", "charity_aid", ""]
    assert (line["late_days"], line["timeliness"], line["completeness"], line["validity"], line["consistency"]) == (None, 0, None, None, None)


def test_only_what_is_complete_is_called_complete() -> None:
    assert share(99_999, 100_000) == 9_999
    assert share(1, 3) == 3_333
    assert share(0, 0) is None


def test_empty_values_with_a_meaning_are_no_gaps() -> None:
    contracts = load_contracts()
    assert "end_month" not in optional_columns(contracts["subsistence_allowance"])
    assert "paid_date" not in optional_columns(contracts["payment"])
    assert "deposits" in optional_columns(contracts["economic_check"])
