"""The ten rules in OpenFisca-core: persons in households, variables by month, formulas over whole arrays. Gives alerts only.

OpenFisca knows numbers of persons and households, not rows: what the datasets' rows say of a person is gathered with pandas first (frames.py)
and given to it as inputs. Amounts are whole fen as its 32-bit integers; a value that is not known is an input of its own.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from openfisca_core.entities import build_entity
from openfisca_core.parameters import ParameterNode
from openfisca_core.periods import DateUnit
from openfisca_core.simulations import Simulation, SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

from benchmarks.harness import StopWatch
from benchmarks.ten.by_pandas import write_alerts
from benchmarks.ten.frames import Calendar, Facts, heads, latest_checks, reader
from benchmarks.worlds import AS_OF, World

Person = build_entity("person", "persons", "A person", is_person=True)
Household = build_entity("household", "households", "A household", roles=[{"key": "member", "plural": "members", "label": "Members"}])

FIGURES = {
    "dibao_standard": {"urban": {"values": {"2025-01-01": {"value": 74_000}}}, "rural": {"values": {"2025-01-01": {"value": 48_500}}}},
    "deposit_factor": {"values": {"2024-09-02": {"value": 2}}},
    "inpatient_line": {"values": {"2024-09-02": {"value": 300_000}}},
}
LISTS = ("dibao", "tekun", "orphan", "unattended", "edge", "rigid", "monitored")
FLAGS = (*LISTS, "present", "living", "housed", "without_labour", "moved", "old_home", "new_home", "insured", "aid_given", "aided_stage", "schooled",
         "willing", "house_unsafe", "house_unaided", "repeated", "paid_after_death")  # fmt: skip
AMOUNTS = ("wages", "pension_public", "pension_enterprise", "benefit", "inpatient_self_paid", "aid_settled", "offers", "guidance", "training", "age")
CHECKED = ("income_12m", "deposits", "vehicles", "houses", "business")


def variable(name: str, of: Any, kind: type, formula: Any = None) -> type[Variable]:
    """A monthly variable; without a formula an input."""
    own = {"value_type": kind, "entity": of, "definition_period": DateUnit.MONTH, "label": name}
    return type(name, (Variable,), own | ({"formula": formula} if formula else {}))


def computed(of: Any, kind: type = bool) -> Any:
    """Makes a variable of a formula, with its name."""
    return lambda formula: variable(formula.__name__, of, kind, lambda entity, period, parameters: formula(entity, period, parameters))


INPUTS = [
    *(variable(name, Person, bool) for name in FLAGS),
    *(variable(name, Person, int) for name in AMOUNTS),
    *(variable(name, Household, int) for name in CHECKED),
    *(variable(f"{name}_known", Household, bool) for name in CHECKED),
    variable("rural", Household, bool),
    variable("known_county", Household, bool),
]


@computed(Person)
def core(person: Any, period: Any, parameters: Any) -> Any:
    return person("dibao", period) + person("tekun", period)


@computed(Person)
def covered(person: Any, period: Any, parameters: Any) -> Any:
    return sum(person(name, period) for name in LISTS) > 0


@computed(Person, int)
def income(person: Any, period: Any, parameters: Any) -> Any:
    return sum(person(name, period) for name in ("wages", "pension_public", "pension_enterprise", "benefit")) * person("present", period)


@computed(Household, int)
def members(household: Any, period: Any, parameters: Any) -> Any:
    return household.sum(household.members("present", period))


@computed(Household, int)
def household_income(household: Any, period: Any, parameters: Any) -> Any:
    return household.sum(household.members("income", period))


@computed(Household, int)
def standard(household: Any, period: Any, parameters: Any) -> Any:
    figures = parameters(period).dibao_standard
    return np.where(household("rural", period), figures.rural, figures.urban)


def anybody(name: str) -> type[Variable]:
    """Whether a member who is there has it."""

    def formula(household: Any, period: Any, parameters: Any) -> Any:
        return household.any(household.members(name, period) * household.members("present", period))

    return variable(f"any_{name}", Household, bool, formula)


ROLLUPS = [anybody(name) for name in ("core", "edge", "rigid", "monitored", "covered", "house_unsafe", "house_unaided")]


@computed(Person)
def D05(person: Any, period: Any, parameters: Any) -> Any:
    return person("moved", period) * person("dibao", period) * person("old_home", period) * person("new_home", period) * person("present", period)


@computed(Person)
def D07(person: Any, period: Any, parameters: Any) -> Any:
    return person("repeated", period) * person("present", period)


@computed(Person)
def E02(person: Any, period: Any, parameters: Any) -> Any:
    return person("covered", period) * ~person("insured", period) * person("present", period)


@computed(Person)
def E03(person: Any, period: Any, parameters: Any) -> Any:
    known = person.household("known_county", period) * person("housed", period) * (person.household("members", period) > 0)
    costly = known * (person("inpatient_self_paid", period) > parameters(period).inpatient_line)
    unaided = (person("aid_settled", period) <= 0) * ~person("aid_given", period)
    return (person("core", period) + person("edge", period)) * costly * unaided * person("present", period)


@computed(Person)
def E04(person: Any, period: Any, parameters: Any) -> Any:
    low = sum(person.household(f"any_{name}", period) for name in ("core", "edge", "rigid", "monitored")) > 0
    return low * person("housed", period) * person("aided_stage", period) * ~person("schooled", period) * person("present", period)


@computed(Household)
def E07(household: Any, period: Any, parameters: Any) -> Any:
    return (
        household("any_covered", period) * household("rural", period) * household("any_house_unsafe", period) * household("any_house_unaided", period)
    )


@computed(Person)
def E08(person: Any, period: Any, parameters: Any) -> Any:
    short = (person("offers", period) < 3) + (person("guidance", period) < 1) + (person("training", period) < 1)
    return person("covered", period) * person("willing", period) * (period.start.month >= 10) * short * person("present", period)


@computed(Person)
def F01(person: Any, period: Any, parameters: Any) -> Any:
    return ~person("living", period) * person("paid_after_death", period)


@computed(Household)
def K01(household: Any, period: Any, parameters: Any) -> Any:
    known = household("known_county", period) * np.prod([household(f"{name}_known", period) for name in CHECKED], axis=0).astype(bool)
    line = household("standard", period) * 12 * household("members", period)
    poor = (household("income_12m", period) < line) * (household("deposits", period) <= parameters(period).deposit_factor * line)
    plain = (household("vehicles", period) == 0) * (household("houses", period) <= 1) * (household("business", period) == 0)
    return known * poor * plain * ~household("any_core", period) * (household("members", period) > 0)


@computed(Person)
def K05(person: Any, period: Any, parameters: Any) -> Any:
    alone = person("housed", period) * (person.household("members", period) == 1) * person.household("known_county", period)
    age = person("age", period)
    unable = (age >= 60) + (age >= 0) * (age < 16) + person("without_labour", period)
    poor = person.household("household_income", period) < person.household("standard", period) * 12
    apart = ~person("core", period) * ~person("orphan", period) * ~person("unattended", period)
    return alone * unable * poor * apart * person("present", period)


OF_PERSONS, OF_HOUSEHOLDS = (D05, D07, E02, E03, E04, E08, F01, K05), (E07, K01)


def system() -> TaxBenefitSystem:
    """The policy as OpenFisca holds it."""
    made = TaxBenefitSystem([Person, Household])
    made.parameters = ParameterNode("", data=FIGURES)
    made.add_variables(*INPUTS, *ROLLUPS, core, covered, income, members, household_income, standard, *OF_PERSONS, *OF_HOUSEHOLDS)
    return made


def simulation(persons: pd.DataFrame, homes: pd.DataFrame, place: np.ndarray) -> Simulation:
    """Persons in households, with their inputs. `place`: the household of each person, as a number from 0."""
    builder = SimulationBuilder()
    builder.create_entities(system())
    builder.declare_person_entity("person", np.arange(len(persons)))
    households = builder.declare_entity("household", np.arange(len(homes)))
    builder.join_with_persons(households, place, np.array(["member"] * len(persons)))
    made, period = builder.build(system()), f"{AS_OF:%Y-%m}"
    for name in FLAGS:
        made.set_input(name, period, persons[name].to_numpy(bool))
    for name in AMOUNTS:
        made.set_input(name, period, persons[name].fillna(-1).to_numpy("int32"))
    for name in CHECKED:
        values = homes[name].astype("float64")
        made.set_input(name, period, values.fillna(0).clip(upper=2**31 - 1).to_numpy("int32"))
        made.set_input(f"{name}_known", period, values.notna().to_numpy())
    made.set_input("rural", period, homes.rural.eq(True).to_numpy(bool))
    made.set_input("known_county", period, homes.county.str.startswith("43").eq(True).to_numpy(bool))
    return made


def judge(world: str, out: str) -> dict[str, object]:
    """Contestant. `gathered`: seconds until the rows were persons, of all the seconds."""
    place, watch, gathering = World(Path(world)), StopWatch(), StopWatch()
    tables = dict(place.cut.tables)
    with watch.running():
        with gathering.running():
            read, calendar = reader(tables), Calendar(AS_OF)
            persons = Facts(read, calendar).persons
            persons["housed"] = persons.household.notna()
            alone = pd.Series(-1 - np.arange(len(persons)), persons.index)  # who is on no list is a household of one, whom no rule asks
            numbers, homes = pd.factorize(persons.household.fillna(alone))
            checks = latest_checks(read, calendar, persons).join(heads(persons), how="outer")
            homes = checks.reindex(homes)
        made, period = simulation(persons, homes, numbers), f"{AS_OF:%Y-%m}"
        hits = [(rule.__name__, persons.index[made.calculate(rule.__name__, period).astype(bool)]) for rule in OF_PERSONS]
        hits += [(rule.__name__, homes.index[made.calculate(rule.__name__, period).astype(bool)]) for rule in OF_HOUSEHOLDS]
        found = pd.concat([pd.DataFrame({"rule": rule, "subject": subjects}) for rule, subjects in hits])
    write_alerts(found, Path(out))
    return watch.told(people=place.people, gathered=round(gathering.seconds, 3))
