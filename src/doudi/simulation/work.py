"""Work: jobs and their loss, unemployment, pensions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from doudi.simulation.days import NEVER, NO_MONTH, NOTHING, Days, Months, month_of_days
from doudi.simulation.disability import Certificates
from doudi.simulation.draws import Bools, Floats, Ints
from doudi.simulation.rows import Codes, Rows, in_order, picked
from doudi.simulation.schooling import Schooling, school_year, stage_in
from doudi.simulation.world import World

_COMPANIES = ("制造", "建筑", "商贸", "物流", "食品", "服饰", "电子", "农业", "餐饮", "家政", "环保", "物业")
_EMPLOYERS_OF_TOWNSHIP = 24
_CODE_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@dataclass(frozen=True)
class Jobs:
    """Up to two jobs in a row by person; `start` NEVER for none."""

    start: tuple[Days, Days]
    end: tuple[Days, Days]
    wage: tuple[Ints, Ints]
    kind: Ints


@dataclass(frozen=True)
class Work:
    """By person: jobs; days of registering as unemployed and of the end of it; pensions."""

    jobs: Jobs
    registered: Days
    reregistered: Days
    benefit: Ints
    public: Bools
    """In the pension of offices (else of enterprises), whoever has `insured` or `pension`."""
    insured: Bools
    pension: Ints
    """Fen a month, 0 for none."""
    pension_from: Months

    def employed(self, day: int) -> Bools:
        """Who has a job on a day."""
        jobs = self.jobs
        return sum(((start <= day) & (end > day)) for start, end in zip(jobs.start, jobs.end, strict=True)) > 0


def draw_work(world: World, certificates: Certificates, schooling: Schooling) -> Work:
    """Jobs by age, place and hardship; some are lost during the story, some of those find another."""
    draws, ids, time = world.draws, world.ids, world.time
    studies = stage_in(world, schooling, school_year(time.last)) > 0
    retired = np.where(world.people.male, world.age >= 60, world.age >= 55)
    able = (world.age >= 18) & (world.age < 60) & ~studies & ~retired
    share = np.clip(np.where(world.urban, 0.80, 0.62) - 0.10 * world.hardship, 0.08, 0.93) * np.where(certificates.severe, 0.12, 1.0)
    works = able & draws.chance(ids, "works", share)
    works |= (world.age >= 60) & (world.age < 70) & draws.chance(ids, "works_on", 0.04)
    jobs, registered, reregistered, jobless = _jobs(world, works, able & ~certificates.severe)
    public = draws.chance(ids, "public", np.where(world.urban, 0.16, 0.035))
    insured = works & (public | draws.chance(ids, "insured", np.where(world.urban, 0.62, 0.30)))
    share = np.clip(np.where(world.urban, 0.66, 0.12) - 0.16 * world.hardship, 0.0, 0.9)
    draws_pension = retired & (public | draws.chance(ids, "pension", share))
    amount = np.where(public, draws.lognormal(ids, "pension_public", 4600, 0.22), draws.lognormal(ids, "pension_amount", 2350, 0.33))
    since = month_of_days((world.people.birth + np.where(world.people.male, 60, 55) * 365.2425).astype(np.int32)) + 1
    pension = np.where(draws_pension, np.round(amount) * 100, 0).astype(np.int64)
    benefit = np.where(jobless & draws.chance(ids, "benefit", 0.5), 144_000 + 1_000 * draws.below(ids, "benefit_amount", 30), NOTHING)
    return Work(jobs, registered, reregistered, benefit, public, insured, pension, np.where(draws_pension, since, NO_MONTH).astype(np.int32))


def _jobs(world: World, works: Bools, able: Bools) -> tuple[Jobs, Days, Days, Bools]:
    draws, ids, time = world.draws, world.ids, world.time
    span = time.last_day - time.first_day + 1
    median = np.where(world.urban, 5900, 3750) * world.income**0.45 * np.exp(-0.12 * world.hardship)
    wage = np.round(draws.lognormal(ids, "wage", median, 0.42) / 10) * 1000
    wage = np.where(draws.chance(ids, "wage_empty", 0.006), NOTHING, wage).astype(np.int64)
    start = (time.last_day - 20 - 2400 * draws.uniform(ids, "job_since") ** 1.6).astype(np.int32)
    start = np.maximum(start, world.people.birth + 16 * 366)
    lost = works & draws.chance(ids, "job_lost", 0.055 * time.years)
    end = (time.first_day + draws.below(ids, "job_end", span)).astype(np.int32)
    lost &= end > start
    found = lost & draws.chance(ids, "job_found", 0.55)
    again = (end + 40 + draws.below(ids, "job_gap", 200)).astype(np.int32)
    found &= again <= time.last_day
    first_end = np.minimum(np.where(lost, end, NEVER), world.gone).astype(np.int32)
    first_end = np.where(first_end > time.last_day, NEVER, first_end).astype(np.int32)
    later_end = np.where(world.gone > time.last_day, NEVER, world.gone).astype(np.int32)
    jobs = Jobs(
        (np.where(works, start, NEVER).astype(np.int32), np.where(found & (again < world.gone), again, NEVER).astype(np.int32)),
        (np.maximum(first_end, start), np.maximum(later_end, again)),
        (wage, np.where(wage < 0, wage, wage * 9 // 10 // 1000 * 1000)),
        draws.choice(ids, "job_kind", (0.66, 0.24, 0.03, 0.07)),
    )
    registers = lost & draws.chance(ids, "registers", 0.5)
    stock = able & ~works & draws.chance(ids, "long_jobless", np.clip(0.0125 + 0.005 * world.hardship, 0.002, 0.08))
    since = np.where(stock, time.last_day - 20 - draws.below(ids, "jobless_since", 800), end + 5 + draws.below(ids, "register_gap", 25))
    since = np.where((registers | stock) & (since <= time.last_day) & (since < world.gone), since, NEVER).astype(np.int32)
    until = np.where(found & registers, again, NEVER).astype(np.int32)
    return jobs, since, np.maximum(until, np.where(since == NEVER, until, since)).astype(np.int32), registers


def jobs_on(world: World, work: Work, month: int) -> Rows:
    """The employment list of a month: jobs that are open, or were within a year."""
    end, jobs = world.time.end_of(month), work.jobs
    parts = []
    for nth in (0, 1):
        start, ends = jobs.start[nth], jobs.end[nth]
        known = (start <= end) & (ends > end - 370) & (world.last_list > 0)
        who = np.flatnonzero(known).astype(np.int32)
        ids = world.ids[who]
        company = world.draws.below(ids, "company", _EMPLOYERS_OF_TOWNSHIP, nth)
        company = np.where(jobs.kind[who] == 0, world.households.township[world.people.home[who]] * _EMPLOYERS_OF_TOWNSHIP + company, -1)
        names, codes = _employers(world)
        columns = {
            "employer": Codes(names, company, local=True),
            "employer_code": Codes(codes, company, local=True),
            "start_date": start[who],
            "end_date": np.where(ends[who] <= end, ends[who], NEVER).astype(np.int32),
            "monthly_wage": jobs.wage[nth][who],
            "kind": picked("1234", jobs.kind[who]),
        }
        parts.append(Rows(who, columns))
    return in_order(parts)


def _employers(world: World) -> tuple[tuple[str, ...], tuple[str, ...]]:
    names, codes = [], []
    for each in world.townships:
        for at in range(_EMPLOYERS_OF_TOWNSHIP):
            names.append(f"{each.name}第{at // len(_COMPANIES) + 1}{_COMPANIES[at % len(_COMPANIES)]}有限公司")
            codes.append(organisation_code(f"91{each.county}MA{each.code % 1000:03d}{at:04d}"))
    return tuple(names), tuple(codes)


def organisation_code(first17: str) -> str:
    """A unified social credit code (GB 32100) from its first 17 characters."""
    total = sum(_CODE_LETTERS.index(letter) * pow(3, at, 31) for at, letter in enumerate(first17))
    return first17 + _CODE_LETTERS[-total % 31]


def unemployed_on(world: World, work: Work, month: int) -> Rows:
    """The list of registered unemployed of a month, with those who ended within a year."""
    end = world.time.end_of(month)
    until = work.reregistered
    who = np.flatnonzero((work.registered <= end) & ((until > end - 365) | (until == NEVER)) & world.on_list(month)).astype(np.int32)
    ids = world.ids[who]
    willing = world.draws.choice(ids, "willing", (0.13, 0.865, 0.005))
    columns = {
        "register_date": work.registered[who],
        "end_date": np.where(until[who] <= end, until[who], NEVER).astype(np.int32),
        "willing": np.where(willing == 2, NOTHING, willing).astype(np.int8),
        "benefit_monthly": work.benefit[who],
    }
    return Rows(who, columns)


def pensions_on(world: World, work: Work, month: int, *, public: bool) -> Rows:
    """One of the two pension lists of a month: those who pay, pause and draw."""
    drawing = (work.pension > 0) & (work.pension_from <= month)
    at_work = work.insured & ~drawing
    who = np.flatnonzero((drawing | at_work) & (work.public == public) & world.on_list(month)).astype(np.int32)
    draws_it = drawing[who]
    paused = world.draws.chance(world.ids[who], "pension_paused", 0.05)
    base: Floats = np.maximum(work.jobs.wage[0][who], 404_600)
    columns = {
        "status": picked("123", np.where(draws_it, 2, np.where(paused, 1, 0))),
        "contribution_base": np.where(draws_it, NOTHING, base).astype(np.int64),
        "monthly_pension": np.where(draws_it, work.pension[who], NOTHING).astype(np.int64),
        "start_month": np.where(draws_it, work.pension_from[who], NO_MONTH).astype(np.int32),
    }
    return Rows(who, columns)


def injuries(world: World, work: Work) -> Rows:
    """Injuries at work in the story; few are grave."""
    draws, ids, time = world.draws, world.ids, world.time
    works = work.jobs.start[0] != NEVER
    day = (time.first_day + draws.below(ids, "injury_day", time.last_day - time.first_day + 1)).astype(np.int32)
    hurt = works & draws.chance(ids, "injured", 0.0022 * time.years) & world.present(day) & (work.jobs.start[0] <= day) & (work.jobs.end[0] > day)
    who = np.flatnonzero(hurt).astype(np.int32)
    grade = np.array((NOTHING, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1))[
        draws.choice(ids[who], "injury_grade", (0.3, 0.25, 0.17, 0.1, 0.06, 0.04, 0.03, 0.02, 0.015, 0.01, 0.005))
    ]
    allowance = np.where((grade > 0) & (grade <= 4), 300_000 + 1000 * draws.below(ids[who], "allowance", 150), NOTHING)
    columns = {"injury_date": day[who], "grade": grade, "monthly_allowance": allowance}
    return Rows(who, columns, month_of_days(day[who]))
