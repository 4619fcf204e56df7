"""Who everybody in a cut is: sealed at intake, chosen and put beside the tables when the cut is settled."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.factories import County, citizen_id, number, table

from doudi.intake.settle import Cut
from doudi.kernel.errors import DoudiError
from doudi.published.seal import Sealer

WANG, LI, STRANGER = citizen_id(11), citizen_id(25), citizen_id(99)
VILLAGE = "431382104201"


@pytest.fixture
def county(tmp_path: Path) -> County:
    made = County.at(tmp_path / "home")
    wang = {"person_id": WANG, "name": "王小明", "household_no": "H 1", "hukou_region": VILLAGE, "phone": "13900001234"}
    made.deliver("population", [wang], "202607")
    made.deliver("population", [wang | {"household_no": "H1"}, {"person_id": LI, "name": "李芳", "household_no": "H2"}], "202610")
    made.deliver("death", [{"person_id": LI, "name": "李 芳"}, {"person_id": STRANGER, "name": "张三"}])
    return made


def opened(county: County, cut: Cut) -> dict[tuple[str, int], dict[str, Any]]:
    """The lines of a cut by subject and number, opened."""
    sealer = Sealer(county.keys.subkey("published"))
    columns = ("id", "name", "phone", "household_no")
    return {
        (line["subject"], line["number"]): {"bucket": line["bucket"]} | {name: sealer.open(line[name], name, line["number"]) for name in columns}
        for line in table(cut.identities)
    }


def test_everybody_whom_rows_name_has_one_line_and_so_has_every_household(county: County) -> None:
    found = opened(county, county.settle())
    houses = {line["household_no"]: at for at, line in found.items() if at[0] == "h"}
    nothing = {"id": None, "name": None, "phone": None, "household_no": None}
    assert found == {
        ("p", number(WANG)): nothing | {"bucket": 431382104, "id": WANG, "name": "王小明", "phone": "13900001234"},
        ("p", number(LI)): nothing | {"bucket": 431382001, "id": LI, "name": "李 芳"},  # as often as 李芳, and first in order
        ("p", number(STRANGER)): nothing | {"bucket": -1, "id": STRANGER, "name": "张三"},
        houses["H1"]: nothing | {"bucket": 431382104, "household_no": "H1"},
        houses["H2"]: nothing | {"bucket": 431382001, "household_no": "H2"},
    }


def test_the_name_of_most_rows_counts_and_of_several_the_first_in_order(county: County) -> None:
    cut = county.settle()
    assert opened(county, cut)["p", number(LI)]["name"] == "李 芳"
    county.deliver("medical_aid", [{"person_id": LI, "name": "李芳", "aid_no": "A1"}])
    assert opened(county, county.settle())["p", number(LI)]["name"] == "李芳"


def test_somebody_whom_no_row_gives_a_name_keeps_a_line(county: County) -> None:
    applicant = citizen_id(77)
    county.deliver("subsistence_allowance", [{"person_id": WANG, "name": "王小明", "applicant_id": applicant}])
    line = opened(county, county.settle()).get(("p", number(applicant)))
    assert line == {"bucket": -1, "id": applicant, "name": None, "phone": None, "household_no": None}


def test_the_lines_are_sorted_by_bucket_so_that_a_county_is_read_alone(county: County) -> None:
    places = [(line["bucket"], line["subject"], line["number"]) for line in table(county.settle().identities)]
    assert places == sorted(places)
    assert len(places) == len(set(places)) == 5


def test_a_sealed_value_cannot_be_moved_to_another_line(county: County) -> None:
    lines = {line["number"]: line for line in table(county.settle().identities)}
    sealer = Sealer(county.keys.subkey("published"))
    with pytest.raises(DoudiError, match="identities_wrong_key"):
        sealer.open(lines[number(WANG)]["id"], "id", number(LI))


def test_no_citizen_id_name_or_phone_stands_in_the_file(county: County) -> None:
    cut = county.settle()
    held = repr(table(cut.identities)) + cut.identities.read_bytes().decode("latin-1")
    assert not [text for text in (WANG, LI, STRANGER, "王小明", "13900001234", "王小明".encode().decode("latin-1")) if text in held]
