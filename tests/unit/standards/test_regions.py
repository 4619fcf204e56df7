import pytest

from doudi.standards import region, region_name, region_path, regions, short_code
from doudi.standards.regions import below


def test_hunan_is_whole():
    counts = {kind: sum(1 for _ in regions(kind)) for kind in ("province", "prefecture", "county", "zone", "township", "village")}
    assert counts == {"province": 1, "prefecture": 14, "county": 122, "zone": 12, "township": 2008, "village": 29534}


def test_every_region_lies_in_one_above_it():
    for kind, length in (("prefecture", 2), ("county", 4), ("zone", 4), ("township", 6), ("village", 9)):
        assert all(region(found.code[:length]) for found in regions(kind)), kind


@pytest.mark.parametrize(
    ("code", "name", "path"),
    [
        ("43", "湖南省", "湖南省"),
        ("430000", "湖南省", "湖南省"),
        ("4313", "娄底市", "娄底市"),
        ("431300000000", "娄底市", "娄底市"),
        ("431382", "涟源市", "娄底市涟源市"),
        ("431382000000", "涟源市", "娄底市涟源市"),
        ("431382104", "伏口镇", "娄底市涟源市伏口镇"),
        ("431382104000", "伏口镇", "娄底市涟源市伏口镇"),
        ("431382104002", "漆树社区", "娄底市涟源市伏口镇漆树社区"),
        ("431382104999", "431382104999", "娄底市涟源市伏口镇"),
        ("440106", "440106", "440106"),
    ],
)
def test_regions_have_names_and_paths(code: str, name: str, path: str):
    assert region_name(code) == name
    assert region_path(code) == path


def test_regions_can_be_listed_within_another():
    townships = [found.name for found in regions("township", within="431382")]
    assert len(townships) == 20
    assert townships[0] == "蓝田街道"


def test_what_lies_right_below_a_region_is_known():
    assert len(below("43")) == 14
    assert region_name(below("431382")[0]) == "蓝田街道"
    assert all(code.startswith("431382104") and len(code) == 12 for code in below("431382104"))
    assert below("431382104002") == []


def test_zeros_at_the_end_are_only_filling_where_a_level_ends():
    assert short_code("431382100000") == "431382100"
    assert short_code("431382100010") == "431382100010"
    assert short_code("430100") == "4301"
