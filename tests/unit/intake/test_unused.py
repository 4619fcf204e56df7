"""What became of every delivered row, as exports tell it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from tests.factories import County, citizen_id, with_wrong_digit

from doudi.intake.catalogue import shipped_catalogue
from doudi.intake.settle import Cut
from doudi.intake.unused import LINKS, REJECTS, links, rejects
from doudi.kernel.ids import mask_id
from doudi.lake.engine import DuckEngine

WANG, LI = citizen_id(11), citizen_id(25, date(1992, 3, 8))


@pytest.fixture
def county(tmp_path: Path) -> County:
    made = County.at(tmp_path / "home")
    people = [{"person_id": WANG, "name": "王小明", "household_no": "H1"}, {"person_id": LI, "name": "李芳", "household_no": "H1"}]
    made.deliver("population", people, file="人口.csv")
    return made


def told_rejects(county: County, cut: Cut) -> list[tuple]:
    with DuckEngine(county.home, memory=200) as engine:
        batches = list(rejects(engine, cut))
    assert all(batch.schema.names == REJECTS.names for batch in batches)
    return [tuple(line.values()) for batch in batches for line in batch.to_pylist()]


def told_links(county: County, cut: Cut, *, with_ids: bool = True) -> list[tuple]:
    with DuckEngine(county.home, memory=200) as engine:
        batches = list(links(engine, county.home, county.keys, shipped_catalogue().contracts, cut, with_ids=with_ids))
    assert all(batch.schema == LINKS for batch in batches)
    return [tuple(line.values()) for batch in batches for line in batch.to_pylist()]


def test_every_delivered_row_is_told_once_per_sending(county: County) -> None:
    rows = [
        {"person_id": WANG, "name": "王小明", "aid_no": "A1"},
        {"person_id": with_wrong_digit(LI), "name": "李芳", "aid_no": "A2"},
        {"person_id": LI, "name": "钱多多", "aid_no": "A3"},
        {"person_id": WANG, "name": "王小明", "aid_no": "A4", "amount": "很多"},
        {"person_id": WANG, "name": "王小明", "aid_no": "A1"},
    ]
    county.deliver("medical_aid", rows, "202609", file="救助.csv")
    county.deliver("medical_aid", rows, "202609", "2026-10-20 08:00:00", file="救助再报.csv")
    county.deliver("medical_aid", [rows[0] | {"amount": "9.00"}], "202609", "2026-10-21 08:00:00", file="更正.csv")
    cut = county.settle()
    once = [(2, WANG, "sound"), (3, LI, "repaired"), (4, None, ""), (5, None, ""), (6, WANG, "sound")]
    told = [("人口.csv", 2, WANG, "sound"), ("人口.csv", 3, LI, "sound")]
    told += [(file, *line) for file in ("救助.csv", "救助再报.csv") for line in once] + [("更正.csv", 2, WANG, "sound")]
    assert told_links(county, cut) == sorted(told)
    assert [(file, row, code, state) for file, row, code, _, state in told_rejects(county, cut)] == [
        (file, row, code, state)
        for file in ("救助.csv", "救助再报.csv")
        for row, code, state in (("4", "held_name_conflict", "held"), ("5", "money_impossible", "refused"))
    ]


def test_numbers_are_masked_unless_asked_for(county: County) -> None:
    assert told_links(county, county.settle(), with_ids=False) == [("人口.csv", 2, mask_id(WANG), "sound"), ("人口.csv", 3, mask_id(LI), "sound")]


def test_a_file_refused_whole_is_told_with_a_star(county: County) -> None:
    wrong = county.deliver("medical_aid", [{"person_id": WANG, "name": "王小明", "aid_no": "A1"}], file="医疗救助_202609.csv")
    assert wrong.verdict == "accepted"
    county.deliver("extreme_poverty", [], "202610", file="特困.csv")
    assert [line[:3] for line in told_rejects(county, county.settle())] == [("特困.csv", "*", "delivery_empty_list")]


def test_a_file_that_was_not_used_keeps_its_star_when_a_better_one_follows(county: County) -> None:
    """Under one name both are told: the first sending was not used, the rows of the second were."""
    county.deliver("extreme_poverty", [], "202610", "2026-10-30 08:00:00", file="特困.csv")
    good = {"person_id": WANG, "name": "王小明", "start_month": "202501"}
    county.deliver("extreme_poverty", [good], "202610", "2026-10-31 08:00:00", file="特困.csv")
    cut = county.settle()
    assert [line[:3] for line in told_rejects(county, cut)] == [("特困.csv", "*", "delivery_empty_list")]
    assert ("特困.csv", 2, WANG, "sound") in told_links(county, cut)


def test_all_reasons_of_a_row_are_told_in_one_line(county: County) -> None:
    county.deliver("medical_aid", [{"person_id": WANG, "name": "王小明", "aid_no": "A1", "amount": "很多", "aid_date": "某日"}], file="救助.csv")
    ((file, row, _, reason, state),) = told_rejects(county, county.settle())
    assert (file, row, state) == ("救助.csv", "2", "refused")
    assert reason.count("；") == 1
    assert "很多" not in reason or "救助金额" in reason


def test_people_of_other_counties_and_numbers_of_second_people(county: County) -> None:
    stranger = citizen_id(5, region="110101")
    row = {"official_id": stranger, "official_name": "经办人", "relative_id": WANG, "relative_name": "王小明"}
    county.deliver("official_relatives", [row, row | {"relative_id": stranger}], file="近亲属.csv")
    assert told_links(county, county.settle())[2:] == [("近亲属.csv", 2, WANG, "sound"), ("近亲属.csv", 3, stranger, "sound")]


def test_an_empty_home_tells_nothing(tmp_path: Path) -> None:
    county = County.at(tmp_path / "home")
    cut = county.settle()
    assert (told_rejects(county, cut), told_links(county, cut)) == ([], [])
