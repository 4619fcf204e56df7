"""Whose row is it: small counties, each with one doubtful row, and what must become of it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from tests.factories import County, citizen_id, decisions, number, persons, table, with_wrong_digit
from tests.unit.identity.listed import LI, STRANGER, WANG, ZHAO, listed_county, person, told

from doudi.identity.decision import CONTRADICTION, NAME_CONFLICT, NAME_UNCLEAR, NO_PERSON, SEVERAL, TOO_LITTLE
from doudi.kernel.ids import is_id18


@pytest.fixture
def county(tmp_path: Path) -> County:
    return listed_county(tmp_path / "home")


# sound numbers


def test_a_sound_number_under_the_right_name_is_plain_and_leaves_no_line(county: County) -> None:
    assert told(county, "death", {"person_id": WANG.lower(), "name": " 王 小明"}) == (number(WANG), "sound", "")
    assert table(county.settle().links) == []


@pytest.mark.parametrize("name", ["王?明", "Wang Xiaoming", "王某明", "xiaoming wang"])
def test_a_sound_number_under_another_spelling_of_the_name_is_linked_and_explained(county: County, name: str) -> None:
    assert told(county, "death", {"person_id": WANG, "name": name}) == (number(WANG), "sound", "")
    assert "写法不同" in table(county.settle().links)[0]["explanation"]


@pytest.mark.parametrize(("name", "code"), [("钱多多", NAME_CONFLICT), ("王芳", NAME_CONFLICT), ("王小芳", NAME_UNCLEAR), ("李芳", NAME_CONFLICT)])
def test_a_sound_number_under_another_name_is_held_never_linked(county: County, name: str, code: str) -> None:
    assert told(county, "death", {"person_id": WANG, "name": name}) == (None, "", code)


def test_people_in_no_list_keep_their_number_without_a_name_check(county: County) -> None:
    assert told(county, "death", {"person_id": STRANGER, "name": "谁也不是"}) == (number(STRANGER), "sound", "")


def test_without_any_population_list_sound_numbers_count_and_damaged_are_held(tmp_path: Path) -> None:
    county = County.at(tmp_path / "home")
    county.deliver("death", [{"person_id": WANG, "name": "王小明"}, {"person_id": with_wrong_digit(WANG), "name": "王小明"}])
    cut = county.settle()
    assert persons(cut, "death") == [number(WANG)]
    assert decisions(cut)["death", 3]["code"] == NO_PERSON


# the name that counts


def test_the_name_that_most_lists_have_counts(county: County) -> None:
    county.deliver("population", [person(WANG, "钱多多"), person(LI, "李芳"), person(ZHAO, "赵云", "H2")], "202609", "2026-10-01 08:00:00")
    assert told(county, "death", {"person_id": WANG, "name": "王小明"})[0] == number(WANG)
    kinds = [line["kind"] for line in table(county.settle().conflicts)]
    assert kinds == ["names_in_one_list"]


def test_a_tie_of_lists_goes_to_the_name_that_departments_know(tmp_path: Path) -> None:
    county = County.at(tmp_path / "home")
    county.deliver("population", [person(WANG, "钱多多")], "202607", "2026-08-03 08:00:00")
    county.deliver("population", [person(WANG, "王小明")], "202610", "2026-10-30 08:00:00")
    assert persons(county.settle(), "population") == []  # the older name counts, so the newer row is held
    assert told(county, "employment", {"person_id": WANG, "name": "王小明"})[0] == number(WANG)
    assert persons(county.settle(), "population") == [number(WANG)]


def test_two_names_in_one_list_that_nothing_tells_apart_hold_both_rows(tmp_path: Path) -> None:
    county = County.at(tmp_path / "home")
    county.deliver("population", [person(WANG, "王小明"), person(WANG, "钱多多", "H9"), person(LI, "李芳")])
    cut = county.settle()
    assert persons(cut, "population") == [number(LI)]
    assert [decisions(cut)["population", row]["outcome"] for row in (2, 3)] == ["held", "held"]


def test_of_two_names_in_one_list_that_with_the_birth_date_of_the_number_counts(tmp_path: Path) -> None:
    county = County.at(tmp_path / "home")
    stranger = person(WANG, "钱多多", "H9", birth_date="1999-01-01")
    county.deliver("population", [stranger, person(WANG, "王小明", birth_date="1980-05-17"), person(LI, "李芳")])
    cut = county.settle()
    assert persons(cut, "population") == [number(WANG), number(LI)]
    assert decisions(cut)["population", 2]["code"] == NAME_CONFLICT


def test_the_birth_date_of_the_number_outweighs_an_older_list_and_a_department(tmp_path: Path) -> None:
    county = County.at(tmp_path / "home")
    county.deliver("population", [person(WANG, "钱多多", "H9", birth_date="1999-01-01")], "202607", "2026-08-03 08:00:00")
    county.deliver("employment", [{"person_id": WANG, "name": "钱多多"}])
    county.deliver("population", [person(WANG, "王小明", birth_date="1980-05-17")], "202610", "2026-10-30 08:00:00")
    assert persons(county.settle(), "population") == [number(WANG)]


def test_a_lost_character_in_one_list_does_not_make_a_second_name(county: County) -> None:
    county.deliver("population", [person(WANG, "王?明"), person(LI, "李芳"), person(ZHAO, "赵云", "H2")], "202611", "2026-11-30 08:00:00")
    assert told(county, "death", {"person_id": WANG, "name": "王小明"}) == (number(WANG), "sound", "")
    assert persons(county.settle(), "population") == [number(WANG), number(LI), number(ZHAO)]


# damaged numbers


@pytest.mark.parametrize("at", [0, 5, 9, 15, 16])
def test_one_wrong_digit_is_repaired_towards_the_one_person_of_the_same_name(county: County, at: int) -> None:
    assert told(county, "death", {"person_id": with_wrong_digit(WANG, at), "name": "王小明"}) == (number(WANG), "repaired", "")


def test_two_swapped_neighbours_are_repaired(county: County) -> None:
    swapped = WANG[:6] + WANG[7] + WANG[6] + WANG[8:]
    assert not is_id18(swapped)
    assert told(county, "death", {"person_id": swapped, "name": "王小明"}) == (number(WANG), "repaired", "")
    assert "对调" in table(county.settle().links)[0]["explanation"]


@pytest.mark.parametrize("name", ["王小芳", "李芳", "王明"])
def test_a_damaged_number_under_another_name_is_held(county: County, name: str) -> None:
    assert told(county, "death", {"person_id": with_wrong_digit(WANG), "name": name}) == (None, "", NO_PERSON)


def test_two_wrong_digits_are_held(county: County) -> None:
    assert told(county, "death", {"person_id": with_wrong_digit(with_wrong_digit(WANG), 8), "name": "王小明"})[2] == NO_PERSON


def test_a_missing_digit_is_held(county: County) -> None:
    assert told(county, "death", {"person_id": WANG[:10] + WANG[11:], "name": "王小明"})[2] == NO_PERSON


def twins() -> tuple[str, str, str]:
    """Two valid numbers and a damaged one that is one character away from both: their serials differ in one digit."""
    for serial in range(1, 900):
        one, other = (citizen_id(each, date(1955, 2, 3)) for each in (serial, serial + 10))
        damaged = one[:17] + other[17]
        if one[15] != other[15] and one[:15] == other[:15] and one[16] == other[16] and not is_id18(damaged):
            return one, other, damaged
    raise AssertionError


def test_a_damaged_number_near_two_people_of_one_name_is_held(county: County) -> None:
    one, other, damaged = twins()
    county.deliver("population", [person(one, "孙行者", "H3"), person(other, "孙行者", "H4")], "202610", "2026-10-31 08:00:00")
    assert told(county, "death", {"person_id": damaged, "name": "孙行者"}) == (None, "", SEVERAL)


def test_a_damaged_number_near_two_people_of_different_names_finds_its_own(county: County) -> None:
    one, other, damaged = twins()
    county.deliver("population", [person(one, "孙行者", "H3"), person(other, "孙小圣", "H4")], "202610", "2026-10-31 08:00:00")
    assert told(county, "death", {"person_id": damaged, "name": "孙小圣"}) == (number(other), "repaired", "")


def next_list(county: County, row: dict[str, str], period: str = "202611") -> tuple[list[int | None], dict]:
    """A newer population list with 李芳 and one more row, which stands in line 3; (people listed, decision on that row)."""
    county.deliver("population", [person(LI, "李芳"), row], period, "2026-11-30 08:00:00", file="新名单.csv")
    cut = county.settle()
    newest = {each["number"] for each in cut.deliveries if each["period"][1].startswith("2026-11")}
    line = next((line for line in table(cut.links) if line["delivery"] in newest and line["row"] == 3), {})
    return persons(cut, "population"), line


def test_a_damaged_row_of_a_list_is_repaired_by_the_older_list(county: County) -> None:
    listed, line = next_list(county, person(with_wrong_digit(ZHAO), "赵云", "H2", birth_date="2015-11-02"))
    assert (listed, line["how"]) == ([number(LI), number(ZHAO)], "repaired")


@pytest.mark.parametrize("contradiction", [{"birth_date": "2014-11-02"}, {"household_no": "H1"}])
def test_a_damaged_row_that_contradicts_birth_or_household_is_held(county: County, contradiction: dict[str, str]) -> None:
    listed, line = next_list(county, person(with_wrong_digit(ZHAO), "赵云", "H2") | contradiction)
    assert (listed, line["code"]) == ([number(LI)], CONTRADICTION)


def test_a_damaged_row_is_not_given_to_somebody_who_stands_elsewhere_in_the_same_list(county: County) -> None:
    rows = [person(ZHAO, "赵云", "H5"), person(with_wrong_digit(ZHAO), "赵云", "H2")]
    county.deliver("population", rows, "202611", "2026-11-30 08:00:00")
    cut = county.settle()
    assert persons(cut, "population") == [number(ZHAO)]
    assert decisions(cut)["population", 3]["code"] == CONTRADICTION


@pytest.mark.parametrize("contradiction", [{"birth_date": "2014-11-02"}, {"household_no": "H5"}])
def test_a_wrong_number_that_a_list_shows_to_be_another_persons_is_given_to_no_namesake(county: County, contradiction: dict[str, str]) -> None:
    wrong = with_wrong_digit(ZHAO)
    county.deliver("population", [person(ZHAO, "赵云", "H2"), person(wrong, "赵云", "H2") | contradiction], "202611", "2026-11-30 08:00:00")
    assert told(county, "death", {"person_id": wrong, "name": "赵 云"}) == (None, "", CONTRADICTION)
    assert told(county, "employment", {"person_id": with_wrong_digit(ZHAO, 16), "name": "赵云"})[0] == number(ZHAO)


def test_a_person_who_moved_keeps_rows_with_the_number_that_is_wrong_in_the_newest_list(county: County) -> None:
    wrong = with_wrong_digit(ZHAO)
    county.deliver("population", [person(wrong, "赵云", "H5")], "202611", "2026-11-30 08:00:00")
    assert told(county, "death", {"person_id": wrong, "name": "赵云"})[0] == number(ZHAO)


def test_a_damaged_row_beside_its_own_corrected_copy_is_the_same_person(county: County) -> None:
    rows = [person(with_wrong_digit(ZHAO), "赵云", "H2"), person(ZHAO, "赵云", "H2")]
    county.deliver("population", rows, "202611", "2026-11-30 08:00:00")
    cut = county.settle()
    assert persons(cut, "population") == [number(ZHAO)]
    assert decisions(cut)["population", 2]["how"] == "repaired"


# no number at all


def test_a_lost_number_in_a_list_is_matched_by_name_and_household_of_an_older_list(county: County) -> None:
    listed, line = next_list(county, person("4.32503E+17", "赵云", "H2"))
    assert (listed, line["how"], line["score"]) == ([number(LI), number(ZHAO)], "matched", 13)
    assert "户号相同" in line["explanation"]


def test_name_and_birth_date_need_one_thing_more(county: County) -> None:
    row = person("4.32503E+17", "赵云", "H7", birth_date="2015-11-02", hukou_region="431382009009")
    listed, line = next_list(county, row)
    assert (listed, line["code"], line["score"]) == ([number(LI)], TOO_LITTLE, 9)


def test_name_birth_date_and_region_are_enough(county: County) -> None:
    listed, line = next_list(county, person("4.32503E+17", "赵云", "H7", birth_date="2015-11-02"))  # the factory's region is the same
    assert (listed, line["score"]) == ([number(LI), number(ZHAO)], 11)


@pytest.mark.parametrize("contradiction", [{"birth_date": "2014-11-02"}, {"sex": "1"}])
def test_a_contradiction_outweighs_every_point(county: County, contradiction: dict[str, str]) -> None:
    county.deliver("population", [person(ZHAO, "赵云", "H2", sex="2", birth_date="2015-11-02")], "202610", "2026-10-31 08:00:00")
    listed, line = next_list(county, person("4.32503E+17", "赵云", "H2") | contradiction)
    assert (listed, line["code"]) == ([number(LI)], CONTRADICTION)


def test_a_lost_number_is_not_given_to_two_of_one_name_in_one_household(county: County) -> None:
    county.deliver("population", [person(citizen_id(51), "赵云", "H2")], "202610", "2026-10-31 08:00:00")
    listed, line = next_list(county, person("4.32503E+17", "赵云", "H2"))
    assert (listed, line["code"], line["candidates"]) == ([number(LI)], SEVERAL, 2)


@pytest.mark.parametrize("dataset", ["insurance_enrolment", "employment", "school_enrolment", "payment", "pension_enterprise"])
def test_a_name_alone_never_links(county: County, dataset: str) -> None:
    assert told(county, dataset, {"person_id": "4.32503E+17", "name": "赵云"}) == (None, "", TOO_LITTLE)


def test_an_equal_employer_school_or_account_is_no_evidence(county: County) -> None:
    county.deliver("employment", [{"person_id": WANG, "name": "王小明", "employer": "某厂", "start_date": "2020-01-01"}], "202607")
    row = {"person_id": "4.32503E+17", "name": "王小明", "employer": "某厂", "start_date": "2020-01-01"}
    county.deliver("employment", [row])
    assert persons(county.settle(), "employment") == []


def test_a_lost_number_is_matched_by_the_visit_it_was_reimbursed_for(county: County) -> None:
    county.deliver("medical_expense", [{"person_id": WANG, "name": "王小明", "visit_no": "V100"}])
    row = {"person_id": "4.32503E+17", "name": "王小明", "visit_no": "V100", "settlement_no": "S1"}
    assert told(county, "insurance_reimbursement", row) == (number(WANG), "matched", "")


def test_a_visit_of_somebody_else_is_no_evidence(county: County) -> None:
    county.deliver("medical_expense", [{"person_id": WANG, "name": "王小明", "visit_no": "V100"}])
    row = {"person_id": "4.32503E+17", "name": "李芳", "visit_no": "V100", "settlement_no": "S1"}
    assert told(county, "insurance_reimbursement", row) == (None, "", TOO_LITTLE)


def test_a_visit_whose_own_number_is_in_doubt_leads_nowhere(county: County) -> None:
    county.deliver("medical_expense", [{"person_id": WANG, "name": "李芳芳", "visit_no": "V100"}])
    row = {"person_id": "4.32503E+17", "name": "李芳芳", "visit_no": "V100", "settlement_no": "S1"}
    assert told(county, "insurance_reimbursement", row)[0] is None


def test_a_repaired_visit_leads_to_its_person(county: County) -> None:
    county.deliver("medical_expense", [{"person_id": with_wrong_digit(WANG), "name": "王小明", "visit_no": "V100"}])
    row = {"person_id": "", "name": "王小明", "visit_no": "V100", "settlement_no": "S1"}
    county.deliver("insurance_reimbursement", [row | {"person_id": "无"}])
    assert persons(county.settle(), "insurance_reimbursement") == [number(WANG)]


def test_a_lost_number_is_matched_by_the_benefit_household_of_the_older_list(county: County) -> None:
    base = {"household_no": "D7", "applicant_id": WANG}
    county.deliver("subsistence_allowance", [base | {"person_id": WANG, "name": "王小明"}, base | {"person_id": LI, "name": "李芳"}], "202607")
    county.deliver("subsistence_allowance", [base | {"person_id": "4.32503E+17", "name": "李芳"}])
    assert persons(county.settle(), "subsistence_allowance") == [number(LI)]


def test_another_member_of_the_same_list_is_not_the_lost_one(county: County) -> None:
    base = {"household_no": "D7", "applicant_id": WANG}
    county.deliver("subsistence_allowance", [base | {"person_id": LI, "name": "李芳"}, base | {"person_id": "4.32503E+17", "name": "李芳"}])
    assert persons(county.settle(), "subsistence_allowance") == [number(LI)]


def test_a_lost_number_is_read_from_the_certificate(county: County) -> None:
    row = {"person_id": "4.32503E+17", "name": "王小明", "certificate_no": f"{WANG}44", "grade": "4"}
    assert told(county, "disability_certificate", row) == (number(WANG), "matched", "")


def test_a_certificate_of_another_name_is_no_evidence(county: County) -> None:
    row = {"person_id": "4.32503E+17", "name": "李芳", "certificate_no": f"{WANG}44", "grade": "4"}
    assert told(county, "disability_certificate", row)[0] is None


# rows that may lack their person, and second people


def test_a_case_of_an_unknown_person_counts_without_one(county: County) -> None:
    rows = [{"person_id": "", "name": "", "case_no": "C1"}, {"person_id": with_wrong_digit(WANG), "name": "无名", "case_no": "C2"}]
    county.deliver("disease_emergency_fund", rows)
    cut = county.settle()
    assert persons(cut, "disease_emergency_fund") == [None, None]
    assert {line["outcome"] for line in table(cut.links)} == {"unknown"}


def test_a_case_under_a_strangers_number_is_held_all_the_same(county: County) -> None:
    assert told(county, "disease_emergency_fund", {"person_id": WANG, "name": "钱多多", "case_no": "C1"}) == (None, "", NAME_CONFLICT)


def applicants(county: County, applicant: str) -> int | None:
    """The applicant in the lake of a benefit household of 王小明 and 李芳."""
    base = {"household_no": "D7"}
    rows = [{"person_id": LI, "name": "李芳", "applicant_id": applicant}, {"person_id": WANG, "name": "王小明", "applicant_id": WANG}]
    county.deliver("subsistence_allowance", [base | row for row in rows])
    lines = sorted(table(county.settle().tables["subsistence_allowance"]), key=lambda line: line["row"])
    assert [line["person"] for line in lines] == [number(LI), number(WANG)]
    return lines[0]["applicant"]


def test_a_damaged_applicant_is_repaired_towards_the_household(county: County) -> None:
    assert applicants(county, with_wrong_digit(WANG)) == number(WANG)


def test_a_damaged_applicant_from_elsewhere_is_repaired_towards_the_only_person_near(county: County) -> None:
    assert applicants(county, with_wrong_digit(ZHAO)) == number(ZHAO)


def test_an_applicant_who_cannot_be_told_is_emptied_and_the_row_counts(county: County) -> None:
    assert applicants(county, with_wrong_digit(STRANGER)) is None
    assert [line["outcome"] for line in table(county.settle().links)] == ["emptied"]


def test_a_row_of_two_people_needs_both(county: County) -> None:
    rows = [
        {"official_id": STRANGER, "official_name": "经办人", "relative_id": with_wrong_digit(WANG), "relative_name": "王小明"},
        {"official_id": STRANGER, "official_name": "经办人", "relative_id": LI, "relative_name": "钱多多"},
        {"official_id": with_wrong_digit(STRANGER), "official_name": "经办人", "relative_id": LI, "relative_name": "李芳"},
    ]
    county.deliver("official_relatives", rows)
    lines = table(county.settle().tables["official_relatives"])
    assert [(line["official"], line["relative"]) for line in lines] == [(number(STRANGER), number(WANG))]
    assert lines[0]["household"] is not None
