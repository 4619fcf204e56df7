"""Section 1 of the policy: the variables, written out plainly.

Where the policy leaves room, what was chosen here:

- A certificate without an expiry date: it is unknown whether it is valid (for the other lists the policy says "empty or"; for this one not).
- A person without a birth date has an unknown age.
- A sum is of what is there: an empty wage (X04 too), pension, benefit, annual_cost or loss adds nothing, and nothing becomes unknown by it. A pension
  that is drawn since an unknown month adds nothing either: it is a lower bound.
- Months of an employment or benefit are whole calendar months, so days of m(D) after D count too.
- A visit and a reimbursement belong together by person and visit_no. A reimbursement that names no visit, or one that was not delivered, is of
  no kind.
- unemployed_months is that of the longest open registration; a registration is open on D as any interval is (start <= D, end empty or > D).
- Of two checks of one day and one number the later delivered row is the latest.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.second_reading.county import County, Row, once
from tests.second_reading.three import among, both, either, most, no, same, some
from tests.second_reading.times import full_years, open_in, open_on, whole_months, within


@once
def age(c: County, p: int) -> int | None:
    birth = c.people[p]["birth_date"]
    return None if birth is None else full_years(birth, c.day)


def covers(row: Row, month: int) -> bool:
    """start_month <= month and (end_month empty or >= month)."""
    return row["start_month"] <= month and (row["end_month"] is None or row["end_month"] >= month)


def on(table: str) -> Callable[[County, int], bool]:
    return once(lambda c, p: any(covers(row, c.month) for row in c.of(table, p)))


dibao, tekun, orphan, unattended = (on(table) for table in ("subsistence_allowance", "extreme_poverty", "orphan_aid", "de_facto_unattended_child"))


def determined(table: str) -> Callable[[County, int], bool]:
    return lambda c, p: any(row["determined_date"] <= c.day and (row["valid_until"] is None or row["valid_until"] >= c.day) for row in c.of(table, p))


edge, rigid = determined("allowance_edge"), determined("rigid_expenditure")


def active_dibao(c: County, p: int) -> list[Row]:
    return [row for row in c.of("subsistence_allowance", p) if covers(row, c.month)]


@once
def monitored(c: County, p: int) -> bool:
    return any(row["identify_date"] <= c.day and not row["risk_removed"] for row in c.of("poverty_return_monitoring", p))


@once
def core(c: County, p: int) -> bool:
    return dibao(c, p) or tekun(c, p)


@once
def covered(c: County, p: int) -> bool:
    return core(c, p) or edge(c, p) or rigid(c, p) or monitored(c, p) or orphan(c, p) or unattended(c, p)


def certificate(c: County, p: int, fits: Callable[[Row], bool] = lambda row: True) -> bool | None:
    """A valid certificate of which something holds."""
    return some(both(row["status"] == "1", most(c.day, row["expiry_date"]), fits(row)) for row in c.of("disability_certificate", p))


def is_severe(row: Row) -> bool:
    return row["grade"] <= 2 or (row["grade"] == 3 and row["kind"] in ("5", "6"))


def is_grade_1_2(row: Row) -> bool:
    return row["grade"] in (1, 2)


@once
def severe(c: County, p: int) -> bool | None:
    return certificate(c, p, is_severe)


@once
def grade_1_2(c: County, p: int) -> bool | None:
    return certificate(c, p, is_grade_1_2)


def jobs(c: County, p: int) -> list[Row]:
    """Employment rows open on D."""
    return [row for row in c.of("employment", p) if open_on(row["start_date"], row["end_date"], c.day)]


def employed(c: County, p: int) -> bool:
    return bool(jobs(c, p))


def wage_monthly(c: County, p: int) -> int:
    return sum(row["monthly_wage"] or 0 for row in jobs(c, p))


def registrations(c: County, p: int) -> list[Row]:
    """Unemployment rows open on D."""
    return [row for row in c.of("unemployment", p) if open_on(row["register_date"], row["end_date"], c.day)]


def unemployed_months(c: County, p: int) -> int:
    """Of somebody registered on D."""
    return max(whole_months(row["register_date"], c.day) for row in registrations(c, p))


def studies(c: County, p: int) -> list[Row]:
    return [row for row in c.of("school_enrolment", p) if row["status"] == "1"]


def student(c: County, p: int) -> bool:
    return bool(studies(c, p))


def able_adult(c: County, p: int) -> bool | None:
    return both(most(18, age(c, p)), most(age(c, p), 59), not student(c, p), no(severe(c, p)))


def in_12m(c: County, table: str, p: int, column: str) -> list[Row]:
    """A person's rows whose date lies in the 12 months up to D."""
    return [row for row in c.of(table, p) if row[column] is not None and within(row[column], 12, c.day)]


