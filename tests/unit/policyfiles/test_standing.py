"""What a variable stands on, in the policy of the checkout."""

from __future__ import annotations

from functools import cache

from doudi.kernel.resources import resource_dir
from doudi.policyfiles import PolicyFiles, read_policy
from doudi.policyfiles.standing import columns_read, cut_to, dataset_of


@cache
def _policy() -> PolicyFiles:
    return read_policy(resource_dir("policy"))


def test_a_policy_cut_to_a_variable_has_what_it_stands_on_and_no_more() -> None:
    cut = cut_to(_policy(), ["essential_12m"])
    assert {"self_paid_12m", "unreimbursed_12m", "education_cost_12m", "county", "rural"} <= set(cut.variables)
    assert "wages_12m" not in cut.variables
    assert set(cut.tables) == {"household_head", "unreimbursed_visit"}


def test_a_variable_that_asks_for_a_rule_brings_the_rule() -> None:
    cut = cut_to(_policy(), ["disaster_warned"])
    assert set(cut.rules) == {"W13", "W14"}
    assert "household_disaster_loss_12m" in cut.variables


def test_columns_are_found_through_derived_tables() -> None:
    read = columns_read(_policy(), "inpatient_self_paid_12m")
    assert {("insurance_reimbursement", "settle_date"), ("insurance_reimbursement", "visit_no"), ("medical_expense", "visit_kind")} <= read
    assert ("disaster_aid", "aid_date") in columns_read(_policy(), "house_damaged_unaided")


def test_a_derived_table_begins_with_a_dataset() -> None:
    assert dataset_of(_policy(), "account_households") == "payment"
    assert dataset_of(_policy(), "payment") == "payment"
