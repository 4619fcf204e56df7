"""What a county looks like while a dataset is late: without the rows of the time that is missing.

The policy says by which day rows count; a row is missing if all its days lie in the missing time. Of a late snapshot the whole newest list is
missing. What people in education were aided with bears a term, so the current term is missing. Aid after a disaster without a date is taken to
have been delivered.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from tests.second_reading.builder import CONTRACTS
from tests.second_reading.times import month_of, terms
from tests.second_reading.worlds import World

DAYS_LATE = 50
DAYS: dict[str, tuple[str, ...]] = {
    "medical_expense": ("start_date",),
    "disease_emergency_fund": ("aid_date",),
    "insurance_reimbursement": ("settle_date",),
    "medical_aid": ("aid_date",),
    "work_injury": ("injury_date",),
    "employment_aid": ("service_date",),
    "housing_aid": ("aid_date",),
    "disaster_aid": ("disaster_date", "aid_date"),
    "disabled_living_subsidy": ("month",),
    "severe_disabled_nursing_subsidy": ("month",),
    "payment": ("month", "due_date"),
    "temporary_aid": ("aid_date",),
    "economic_check": ("check_date",),
    "education_aid": (),
}
"""Events and the days by which their rows count."""

DATASETS = sorted(
    name for name, contract in CONTRACTS.items() if name not in ("population", "death") and (contract.mode == "snapshot" or name in DAYS)
)


def delivered_to(day: date) -> date:
    """How far a dataset that is late on a day was delivered: to the end of a month, more than a month ago."""
    there = day - timedelta(days=DAYS_LATE)
    return there.replace(day=1) - timedelta(days=1)


def without(world: World, dataset: str) -> dict[str, list[dict[str, Any]]]:
    """The county's rows while a dataset is late."""
    there = delivered_to(world.day)

    def missing(row: dict[str, Any]) -> bool:
        if dataset == "disaster_aid" and row["aid_kind"] and not row["aid_date"]:
            return False
        if CONTRACTS[dataset].mode == "snapshot":
            return True
        if dataset == "education_aid":
            return row["term"] in terms(world.day)
        values = [row[name] for name in DAYS[dataset] if row[name] is not None]
        return all(value > (there if isinstance(value, date) else month_of(there)) for value in values)

    return {**world.tables, dataset: [row for row in world.tables[dataset] if not missing(row)]}
