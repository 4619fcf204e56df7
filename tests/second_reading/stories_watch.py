"""Stories for W01-W16, X01-X07, D01-D07 and F01-F08: most of what a rule asks is there, and something lies on its edge."""

from __future__ import annotations

from tests.second_reading import stories_people as p
from tests.second_reading.builder import OUTSIDER, Builder
from tests.second_reading.times import month_of, plus_days, plus_months


def heavy_illness(w: Builder, h: int, members: list[int]) -> None:
    """W01, W02."""
    p.ill(w, members, w.near(w.figure(w.one("illness_line", "illness_line_high"), h)))
    if w.chance(0.15):
        p.cover(w, w.one(*members), *p.GROUPS)


def one_visit(w: Builder, h: int, members: list[int]) -> None:
    """W03, W05."""
    person = w.one(*members)
    w.add("medical_expense", person, start_date=w.one(w.ago(12), w.recent(12)), total_cost=w.near(5_000_000))
    w.add("disease_emergency_fund", w.one(*members, None), aid_date=w.one(w.ago(12), w.recent(12)))
    if w.chance(0.2):
        p.cover(w, person, *p.GROUPS)


def every_month(w: Builder, h: int, members: list[int]) -> None:
    """W04."""
    person = w.one(*members)
    for back in (0, 1, 2):
        for part in w.split(50_000 if w.chance(0.8) else w.near(50_000), w.one(1, 2)):
            p.treated(w, person, ("1", "1", "3", "1", "3", "1", "3", "2", "4") if w.chance(0.2) else ("1", "3"), w.day_in(w.month - back), part)
    if w.chance(0.2):
        p.cover(w, person, *p.GROUPS)


def fees(w: Builder, h: int, members: list[int]) -> None:
    """W06."""
    for part, person in zip(w.split(w.near(1_000_000), 2), w.some(members, 2) * 2, strict=False):
        p.studies(w, person, part or None)
    p.studies(w, w.one(*members), 1_000_000)
    if w.chance(0.2):
        p.cover(w, w.one(*members), *p.GROUPS)


def out_of_school(w: Builder, h: int, members: list[int]) -> None:
    """W07."""
    for person in w.some(members):
        w.people[person]["birth_date"] = w.birth()
        if w.chance(0.3):
            w.add("school_enrolment", person, status=w.one("1", "1", "2", "3"))


def new_certificate(w: Builder, h: int, members: list[int]) -> None:
    """W08, W09."""
    for person in w.some(members):
        p.certify(w, person, 3)
    if w.chance(0.2):
        p.cover(w, w.one(*members), *p.GROUPS)


def two_disabled(w: Builder, h: int, members: list[int]) -> None:
    """W09."""
    for person in [*members, w.person(h)][:3]:
        until = w.one(plus_months(w.day, 6), plus_months(w.day, 6), w.day, None)
        p.certify(w, person, kind=w.one("1", "4", "7"), grade=w.one(1, 2, 2, 3), expiry_date=until)


def out_of_work(w: Builder, h: int, members: list[int]) -> None:
    """W10, W11."""
    for person in members:
        w.people[person]["birth_date"] = w.born(18, 60, 30, 40) if w.chance(0.95) else None
        if w.chance(0.85):
            end = w.one(None, None, None, None, w.day, plus_days(w.day, 1))
            w.add("unemployment", person, register_date=w.one(w.ago(3), w.ago(6)), end_date=end)
        if w.chance(0.1):
            p.studies(w, person)
        if w.chance(0.1):
            p.certify(w, person)
        if w.chance(0.1):
            p.works(w, person)
    w.add("work_injury", w.one(*members), grade=w.one(1, 4, 4, 5, None), injury_date=w.one(w.ago(12), w.recent(12)))


def earner_dies(w: Builder, h: int, members: list[int]) -> None:
    """W12."""
    day = w.one(w.ago(3), w.recent(3), w.recent(3), w.day)
    person = w.person(h, listed=w.chance(0.6), relation=w.one("02", "10"))
    w.dies(person, day)
    end = w.one(None, w.near_day(plus_months(day, -3), 2), plus_days(plus_months(day, -3), w.one(1, 2)), day, plus_days(day, 1))
    w.add("employment", person, start_date=plus_months(day, -9) if w.chance(0.8) else end or w.near_day(day), end_date=end)
    dependent = w.one(*members)
    for member in members:
        w.people[member]["birth_date"] = w.one(w.born(30, 40), w.born(18, 60), None) if w.chance(0.4) else w.born(18, 60, 60)
    if w.chance(0.3):
        p.certify(w, dependent)
    if w.chance(0.2):
        p.works(w, w.one(*members))
    if w.chance(0.2):
        p.cover(w, w.one(*members), *p.GROUPS)


