"""Help in single cases: temporary aid, economic checks, services, charity, help towards work, houses, disasters."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from doudi.simulation.days import NEVER, NOTHING, Days, month_of_days
from doudi.simulation.draws import Bools, Floats, Ints
from doudi.simulation.rows import Codes, Rows, in_order, picked
from doudi.simulation.story import Story
from doudi.simulation.texts import record_numbers, running_in

_DISASTERS = ("洪涝灾害", "山体滑坡", "风雹灾害", "低温冷冻", "房屋火灾")


def _some_day(story: Story, name: str, at: int | Ints = 0) -> Days:
    """A day of the story for each person."""
    span = story.time.last_day - story.time.first_day + 1
    return (story.time.first_day + story.draws.below(story.ids, name, span, at)).astype(np.int32)


def temporary_aids(story: Story) -> Rows:
    """临时救助: the poor more often; a few twice, somewhere else."""
    draws, years = story.draws, story.time.years
    rate = np.where(story.benefits.poor, 0.035, 0.0034 * np.exp(0.55 * story.hardship)) * years
    first = _some_day(story, "temporary_day")
    given = draws.chance(story.ids, "temporary", np.minimum(rate, 0.5)) & story.present(first)
    again = given & draws.chance(story.ids, "temporary_again", 0.03)
    parts = []
    for nth, (of, day) in enumerate(((given, first), (again, first + 4 + draws.below(story.ids, "again_after", 50)))):
        who = np.flatnonzero(of & story.present(day) & (day <= story.time.last_day)).astype(np.int32)
        parts.append(_temporary(story, who, day[who].astype(np.int32), nth))
    rows = in_order(parts)
    numbers = record_numbers("L", story.township_codes[rows.person], running_in(story.township_codes[rows.person]))
    return Rows(rows.person, {"aid_no": numbers, **rows.columns}, rows.month)


def _temporary(story: Story, who: NDArray[np.int32], day: Days, nth: int) -> Rows:
    draws, ids = story.draws, story.ids[who]
    kind = draws.choice(ids, "temporary_kind", (0.46, 0.53, 0.01))
    small = (kind == 0) & draws.chance(ids, "small_first", 0.45)
    elsewhere = story.places.all_villages[draws.below(ids, "aid_elsewhere", len(story.places.all_villages))]
    far = (nth == 1) & draws.chance(ids, "aid_far", 0.35)
    complete = np.where(small, np.where(draws.chance(ids, "papers_missing", 0.09), 0, 1), NOTHING)
    columns = {
        "kind": picked("123", kind),
        "small_first": small.astype(np.int8),
        "materials_complete": complete.astype(np.int8),
        "region": np.where(far, elsewhere, story.village[who]),
        "aid_date": day,
        "amount": np.round(draws.lognormal(ids, "temporary_amount", np.where(kind == 0, 1300, 2600), 0.6) / 100).astype(np.int64) * 10_000,
    }
    return Rows(who, columns, month_of_days(day))


def checks(story: Story) -> Rows:
    """居民家庭经济状况核对: of dibao families each year, of the edge, and of those who apply; by the applicant."""
    draws, benefits, houses = story.draws, story.benefits, story.households.ids[story.people.home]
    applicant = benefits.applicant == np.arange(story.count)
    members = np.bincount(story.last_home[story.present(story.time.last_day)], minlength=len(story.households.ids))[story.people.home]
    dibao, edge = (
        story.any_at_home(benefits.dibao.ever)[story.people.home],
        story.any_at_home(benefits.edge.ever | benefits.rigid.ever)[story.people.home],
    )
    share = np.where(dibao, 0.95, np.where(edge, 0.93, np.minimum(0.004 * np.exp(0.9 * story.hardship), 0.3)))
    share = np.where(benefits.tekun.ever, 0.5, share)
    costs = np.bincount(story.people.home[story.visits.person], weights=story.visits.cost, minlength=len(story.households.ids))[story.people.home]
    share = np.maximum(share, np.where(costs > 4_000_000, 0.12, 0.0))  # whom illness drives to apply
    parts = []
    for nth in (0, 1):  # a year's round, and that of the year before where the story is longer
        day = story.time.last_day - nth * 365 - draws.below(houses, "check_day", 365)
        done = applicant & draws.chance(houses, "check", share, nth) & story.present(day) & (day >= story.time.first_day)
        who = np.flatnonzero(done).astype(np.int32)
        parts.append(_checked(story, who, day[who].astype(np.int32), members[who], dibao[who], edge[who]))
    rows = in_order(parts[::-1])
    numbers = record_numbers("K", story.township_codes[rows.person], running_in(story.township_codes[rows.person]))
    return Rows(rows.person, {"check_no": numbers, **rows.columns}, rows.month)


def _checked(story: Story, who: NDArray[np.int32], day: Days, members: Ints, dibao: Bools, edge: Bools) -> Rows:
    draws, ids = story.draws, story.ids[who]
    line = np.where(story.urban[who], 74_000, 48_500) * 12 * np.maximum(members, 1)
    times: Floats = np.where(
        dibao, draws.between(ids, "income_dibao", 0.25, 1.0),
        np.where(edge, draws.between(ids, "income_edge", 0.98, 1.52), draws.lognormal(ids, "income_applicant", 2.0, 0.6)),
    )  # fmt: skip
    at_line = draws.chance(ids, "income_at_line", 0.004)  # cases exactly on the line
    income = np.where(at_line, line, np.round(line * times)).astype(np.int64)
    rich = draws.chance(ids, "well_off", np.where(dibao, 0.018, np.where(edge, 0.02, 0.15)))
    vehicles = np.where(rich, draws.choice(ids, "vehicles", (0.4, 0.5, 0.1)), 0)
    empty = draws.chance(ids, "deposits_empty", 0.01)
    deposits = np.round(line * draws.lognormal(ids, "deposits", np.where(rich, 1.2, 0.18), 0.8) / 100).astype(np.int64) * 100
    columns = {
        "check_date": day,
        "members": np.maximum(members, 1),
        "income_12m": income,
        "deposits": np.where(empty, NOTHING, deposits),
        "vehicles": vehicles,
        "vehicle_value": np.where(vehicles > 0, 2_000_000 + 10_000 * draws.below(ids, "vehicle_value", 1000), 0),
        "houses": 1 + (rich & draws.chance(ids, "second_house", 0.35)).astype(np.int64),
        "business": (rich & draws.chance(ids, "business", 0.3)).astype(np.int8),
    }
    return Rows(who, columns, month_of_days(day))


def services(story: Story) -> Rows:
    """服务类救助: visits to people in need of care."""
    draws = story.draws
    needy = story.benefits.tekun.ever | (story.benefits.dibao.ever & (story.age > 70)) | (story.benefits.dibao.ever & story.certificates.severe)
    parts = []
    for nth in range(3):
        day = _some_day(story, "service_day", nth)
        who = np.flatnonzero(needy & draws.chance(story.ids, "service", 0.32, nth) & story.present(day)).astype(np.int32)
        ids = story.ids[who]
        columns = {
            "service_kind": picked("1234567", draws.choice(ids, "service_kind", (0.42, 0.27, 0.04, 0.08, 0.09, 0.05, 0.05), nth)),
            "provider": picked(("社会工作服务站", "养老服务中心", "志愿服务队"), draws.below(ids, "provider", 3)),
            "service_date": day[who],
            "minutes": 30 + 15 * draws.below(ids, "minutes", 8, nth),
        }
        parts.append(Rows(who, columns, month_of_days(day[who])))
    return _once(in_order(parts), "service_kind", "service_date")


def charity(story: Story) -> Rows:
    """慈善帮扶."""
    draws = story.draws
    day = _some_day(story, "charity_day")
    share = np.where(story.benefits.poor, 0.03, 0.0011)
    who = np.flatnonzero(draws.chance(story.ids, "charity", share) & story.present(day)).astype(np.int32)
    ids = story.ids[who]
    goods = draws.choice(ids, "charity_goods", (0.6, 0.14, 0.14, 0.12))
    columns = {
        "organisation": picked(("慈善总会", "红十字会", "爱心公益协会"), draws.below(ids, "organisation", 3)),
        "project": picked(("金秋助学", "微心愿", "情暖三湘", "大病救助"), draws.below(ids, "project", 4)),
        "aid_date": day[who],
        "amount": 10_000 + 10_000 * draws.below(ids, "charity_amount", 40),
        "goods": picked(("棉被", "米面油", "学习用品"), goods - 1),
    }
    return Rows(who, columns, month_of_days(day[who]))


def work_help(story: Story) -> Rows:
    """就业救助与服务: offers to the unemployed of the poor, the year's three kinds, and some others."""
    draws, work, time = story.draws, story.work, story.time
    jobless = (work.registered != NEVER) & (work.registered < time.last_day - 40)
    parts = []
    for kind, times, share in ((0, 4, 0.92), (1, 2, 0.93), (2, 2, 0.93), (4, 1, 0.03), (5, 1, 0.02), (10, 1, 0.05)):
        for nth in range(times):
            first = np.maximum(work.registered, time.last_day - 300)
            span = np.maximum(time.last_day - first, 1)
            day = (np.minimum(first, time.last_day) + draws.below(story.ids, "offer_day", span, kind * 8 + nth)).astype(np.int32)
            on = jobless & draws.chance(story.ids, "offer", np.where(story.benefits.poor, share, share * 0.5), kind * 8 + nth)
            who = np.flatnonzero(on & story.present(day) & (day >= time.first_day)).astype(np.int32)
            amount = np.where(kind in (4, 5), 150_000, NOTHING) + np.zeros(len(who), dtype=np.int64)
            words = tuple(str(each) for each in range(1, 12))
            columns = {"service_kind": picked(words, np.full(len(who), kind)), "service_date": day[who], "amount": amount}
            parts.append(Rows(who, columns, month_of_days(day[who])))
    return _once(in_order(parts), "service_kind", "service_date")


