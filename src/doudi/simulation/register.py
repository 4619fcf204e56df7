"""The population lists and the death records."""

from __future__ import annotations

import numpy as np

from doudi.simulation.days import NEVER, month_of_days
from doudi.simulation.rows import Codes, Rows, picked
from doudi.simulation.story import Story
from doudi.simulation.templates import ROLES
from doudi.standards import codelists

_RELATIONS = {"A": ("02", "02"), "B": ("11", "12"), "C": ("20", "30"), "E": ("02", "02"), "F": ("11", "12"), "D": ("20", "30"),
              "G": ("41", "42"), "P": ("51", "52")}  # fmt: skip
"""Role -> relation to the head of a man, of a woman (GB/T 4761)."""
_MINORITIES = ("03", "15", "06", "13", "11", "12", "02")


def population_on(story: Story, month: int) -> Rows:
    """全员人口 of a month: in the household they are in now."""
    who = np.flatnonzero(story.on_list(month)).astype(np.int32)
    home = story.home_in(month)[who]
    ids, male, people = story.ids[who], story.people.male[who], story.people
    words = tuple(codelists()["relation"].codes)
    table = np.array([[words.index(code) for code in _RELATIONS[role]] for role in ROLES])
    relation = table[people.role[who], np.where(male, 0, 1)]
    relation = np.where(people.moved[who] <= story.time.end_of(month), words.index("97"), relation)
    house, own = story.households, people.home[who]
    kinds = np.where(house.urban[own], np.where(story.draws.chance(house.ids[own], "resident_hukou", 0.45), 2, 1), 0)
    columns = {
        "sex": picked("12", np.where(male, 0, 1)),
        "birth_date": people.birth[who],
        "ethnicity": _ethnicity(story, who),
        "household_no": home,  # the emitter knows the texts
        "relation": Codes(words, relation),
        "hukou_region": house.village[own],
        "residence_region": house.residence[home],
        "hukou_kind": picked("123", kinds),
        "marital": picked(("10", "20", "30", "40"), _marital(story, who, ids)),
    }
    return Rows(who, columns)


def _ethnicity(story: Story, who: np.ndarray) -> Codes:
    """The west of the province has more minorities; a household mostly is of one."""
    by_prefecture = {"4331": 0.80, "4308": 0.76, "4312": 0.39, "4305": 0.10, "4311": 0.11}
    share = np.array([by_prefecture.get(str(each.code)[:4], 0.008) for each in story.townships])
    house = story.households.ids[story.people.home[who]]
    minority = story.draws.chance(house, "minority", share[story.households.township[story.people.home[who]]])
    which = story.draws.choice(house, "which_minority", (0.08, 0.40, 0.28, 0.14, 0.06, 0.03, 0.01))
    words = ("01", *_MINORITIES)
    return Codes(words, np.where(minority, 1 + which, 0))


def _marital(story: Story, who: np.ndarray, ids: np.ndarray) -> np.ndarray:
    role, age = story.people.role[who], story.age[who]
    paired = np.isin(role, [ROLES.index(each) for each in "BF"])
    paired |= np.concatenate([paired[1:], [False]]) & np.isin(role, [ROLES.index(each) for each in "AE"])
    alone = np.where(age < 24, 0, np.where(age < 60, story.draws.choice(ids, "single_state", (0.62, 0.0, 0.08, 0.30)), 2))
    return np.where(paired, 1, np.where(age < 20, 0, np.where(role == ROLES.index("P"), 2, alone)))


def deaths(story: Story) -> Rows:
    """死亡人员."""
    who = np.flatnonzero(story.people.death != NEVER).astype(np.int32)
    who = who[story.people.death[who] < story.people.left[who]]
    day = story.people.death[who]
    return Rows(who, {"death_date": day, "report_region": story.county[who]}, month_of_days(day))