def losses(w: Builder, h: int, members: list[int]) -> None:
    """W14."""
    day = w.one(w.ago(12), w.recent(12), w.recent(12))
    for part, person in zip(w.split(w.near(2_000_000), 2), w.some(members, 2) * 2, strict=False):
        for loss in (part, part, w.one(part, part // 2, None)):
            damage = w.one("0", "1", "1", "1", "0", None) if w.chance(0.3) else "1"
            w.add("disaster_aid", person, disaster_date=w.one(day, day, w.near_day(day)), house_damage=damage, loss=loss, aid_date=None)
    if w.chance(0.15):
        p.cover(w, w.one(*members), *p.GROUPS)


def several_causes(w: Builder, h: int, members: list[int]) -> None:
    """W16."""
    for story in w.some([heavy_illness, one_visit, every_month, fees, out_of_school, new_certificate, losses], 3):
        story(w, h, members)


def well_paid(w: Builder, h: int, members: list[int]) -> None:
    """X01, X04."""
    p.cover_somebody(w, members, "dibao")
    if w.chance(0.6):
        p.earns(w, members, w.figure("dibao_standard", h) * 18 * len(members))
    worker = w.one(*members)
    p.cover(w, worker, "tekun")
    for part in w.split(w.near(w.figure("dibao_standard", h)), w.one(1, 2)):
        p.works(w, worker, w.one(part, part, part, None), w.one(3, 12, 18))


def rich(w: Builder, h: int, members: list[int]) -> None:
    """X03."""
    p.cover_somebody(w, members, "dibao", "dibao", "edge")
    p.checked(w, h, 0)


def review_due(w: Builder, h: int, members: list[int]) -> None:
    """X06."""
    w.add("subsistence_allowance", w.one(*members), start_month=w.month_near(12), end_month=w.one(None, None, w.month, w.month - 1))
    if w.chance(0.5):
        w.add("economic_check", w.one(*members, *w.anybody(h)), check_date=w.one(w.ago(12), w.ago(12), w.recent(12)))


def grown_up(w: Builder, h: int, members: list[int]) -> None:
    """X07."""
    person = w.one(*members)
    w.people[person]["birth_date"] = w.born(18) if w.chance(0.9) else None
    p.cover(w, person, "orphan", "unattended")
    if w.chance(0.3):
        p.studies(w, person)


def expired(w: Builder, h: int, members: list[int]) -> None:
    """X05."""
    person, day = w.one(*members), w.recent(24, 0.1)
    end = w.one(w.before(0), plus_days(w.day, -1), plus_days(w.day, -1), w.recent(3), None)
    w.add(w.one("allowance_edge", "rigid_expenditure"), person, determined_date=day, valid_until=end)
    if w.chance(0.5):
        until = w.one(None, plus_months(w.day, 6), w.before(0), plus_days(w.day, -2))
        w.add(w.one("allowance_edge", "rigid_expenditure"), person, household_no="B0", determined_date=w.near_day(day), valid_until=until)


def twice_listed(w: Builder, h: int, members: list[int]) -> None:
    """D01, D02, D03, D04."""
    person = w.one(*members)
    for group in w.one(
        ("unattended",), ("dibao", "tekun"), ("dibao", "dibao"), ("orphan", "unattended", "tekun"), ("tekun", "unattended"), ("unattended",)
    ):
        end = w.one(None, None, w.month, w.month - 1)
        household = {"household_no": f"B{w.one(1, 2, 3)}"} if group == "dibao" else {}
        w.add(p.LISTS[group], person, start_month=w.month - w.one(0, 3, -1) if w.chance(0.3) else w.month - 3, end_month=end, **household)
    if w.chance(0.7):
        w.add("disabled_living_subsidy", person, month=w.one(w.month - 1, w.month_near(1)), paid_date=w.one(None, w.recent(1), w.day))


def paid_twice(w: Builder, h: int, members: list[int]) -> None:
    """D06, F02, F03."""
    person, month, day = w.one(*members), w.month - w.one(1, 11, 12), w.one(w.ago(12), w.recent(3), w.ago(3), w.before(7), w.before(8))
    for _ in range(w.one(1, 2, 2, 3)):
        due = w.near(50_000)
        paid = w.one(None, plus_days(day, w.one(0, 7, 8)), plus_days(day, 7), day)
        w.add(
            "payment", person, program=w.one("01", "01", "01", "02"), month=month, due_date=day, paid_date=paid, due_amount=due,
            paid_amount=w.one(due, due, due - 1, due + 1),
        )  # fmt: skip
        day = w.near_day(day) if w.chance(0.6) else plus_days(day, w.one(30, -30))


def dead_and_paid(w: Builder, h: int, members: list[int]) -> None:
    """X02, F01."""
    for dataset in ("payment", "disabled_living_subsidy", "severe_disabled_nursing_subsidy"):
        day = w.one(w.day_in(w.month - w.one(0, 1, 2)), w.day_in(w.month - w.one(11, 12, 13)), w.recent(6), w.day, plus_days(w.day, 1))
        person, death = p.somebody_dies(w, h, day), month_of(day)
        if w.chance(0.8):
            start = w.one(death - 5, death - 5, death, death + 1, w.month, w.month + 1)
            w.add(p.LISTS[w.one(*p.LISTED)], person, start_month=start, end_month=w.one(None, death, death + 1, death - 1))
        month = w.one(death, death + 1, death + 1, w.month - 11, w.month - 12, w.month, w.month + 1)
        due = {"due_date": w.one(w.ago(12), w.recent(12), w.day, w.day)} if dataset == "payment" else {}
        w.add(dataset, person, month=month, paid_date=None if w.chance(0.2) else w.day, **due)


def dibao_money(w: Builder, h: int, members: list[int]) -> None:
    """F04, F05."""
    people = w.some(members)
    number = w.one(f"B{h}", "B1", "B2")
    for person in [*people, *([p.somebody_dies(w, h)] if w.chance(0.2) else [])]:
        paid = w.chance(0.4)
        if w.chance(0.8):
            end = w.one(w.month, w.month - 1, w.month - 2) if paid else w.one(None, None, w.month, w.month - 1)
            w.add("subsistence_allowance", person, household_no=number, start_month=w.month_near(1), end_month=end)
        if paid:
            w.add("payment", person, program=w.one("01", "01", "01", "02"), month=w.month_near(1), paid_date=w.one(None, w.day, w.recent(1)))


def shared_account(w: Builder, h: int, members: list[int]) -> None:
    """F06."""
    homes = sorted({row["household"] for row in w.people.values()})
    account = w.one("A8", "A8", "A9", None)
    for home in w.dice.sample(homes, min(len(homes), w.one(2, 3, 3, 4))):
        for person in w.some([*w.anybody(home), OUTSIDER + w.one(1, 2)] if w.chance(0.2) else w.anybody(home), 2):
            due = w.one(w.ago(3), w.recent(3), w.recent(3), w.recent(3))
            w.add("payment", person, account_hash=account, due_date=due, paid_date=due if w.chance(0.9) else None)


def relatives(w: Builder, h: int, members: list[int]) -> None:
    """F07."""
    person = w.one(*members)
    p.cover(w, person, "dibao", "tekun", "edge")
    w.add("official_relatives", None, official=w.one(*w.people), relative=person, filed_date=w.one(None, None, w.recent(12)))


def nursed(w: Builder, h: int, members: list[int]) -> None:
    """F08, E06."""
    person = w.one(*members)
    w.add("severe_disabled_nursing_subsidy", person, month=w.month - w.one(1, 1, 1, 0, 2), paid_date=w.one(w.day, w.recent(1), None))
    if w.chance(0.5):
        p.certify(w, person, grade=w.one(2, 2, 3), expiry_date=w.one(w.day, w.before(0), plus_months(w.day, 3), None))


STORIES = (
    heavy_illness, one_visit, every_month, fees, out_of_school, new_certificate, two_disabled, out_of_work, earner_dies, losses, several_causes,
    well_paid, rich, review_due, grown_up, expired, twice_listed, paid_twice, dead_and_paid, dibao_money, shared_account, relatives, nursed,
)  # fmt: skip
