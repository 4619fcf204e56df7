"""Whose row is it: numbers cut to fifteen digits, and numbers that end in 000 of their own."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from tests.factories import County, citizen_id, decisions, number, persons, with_wrong_digit
from tests.unit.identity.listed import WANG, listed_county, person, told

from doudi.identity.decision import NAME_CONFLICT, NO_PERSON, SEVERAL


@pytest.fixture
def county(tmp_path: Path) -> County:
    return listed_county(tmp_path / "home")


def test_fifteen_digits_left_find_the_one_person_of_that_name(county: County) -> None:
    assert told(county, "death", {"person_id": f"{WANG[:15]}000", "name": "王小明"}) == (number(WANG), "kept15", "")


def test_fifteen_digits_left_under_another_name_are_held(county: County) -> None:
    assert told(county, "death", {"person_id": f"{WANG[:15]}000", "name": "王芳"})[2] == NO_PERSON


def test_a_list_that_rules_out_one_namesake_does_not_speak_for_the_other(county: County) -> None:
    """Both numbers were cut to the same fifteen digits; the list tells whose one row is, not whose another one."""
    one, other = citizen_id(231, date(1962, 7, 22)), citizen_id(235, date(1962, 7, 22))
    cut = f"{one[:15]}000"
    rows = [person(one, "龙浩宇", "H6"), person(other, "龙浩宇", "H7"), person(cut, "龙浩宇", "H6")]
    county.deliver("population", rows, "202611", "2026-11-30 08:00:00")
    assert told(county, "death", {"person_id": cut, "name": "龙浩宇"}) == (None, "", SEVERAL)
    assert decisions(county.settle())["population", 4]["person"] == number(one)


def own_000() -> str:
    """A valid number that ends in 000."""
    return next(n for serial in range(100, 1000, 100) for day in range(1, 29) if (n := citizen_id(serial, date(1960, 7, day))).endswith("000"))


def test_a_number_that_ends_in_000_of_its_own_counts_when_several_deliveries_have_it(county: County) -> None:
    own = own_000()
    assert told(county, "death", {"person_id": own, "name": "周瑜"})[0] is None
    county.deliver("employment", [{"person_id": own, "name": "周瑜"}])
    assert persons(county.settle(), "death") == persons(county.settle(), "employment") == [number(own)]


def test_a_listed_person_whose_number_ends_in_000_is_known_like_everybody(county: County) -> None:
    own = own_000()
    for period, sent in (("202607", "2026-08-04 08:00:00"), ("202610", "2026-10-31 08:00:00")):
        county.deliver("population", [person(own, "周瑜", "H6")], period, sent)
    damaged = with_wrong_digit(own, 12)
    assert told(county, "death", {"person_id": damaged, "name": "周瑜"}) == (number(own), "repaired", "")
    assert told(county, "employment", {"person_id": own, "name": "曹操"}) == (None, "", NAME_CONFLICT)


def test_a_number_that_ends_in_000_of_its_own_is_not_doubted_for_a_neighbours_cut_one(county: County) -> None:
    own, neighbour = own_000(), citizen_id(int(own_000()[14:17]) + 7, date(1960, 7, int(own_000()[12:14])))
    county.deliver("population", [person(own, "周瑜", "H6"), person(neighbour, "鲁肃", "H7")], "202611", "2026-11-30 08:00:00")
    county.deliver("employment", [{"person_id": own, "name": "周瑜"}])
    assert told(county, "death", {"person_id": own, "name": "鲁肃"}) == (number(neighbour), "kept15", "")
    assert persons(county.settle(), "employment") == [number(own)]


@pytest.mark.parametrize(("deliveries", "believed"), [(2, False), (3, True)])
def test_the_more_numbers_were_cut_the_more_deliveries_must_agree(county: County, deliveries: int, believed: bool) -> None:
    """One number in twenty-five was cut here: two that agree are no rarity, three are."""
    own = own_000()
    rows = [{"person_id": own, "name": "周瑜"}, {"person_id": f"{citizen_id(700, date(1970, 1, 1))[:15]}000", "name": "某人"}]
    rows += [{"person_id": citizen_id(100 + at, date(1970, 2, 2)), "name": "众人"} for at in range(24)]
    for month in range(deliveries):
        county.deliver("death", rows, f"20261{month}", f"2026-12-0{month + 1} 08:00:00")
    assert (number(own) in persons(county.settle(), "death")) == believed


def test_a_column_full_of_cut_numbers_vouches_for_none_of_them(county: County) -> None:
    own = own_000()
    rows = [{"person_id": own, "name": "周瑜"}] + [{"person_id": f"{citizen_id(n)[:14]}5000", "name": "某人"} for n in range(30)]
    county.deliver("death", rows)
    county.deliver("employment", rows)
    assert number(own) not in persons(county.settle(), "death")
