"""A county with two population lists, and what becomes of one row more."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from tests.factories import County, citizen_id, decisions, persons

WANG, LI, ZHAO = citizen_id(11), citizen_id(25, date(1992, 3, 8)), citizen_id(38, date(2015, 11, 2))
STRANGER = citizen_id(77, date(1970, 1, 1), region="110101")


def person(id18: str, name: str, household: str = "H1", **more: str) -> dict[str, str]:
    """A line of a population list."""
    return {"person_id": id18, "name": name, "household_no": household, **more}


def listed_county(home: Path) -> County:
    """A county with two lists, of July and October: 王小明 and 李芳 in one household, 赵云 in another."""
    made = County.at(home)
    people = [person(WANG, "王小明"), person(LI, "李芳"), person(ZHAO, "赵云", "H2", birth_date="2015-11-02")]
    made.deliver("population", people, "202607", "2026-08-03 08:00:00")
    made.deliver("population", people, "202610", "2026-10-30 08:00:00")
    return made


def told(county: County, dataset: str, row: dict[str, str], **more: str) -> tuple[int | None, str, str]:
    """Deliver one row; (person in the lake or None, how, code)."""
    county.deliver(dataset, [row], **more)
    cut = county.settle()
    line = decisions(cut).get((dataset, 2), {"how": "sound", "code": ""})
    found = persons(cut, dataset)
    return (found[0] if found else None), line["how"], line["code"]
