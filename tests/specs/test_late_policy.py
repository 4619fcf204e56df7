"""What the policy in force still knows when a dataset is late: only what the missing rows could change becomes unknown."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

import pytest
from tests.specs.world import the_contracts, the_policy

from doudi.kernel.months import month
from doudi.rules import DatasetState, build_policy, judge
from doudi.rules.bounds import bind_lateness
from doudi.rules.judge import Judgement
from doudi.rules.model import Policy

AS_OF = date(2026, 10, 31)
LATE = DatasetState(date(2026, 8, 31), 26)


@cache
def _policy(late: str) -> Policy:
    return bind_lateness(build_policy(the_policy(), the_contracts(), AS_OF), {late: LATE} if late else {})[0]


def _judged(late: str, rows: dict[str, list[dict[str, Any]]]) -> Judgement:
    people = [
        {
            "person": 1,
            "household": 1,
            "listed": True,
            "list_month": month(2026, 10),
            "hukou_region": "431382001001",
            "hukou_kind": "1",
            "relation": "02",
        }
        | {"birth_date": date(1950, 1, 1)}
    ]
    tables = {name: [{"person": 1, "household": 1, "delivery": 1, "row": at, **row} for at, row in enumerate(table)] for name, table in rows.items()}
    return judge(_policy(late), {"people": people, **tables})


def _settled(yuan: int) -> dict[str, Any]:
    return {"settlement_no": "S", "visit_no": "V", "insured_kind": "390", "settle_date": date(2026, 5, 1), "self_paid": yuan * 100, "aid_paid": 0}


def _visited(yuan: int) -> dict[str, Any]:
    return {"visit_no": "W", "visit_kind": "2", "start_date": date(2026, 5, 1), "total_cost": yuan * 100}


@pytest.mark.parametrize("late", ["", "relocation", "insurance_reimbursement", "medical_expense", "disaster_aid"])
def test_dibao_is_known_whatever_else_is_late(late: str) -> None:
    listed = {"household_no": "A", "region": "431382001001", "start_month": month(2026, 1), "end_month": None}
    assert _judged(late, {"subsistence_allowance": [listed]}).persons[1]["dibao"] is True


def test_a_late_relocation_list_leaves_only_the_two_homes_open() -> None:
    listed = {"household_no": "A", "region": "431382001001", "start_month": month(2026, 1), "end_month": None}
    facts = _judged("relocation", {"subsistence_allowance": [listed]}).persons[1]
    assert (facts["hit_E12"], facts["hit_D05"], facts["hit_D02"]) == (None, None, False)


@pytest.mark.parametrize(
    ("late", "rows", "hit"),
    [
        ("", {"insurance_reimbursement": [_settled(19_999)]}, False),
        ("insurance_reimbursement", {"insurance_reimbursement": [_settled(20_000)]}, True),
        ("insurance_reimbursement", {"insurance_reimbursement": [_settled(19_999)]}, None),
        ("insurance_reimbursement", {"medical_expense": [_visited(20_000)]}, None),
        ("medical_expense", {"medical_expense": [_visited(20_000)]}, True),
        ("medical_expense", {"medical_expense": [_visited(19_999)]}, None),
    ],
)
def test_costs_that_are_settled_stay_over_the_line(late: str, rows: dict[str, Any], hit: bool | None) -> None:
    assert _judged(late, rows).households[1]["hit_W01"] is hit


def test_a_late_visit_list_leaves_settled_inpatient_costs_over_their_line() -> None:
    edge = {"household_no": "A", "region": "431382001001", "determined_date": date(2026, 1, 1), "valid_until": None}
    rows = {
        "allowance_edge": [edge],
        "insurance_reimbursement": [_settled(3_001)],
        "medical_expense": [{**_visited(3_001), "visit_no": "V"}],
    }
    assert _judged("medical_expense", rows).persons[1]["hit_E03"] is True
    assert _judged("medical_expense", {**rows, "medical_expense": []}).persons[1]["hit_E03"] is None


def test_a_check_that_was_made_stays_made_when_checks_are_late() -> None:
    listed = {"household_no": "A", "region": "431382001001", "start_month": month(2025, 1), "end_month": None}
    check = {"check_no": "C", "check_date": date(2026, 3, 1), "members": 1, "income_12m": 0}
    with_check = _judged("economic_check", {"subsistence_allowance": [listed], "economic_check": [check]}).households[1]
    without = _judged("economic_check", {"subsistence_allowance": [listed]}).households[1]
    assert (with_check["hit_X06"], without["hit_X06"]) == (False, None)


def test_subsidies_of_months_that_are_delivered_are_known_though_the_list_is_late() -> None:
    paid = {"region": "431382001001", "month": month(2026, 8), "paid_date": None}
    certificate = {"kind": "4", "grade": 1, "issue_date": date(2020, 1, 1), "expiry_date": date(2030, 1, 1), "status": "1"}
    rows = {"disability_certificate": [certificate], "severe_disabled_nursing_subsidy": [paid]}
    assert _judged("severe_disabled_nursing_subsidy", rows).persons[1]["hit_E06"] is False
    assert _judged("severe_disabled_nursing_subsidy", {"disability_certificate": [certificate]}).persons[1]["hit_E06"] is None
