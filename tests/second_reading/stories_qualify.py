"""Stories for K01-K06 and E01-E13: most of what a rule asks is there, and something lies on its edge."""

from __future__ import annotations

from datetime import date

from tests.second_reading import stories_people as p
from tests.second_reading.builder import COUNTIES, Builder
from tests.second_reading.times import plus_days, plus_months, terms

CORE = ("dibao", "tekun")


def poor(w: Builder, h: int, members: list[int]) -> None:
    """K01, K02."""
    year = w.figure("dibao_standard", h) * 12 * len(members)
    p.checked(w, h, w.one(year, year, year * 3 // 2, year * 3 // 2, 0))
    if w.chance(0.2):
        p.cover(w, w.one(*members), *p.GROUPS)


def rigid(w: Builder, h: int, members: list[int]) -> None:
    """K03."""
    year = w.figure("dibao_standard", h) * 12 * len(members)
    above = w.figure("disposable_income_last_year", h) * len(members)
    income = w.one(year * 3 // 2, above, above - 5, year * 2, year * 2)
    p.checked(w, h, income)
    spent = w.one(w.near(income * 3 // 5), w.near(income * 3 // 5), income)
    if w.chance(0.4):
        half = spent // 2
        p.studies(w, w.one(*members), half)
        spent -= half
    p.ill(w, members, spent)
    if w.chance(0.2):
        p.cover(w, w.one(*members), *p.GROUPS)


def edge_disabled(w: Builder, h: int, members: list[int]) -> None:
    """K04."""
    p.cover_somebody(w, members, "edge", "edge", "edge", "rigid")
    for person in w.some(members, 2):
        p.certify(w, person)
    if w.chance(0.2):
        p.cover(w, w.one(*members), *CORE)


def alone(w: Builder, h: int, members: list[int]) -> None:
    """K05: a household of its own."""
    person = w.person(max(row["household"] for row in w.people.values()) + 1, relation="01", birth_date=w.born(16, 60, 60, 40))
    home = w.people[person]["household"]
    if w.chance(0.5):
        kind, grade = w.one(("5", 3), ("6", 3), ("4", 2), ("1", 1), ("5", 4), ("4", 3), ("1", 2), ("2", 1))
        w.people[person]["birth_date"] = w.born(40)
        p.certify(w, person, kind=kind, grade=grade, status="1", expiry_date=w.one(plus_months(w.day, 1), w.day, w.before(0), None))
    if w.chance(0.4):
        p.earns(w, [person], w.figure("dibao_standard", home) * 12)
    if w.chance(0.15):
        p.cover(w, person, *p.GROUPS)
    if w.chance(0.3):
        p.somebody_dies(w, home)


def child_without_adult(w: Builder, h: int, members: list[int]) -> None:
    """K06."""
    for person in members:
        w.people[person]["birth_date"] = w.born(18, 18, 60, 60, 8) if w.chance(0.9) else None
        if w.chance(0.25):
            p.certify(w, person)
    w.people[w.one(*members)]["birth_date"] = w.born(18, 10, 17)
    if w.chance(0.2):
        p.cover(w, w.one(*members), *p.GROUPS)


def premium(w: Builder, h: int, members: list[int]) -> None:
    """E01, E02."""
    for person in w.some(members):
        p.cover(w, person, *p.GROUPS)
        for back in w.one((0,), (0, 1), (0, 1), (1,), ()):
            kind, subsidy = w.one("390", "390", "310"), w.one(None, 0, 0, 1)
            w.add("insurance_enrolment", person, year=w.day.year - back, insured_kind=kind, subsidy=1 if back else subsidy)


def inpatient(w: Builder, h: int, members: list[int]) -> None:
    """E03."""
    person = w.one(*members)
    p.cover(w, person, "dibao", "tekun", "edge", "edge", "rigid")
    for part in w.split(w.one(w.near(300_000), 300_001, 900_000), w.one(1, 1, 2)):
        p.treated(w, person, ("2", "2", "2", "2", "2", "4"), w.recent(12, 0.15), part)
    if w.chance(0.4):
        w.add("medical_aid", person, aid_kind=w.one("1", "2", "3", "4", "5"), aid_date=w.one(w.ago(12), w.recent(12)))


def pupil(w: Builder, h: int, members: list[int]) -> None:
    """E04."""
    p.cover_somebody(w, members, "dibao", "tekun", "edge", "rigid", "monitored", "orphan")
    for person in w.some(members):
        w.add("school_enrolment", person, status=w.one("1", "1", "1", "1", "2"), boarding=w.one(True, True, False, None))
        if w.chance(0.5):
            w.add("education_aid", person, term=w.one(*terms(w.day), terms(plus_months(w.day, -12))[0], terms(plus_months(w.day, -7))[1]))


def disabled_aided(w: Builder, h: int, members: list[int]) -> None:
    """E05, E06, D04, F08."""
    for person in w.some(members):
        w.add("subsistence_allowance", person, start_month=w.month_near(3), end_month=w.one(None, None, w.month, w.month - 1))
        if w.chance(0.3):
            w.add("subsistence_allowance", person, household_no="B0", start_month=w.month - 30, end_month=w.month - w.one(1, 9))
        p.certify(w, person, 3)
        if w.chance(0.2):
            p.cover(w, person, "unattended")
        for dataset in ("disabled_living_subsidy", "severe_disabled_nursing_subsidy"):
            if w.chance(0.4):
                w.add(dataset, person, month=w.month - w.one(0, 1, 1, 2, 3), paid_date=w.one(None, w.recent(1), w.recent(2)))


def unsafe_house(w: Builder, h: int, members: list[int]) -> None:
    """E07."""
    p.cover_somebody(w, members, *p.GROUPS)
    for person in w.some(members, 2) if w.chance(0.9) else [p.somebody_dies(w, h)]:
        day = w.one(w.recent(24), w.recent(24), None)
        w.add(
            "house_safety", person, grade=w.one("C", "D", "C", "D", "N", "N", "A"), only_house=w.one(True, True, True, False, None), appraise_date=day
        )
        if w.chance(0.5):
            aided = w.one(person, *members, *w.anybody(h))
            w.add("housing_aid", aided, aid_kind=w.one("3", "3", "3", "2"), aid_date=w.near_day(day or w.recent(6)))


def job_service(w: Builder, h: int, members: list[int]) -> None:
    """E08."""
    first, last = date(w.day.year, 1, 1), date(w.day.year - 1, 12, 31)
    for person in members:
        p.cover(w, person, *p.GROUPS)
        p.unemployed(w, person, w.one(0, 1, 3, 12))
        short = w.one("1", "2", "3", "3", None)
        for kind, wanted in (("1", 3), ("2", 1), ("3", 1), ("4", 1)):
            for back in range(wanted - (kind == short)):
                w.add("employment_aid", person, service_kind=kind, service_date=w.one(plus_days(w.day, -back), plus_days(first, back)))
        if w.chance(0.5):
            w.add("employment_aid", person, service_kind=short or "2", service_date=last)


def house_damaged(w: Builder, h: int, members: list[int]) -> None:
    """E09, W13."""
    person = w.one(*members, *w.anybody(h))
    day = w.one(w.before(15), w.ago(12), w.recent(6), w.recent(12))
    w.add("disaster_aid", person, disaster_date=day, house_damage=w.one("2", "3", "3", "1", None), aid_kind=None, aid_date=None, loss=None)
    if w.chance(0.4):
        other = w.one(person, *members, *w.anybody(h))
        w.add(
            "disaster_aid",
            other,
            disaster_date=w.near_day(day, 2),
            house_damage=w.one("0", "1", "2", None),
            aid_date=w.one(w.near_day(day), None),
            loss=0,
        )
    if w.chance(0.2):
        p.cover(w, w.one(*members), *p.GROUPS)


def transition_over(w: Builder, h: int, members: list[int]) -> None:
    """E10."""
    day = w.one(w.ago(3), w.ago(12), plus_months(w.day, -5), plus_months(w.day, -7), None)
    w.add(
        "disaster_aid", w.one(*members), aid_kind=w.one("2", "2", "2", "1", None), aid_date=day, disaster_date=w.recent(15), house_damage="0", loss=0
    )
    if w.chance(0.25):
        p.works(w, w.one(*members))
    if w.chance(0.2):
        p.cover(w, w.one(*members), *p.GROUPS)


def papers_missing(w: Builder, h: int, members: list[int]) -> None:
    """E11, D07."""
    person, day = w.one(*members), w.one(w.before(14), w.ago(12), w.recent(12))
    w.add(
        "temporary_aid",
        person,
        small_first=w.one(True, True, False, None),
        materials_complete=w.one(False, False, True, None),
        aid_date=day,
        kind="1",
    )
    if w.chance(0.8):
        w.add(
            "temporary_aid",
            person,
            aid_date=plus_days(day, w.one(0, 29, 30, 31, -29, -30, -31)),
            kind=w.one("1", "1", "1", "2"),
            small_first=False,
        )


def moved(w: Builder, h: int, members: list[int]) -> None:
    """E12, D05."""
    person = w.one(*members)
    there, here, elsewhere = w.dice.sample(COUNTIES, 3)
    to = here if w.chance(0.85) else there
    w.add("relocation", person, from_region=w.region(there), to_region=w.region(to), move_date=w.one(w.ago(6), w.ago(6), w.recent(24)))
    drawn = w.one((there,), (there,), (there, elsewhere), (there, here), (there, here), (here,), (elsewhere,))
    for number, county in enumerate(drawn):
        start, end = w.month - w.one(0, 12, -1), w.one(None, None, w.month, w.month, w.month - 1)
        w.add("subsistence_allowance", person, household_no=f"B{h}-{number}", region=w.region(county), start_month=start, end_month=end)


def fisher(w: Builder, h: int, members: list[int]) -> None:
    """E13."""
    person = w.one(*members)
    w.add("fishing_ban_fishers", person, resettled=w.one(False, False, False, True, None))
    if w.chance(0.25):
        p.works(w, person)
    if w.chance(0.4):
        p.retired(w, person, w.one("1", "2", "2", "3", "4", "4"))


def old_household(w: Builder, h: int, members: list[int]) -> None:
    """W15."""
    for person in members:
        w.people[person]["birth_date"] = w.one(w.born(75), w.born(75), w.born(80), w.born(90)) if w.chance(0.93) else None
        if w.chance(0.2):
            p.retired(w, person, w.one("1", "2", "3", "4"))
    if w.chance(0.2):
        p.cover(w, w.one(*members), *p.GROUPS)


STORIES = (
    poor, rigid, edge_disabled, alone, child_without_adult, premium, inpatient, pupil, disabled_aided, unsafe_house, job_service, house_damaged,
    transition_over, papers_missing, moved, fisher, old_household,
)  # fmt: skip
