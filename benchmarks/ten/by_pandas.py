"""The ten rules with pandas. Gives alerts only: a hit needs every condition certain, so what is unknown counts as no hit."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from benchmarks.harness import StopWatch
from benchmarks.ten.frames import Calendar, Facts, heads, latest_checks, reader
from benchmarks.worlds import AS_OF, World


def judge(world: str, out: str) -> dict[str, object]:
    """Contestant."""
    place, watch = World(Path(world)), StopWatch()
    tables = dict(place.cut.tables)
    with watch.running():
        found = alerts(tables)
    write_alerts(found, Path(out))
    return watch.told(people=place.people)


def alerts(tables: dict[str, Path]) -> pd.DataFrame:
    """rule and subject of every hit."""
    read, calendar = reader(tables), Calendar(AS_OF)
    p = Facts(read, calendar).persons
    p["core"] = p.dibao | p.tekun
    p["covered"] = p.core | p.edge | p.rigid | p.monitored | p.orphan | p.unattended
    p["income"] = p.wages + p.pension_public + p.pension_enterprise + p.benefit
    h = _households(p).join(latest_checks(read, calendar, p)).join(heads(p))
    h["standard"] = h.rural.map({True: 48_500, False: 74_000}).where(h.county.str.startswith("43"))
    h["inpatient_line"] = h.standard.notna().map({True: 300_000.0})
    home = h[["members", "core", "edge", "rigid", "monitored", "income", "standard", "inpatient_line"]].reindex(p.household)
    home.index = p.index
    low_income = home[["core", "edge", "rigid", "monitored"]].eq(True).any(axis=1)
    october = calendar.day.month >= 10
    hits = {
        "D05": p.moved & p.dibao & p.old_home & p.new_home & p.present,
        "D07": p.repeated & p.present,
        "E02": p.covered & ~p.insured & p.present,
        "E03": (p.core | p.edge) & (p.inpatient_self_paid > home.inpatient_line) & ~(p.aid_settled > 0) & ~p.aid_given & p.present,
        "E04": low_income & p.aided_stage & ~p.schooled & p.present,
        "E07": h.covered & h.rural.eq(True) & h.house_unsafe & h.house_unaided,
        "E08": p.covered & p.willing & october & ((p.offers < 3) | (p.guidance < 1) | (p.training < 1)) & p.present,
        "F01": ~p.living & p.paid_after_death,
        "K01": (h.income_12m < h.standard * 12 * h.members) & (h.deposits <= 2 * 12 * h.standard * h.members) & (h.vehicles == 0)
        & (h.houses <= 1) & h.business.eq(False) & ~h.core,
        "K05": (home.members == 1) & ((p.age >= 60) | (p.age < 16) | p.without_labour) & (home.income < home.standard * 12)
        & ~p.core & ~p.orphan & ~p.unattended & p.present,
    }  # fmt: skip
    return pd.concat([pd.DataFrame({"rule": rule, "subject": hit.index[hit]}) for rule, hit in hits.items()])


def _households(persons: pd.DataFrame) -> pd.DataFrame:
    members = persons[persons.present & persons.household.notna()]
    members = members.assign(household=members.household.astype("int64")).groupby("household")
    flags = members[["core", "edge", "rigid", "monitored", "covered", "house_unsafe", "house_unaided"]].any()
    return flags.assign(members=members.size(), income=members.income.sum())


def write_alerts(found: pd.DataFrame, folder: Path) -> None:
    """What was found, to be compared."""
    folder.mkdir(parents=True, exist_ok=True)
    found.astype({"subject": "int64"}).to_parquet(folder / "alerts.parquet", index=False)
