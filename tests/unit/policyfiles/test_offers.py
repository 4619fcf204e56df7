"""The sheet for families names what the policy has, and a slip is told with its place."""

from __future__ import annotations

from dataclasses import replace

import pytest

from doudi.kernel.errors import DoudiError
from doudi.kernel.resources import resource_dir
from doudi.policyfiles import read_policy
from doudi.policyfiles.offers import check_offers, read_offers


def test_the_sheet_that_is_shipped_names_what_the_policy_has() -> None:
    check_offers(read_offers(resource_dir("policy")), read_policy(resource_dir("policy")))


def test_every_slip_is_told_at_once_with_file_and_line() -> None:
    policy, offers = read_policy(resource_dir("policy")), read_offers(resource_dir("policy"))
    wrong = replace(offers["education"], rules=("Z99",), categories=("rich",), members=("members",), department="nobody")
    with pytest.raises(DoudiError) as raised:
        check_offers({**offers, "education": wrong}, policy)
    assert len(raised.value.faults) == 4
    assert all("offers/reference.yaml:" in fault.where and "education" in fault.what for fault in raised.value.faults)