def visit_kind(c: County, p: int, visit_no: str | None) -> str | None:
    """The kind of the visit that a reimbursement names; None if it names none that was delivered."""
    return next((row["visit_kind"] for row in c.of("medical_expense", p) if visit_no is not None and row["visit_no"] == visit_no), None)


@once
def self_paid_12m(c: County, p: int) -> int:
    named = {row["visit_no"] for row in c.of("insurance_reimbursement", p)}
    settled = sum(row["self_paid"] for row in in_12m(c, "insurance_reimbursement", p, "settle_date"))
    return settled + sum(row["total_cost"] for row in in_12m(c, "medical_expense", p, "start_date") if row["visit_no"] not in named)


def education_cost_12m(c: County, p: int) -> int:
    return sum(row["annual_cost"] or 0 for row in studies(c, p))


PENSIONS = ("pension_public", "pension_enterprise")


def pensions(c: County, p: int, statuses: tuple[str, ...]) -> list[Row]:
    return [row for table in PENSIONS for row in c.of(table, p) if row["status"] in statuses]


@once
def income_known(c: County, p: int) -> int:
    """A person's wages, pensions and benefits over the 12 calendar months up to m(D)."""
    total = 0
    for month in range(c.month - 11, c.month + 1):
        total += sum(row["monthly_wage"] or 0 for row in c.of("employment", p) if open_in(row["start_date"], row["end_date"], month))
        total += sum(row["benefit_monthly"] or 0 for row in c.of("unemployment", p) if open_in(row["register_date"], row["end_date"], month))
        drawn = [row for row in pensions(c, p, ("3",)) if row["start_month"] is not None and row["start_month"] <= month]
        total += sum(row["monthly_pension"] or 0 for row in drawn)
    return total


# Households


def any_member(c: County, h: int, claim: Callable[[County, int], bool | None]) -> bool | None:
    return some(claim(c, p) for p in c.households[h])


def total(c: County, h: int, figure: Callable[[County, int], int]) -> int:
    return sum(figure(c, p) for p in c.households[h])


def size(c: County, h: int) -> int:
    return len(c.households[h])


@once
def check(c: County, h: int) -> Row:
    """The latest check in 12m with a living member as applicant; all figures None if there is none."""
    found = [row for p in c.households[h] for row in in_12m(c, "economic_check", p, "check_date")]
    nothing = dict.fromkeys(("income_12m", "deposits", "vehicles", "vehicle_value", "houses", "business"))
    return max(found, key=lambda row: (row["check_date"], row["check_no"], row["delivery"], row["row"]), default=nothing)


def times(figure: int | None, factor: int) -> int | None:
    return None if figure is None else figure * factor


def dibao_year(c: County, h: int) -> int:
    """dibao_standard * 12 * members."""
    return c.figure("dibao_standard", h) * 12 * size(c, h)


def assets_ok_dibao(c: County, h: int) -> bool | None:
    seen = check(c, h)
    return both(most(seen["deposits"], dibao_year(c, h) * 2), same(seen["vehicles"], 0), most(seen["houses"], 1), no(seen["business"]))


def assets_ok_edge(c: County, h: int) -> bool | None:
    seen = check(c, h)
    vehicle = either(same(seen["vehicles"], 0), most(seen["vehicle_value"], c.figure("vehicle_value_edge", h)))
    return both(most(seen["deposits"], dibao_year(c, h) * 4), most(seen["vehicles"], 1), vehicle, most(seen["houses"], 1), no(seen["business"]))


def essential_12m(c: County, h: int) -> int:
    return total(c, h, self_paid_12m) + total(c, h, education_cost_12m)


def disaster_12m(c: County, h: int) -> list[Row]:
    return [row for p in c.households[h] for row in in_12m(c, "disaster_aid", p, "disaster_date")]


def damaged(row: Row) -> bool | None:
    return among(row["house_damage"], ("2", "3"))


def no_one(c: County, h: int, *claims: Callable[[County, int], bool | None]) -> bool | None:
    """No member of whom any of the claims holds."""
    return no(some(any_member(c, h, claim) for claim in claims))


def county_of(region: Any) -> str:
    return region[:6]
