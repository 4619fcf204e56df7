"""One Chinese term, one identifier: the glossary and the contracts name the same things alike."""

from __future__ import annotations

from collections import Counter
from functools import cache

from doudi.contracts import load_contracts
from doudi.kernel.resources import resource_dir
from doudi.policyfiles import PolicyFiles, read_policy
from doudi.policyfiles.model import KINDS


@cache
def _policy() -> PolicyFiles:
    return read_policy(resource_dir("policy"), drafts=True)


def test_datasets_fields_and_departments_of_the_contracts_are_in_the_glossary() -> None:
    sections = _policy().glossary.sections
    contracts = load_contracts(resource_dir("contracts")).values()
    assert {contract.dataset: contract.title for contract in contracts} == sections["datasets"]
    assert {contract.department: contract.department_name for contract in contracts}.items() <= sections["departments"].items()
    assert {field.name for contract in contracts for field in contract.fields} - set(sections["fields"]) == set()


def test_every_kind_of_rule_has_a_name() -> None:
    assert set(_policy().glossary.sections["kinds"]) == set(KINDS)


def test_no_term_stands_for_two_identifiers() -> None:
    counted = Counter(_policy().glossary.terms.values())
    assert [term for term, times in counted.items() if times > 1] == []


def test_every_term_of_variables_parameters_tables_and_programmes_is_used() -> None:
    policy = _policy()
    used = {"variables": {*policy.variables, "members"}, "parameters": {*policy.parameters, *policy.routing.loop}}
    used |= {"tables": set(policy.tables), "programmes": set(policy.programmes)}
    assert {section: sorted(set(policy.glossary.sections[section]) - names) for section, names in used.items()} == {section: [] for section in used}


def test_rules_that_hit_differently_have_different_names() -> None:
    names = Counter(rule.name for rule in _policy().rules.values())
    assert [name for name, times in names.items() if times > 1] == []
