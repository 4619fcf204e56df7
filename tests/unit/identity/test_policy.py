"""The linkage policy: what the file may say, and what a score makes of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from doudi.contracts.read import load_contracts
from doudi.identity.columns import row_columns
from doudi.identity.facts import ListLine
from doudi.identity.policy import LINKAGE_POLICY, LinkPolicy, read_link_policy
from doudi.identity.score import score
from doudi.kernel.errors import DoudiError
from doudi.kernel.resources import resource_dir

TEXT = (resource_dir("policy") / "linkage.yaml").read_text("utf-8")


@pytest.fixture
def policy() -> LinkPolicy:
    return read_link_policy()


def test_every_column_of_the_policy_is_one_that_deliveries_have(policy: LinkPolicy) -> None:
    contracts = load_contracts()
    for number in policy.record_numbers:
        for group in number.groups:
            for dataset, column in group:
                assert column in row_columns(contracts[dataset]), f"{dataset}.{column}"
    known = row_columns(contracts["population"]).keys() | {"household"}
    assert {attribute.column for attribute in policy.attributes} <= known


def test_every_weight_is_explained() -> None:
    assert TEXT.count("why:") == TEXT.count("weight:") == TEXT.count("says:")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("  weight: 3\n  says: 姓名相同", "  weight: 11\n  says: 姓名相同", "只有姓名相同"),
        ("    weight: 8\n    why: 户内", "    weight: -8\n    why: 户内", "household 的分值为负"),
        ("linked_from: 11", "linked_from: many", "linked_from"),
        ("linked_from: 11\n", "", "缺少 linked_from"),
        ("  own_number_share: 0.01", "  own_number_shares: 0.01", "own_number_shares"),
        ("    differs: contradiction", "    differs: sometimes", "differs"),
        ("same_name:", "same_names:", "same_names"),
        ("record_numbers:", "record_numbers: 1\nmore:", "record_numbers"),
    ],
)
def test_a_policy_with_a_slip_is_refused_with_its_line(tmp_path: Path, old: str, new: str, says: str) -> None:
    assert old in TEXT
    (tmp_path / "linkage.yaml").write_text(TEXT.replace(old, new, 1), "utf-8")
    with pytest.raises(DoudiError, match=says) as caught:
        read_link_policy(tmp_path / "linkage.yaml")
    assert {fault.code for fault in caught.value.faults} == {LINKAGE_POLICY}
    assert all(fault.where.startswith("linkage.yaml") for fault in caught.value.faults)


def line(month: int = 1, household: int | None = 1, birth: date | None = None, **more: object) -> ListLine:
    return ListLine(month, {"household": household, "birth_date": birth, "phone_key": None, "hukou_region": None, "sex": None} | more)


def test_a_name_alone_is_below_every_line(policy: LinkPolicy) -> None:
    assert score(policy, [], None, []).points == policy.same_name.points < policy.linked_from


def test_points_add_up_and_say_where_they_are_from(policy: LinkPolicy) -> None:
    born = date(2001, 2, 3)
    own = line(2, household=7, birth=born, phone_key=5, hukou_region="431382001001", sex="1")
    listed = [line(1, household=7, birth=born, phone_key=5, hukou_region="431382001001", sex="1")]
    found = score(policy, [policy.record_numbers[0].weight], own, listed)
    assert found.points == 3 + 10 + 6 + 8 + 3 + 2 + 0
    assert found.clashes == ()
    assert found.says == "姓名相同（3 分）、就诊流水号相同（10 分）、出生日期相同（6 分）、户号相同（8 分）、联系电话相同（3 分）、户籍地相同（2 分）"


def test_unknown_values_neither_help_nor_hinder(policy: LinkPolicy) -> None:
    own = line(2, household=None, sex="9")
    assert score(policy, [], own, [line(1, household=7, birth=date(2001, 2, 3), sex="1")]) == score(policy, [], None, [])
    assert score(policy, [], line(2, household=7, birth=date(2001, 2, 3), sex="1"), []).points == 3


def test_the_birth_date_in_the_number_counts_as_well_as_the_listed_one(policy: LinkPolicy) -> None:
    listed = [replace(line(1, household=9, birth=date(2001, 3, 2)), id_birth=date(2001, 2, 3))]
    for born, points, clashes in ((date(2001, 2, 3), 9, ()), (date(2001, 3, 2), 9, ()), (date(2002, 2, 3), 3, ("出生日期不同",))):
        found = score(policy, [], line(2, household=8, birth=born), listed)
        assert (found.points, found.clashes) == (points, clashes)


def test_standing_in_another_household_of_the_same_list_is_a_contradiction(policy: LinkPolicy) -> None:
    assert score(policy, [], line(2, household=8), [line(2, household=9)]).clashes == ("此人已在同一期名单的另一户中",)
    assert score(policy, [], line(2, household=8), [line(1, household=9)]).clashes == ()
    assert score(policy, [], line(2, household=8), [line(2, household=8)]).clashes == ()
