"""Illness: visits and what they cost, reimbursement, enrolment, aid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from doudi.simulation.days import NEVER, NOTHING, Days, month_of_days
from doudi.simulation.draws import Bools, Floats, Ids, Ints
from doudi.simulation.rows import Codes, Rows, in_order, picked, same
from doudi.simulation.story import Story
from doudi.simulation.texts import record_numbers, running_in

OUTPATIENT, INPATIENT, CHRONIC, EMERGENCY = 0, 1, 2, 3
_DIAGNOSES = (
    "I10.x00", "I25.103", "I63.900", "E11.900", "J18.900", "J44.100", "K29.500", "M51.202", "N18.500", "C34.900", "C50.900", "S72.001", "K80.200",
    "J06.900", "F20.900", "H25.900",
)  # fmt: skip
_HOSPITALS = ("人民医院", "中医医院", "第二人民医院", "妇幼保健院", "中心卫生院")


@dataclass(frozen=True)
class Visits:
    """Every visit of the story, by person and in the order of their numbers."""

    person: NDArray[np.int32]
    ids: Ids
    kind: Ints
    start: Days
    end: Days
    cost: Ints
    number: Ints
    """Running in the township of the person."""


def draw_visits(story: Story) -> Visits:
    """Visits by age and hardship; costs with a heavy tail."""
    draws, years = story.draws, story.time.years
    frailty = np.exp(0.75 * draws.normal(story.ids, "frailty") + 0.08 * story.hardship)
    inpatient = np.select([story.age < 6, story.age < 40, story.age < 60, story.age < 75], [0.11, 0.058, 0.112, 0.27], 0.40) * frailty
    chronic = draws.chance(story.ids, "chronic", np.minimum(np.select([story.age < 40, story.age < 60], [0.003, 0.016], 0.055) * frailty, 0.5))
    grave = draws.chance(story.ids, "grave", 0.03)  # dialysis and the like
    rates = {
        INPATIENT: inpatient * 0.94,
        OUTPATIENT: 0.16 * frailty,
        EMERGENCY: 0.022 * frailty,
        CHRONIC: np.where(chronic, np.where(grave, 28.0, 9.0), 0.0),
    }
    person, kind, nth = [], [], []
    for each, rate in rates.items():
        count = _poisson(story, f"visits{each}", np.minimum(rate * years, 40.0))
        who = np.repeat(np.arange(story.count, dtype=np.int32), count)
        person.append(who)
        kind.append(np.full(len(who), each))
        nth.append(running_in(who) + each * 64)
    people, kinds, nths = np.concatenate(person), np.concatenate(kind), np.concatenate(nth)
    order = np.argsort(people, kind="stable")
    people, kinds, nths = people[order], kinds[order], nths[order]
    return _priced(story, people, kinds, story.ids[people] + nths.astype(np.uint64) * np.uint64(0x2545F4914F6CDD1D))


def _poisson(story: Story, name: str, rate: Floats) -> Ints:
    """Counts of a Poisson process: how many exponential steps fit."""
    left = story.draws.uniform(story.ids, name)
    term = np.exp(-rate)
    total, count = term.copy(), np.zeros(len(rate), dtype=np.int64)
    for at in range(1, 80):
        more = left >= total
        if not more.any():
            break
        count += more
        term = term * rate / at
        total += term
    return count


def _priced(story: Story, people: NDArray[np.int32], kind: Ints, ids: Ids) -> Visits:
    draws, time = story.draws, story.time
    start = (time.first_day + draws.below(ids, "visit_day", time.last_day - time.first_day + 1)).astype(np.int32)
    here = (story.people.came[people] <= start) & (story.people.birth[people] <= start) & (start < story.gone[people])
    people, kind, ids, start = people[here], kind[here], ids[here], start[here]
    median = np.array((165.0, 4850.0, 330.0, 260.0))[kind] * story.income[people] ** 0.2
    cost = median * np.exp(np.array((0.7, 0.82, 0.62, 0.8))[kind] * draws.normal(ids, "visit_cost"))
    heavy = (kind == INPATIENT) & draws.chance(ids, "heavy", 0.02)
    cost = np.where(heavy, cost * np.minimum((1 - draws.uniform(ids, "heavy_tail")) ** (-0.6) * 3.2, 60), cost)
    cost = np.where((kind == CHRONIC) & draws.chance(story.ids[people], "grave", 0.03), cost * 3.4, cost)
    cost = np.maximum(np.round(cost * 100), 500).astype(np.int64)
    stay = np.where(kind == INPATIENT, 3 + draws.below(ids, "stay", 12), 0)
    number = running_in(story.township_codes[people])
    return Visits(people, ids, kind, start, np.where(kind == INPATIENT, start + stay, NEVER).astype(np.int32), cost, number)


def expenses(story: Story, visits: Visits) -> Rows:
    """医疗支出."""
    words = tuple(f"{name}{hospital}" for name in story.county_names for hospital in _HOSPITALS)
    at = story.county_places[visits.person] * len(_HOSPITALS) + story.draws.below(visits.ids, "hospital", len(_HOSPITALS))
    ended = visits.end <= story.time.last_day
    columns = {
        "visit_no": record_numbers("V", story.township_codes[visits.person], visits.number),
        "visit_kind": picked("1234", visits.kind),
        "hospital": Codes(words, at, local=True),
        "diagnosis": picked(_DIAGNOSES, story.draws.below(visits.ids, "diagnosis", len(_DIAGNOSES))),
        "start_date": visits.start,
        "end_date": np.where(ended, visits.end, NEVER).astype(np.int32),
        "total_cost": visits.cost,
    }
    return Rows(visits.person, columns, month_of_days(visits.start))


def insured_kind(story: Story) -> tuple[Bools, Bools]:
    """Who is insured, and who of them as an employee; a few of the poor are forgotten."""
    employee = (story.work.insured | (story.work.pension > 0)) & ~story.draws.chance(story.ids, "resident_insured", 0.12)
    share = np.where(story.benefits.poor, 0.988, 0.972)
    return employee | story.draws.chance(story.ids, "insured_resident", share), employee


def reimbursements(story: Story, visits: Visits) -> Rows:
    """医保报销: most visits of the insured, some days later; the poor get medical aid on top."""
    draws = story.draws
    insured, employee = (each[visits.person] for each in insured_kind(story))
    share = np.array((0.6, 0.95, 0.96, 0.45))[visits.kind]
    gap = np.where(visits.kind == INPATIENT, visits.end - visits.start, 0) + draws.below(visits.ids, "settle_gap", 18)
    settled = (visits.start + gap).astype(np.int32)
    at = np.flatnonzero(insured & draws.chance(visits.ids, "reimbursed", share) & (settled <= story.time.last_day))
    person, ids, kind, total, employed = visits.person[at], visits.ids[at], visits.kind[at], visits.cost[at], employee[at]
    policy = np.round(total * draws.between(ids, "in_policy", 0.80, 0.985)).astype(np.int64)
    rate = np.where(employed, np.array((0.62, 0.80, 0.78, 0.6))[kind], np.array((0.55, 0.68, 0.63, 0.5))[kind])
    basic = np.round(np.maximum(policy - np.where(kind == INPATIENT, 40_000, 0), 0) * rate).astype(np.int64)
    left = policy - basic
    serious = np.where(left > 1_600_000, np.round((left - 1_600_000) * 0.6), 0).astype(np.int64)
    aided = (story.benefits.dibao.ever | story.benefits.tekun.ever | story.benefits.edge.ever)[person]
    aided &= ~draws.chance(ids, "aid_forgotten", 0.1) & (left > np.where(kind == INPATIENT, 30_000, 90_000))
    aid = np.where(aided, np.round((left - serious) * np.where(story.benefits.edge.ever[person], 0.5, 0.7)), 0).astype(np.int64)
    columns = {
        "settlement_no": record_numbers("S", story.township_codes[person], visits.number[at]),
        "visit_no": record_numbers("V", story.township_codes[person], visits.number[at]),
        "insured_kind": picked(("310", "390"), np.where(employed, 0, 1)),
        "settle_date": settled[at],
        "total_cost": total,
        "in_policy_cost": policy,
        "basic_paid": basic,
        "serious_illness_paid": serious,
        "aid_paid": aid,
        "self_paid": total - basic - serious - aid,
    }
    return Rows(person, columns, month_of_days(settled[at]))


def enrolled_on(story: Story, month: int) -> Rows:
    """基本医疗保险参保 of the month's year."""
    insured, employee = insured_kind(story)
    who = np.flatnonzero(insured & story.on_list(month)).astype(np.int32)
    ids, employed, benefits = story.ids[who], employee[who], story.benefits
    full = (benefits.tekun.ever | benefits.orphan.ever)[who]
    half = (benefits.dibao.ever | benefits.monitored.ever | benefits.edge.ever)[who]
    subsidy = np.where(full, 40_000, np.where(half, 20_000, NOTHING))
    subsidy = np.where(story.draws.chance(ids, "subsidy_forgotten", 0.025), NOTHING, subsidy)
    columns = {
        "year": np.full(len(who), month // 12, dtype=np.int64),
        "insured_kind": picked(("310", "390"), np.where(employed, 0, 1)),
        "premium": np.where(employed, np.maximum(story.work.jobs.wage[0][who], 404_600) * 24 // 100, 40_000),
        "subsidy": np.where(employed, NOTHING, subsidy),
    }
    return Rows(who, columns)


def medical_aid(story: Story, visits: Visits) -> Rows:
    """医疗救助: by application after hard hospital stays; the yearly help with the premium."""
    draws, time = story.draws, story.time
    day = (visits.end + 20 + draws.below(visits.ids, "aid_after", 60)).astype(np.int64)
    hard = (visits.kind == INPATIENT) & (visits.cost > 1_200_000) & (day <= time.last_day)
    poor = story.benefits.poor[visits.person]
    at = np.flatnonzero(hard & draws.chance(visits.ids, "aid_asked", np.where(poor, 0.22, 0.012)))
    kind = np.where(poor[at], draws.choice(visits.ids[at], "aid_kind", (0.75, 0.12, 0.13)) + 1, 4)
    numbers = record_numbers("H", story.township_codes[visits.person[at]], visits.number[at])
    amount = (visits.cost[at] * draws.between(visits.ids[at], "aid_amount", 0.06, 0.25) // 1000).astype(np.int64) * 1000
    cases = _aid_rows(visits.person[at], numbers, kind, day[at].astype(np.int32), amount)
    helped = story.benefits.tekun.ever | story.benefits.orphan.ever
    january = (time.last // 12 * 12 - 1970 * 12 + np.zeros(1, dtype=np.int64)).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)[0]
    paid = np.full(story.count, january + 19, dtype=np.int32)
    who = np.flatnonzero(helped & story.present(paid) & (paid <= time.last_day) & (paid >= time.first_day)).astype(np.int32)
    house = story.households.number[story.people.home[who]] * 16 + (story.ids[who] & np.uint64(15)).astype(np.int64)
    premiums = _aid_rows(
        who, record_numbers("F", story.township_codes[who], house), np.zeros(len(who), dtype=np.int64), paid[who], np.full(len(who), 40_000)
    )
    return in_order([premiums, cases])


def _aid_rows(person: NDArray[np.int32], numbers: object, kind: Ints, day: Days, amount: Ints) -> Rows:
    columns = {"aid_no": numbers, "aid_kind": picked("12345", kind), "aid_date": day, "amount": amount}
    return Rows(person, columns, month_of_days(day))  # type: ignore[arg-type]


def emergencies(story: Story) -> Rows:
    """疾病应急救助基金: emergencies that nobody paid; of a few cases nobody knows who it was."""
    draws, time = story.draws, story.time
    day = (time.first_day + draws.below(story.ids, "emergency_day", time.last_day - time.first_day + 1)).astype(np.int32)
    who = np.flatnonzero(draws.chance(story.ids, "emergency", 0.00022 * time.years) & story.present(day)).astype(np.int32)
    columns = {
        "case_no": record_numbers("J", story.township_codes[who], running_in(story.township_codes[who])),
        "aid_date": day[who],
        "amount": (np.round(draws.lognormal(story.ids[who], "emergency_amount", 6200, 0.8)) * 100).astype(np.int64),
        "reason": same("无力支付急救费用", len(who)),
    }
    return Rows(who, columns, month_of_days(day[who]))
