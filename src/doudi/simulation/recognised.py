"""The lists of recognised people: dibao, tekun, the edge, rigid spending, monitored, children; and the files of officials' relatives."""

from __future__ import annotations

import numpy as np

from doudi.kernel.months import first_day
from doudi.simulation.days import NEVER, NOTHING, day_number, first_of_month
from doudi.simulation.draws import Bools, Ints
from doudi.simulation.rows import Rows, Who, in_order, picked
from doudi.simulation.story import Story
from doudi.simulation.texts import digits, letters, record_numbers, side_by_side, texts

_URBAN, _RURAL = 74_000, 48_500
"""Dibao standard, fen a month and head."""


def _listed(story: Story, month: int) -> Bools:
    """The living, and the dead of whom the office has not heard: those on a population list, whenever."""
    return (story.people.birth <= story.time.end_of(month)) & (story.people.came <= story.time.end_of(month))


def dibao_amounts(story: Story) -> Ints:
    """Each person's share, fen a month: the standard less what the family earns."""
    draws = story.draws
    part = draws.between(story.households.ids, "dibao_part", 0.42, 0.92)[story.people.home]
    return np.round(np.where(story.urban, _URBAN, _RURAL) * part / 1000).astype(np.int64) * 1000


def dibao_on(story: Story, month: int) -> Rows:
    """最低生活保障对象."""
    spell, benefits = story.benefits.dibao, story.benefits
    who = np.flatnonzero(spell.shown(month) & _listed(story, month)).astype(np.int32)
    again = who[benefits.twice[who] & spell.on(month)[who]]
    parts = []
    for people, letter in ((who, "B"), (again, "D")):
        house = story.households.number[story.people.home[people]]
        columns = {
            "household_no": record_numbers(letter, story.township_codes[people], house),
            "applicant": Who(benefits.applicant[people]),
            "kind": picked("12", np.where(story.urban[people], 0, 1)),
            "grade": picked("ABC", story.draws.choice(story.ids[people], "dibao_grade", (0.22, 0.43, 0.35))),
            "region": story.village[people],
            "start_month": spell.start[people],
            "end_month": spell.end_shown(month)[people],
            "monthly_amount": dibao_amounts(story)[people],
        }
        parts.append(Rows(people, columns))
    return _with_moved(story, in_order(parts), month)


def _with_moved(story: Story, rows: Rows, month: int) -> Rows:
    """Those resettled from another county: some still draw there, some at both ends."""
    moved = story.draws.choice(story.ids[rows.person], "dibao_moved", (0.5, 0.25, 0.25))
    resettled = relocated(story)[rows.person] & (moved > 0)
    if not resettled.any():
        return rows
    there = rows.where(resettled)
    origin = _origin(story)[there.person]
    number = record_numbers("A", story.township_codes[there.person], story.households.number[story.people.home[there.person]])
    there = Rows(there.person, {**there.columns, "region": origin, "household_no": number})
    return in_order([there, rows.where(~(resettled & (moved == 1)))])


def tekun_on(story: Story, month: int) -> Rows:
    """特困人员."""
    spell, draws = story.benefits.tekun, story.draws
    who = np.flatnonzero(spell.shown(month) & _listed(story, month)).astype(np.int32)
    ids = story.ids[who]
    care = draws.choice(ids, "self_care", (0.74, 0.16, 0.10))
    standard = np.where(story.urban[who], _URBAN, _RURAL)
    columns = {
        "kind": picked("12", np.where(story.urban[who], 0, 1)),
        "support": picked("12", draws.choice(ids, "support", (0.84, 0.16))),
        "self_care": picked("123", care),
        "region": story.village[who],
        "start_month": spell.start[who],
        "end_month": spell.end_shown(month)[who],
        "monthly_amount": standard * 13 // 10,
        "care_amount": np.array((NOTHING, 30_000, 90_000))[care],
    }
    return Rows(who, columns)