def _once(rows: Rows, code: str, day: str) -> Rows:
    """One row for each person, kind and day."""
    kinds = rows.columns[code]
    days = np.asarray(rows.columns[day]).astype(np.int64)
    key = (rows.person.astype(np.int64) * 64 + kinds.at) * 200_000 + days  # type: ignore[union-attr]
    _, first = np.unique(key, return_index=True)
    return rows.take(np.sort(first))


def unsafe_houses_on(story: Story, month: int) -> Rows:
    """房屋安全鉴定, by the head of the household: of houses that somebody asked about."""
    draws, end = story.draws, story.time.end_of(month)
    first = story.first_of_home[story.people.home] == np.arange(story.count)
    share = np.minimum(np.where(story.urban, 0.004, 0.035) * np.exp(0.6 * story.hardship), 0.5)
    day = (story.time.last_day - 30 - draws.below(story.ids, "appraise_day", 1100)).astype(np.int32)
    who = np.flatnonzero(first & draws.chance(story.ids, "appraised", share) & (day <= end) & story.on_list(month)).astype(np.int32)
    ids = story.ids[who]
    grade = draws.choice(ids, "house_grade", (0.44, 0.36, 0.11, 0.07, 0.02))
    columns = {
        "grade": picked("ABCDN", grade),
        "only_house": np.where(draws.chance(ids, "only_house_empty", 0.004), NOTHING, draws.chance(ids, "only_house", 0.9)).astype(np.int8),
        "appraise_date": np.where(draws.chance(ids, "appraise_empty", 0.003), NEVER, day[who]).astype(np.int32),
    }
    return Rows(who, columns)


