"""The 36 contracts of the data requirement list and the platform's own: valid ODCS, and what the list says."""

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from doudi.contracts.model import Contract, Field
from doudi.contracts.read import load_contracts
from doudi.contracts.sla import is_owed
from doudi.kernel.money import LIMIT_FEN
from doudi.standards import codelists

ROOT = Path(__file__).resolve().parents[3]
SPEC: dict[str, Any] = yaml.safe_load((ROOT / "tests" / "data" / "datasets.yaml").read_text(encoding="utf-8"))
CODE_LISTS: dict[str, Any] = SPEC.pop("code_lists")
CONTRACTS = load_contracts()
OWN = {"casework_result"}
"""What the platform itself delivers: decisions and findings that flow back."""
SCHEMA = json.loads(files("open_data_contract_standard").joinpath("schema.json").read_text(encoding="utf-8"))


def test_all_datasets_of_the_requirement_have_a_contract_and_no_other():
    assert len(SPEC) == 36
    assert set(CONTRACTS) == set(SPEC) | OWN
    assert {path.stem for path in (ROOT / "contracts").iterdir()} == set(SPEC) | OWN


def test_nobody_owes_what_the_platform_itself_tells():
    assert {name for name, contract in CONTRACTS.items() if not is_owed(contract.frequency)} == OWN


@pytest.mark.parametrize("dataset", [*SPEC, *OWN])
def test_every_contract_is_valid_odcs(dataset: str):
    # read by a YAML reader of its own, as other tools would
    document = yaml.safe_load((ROOT / "contracts" / f"{dataset}.yaml").read_text(encoding="utf-8"))
    jsonschema.validate(document, SCHEMA)
    assert document["apiVersion"] == "v3.1.0"


@pytest.mark.parametrize("dataset", SPEC)
def test_a_contract_says_what_the_requirement_says(dataset: str):
    wanted, contract = SPEC[dataset], CONTRACTS[dataset]
    assert {
        "title": contract.title,
        "department": contract.department,
        "named": contract.named,
        "mode": contract.mode,
        "frequency": contract.frequency,
        "fields": {field.name: _compact(field) for field in contract.fields},
    } == wanted
    assert contract.key == tuple(name for name, (_, _, *flags) in wanted["fields"].items() if "key" in flags)


def _compact(field: Field) -> list[str]:
    kind = f"code:{field.code_list}" if field.type == "code" else field.type
    return [field.header, kind, *["req"] * field.required, *["key"] * field.key]


def test_short_code_lists_are_those_of_the_requirement():
    for name, wanted in CODE_LISTS.items():
        if isinstance(wanted, dict):
            assert codelists()[name].codes == wanted, name


@pytest.mark.parametrize("contract", CONTRACTS.values(), ids=lambda contract: contract.dataset)
def test_every_contract_tells_people_what_it_is_for(contract: Contract):
    assert contract.purpose
    assert contract.granularity
    assert "湘政办发〔2024〕30号" in contract.usage
    assert ("点名的数据" in contract.usage) == contract.named
    assert contract.department_name


def test_every_amount_is_in_yuan_and_neither_negative_nor_a_hundred_million():
    amounts = [field for contract in CONTRACTS.values() for field in contract.of_type("money")]
    assert len(amounts) == sum(kind == "money" for entry in SPEC.values() for _, kind, *_ in entry["fields"].values())
    assert {(field.unit, field.low, field.high, field.sensitivity) for field in amounts} == {("元", 0, LIMIT_FEN - 1, "finance")}


def test_ids_names_and_phones_are_marked_and_leave_no_column_of_their_own():
    for contract in CONTRACTS.values():
        for field in contract.fields:
            expected = {"id18": ("identifier", (field.name.removesuffix("_id"),)), "name": ("name", ()), "phone": ("contact", ())}
            if field.type in expected:
                assert (field.sensitivity, field.columns) == expected[field.type]
                assert field.personal
    certificate = CONTRACTS["disability_certificate"].field("certificate_no")
    assert certificate.embeds_id
    assert certificate.columns == ("certificate_no_tail", "certificate_no_hash")
    assert certificate.column is None


def test_each_id_knows_the_name_of_the_same_person():
    pairs = {(contract.dataset, field.name): field.name_of for contract in CONTRACTS.values() for field in contract.of_type("id18")}
    other = {key: name for key, name in pairs.items() if key[1] != "person_id"}
    assert other == {
        ("subsistence_allowance", "applicant_id"): None,
        ("official_relatives", "official_id"): "official_name",
        ("official_relatives", "relative_id"): "relative_name",
    }
    assert {name for key, name in pairs.items() if key[1] == "person_id"} == {"name"}


def test_record_numbers_that_may_find_a_person_are_marked():
    marked = {field.name for contract in CONTRACTS.values() for field in contract.fields if field.reference}
    assert marked == {"visit_no", "settlement_no", "aid_no", "check_no", "case_no", "household_no"}
    assert all(field.record_no for contract in CONTRACTS.values() for field in contract.fields if field.reference)