def determined_on(story: Story, month: int, *, rigid: bool) -> Rows:
    """低保边缘 or 刚性支出: determined for a year; some papers ran out and nobody looked."""
    spell = story.benefits.rigid if rigid else story.benefits.edge
    draws, end = story.draws, story.time.end_of(month)
    ids = story.households.ids[story.people.home]
    first = first_of_month(np.maximum(spell.start, 0)) + draws.below(ids, "determined_day", 27)
    years = np.maximum((end - first) // 365, 0)
    renewed = (first + years * 365 - np.where(draws.chance(ids, "not_renewed", 0.02) & (years > 0), 365, 0)).astype(np.int32)
    known = spell.on(month) & _listed(story, month) & (renewed <= end) & (story.gone > end - 60)
    who = np.flatnonzero(known).astype(np.int32)
    number = record_numbers("G" if rigid else "E", story.township_codes[who], story.households.number[story.people.home[who]])
    valid = np.where(draws.chance(ids[who], "validity_empty", 0.06), NEVER, renewed[who] + 364)
    columns = {"household_no": number, "region": story.village[who], "determined_date": renewed[who], "valid_until": valid.astype(np.int32)}
    return Rows(who, columns)


def monitored_on(story: Story, month: int) -> Rows:
    """防止返贫监测对象."""
    spell, draws, end = story.benefits.monitored, story.draws, story.time.end_of(month)
    who = np.flatnonzero(spell.on(month) & _listed(story, month) & (story.gone > end - 40)).astype(np.int32)
    house = story.households.ids[story.people.home[who]]
    removed = story.benefits.risk_removed[who]
    gone = removed <= month
    columns = {
        "household_no": record_numbers("M", story.township_codes[who], story.households.number[story.people.home[who]]),
        "kind": picked("123", draws.choice(house, "monitored_kind", (0.38, 0.36, 0.26))),
        "identify_date": (first_of_month(spell.start[who]) + draws.below(house, "identify_day", 27)).astype(np.int32),
        "risk": picked("1234569", draws.choice(house, "risk", (0.48, 0.06, 0.2, 0.08, 0.04, 0.06, 0.08))),
        "risk_removed": gone.astype(np.int8),
        "removed_date": np.where(gone, first_of_month(np.where(gone, removed, 0)) + 9, NEVER).astype(np.int32),
    }
    columns["identify_date"] = np.minimum(columns["identify_date"], end).astype(np.int32)
    return Rows(who, columns)


def children_on(story: Story, month: int, *, orphan: bool) -> Rows:
    """孤儿 or 事实无人抚养儿童."""
    spell = story.benefits.orphan if orphan else story.benefits.unattended
    who = np.flatnonzero(spell.shown(month) & _listed(story, month)).astype(np.int32)
    home = story.draws.chance(story.ids[who], "institution", 0.15 if orphan else 0.01)
    guardian = Who(story.first_of_home[story.people.home[who]])
    columns = {
        "guardian": guardian,
        "region": story.village[who],
        "care": picked("12", np.where(home, 1, 0)),
        "start_month": spell.start[who],
        "end_month": spell.end_shown(month)[who],
        "monthly_amount": np.where(home, 150_000, 110_000),
    }
    return Rows(who, columns)


def relocated(story: Story) -> Bools:
    """易地搬迁 people: whole households of the countryside."""
    return story.draws.chance(story.households.ids, "relocated", 0.011)[story.people.home] & ~story.urban & (story.people.came < 0)


def _origin(story: Story) -> Ints:
    """The village they came from, by person: of the same county for three of four."""
    villages = story.places.all_villages
    far = villages[story.draws.below(story.households.ids, "origin", len(villages))][story.people.home]
    return np.where(story.draws.chance(story.households.ids, "origin_far", 0.3)[story.people.home], far, story.village)


def relocated_on(story: Story, month: int) -> Rows:
    """易地搬迁."""
    who = np.flatnonzero(relocated(story) & story.on_list(month)).astype(np.int32)
    number = story.households.number[story.people.home[who]]
    day = day_number(first_day(2016 * 12 + 3)) + story.draws.below(story.households.ids, "relocated_day", 1700)[story.people.home[who]]
    recent = story.draws.chance(story.households.ids, "relocated_lately", 0.03)[story.people.home[who]]
    columns = {
        "household_no": texts(side_by_side(digits(story.township_codes[who], 9), letters("Y", len(who)), digits(number, 7))),
        "from_region": _origin(story)[who],
        "to_region": story.village[who],
        "move_date": np.where(recent, story.time.first_day - 400 + day % 300, day).astype(np.int32),
    }
    return Rows(who, columns)


def fishers_on(story: Story, month: int) -> Rows:
    """退捕渔民: some townships by the water."""
    by_water = story.draws.chance((story.township_codes).astype(np.uint64), "by_water", 0.12)
    grown = (story.age > 22) & (story.age < 75)
    who = np.flatnonzero(by_water & grown & story.on_list(month) & story.draws.chance(story.ids, "fisher", 0.011)).astype(np.int32)
    settled = story.draws.choice(story.ids[who], "resettled", (0.09, 0.905, 0.005))
    columns = {
        "retreat_date": (day_number(first_day(2019 * 12 + 9)) + story.draws.below(story.ids[who], "retreat", 440)).astype(np.int32),
        "resettled": np.where(settled == 2, NOTHING, settled).astype(np.int8),
        "pension_subsidy": np.where(settled == 1, 180_000, NOTHING).astype(np.int64),
    }
    return Rows(who, columns)


def relatives_on(story: Story, month: int) -> Rows:
    """Near relatives of staff: one official for some hundred people, each with a few relatives in the same township."""
    people = np.arange(story.count)
    relative = story.draws.chance(story.ids, "relative", 0.0045) & story.on_list(month) & (story.age > 14)
    start = np.searchsorted(story.township_codes, story.township_codes)
    size = np.searchsorted(story.township_codes, story.township_codes, side="right") - start
    official = start + story.draws.below(story.ids, "official", size)
    relative &= (story.age[official] > 25) & (official != people) & story.on_list(month)[official]
    who = np.flatnonzero(relative).astype(np.int32)
    filed = (story.time.last_day - 30 - story.draws.below(story.ids[who], "filed", 900)).astype(np.int32)
    filed = np.where(story.draws.chance(story.ids[who], "not_filed", 0.06), NEVER, filed).astype(np.int32)
    relation = story.draws.choice(story.ids[who], "relation", (0.2, 0.3, 0.2, 0.3))
    words = ("配偶", "父母", "子女", "兄弟姐妹")
    columns = {"official": Who(official[who]), "relative": Who(who), "relation": picked(words, relation), "filed_date": filed}
    return Rows(who, columns)