def housing_aids(story: Story) -> Rows:
    """住房救助: rebuilding of unsafe houses of the poor, flats and rent."""
    draws, time = story.draws, story.time
    houses = unsafe_houses_on(story, time.last)
    grade = houses.columns["grade"]
    unsafe = np.zeros(story.count, dtype=bool)
    unsafe[houses.person[grade.at >= 2]] = True  # type: ignore[union-attr]
    poor = story.any_at_home(story.benefits.poor)[story.people.home]
    first = story.first_of_home[story.people.home] == np.arange(story.count)
    parts = []
    rates = (
        (2, unsafe, np.where(poor, 0.86, 0.2)),
        (0, first & story.urban, np.where(poor, 0.09, 0.002)),
        (1, first & story.urban, np.where(poor, 0.06, 0.001)),
    )
    for kind, of, share in rates:
        day = _some_day(story, "housing_day", kind)
        who = np.flatnonzero(of & draws.chance(story.ids, "housing", share, kind) & story.present(day)).astype(np.int32)
        amount = np.array((NOTHING, 300_000, 2_200_000))[kind] + np.zeros(len(who), dtype=np.int64)
        columns = {
            "aid_kind": picked("1234", np.full(len(who), kind)),
            "aid_date": day[who],
            "end_date": np.full(len(who), NEVER, dtype=np.int32),
            "amount": amount,
            "address": Codes(story.township_names, story.households.township[story.people.home[who]], local=True),
        }
        parts.append(Rows(who, columns, month_of_days(day[who])))
    return in_order(parts)


