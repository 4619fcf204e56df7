"""Section 3 of the policy: the rules about households.

Where the policy leaves room, what was chosen here:

- A household's rows are those of its members: its living people on the newest list. W12 speaks of the dead, F06 of everybody on the list. Aid that
  answers a disaster or an unsafe house (E09, E07) counts whoever of the household had it, also one who has died or left since.
- "not K01" is unknown where K01 is.
- E07: aid to anybody of the household counts for a house of any member. A house without appraisal date and with such aid: unknown.
- E09: an aid row without a date may be on or after the disaster: unknown. Its own disaster does not matter.
- E10: an empty aid_kind is "not yet aided" (the contract says so), not unknown.
- W12: the dead belong to the household of the last list that had them. "Open in the 3 months before death": on a day d with
  death - 3 months < d <= death, as "last 3 months" is defined for D; employment by the newest list.
- F06: households of people on the newest list, dead or alive; those with a living member are subjects. By due_date in the last 3 months.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from tests.second_reading import facts as f
from tests.second_reading import person_rules as persons
from tests.second_reading.county import County, Row, once
from tests.second_reading.three import at_least, both, either, every, less, most, no, some
from tests.second_reading.times import open_on, plus_days, plus_months, within

Rule = Callable[[County, int], bool | None]


@once
def k01(c: County, h: int) -> bool | None:
    return both(less(f.check(c, h)["income_12m"], f.dibao_year(c, h)), f.assets_ok_dibao(c, h), f.no_one(c, h, f.core))


@once
def k02(c: County, h: int) -> bool | None:
    income, line = f.check(c, h)["income_12m"], f.dibao_year(c, h)
    below_edge = less(f.times(income, 2), line * 3)  # edge_factor 1.5
    return both(no(k01(c, h)), most(line, income), below_edge, f.assets_ok_edge(c, h), f.no_one(c, h, f.core, f.edge))


def k03(c: County, h: int) -> bool | None:
    income = f.check(c, h)["income_12m"]
    return both(
        no(k01(c, h)),
        no(k02(c, h)),
        less(income, c.figure("disposable_income_last_year", h) * f.size(c, h)),
        f.assets_ok_edge(c, h),
        less(f.times(income, 3), 5 * f.essential_12m(c, h)),  # rigid_share 0.6
        f.no_one(c, h, f.core, f.edge, f.rigid),
    )


def e07(c: County, h: int) -> bool | None:
    aids = [row for row in c.of_all("housing_aid", c.homes[h]) if row["aid_kind"] == "3"]

    def unaided(row: Row) -> bool | None:
        unsafe = either(row["grade"] == "N", both(row["grade"] in ("C", "D"), row["only_house"]))
        return both(unsafe, no(some(most(row["appraise_date"], aid["aid_date"]) for aid in aids)))

    houses = c.of_all("house_safety", c.households[h])
    return both(f.any_member(c, h, f.covered), c.rural(h), some(unaided(row) for row in houses))


def e09(c: County, h: int) -> bool | None:
    rows = c.of_all("disaster_aid", c.homes[h])

    def unaided(row: Row) -> bool | None:
        aided = some(both(other["aid_kind"] is not None, most(row["disaster_date"], other["aid_date"])) for other in rows)
        return both(f.damaged(row), plus_days(row["disaster_date"], 15) <= c.day, no(aided))

    return some(unaided(row) for row in f.disaster_12m(c, h))


def e10(c: County, h: int) -> bool | None:
    def ended(row: Row) -> bool | None:
        day = row["aid_date"]
        return row["aid_kind"] == "2" and (None if day is None else within(day, 12, c.day) and plus_months(day, 3) < c.day)

    transitional = some(ended(row) for row in c.of_all("disaster_aid", c.households[h]))
    return both(transitional, f.no_one(c, h, f.core), f.no_one(c, h, f.employed))


@once
def w01(c: County, h: int) -> bool | None:
    heavy = most(c.figure("illness_line_high", h), f.total(c, h, f.self_paid_12m))
    return both(f.no_one(c, h, f.covered), heavy)


@once
def w02(c: County, h: int) -> bool | None:
    heavy = most(c.figure("illness_line", h), f.total(c, h, f.self_paid_12m))
    return both(no(w01(c, h)), f.no_one(c, h, f.covered), heavy)


@once
def w06(c: County, h: int) -> bool | None:
    return both(most(c.figure("education_line", h), f.total(c, h, f.education_cost_12m)), f.no_one(c, h, f.core))


@once
def w09(c: County, h: int) -> bool | None:
    return both(at_least(2, (f.grade_1_2(c, p) for p in c.households[h])), f.no_one(c, h, f.core))


def w10(c: County, h: int) -> bool | None:
    def without_work(p: int) -> bool:
        return not f.employed(c, p) and bool(f.registrations(c, p)) and f.unemployed_months(c, p) >= 3

    members = c.households[h]
    all_idle = every(either(no(f.able_adult(c, p)), without_work(p)) for p in members)
    return both(f.any_member(c, h, f.able_adult), all_idle, f.no_one(c, h, f.core))


@once
def w12(c: County, h: int) -> bool | None:
    def earned(p: int) -> bool:
        death = c.died[p]
        days = [death - timedelta(days=back) for back in range((death - plus_months(death, -3)).days)]
        return any(open_on(row["start_date"], row["end_date"], day) for row in c.of("employment", p) for day in days)

    lost = any(earned(p) for p in c.homes[h] if p in c.died and within(c.died[p], 3, c.day))

    def dependent(c: County, p: int) -> bool | None:
        age = f.age(c, p)
        return either(less(age, 18), less(59, age), f.severe(c, p))

    return both(lost, f.any_member(c, h, dependent), f.no_one(c, h, f.employed), f.no_one(c, h, f.core))


@once
def w13(c: County, h: int) -> bool | None:
    return both(some(f.damaged(row) for row in f.disaster_12m(c, h)), f.no_one(c, h, f.core))


@once
def w14(c: County, h: int) -> bool | None:
    largest: dict[object, int] = {}
    for row in f.disaster_12m(c, h):
        key = (row["person"], row["disaster_date"])
        largest[key] = max(largest.get(key, 0), row["loss"] or 0)
    heavy = most(c.figure("disaster_loss_line", h), sum(largest.values()))
    return both(no(w13(c, h)), heavy, f.no_one(c, h, f.core))


@once
def w15(c: County, h: int) -> bool | None:
    old = every(most(75, f.age(c, p)) for p in c.households[h])
    drawn = any(f.pensions(c, p, ("3",)) for p in c.households[h])
    return both(old, f.no_one(c, h, f.core), not drawn)


def w16(c: County, h: int) -> bool | None:
    def somebody(rule: str) -> bool | None:
        return f.any_member(c, h, persons.LIVING[rule])

    causes = [
        either(w01(c, h), w02(c, h), somebody("W03"), somebody("W04"), somebody("W05")),
        either(w06(c, h), somebody("W07")),
        either(somebody("W08"), w09(c, h)),
        either(w10(c, h), somebody("W11"), w12(c, h)),
        either(w13(c, h), w14(c, h)),
    ]
    return at_least(2, causes)


def x01(c: County, h: int) -> bool | None:
    above = f.dibao_year(c, h) * 3 < 2 * f.total(c, h, f.income_known)  # exit_factor 1.5
    return both(f.any_member(c, h, f.dibao), above)


def x03(c: County, h: int) -> bool | None:
    seen = f.check(c, h)
    rich = less(f.dibao_year(c, h) * 2, seen["deposits"])
    return both(f.any_member(c, h, f.dibao), either(less(0, seen["vehicles"]), less(1, seen["houses"]), seen["business"], rich))


def x06(c: County, h: int) -> bool | None:
    long_drawn = any(row["start_month"] + 12 <= c.month for p in c.households[h] for row in f.active_dibao(c, p))
    return long_drawn and not any(f.in_12m(c, "economic_check", p, "check_date") for p in c.households[h])


@once
def sharing(c: County, _: int) -> dict[str, set[int]]:
    """Account -> the households for whose people it received payments."""
    homes: dict[str, set[int]] = {}
    for row in c.all("payment"):
        person = c.people.get(row["person"])
        if person is not None and person["listed"] and row["account_hash"] and row["paid_date"] and within(row["due_date"], 3, c.day):
            homes.setdefault(row["account_hash"], set()).add(person["household"])
    return homes


def f06(c: County, h: int) -> bool | None:
    return any(h in found and len(found) >= 3 for found in sharing(c, 0).values())


HOUSEHOLDS: dict[str, Rule] = {
    "K01": k01, "K02": k02, "K03": k03, "E07": e07, "E09": e09, "E10": e10, "W01": w01, "W02": w02, "W06": w06, "W09": w09, "W10": w10,
    "W12": w12, "W13": w13, "W14": w14, "W15": w15, "W16": w16, "X01": x01, "X03": x03, "X06": x06, "F06": f06,
}  # fmt: skip
"""Asked of every household with a living member."""
