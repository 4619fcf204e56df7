"""Section 3 of the policy: the rules about persons. Each function answers for one subject: hit, miss or unknown.

Where the policy leaves room, what was chosen here:

- "dibao since m-3 or longer" (E05): one row that is active and began in m-3 or before.
- E03, W04: of reimbursements by settle date or settle month, whatever the day of the visit.
- E08 "willing": one registration open on D with willing = yes. Services count by year alone.
- E11, E12, E13, W11: an empty yes/no is unknown, but an empty grade of a work injury is none (the contract says so).
- W04: a settlement later than D in the month of D counts to that month.
- X05: a later determination is one after that of the expired row, in the newest list of either kind.
- D06 "paid": paid_date filled, whatever the amount. D07: the later of the two in 12m; of one day either is the later.
- F02: (due_date + 7 days < D and not paid) or paid more than 7 days late.
- F04 asks the newest list, as every rule does that names no other.
- F05: anybody with a row under that number in the newest list, whether it is still active or not; a payment row counts whether paid or not.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from tests.second_reading import facts as f
from tests.second_reading.county import County, Row, once
from tests.second_reading.three import both, either, every, less, most, no, some
from tests.second_reading.times import full_years, month_of, plus_days, plus_months, school_year, terms, within

AID_LISTS = ("subsistence_allowance", "extreme_poverty", "orphan_aid", "de_facto_unattended_child")
SUBSIDIES = ("disabled_living_subsidy", "severe_disabled_nursing_subsidy")

Rule = Callable[[County, int], bool | None]


def k04(c: County, p: int) -> bool | None:
    return both(f.any_member(c, c.home[p], f.edge), f.severe(c, p), not f.core(c, p))


def k05(c: County, p: int) -> bool | None:
    def unable(row: Row) -> bool:
        kind, grade = row["kind"], row["grade"]
        return (kind in ("5", "6") and grade <= 3) or (kind == "4" and grade <= 2) or (kind == "1" and grade == 1)

    h, age = c.home[p], f.age(c, p)
    return both(
        f.size(c, h) == 1,
        either(most(60, age), less(age, 16), f.certificate(c, p, unable)),
        f.total(c, h, f.income_known) < c.figure("dibao_standard", h) * 12,
        not (f.core(c, p) or f.orphan(c, p) or f.unattended(c, p)),
    )


def k06(c: County, p: int) -> bool | None:
    def carer(c: County, other: int) -> bool | None:
        age = f.age(c, other)
        return both(most(18, age), most(age, 59), no(f.grade_1_2(c, other)))

    return both(less(f.age(c, p), 18), no(f.any_member(c, c.home[p], carer)), not (f.orphan(c, p) or f.unattended(c, p) or f.tekun(c, p)))


def enrolments(c: County, p: int) -> list[Row]:
    return [row for row in c.of("insurance_enrolment", p) if row["year"] == c.day.year]


def e01(c: County, p: int) -> bool | None:
    entitled = f.tekun(c, p) or f.dibao(c, p) or f.orphan(c, p) or f.monitored(c, p)
    return entitled and any(row["insured_kind"] == "390" and not row["subsidy"] for row in enrolments(c, p))


def e02(c: County, p: int) -> bool | None:
    return f.covered(c, p) and not enrolments(c, p)


def e03(c: County, p: int) -> bool | None:
    settled = f.in_12m(c, "insurance_reimbursement", p, "settle_date")
    inpatient = sum(row["self_paid"] for row in settled if f.visit_kind(c, p, row["visit_no"]) == "2")
    aided = any(row["aid_kind"] in ("2", "3", "4", "5") for row in f.in_12m(c, "medical_aid", p, "aid_date"))
    line = c.figure("inpatient_line", c.home[p])
    return both(f.core(c, p) or f.edge(c, p), less(line, inpatient), sum(row["aid_paid"] for row in settled) == 0, not aided)


def e04(c: County, p: int) -> bool | None:
    named = any(f.core(c, q) or f.edge(c, q) or f.rigid(c, q) or f.monitored(c, q) for q in c.households[c.home[p]])
    studies = some(either(row["stage"] in ("1", "4", "5", "6", "7"), both(row["stage"] in ("2", "3"), row["boarding"])) for row in f.studies(c, p))
    return both(named, studies, not any(row["term"] in terms(c.day) for row in c.of("education_aid", p)))


def subsidised(c: County, p: int, table: str) -> bool:
    return any(row["month"] in (c.month - 1, c.month - 2) for row in c.of(table, p))


def settled_certificate(row: Row, c: County) -> bool:
    return month_of(row["issue_date"]) <= c.month - 3


def e05(c: County, p: int) -> bool | None:
    return both(
        any(row["start_month"] <= c.month - 3 for row in f.active_dibao(c, p)),
        f.certificate(c, p, lambda row: settled_certificate(row, c)),
        not subsidised(c, p, "disabled_living_subsidy"),
        not f.unattended(c, p),
    )


def e06(c: County, p: int) -> bool | None:
    issued = f.certificate(c, p, lambda row: f.is_grade_1_2(row) and settled_certificate(row, c))
    return both(issued, not subsidised(c, p, "severe_disabled_nursing_subsidy"))


def e08(c: County, p: int) -> bool | None:
    def served(kind: str) -> int:
        return sum(row["service_kind"] == kind and row["service_date"].year == c.day.year for row in c.of("employment_aid", p))

    willing = some(row["willing"] for row in f.registrations(c, p))
    return both(f.covered(c, p), willing, c.day >= date(c.day.year, 10, 1), served("1") < 3 or served("2") < 1 or served("3") < 1)


def e11(c: County, p: int) -> bool | None:
    return some(both(row["small_first"], no(row["materials_complete"]), plus_days(row["aid_date"], 14) < c.day) for row in c.of("temporary_aid", p))


def dibao_counties(c: County, p: int) -> set[str]:
    return {f.county_of(row["region"]) for row in f.active_dibao(c, p)}


def e12(c: County, p: int) -> bool | None:
    def left_behind(row: Row) -> bool:
        there, here = f.county_of(row["from_region"]), f.county_of(row["to_region"])
        drawn = dibao_counties(c, p)
        return plus_months(row["move_date"], 6) < c.day and there != here and there in drawn and here not in drawn

    return any(left_behind(row) for row in c.of("relocation", p))


def e13(c: County, p: int) -> bool | None:
    adrift = some(no(row["resettled"]) for row in c.of("fishing_ban_fishers", p))
    return both(adrift, not f.employed(c, p), not f.pensions(c, p, ("1", "3")))


@once
def w03(c: County, p: int) -> bool | None:
    line = c.figure("single_visit_line", c.home[p])
    return both(some(most(line, row["total_cost"]) for row in f.in_12m(c, "medical_expense", p, "start_date")), not f.core(c, p))


@once
def w04(c: County, p: int) -> bool | None:
    def outpatient(month: int) -> int:
        rows = [row for row in c.of("insurance_reimbursement", p) if month_of(row["settle_date"]) == month]
        return sum(row["self_paid"] for row in rows if f.visit_kind(c, p, row["visit_no"]) in ("1", "3"))

    line = c.figure("outpatient_month_line", c.home[p])
    return both(every(most(line, outpatient(c.month - back)) for back in (0, 1, 2)), not f.core(c, p))


@once
def w05(c: County, p: int) -> bool | None:
    return bool(f.in_12m(c, "disease_emergency_fund", p, "aid_date")) and not f.core(c, p)


@once
def w07(c: County, p: int) -> bool | None:
    birth, day = c.people[p]["birth_date"], date(school_year(c.day), 9, 1)
    return both(None if birth is None else 6 <= full_years(birth, day) <= 14, not f.student(c, p))


@once
def w08(c: County, p: int) -> bool | None:
    new = f.certificate(c, p, lambda row: f.is_severe(row) and within(row["issue_date"], 3, c.day))
    return both(new, not f.core(c, p))


@once
def w11(c: County, p: int) -> bool | None:
    hurt = any(row["grade"] in (1, 2, 3, 4) for row in f.in_12m(c, "work_injury", p, "injury_date"))
    return hurt and not f.core(c, p)


def x02(c: County, p: int) -> bool | None:
    """Asked of everybody with a linked death record."""
    after = range(month_of(c.died[p]) + 1, c.month + 1)
    return any(f.covers(row, month) for table in AID_LISTS for row in c.of(table, p) for month in after)


def x04(c: County, p: int) -> bool | None:
    return both(f.tekun(c, p), f.employed(c, p), most(c.figure("dibao_standard", c.home[p]), f.wage_monthly(c, p)))


def x05(c: County, p: int) -> bool | None:
    rows = [row for table in ("allowance_edge", "rigid_expenditure") for row in c.of(table, p)]
    newest = max((row["determined_date"] for row in rows), default=None)
    return any(row["valid_until"] is not None and row["valid_until"] < c.day and row["determined_date"] == newest for row in rows)


def x07(c: County, p: int) -> bool | None:
    return both(f.orphan(c, p) or f.unattended(c, p), most(18, f.age(c, p)), not f.student(c, p))


def d01(c: County, p: int) -> bool | None:
    return f.dibao(c, p) and f.tekun(c, p)


def d02(c: County, p: int) -> bool | None:
    return len({row["household_no"] for row in f.active_dibao(c, p)}) >= 2


def d03(c: County, p: int) -> bool | None:
    return f.orphan(c, p) + f.unattended(c, p) + f.tekun(c, p) >= 2


def d04(c: County, p: int) -> bool | None:
    paid = any(row["month"] == c.month - 1 and row["paid_date"] for row in c.of("disabled_living_subsidy", p))
    return f.unattended(c, p) and paid


def d05(c: County, p: int) -> bool | None:
    def both_ends(row: Row) -> bool:
        ends = {f.county_of(row["from_region"]), f.county_of(row["to_region"])}
        return len(ends) == 2 and ends <= dibao_counties(c, p)

    return any(both_ends(row) for row in c.of("relocation", p))


def d06(c: County, p: int) -> bool | None:
    paid = [(row["program"], row["month"]) for row in f.in_12m(c, "payment", p, "due_date") if row["paid_date"]]
    return len(paid) > len(set(paid))


def d07(c: County, p: int) -> bool | None:
    rows = c.of("temporary_aid", p)
    return any(
        within(later["aid_date"], 12, c.day)
        and 0 <= (later["aid_date"] - sooner["aid_date"]).days <= 30
        and later["kind"] == sooner["kind"]
        and f.county_of(later["region"]) != f.county_of(sooner["region"])
        for later in rows
        for sooner in rows
    )


def f01(c: County, p: int) -> bool | None:
    """Asked of everybody with a linked death record."""
    death = month_of(c.died[p])
    subsidies = [row for table in SUBSIDIES for row in c.of(table, p) if c.month - 11 <= row["month"] <= c.month]
    return any(row["month"] > death and row["paid_date"] for row in [*subsidies, *f.in_12m(c, "payment", p, "due_date")])


def f02(c: County, p: int) -> bool | None:
    def late(row: Row) -> bool:
        limit = plus_days(row["due_date"], 7)
        return row["paid_date"] > limit if row["paid_date"] else limit < c.day

    return any(within(row["due_date"], 3, c.day) and late(row) for row in c.of("payment", p))


def f03(c: County, p: int) -> bool | None:
    return any(bool(row["paid_date"]) and row["paid_amount"] < row["due_amount"] for row in f.in_12m(c, "payment", p, "due_date"))


def f04(c: County, p: int) -> bool | None:
    paid = any(row["program"] == "01" and row["month"] == c.month - 1 and row["paid_date"] for row in c.of("payment", p))
    return paid and not any(f.covers(row, c.month - 1) for row in c.of("subsistence_allowance", p))


def f05(c: County, p: int) -> bool | None:
    def unpaid(number: str) -> bool:
        listed = {row["person"] for row in c.all("subsistence_allowance") if row["household_no"] == number}
        return not any(row["program"] == "01" and row["month"] == c.month - 1 for row in c.of_all("payment", listed))

    return any(row["start_month"] <= c.month - 1 and unpaid(row["household_no"]) for row in f.active_dibao(c, p))


def f07(c: County, p: int) -> bool | None:
    return f.core(c, p) and any(row["relative"] == p and row["filed_date"] is None for row in c.all("official_relatives"))


def f08(c: County, p: int) -> bool | None:
    paid = any(row["month"] == c.month - 1 and row["paid_date"] for row in c.of("severe_disabled_nursing_subsidy", p))
    return both(paid, no(f.grade_1_2(c, p)))


LIVING: dict[str, Rule] = {
    "K04": k04, "K05": k05, "K06": k06,
    "E01": e01, "E02": e02, "E03": e03, "E04": e04, "E05": e05, "E06": e06, "E08": e08, "E11": e11, "E12": e12, "E13": e13,
    "W03": w03, "W04": w04, "W05": w05, "W07": w07, "W08": w08, "W11": w11,
    "X04": x04, "X05": x05, "X07": x07,
    "D01": d01, "D02": d02, "D03": d03, "D04": d04, "D05": d05, "D06": d06, "D07": d07,
    "F02": f02, "F03": f03, "F04": f04, "F05": f05, "F07": f07, "F08": f08,
}  # fmt: skip
"""Asked of every living person of the newest list."""

DECEASED: dict[str, Rule] = {"X02": x02, "F01": f01}
"""Asked of everybody with a linked death record, listed or not."""