def disasters(story: Story) -> Rows:
    """灾害救助: floods in some townships strike many at once, fires single houses; aid follows, mostly."""
    draws, time = story.draws, story.time
    codes = story.township_codes.astype(np.uint64)
    span = time.last_day - time.first_day + 1
    flooded = draws.chance(codes, "flooded", 0.11 * time.years)
    struck = draws.uniform(story.households.ids, "struck")[story.people.home]
    fire = struck < 0.00035
    hit = np.where(flooded & ~story.urban, struck < 0.06, False) | fire
    day = np.where(fire, draws.below(story.households.ids, "fire_day", span)[story.people.home], draws.below(codes, "flood_day", span))
    day = (time.first_day + day).astype(np.int32)
    first = story.first_of_home[story.people.home] == np.arange(story.count)
    who = np.flatnonzero(hit & first & story.present(day)).astype(np.int32)
    ids = story.ids[who]
    damage = np.where(fire[who], 1 + draws.choice(ids, "fire_damage", (0.3, 0.4, 0.3)), draws.choice(ids, "flood_damage", (0.62, 0.27, 0.08, 0.03)))
    loss = np.round(draws.lognormal(ids, "loss", np.array((2600, 6200, 16000, 42000))[damage], 0.8) / 10).astype(np.int64) * 1000
    what = np.where(fire[who], 4, draws.below(codes[who], "disaster", 4))
    aided = draws.chance(ids, "disaster_aided", np.array((0.05, 0.3, 0.9, 0.95))[damage])
    kind = np.where(damage == 3, draws.choice(ids, "collapse_aid", (0.3, 0.4, 0.3)), draws.choice(ids, "flood_aid", (0.75, 0.25, 0.0)))
    aid_day = (day[who] + 2 + draws.below(ids, "aid_gap", 20)).astype(np.int32)
    aided &= (aid_day <= time.last_day) & (month_of_days(aid_day) == month_of_days(day[who]))
    columns = {
        "disaster": picked(_DISASTERS, what),
        "disaster_date": day[who],
        "house_damage": picked("0123", np.where(draws.chance(ids, "damage_empty", 0.004), -1, damage)),
        "loss": loss,
        "aid_kind": picked("123456", np.where(aided, kind, -1)),
        "aid_date": np.where(aided, aid_day, NEVER).astype(np.int32),
        "amount": np.where(aided, np.array((80_000, 270_000, 2_500_000))[kind], NOTHING),
    }
    struck_rows = Rows(who, columns, month_of_days(day[who]))
    return in_order([struck_rows, _later_aid(story, struck_rows)])


def _later_aid(story: Story, rows: Rows) -> Rows:
    """Aid that came in a later month than the disaster: a row of its own."""
    damage = rows.columns["house_damage"]
    empty = rows.columns["aid_kind"].at < 0  # type: ignore[union-attr]
    day = (np.asarray(rows.columns["disaster_date"]) + 12 + story.draws.below(story.ids[rows.person], "later_aid", 40)).astype(np.int32)
    later = empty & (damage.at >= 2) & story.draws.chance(story.ids[rows.person], "aided_later", 0.85) & (day <= story.time.last_day)  # type: ignore[union-attr]
    later &= story.present(np.zeros(story.count, dtype=np.int32) + story.time.last_day)[rows.person]
    at = np.flatnonzero(later)
    found = rows.take(at)
    columns = dict(found.columns) | {
        "aid_kind": picked("123456", np.ones(len(at), dtype=np.int64)),
        "aid_date": day[at],
        "amount": np.full(len(at), 270_000),
    }
    return Rows(found.person, columns, month_of_days(day[at]))
