"""The 36 datasets: which function of a story tells each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from doudi.simulation import helping, medical, money, recognised, register, schooling, work
from doudi.simulation.disability import certificates_on
from doudi.simulation.rows import Rows
from doudi.simulation.story import Story

LISTS: Mapping[str, Callable[[Story, int], Rows]] = {
    "population": register.population_on,
    "insurance_enrolment": medical.enrolled_on,
    "school_enrolment": lambda story, month: schooling.pupils_on(story, story.schooling, month),
    "unemployment": lambda story, month: work.unemployed_on(story, story.work, month),
    "employment": lambda story, month: work.jobs_on(story, story.work, month),
    "pension_public": lambda story, month: work.pensions_on(story, story.work, month, public=True),
    "pension_enterprise": lambda story, month: work.pensions_on(story, story.work, month, public=False),
    "house_safety": helping.unsafe_houses_on,
    "fishing_ban_fishers": recognised.fishers_on,
    "poverty_return_monitoring": recognised.monitored_on,
    "relocation": recognised.relocated_on,
    "disability_certificate": lambda story, month: certificates_on(story, story.certificates, month),
    "subsistence_allowance": recognised.dibao_on,
    "extreme_poverty": recognised.tekun_on,
    "allowance_edge": partial(recognised.determined_on, rigid=False),
    "rigid_expenditure": partial(recognised.determined_on, rigid=True),
    "orphan_aid": partial(recognised.children_on, orphan=True),
    "de_facto_unattended_child": partial(recognised.children_on, orphan=False),
    "official_relatives": recognised.relatives_on,
}
"""Snapshot -> its list of a month."""

EVENTS: Mapping[str, Callable[[Story], Rows]] = {
    "death": register.deaths,
    "medical_expense": lambda story: medical.expenses(story, story.visits),
    "disease_emergency_fund": medical.emergencies,
    "insurance_reimbursement": lambda story: medical.reimbursements(story, story.visits),
    "medical_aid": lambda story: medical.medical_aid(story, story.visits),
    "education_aid": lambda story: schooling.education_aid(story, story.schooling, story.any_at_home(story.benefits.poor)[story.people.home]),
    "work_injury": lambda story: work.injuries(story, story.work),
    "employment_aid": helping.work_help,
    "housing_aid": helping.housing_aids,
    "disaster_aid": helping.disasters,
    "disabled_living_subsidy": partial(money.subsidies, nursing=False),
    "severe_disabled_nursing_subsidy": partial(money.subsidies, nursing=True),
    "payment": money.payments,
    "temporary_aid": helping.temporary_aids,
    "economic_check": helping.checks,
    "charity_aid": helping.charity,
    "service_aid": helping.services,
}
"""Events -> all that happens in the story."""
