"""Parts of stories: what makes somebody covered, disabled, ill, at work … each on one of its edges, and mostly so that it holds."""

from __future__ import annotations

from tests.second_reading.builder import OUTSIDER, Builder
from tests.second_reading.times import days_of, plus_days, plus_months

GROUPS = ("dibao", "tekun", "edge", "rigid", "monitored", "orphan", "unattended")
LISTS = {
    "dibao": "subsistence_allowance",
    "tekun": "extreme_poverty",
    "orphan": "orphan_aid",
    "unattended": "de_facto_unattended_child",
    "edge": "allowance_edge",
    "rigid": "rigid_expenditure",
}


LISTED = ("dibao", "tekun", "orphan", "unattended")


def cover(w: Builder, person: int, *groups: str) -> None:
    """Put somebody on one of the lists, sometimes just not in force."""
    group = w.one(*groups)
    start, end = w.month - w.one(0, 3, 12, 24), w.one(None, None, w.month, w.month + 5)
    if w.chance(0.15):
        start, end = w.one((w.month + 1, None), (w.month - 6, w.month - 1))
    if group == "monitored":
        w.add("poverty_return_monitoring", person, identify_date=w.one(w.day, w.recent(12), w.before(0)), risk_removed=w.chance(0.15))
    elif group in ("edge", "rigid"):
        w.add(LISTS[group], person, determined_date=w.recent(12), valid_until=w.one(None, None, w.day, w.before(0), plus_months(w.day, 5)))
    else:
        w.add(LISTS[group], person, start_month=start, end_month=end)


def cover_somebody(w: Builder, members: list[int], *groups: str) -> None:
    """A member, seldom nobody."""
    if w.chance(0.9):
        cover(w, w.one(*members), *groups)


def certify(w: Builder, person: int, months: int = 24, **given: object) -> None:
    """A certificate issued so many months ago, give or take a day or a month, mostly valid and of an entitling grade."""
    kind, grade = w.one(("4", 1), ("4", 2), ("5", 3), ("6", 3), ("1", 1), ("1", 2), ("4", 3), ("6", 4), ("3", 2))
    values = {
        "kind": kind,
        "grade": grade,
        "issue_date": w.one(w.ago(months), w.day_in(w.month - months), w.day_in(w.month - months + 1)),
        "expiry_date": w.one(plus_months(w.day, 24), plus_months(w.day, 12), w.day, w.before(0), None),
        "status": w.one("1", "1", "1", "1", "1", "2", "3"),
    }
    w.add("disability_certificate", person, **(values | given))


def ill(w: Builder, members: list[int], amount: int) -> None:
    """Costs that the members bear themselves, together about an amount: settled, or not yet."""
    for part in w.split(amount, w.one(1, 1, 2, 3)):
        person, number = w.one(*members), f"V{w.count}"
        day = w.recent(12, 0.2)
        if w.chance(0.5):
            w.add("insurance_reimbursement", person, visit_no=w.one(number, None), settle_date=day, self_paid=part, aid_paid=0)
            if w.chance(0.3):
                w.add("medical_expense", person, visit_no=number, start_date=day, total_cost=part * 3)
        else:
            w.add("medical_expense", person, visit_no=number, start_date=day, total_cost=part)


def treated(w: Builder, person: int, kinds: tuple[str, ...], day: object, amount: int) -> None:
    """A visit and its settlement."""
    number = f"V{w.count}"
    if w.chance(0.95):
        w.add("medical_expense", person, visit_no=number, visit_kind=w.one(*kinds), start_date=day, total_cost=amount * 2)
    w.add(
        "insurance_reimbursement", person, visit_no=number if w.chance(0.95) else None, settle_date=day, self_paid=amount,
        aid_paid=0 if w.chance(0.9) else 1,
    )  # fmt: skip


def studies(w: Builder, person: int, cost: int | None = None) -> None:
    w.add("school_enrolment", person, status=w.one("1", "1", "1", "1", "2", "4"), annual_cost=cost)


def works(w: Builder, person: int, wage: int | None = None, since: int = 18) -> None:
    """A job that began months ago and is open on D, or ended on one of the days that matter."""
    first = w.one(days_of(w.month - since)[0], days_of(w.month - since)[-1], plus_months(w.day, -since), w.near_day(w.day))
    end = w.one(None, None, None, None, w.day, plus_days(w.day, 1), days_of(w.month)[0], days_of(w.month)[-1])
    w.add("employment", person, start_date=first, end_date=end, monthly_wage=wage)


def retired(w: Builder, person: int, status: str = "3", pension: int | None = None) -> None:
    start = w.month - w.one(0, 1, 5, 10, 11, 12, 30, -1)
    w.add(w.one("pension_public", "pension_enterprise"), person, status=status, monthly_pension=pension, start_month=w.one(start, start, start, None))


def unemployed(w: Builder, person: int, since: int) -> None:
    end = w.one(None, None, None, w.day, plus_days(w.day, 1))
    w.add("unemployment", person, register_date=w.ago(since), end_date=end, willing=w.one(True, True, True, False, None))


def earns(w: Builder, members: list[int], year: int) -> None:
    """Incomes of the members that add up to about an amount in the 12 months up to m(D): 12, 6 or 3 months of something each."""
    for part in w.split(year, w.one(1, 1, 2)):
        person, months = w.one(*members), w.one(12, 12, 6, 3)
        monthly = w.near(-(-part // months))
        first = w.month - months + 1
        kind = w.one("job", "job", "job", "pension", "benefit")
        if kind == "job":
            w.add(
                "employment", person, start_date=w.day_in(first), end_date=w.one(None, None, plus_days(days_of(w.month)[0], 1)), monthly_wage=monthly
            )
        elif kind == "pension":
            w.add(w.one("pension_public", "pension_enterprise"), person, status="3", monthly_pension=monthly, start_month=first)
        else:
            w.add("unemployment", person, register_date=w.day_in(first), end_date=None, benefit_monthly=monthly)


def checked(w: Builder, household: int, income: int) -> None:
    """A check of a household with an income, and at most one asset that is not in order; sometimes a second one about the same day."""
    members = w.members(household)
    year = w.figure("dibao_standard", household) * 12 * len(members)
    for _ in range(w.one(1, 1, 1, 2)):
        assets = {"deposits": w.one(0, year), "vehicles": 0, "vehicle_value": None, "houses": w.one(0, 1), "business": False}
        odd = w.one(
            {}, {}, {"deposits": w.near(2 * year)}, {"deposits": w.near(4 * year)}, {"vehicles": 1, "vehicle_value": w.near(8_000_000)},
            {"vehicles": 2, "vehicle_value": 1}, {"houses": 2}, {"business": True}, {w.one(*assets): None}, {"vehicles": 1},
        )  # fmt: skip
        day = plus_months(w.day, -1) if w.chance(0.7) else w.recent(12, 0.7)
        applicant = w.one(*members, *members, *w.anybody(household))
        w.add("economic_check", applicant, check_date=day, income_12m=w.near(income), **(assets | odd))


def somebody_dies(w: Builder, household: int, day: object = None) -> int:
    """A dead person of the household, on the newest list or only on an older one, or one of no list at all."""
    person = w.person(household, listed=w.chance(0.5)) if w.chance(0.85) else OUTSIDER + w.count
    w.dies(person, day or w.recent(12))  # type: ignore[arg-type]
    return person
