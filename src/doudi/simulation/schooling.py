"""Schooling: the list of pupils and students, and aid to them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from doudi.kernel.months import first_day, month
from doudi.simulation.days import day_number, first_of_month
from doudi.simulation.draws import Bools, Ints
from doudi.simulation.rows import Codes, Rows, in_order, picked
from doudi.simulation.world import World

_NAMES = ("第一幼儿园", "中心小学", "中学", "第一中学", "职业中专", "职业技术学院", "学院", "大学", "特殊教育学校")
_COSTS = (3600, 0, 300, 2300, 1100, 5400, 5200, 8000, 0)
_PRIVATE_COSTS = (12800, 11500, 15800, 19500, 6800, 13800, 25600, 12800, 0)
_PRIVATE = (0.015, 0.004, 0.008, 0.015, 0.05, 0.04, 0.035, 0.02, 0.0)
_BOARDING = (0.0, 0.05, 0.38, 0.75, 0.85, 0.98, 0.98, 0.95, 0.6)


@dataclass(frozen=True)
class Schooling:
    """By person: whether they would go on after compulsory school, and where; for how long."""

    after_junior: Ints
    """0 none, 4 general senior, 5 vocational."""
    after_senior: Ints
    """0 none, 6 college, 7 university."""
    graduate: Bools


def draw_schooling(world: World) -> Schooling:
    """The ways through school."""
    draws, ids = world.draws, world.ids
    senior = np.array((4, 5, 0))[draws.choice(ids, "senior", (0.64, 0.29, 0.07))]
    higher = np.array((6, 7, 0))[draws.choice(ids, "higher", (0.37, 0.40, 0.23))]
    higher = np.where(senior == 0, 0, np.where((senior == 5) & (higher == 7), 6, higher))
    return Schooling(senior, higher, draws.chance(ids, "graduate", 0.14))


def stage_in(world: World, schooling: Schooling, year: int) -> Ints:
    """The stage (1-9, 0 none) of each person in the school year that begins in September of `year`."""
    age = np.floor((day_number(first_day(month(year, 9))) - world.people.birth) / 365.2425).astype(np.int64)
    little = np.where(world.draws.chance(world.ids, "kindergarten", 0.92), 1, 0)
    special = (age >= 7) & (age <= 15) & world.draws.chance(world.ids, "special", 0.0035)
    stage = np.select(
        [(age >= 3) & (age <= 5), (age >= 6) & (age <= 11), (age >= 12) & (age <= 14), (age >= 15) & (age <= 17),
         (age >= 18) & (age <= 20), age == 21, (age >= 22) & (age <= 24)],
        [little, 2, 3, schooling.after_junior, schooling.after_senior, np.where(schooling.after_senior == 7, 7, 0),
         np.where(schooling.graduate & (schooling.after_senior == 7), 8, 0)], 0,
    )  # fmt: skip
    return np.where(special & (stage > 0), 9, stage)


def school_year(month_index: int) -> int:
    """The year in whose September the school year of a month began."""
    return month_index // 12 if month_index % 12 >= 8 else month_index // 12 - 1


def pupils_on(world: World, schooling: Schooling, month_index: int) -> Rows:
    """The school list of a month."""
    year = school_year(month_index)
    draws, stage = world.draws, stage_in(world, schooling, year)
    lost = draws.chance(world.ids, "not_at_school", 0.0035)
    who = np.flatnonzero((stage > 0) & ~lost & world.on_list(month_index)).astype(np.int32)
    ids, at = world.ids[who], stage[who] - 1
    private = draws.chance(ids, "private", np.array(_PRIVATE)[at])
    boards = draws.chance(ids, "boards", np.array(_BOARDING)[at])
    cost = np.where(private, np.array(_PRIVATE_COSTS)[at], np.array(_COSTS)[at] + np.where(boards & (at < 3), 600, 0))
    cost = np.round(cost * draws.between(ids, "cost", 0.75, 1.3) / 10) * 1000
    left = draws.choice(ids, "school_status", (0.9955, 0.003, 0.0015), year)
    age = (day_number(first_day(month(year, 9))) - world.people.birth[who]) // 365.2425
    grades = (*tuple(f"{word}年级" for word in "一二三四五六七八九"), "小班", "中班", "大班", "一年级本专科", "高中")
    grade = np.select([at == 0, (at == 1) | (at == 2), (at == 3) | (at == 4)], [np.clip(age + 6, 9, 11), np.clip(age - 6, 0, 8), 13], 12)
    columns = {
        "school": _schools(world, who, at),
        "stage": picked("123456789", at),
        "grade": Codes(grades, grade.astype(np.int64)),
        "boarding": boards.astype(np.int8),
        "status": picked("123", left),
        "annual_cost": np.where(draws.chance(ids, "cost_empty", 0.003), -1, cost).astype(np.int64),
    }
    return Rows(who, columns)


def _schools(world: World, who: np.ndarray, at: Ints) -> Codes:
    """A school of each kind in each township."""
    words = tuple(f"{each}{name}" for each in world.township_names for name in _NAMES)
    return Codes(words, world.households.township[world.people.home[who]] * len(_NAMES) + at, local=True)


def education_aid(world: World, schooling: Schooling, poor: Bools) -> Rows:
    """Aid by term to students of poor families, and some others; paid in November and in April."""
    time, draws = world.time, world.draws
    years = range(time.begin // 12 - 1, time.last // 12 + 1)
    terms = [(year, term, month(year, 10) if term == 1 else month(year + 1, 4)) for year in years for term in (1, 2)]
    terms = [each for each in terms if time.begin <= each[2] <= time.last]
    words = tuple(f"{year}-{year + 1}-{term}" for year, term, _ in terms)
    parts = []
    for at, (year, term, paid) in enumerate(terms):
        stage = stage_in(world, schooling, year)
        share = np.where(poor, 0.93, 0.02) * np.select([stage == 0, (stage == 2) | (stage == 3)], [0.0, 0.6], 1.0)
        day = (first_of_month(paid) + 8 + draws.below(world.ids, "aid_day", 15, year * 2 + term)).astype(np.int32)
        given = draws.chance(world.ids, "education_aid", share, year * 2 + term) & world.present(day) & (day <= time.last_day)
        who = np.flatnonzero(given).astype(np.int32)
        parts.append(_aid_rows(who, stage[who], Codes(words, np.full(len(who), at)), day[who], paid))
    return in_order(parts)


def _aid_rows(who: np.ndarray, stage: Ints, term: Codes, day: np.ndarray, paid: int) -> Rows:
    kind = np.array((0, 1, 2, 2, 3, 4, 5, 5, 5, 2))[stage]
    amount = np.array((0, 500, 500, 625, 1000, 1000, 1650, 1650, 3000, 625))[stage] * 100
    columns = {"aid_kind": picked("0123456789", kind), "term": term, "pay_date": day, "amount": amount}
    return Rows(who, columns, np.full(len(who), paid, dtype=np.int32))
