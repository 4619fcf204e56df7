"""Households over time, from the population lists."""

from __future__ import annotations

from pathlib import Path

from tests.factories import County, citizen_id, number, table

from doudi.kernel.months import month

LI = citizen_id(21)


def lists(county: County, *households: str | None) -> list[tuple[int, int, bool]]:
    """Deliver a list a month from July on, each with Li in a household or without him; returns his stays."""
    for at, household in enumerate(households):
        rows = [{"person_id": citizen_id(500 + at), "name": "旁人", "household_no": "900"}]
        if household:
            rows.append({"person_id": LI, "name": "李四", "household_no": household})
        county.deliver("population", rows, period=f"2026{7 + at:02d}")
    found = [line for line in table(county.settle().tables["household_stays"]) if line["person"] == number(LI)]
    return sorted((line["from_month"], line["to_month"], line["open"]) for line in found)


def test_a_person_who_stays_has_one_open_stay(tmp_path: Path) -> None:
    assert lists(County.at(tmp_path), "100", "100", "100") == [(month(2026, 7), month(2026, 9), True)]


def test_a_move_ends_one_stay_and_begins_another(tmp_path: Path) -> None:
    assert lists(County.at(tmp_path), "100", "200", "200") == [(month(2026, 7), month(2026, 7), False), (month(2026, 8), month(2026, 9), True)]


def test_who_is_missing_on_a_list_and_comes_back_has_two_stays(tmp_path: Path) -> None:
    assert lists(County.at(tmp_path), "100", None, "100") == [(month(2026, 7), month(2026, 7), False), (month(2026, 9), month(2026, 9), True)]


def test_who_left_the_lists_has_no_open_stay(tmp_path: Path) -> None:
    assert lists(County.at(tmp_path), "100", None) == [(month(2026, 7), month(2026, 7), False)]
