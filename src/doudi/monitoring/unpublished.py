"""A household that nothing concerns: the run publishes no facts of it, so what is shown of it are the rows of the cut that the run stands on.

By the definition of who is concerned (see `concerned.py`) nobody in it is recognised and there is no alert about it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq

PEOPLE = ["person", "household", "listed", "hukou_region", "relation", "birth_date"]


@dataclass(frozen=True)
class Found:
    """A household as a line of `household_facts` without variables, and its people as lines of `person_facts` without variables."""

    facts: Mapping[str, Any]
    people: tuple[Mapping[str, Any], ...]


def find_household(tables: Path, as_of: date, numbers: Iterable[int]) -> Found | None:
    """The household with one of these numbers, or with a person who has one. `tables`: the folder of the cut's tables; None if there is none."""
    wanted, people = list(numbers), tables / "people.parquet"
    persons = pq.read_table(people, columns=["household"], filters=pc.field("person").isin(wanted))["household"].to_pylist()
    homes = {*wanted, *(number for number in persons if number is not None)}
    members = pq.read_table(people, columns=PEOPLE, filters=pc.field("household").isin(list(homes))).to_pylist()
    dead = _dead(tables, as_of, [one["person"] for one in members])
    members = [one | {"deceased": one["person"] in dead, "living": one["person"] not in dead} for one in members]
    if not any(one["listed"] and one["living"] for one in members):
        return None
    number = members[0]["household"]
    members = sorted((one for one in members if one["household"] == number), key=lambda one: one["person"])
    region = min(members, key=_first)["hukou_region"] or ""
    place = {
        "county": region[:6] if len(region) >= 6 else None,
        "township": region[:9] if len(region) >= 9 and region[6:9] != "000" else None,
        "village": region if len(region) == 12 and region[9:] != "000" else None,
    }
    living = sum(one["listed"] and one["living"] for one in members)
    return Found({"household": number, "members": living, "rural": None} | place, tuple(members))


def _dead(tables: Path, as_of: date, persons: list[int]) -> set[int]:
    path = tables / "death.parquet"
    if not path.exists():
        return set()
    known = pc.field("person").isin(persons) & (pc.field("death_date") <= as_of)
    return set(pq.read_table(path, columns=["person"], filters=known)["person"].to_pylist())


def _first(one: Mapping[str, Any]) -> tuple[bool, bool, bool, bool, date, int]:
    """The head comes first, as in `places.HOUSEHOLD_PLACES`."""
    born = one["birth_date"]
    return not one["listed"], one["relation"] not in ("01", "02"), not one["living"], born is None, born or date.min, one["person"]
