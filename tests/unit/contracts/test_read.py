"""Reading contracts: every fault of every file at once, each with its line; a new dataset by YAML only."""

from pathlib import Path

import pytest

from doudi.contracts.checks import compile_contract
from doudi.contracts.headers import recognise
from doudi.contracts.read import load_contracts
from doudi.kernel.errors import DoudiError
from doudi.standards import codelists

GOOD = (Path(__file__).resolve().parents[3] / "contracts" / "death.yaml").read_text(encoding="utf-8")


def write(folder: Path, text: str, name: str = "death.yaml") -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def faults_of(folder: Path) -> list[tuple[str, str]]:
    with pytest.raises(DoudiError) as caught:
        load_contracts(folder)
    return [(fault.code, fault.where) for fault in caught.value.faults]


def line_of(text: str, part: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), start=1) if part in line)


@pytest.mark.parametrize(
    ("old", "new", "code", "near"),
    [
        ("required: true", "requierd: true", "contract_key_unknown", "requierd"),
        ("status: active", "state: active", "contract_key_unknown", "state: active"),
        ("required: true", "required: 是", "contract_value_wrong", "required: 是"),
        ("logicalType: date", "logicalType: day", "contract_value_wrong", "logicalType: day"),
        ("format: id18", "format: id17", "contract_value_wrong", "id17"),
        ("format: yyyy-MM-dd", "format: dd.MM.yyyy", "contract_value_wrong", "dd.MM.yyyy"),
        ('minimum: "1850-01-01"', 'minimum: "1850-02-30"', "contract_value_wrong", "1850-02-30"),
        ("minimum: ", "lowest: ", "contract_key_unknown", "lowest"),
        ("classification: health", "classification: secret", "contract_value_wrong", "secret"),
        ("primaryKeyPosition: 1", "primaryKeyPosition: 2", "contract_value_wrong", "properties:"),
        ("        primaryKeyPosition: 1\n", "", "contract_conflict", "name: person_id"),
        ("value: name}", "value: surname}", "contract_conflict", "name: person_id"),
        ("property: headerVariants, value: [死亡时间]", "property: headerVariants, value: 死亡时间", "contract_value_wrong", "value: 死亡时间"),
        ("property: headerVariants, value: [死亡时间]", "property: headerVariant, value: [死亡时间]", "contract_value_wrong", "headerVariant,"),
        ("property: headerVariants, value: [死亡时间]", "property: headerVariants", "contract_value_missing", "{property: headerVariants}"),
        ("[死亡时间]", "[上报地区划]", "contract_conflict", "name: report_region"),
        ("physicalName: 死亡日期", "physicalName: 姓 名", "contract_conflict", "name: death_date"),
        ("name: person_id", "name: person", "contract_value_wrong", "name: person"),
        ("name: death_date", "name: Death Date", "contract_value_wrong", "name: Death Date"),
        ("name: death_date", "name: name  # again", "contract_conflict", "# again"),
        ("value: daily", "value: hourly", "contract_value_wrong", "hourly"),
        ("value: daily", "value: weekly", "contract_conflict", "timeOfAvailability"),
        ("property: latency", "property: late", "contract_value_wrong", "property: late"),
        ("value: events", "value: stream", "contract_value_wrong", "stream"),
        ("id: death", "id: deaths", "contract_conflict", "id: deaths"),
        ("apiVersion: v3.1.0", "apiVersion: v2.2.0", "contract_value_wrong", "v2.2.0"),
        ("kind: DataContract", "kind: Contract", "contract_value_wrong", "kind: Contract"),
        ("team:\n  name: health\n  description: 卫生健康部门", "team: health", "contract_value_wrong", "team: health"),
        ("version: 1.0.0", "version: 1", "contract_value_wrong", "version: 1"),
        ("  purpose:", "  aim:", "contract_key_unknown", "aim:"),
        ("  purpose:", "  aim:", "contract_value_missing", "aim:"),
        ("  name: health", "  nick: health", "contract_key_unknown", "nick"),
        ("schema:\n", "schema:\n  - {name: other}\n", "contract_value_wrong", "- name: death"),
        ("schema:\n", "schema: []\nsupport:\n", "contract_value_wrong", "schema: []"),
        ("schema:\n", "schema:\n  - text\n", "contract_value_wrong", "- text"),
        ("    properties:", "    quality: {}\n    properties:", "contract_value_wrong", "quality: {}"),
        ("unit: d", "units: d", "contract_key_unknown", "units"),
    ],
)
def test_a_slip_is_a_fault_with_its_line(tmp_path: Path, old: str, new: str, code: str, near: str):
    assert old in GOOD
    text = GOOD.replace(old, new, 1)
    folder = write(tmp_path / "contracts", text)
    assert (code, f"contracts/death.yaml:{line_of(text, near)}") in faults_of(folder)


def test_a_quality_rule_that_cannot_be_compiled_is_a_fault(tmp_path: Path):
    rule = "    quality:\n      - {name: a, description: 甲, type: custom, engine: doudi, implementation: death_date > born}\n"
    assert faults_of(write(tmp_path / "contracts", GOOD + rule)) == [("contract_value_wrong", f"contracts/death.yaml:{len(GOOD.splitlines()) + 2}")]


def test_a_rule_for_another_engine_is_a_fault_and_one_in_words_is_not(tmp_path: Path):
    words = "    quality:\n      - {name: a, description: 甲, type: text}\n"
    assert load_contracts(write(tmp_path / "contracts", GOOD + words))["death"].checks == ()
    other = words.replace("type: text", "type: custom, engine: soda, implementation: death_date > death_date")
    assert [code for code, _ in faults_of(write(tmp_path / "contracts", GOOD + other))] == ["contract_value_wrong"]


def test_a_wrong_pattern_is_a_fault(tmp_path: Path):
    text = GOOD.replace("{format: region6}", '{format: region6, pattern: "[0-9"}')
    assert faults_of(write(tmp_path / "contracts", text)) == [
        ("contract_value_wrong", f"contracts/death.yaml:{line_of(text, 'name: report_region')}")
    ]


def test_all_faults_of_all_files_come_at_once(tmp_path: Path):
    folder = write(tmp_path / "contracts", GOOD.replace("required: true", "requierd: true"))
    write(folder, "a: [", "broken.yaml")
    write(folder, "- 1\n", "list.yaml")
    (folder / "bytes.yaml").write_bytes(b"\xff\xfe\x00")
    found = faults_of(folder)
    assert [code for code, _ in found] == ["yaml_unreadable", "contract_unreadable", *["contract_key_unknown"] * 3, "contract_value_missing"]
    assert {where.split(":")[0] for _, where in found} == {f"contracts/{name}.yaml" for name in ("death", "broken", "list", "bytes")}


def test_the_file_bears_the_name_of_its_dataset(tmp_path: Path):
    assert faults_of(write(tmp_path / "contracts", GOOD, "deaths.yaml")) == [("contract_conflict", "contracts/deaths.yaml")]


def test_two_files_may_not_contradict_each_other(tmp_path: Path):
    folder = write(tmp_path / "contracts", GOOD)
    twin = GOOD.replace("id: death", "id: burial").replace("- name: death\n", "- name: burial\n").replace("卫生健康部门", "卫健委", 1)
    write(folder, twin, "burial.yaml")
    assert faults_of(folder) == [("contract_conflict", "contracts/death.yaml"), ("contract_conflict", "contracts/death.yaml")]


def test_an_empty_folder_is_a_fault(tmp_path: Path):
    assert [code for code, _ in faults_of(tmp_path)] == ["contract_value_missing"]


def test_a_new_dataset_of_a_new_department_needs_only_its_yaml(tmp_path: Path):
    text = """\
apiVersion: v3.1.0
kind: DataContract
id: heating_aid
name: 取暖补贴
version: 1.0.0
team: {name: energy, description: 能源部门}
description: {purpose: 核对取暖补贴, usage: 湘政办发〔2024〕30号第三部分第（五）项}
customProperties:
  - {property: deliveryMode, value: events}
slaProperties:
  - {property: frequency, value: quarterly}
  - {property: timeOfAvailability, value: 季后10日}
  - {property: latency, value: 0, unit: d}
schema:
  - name: heating_aid
    physicalName: 取暖补贴
    dataGranularityDescription: 每行一笔
    properties:
      - name: person_id
        physicalName: 身份证号
        logicalType: string
        logicalTypeOptions: {format: id18}
        required: true
        primaryKey: true
        primaryKeyPosition: 1
        classification: identifier
        customProperties: [{property: nameField, value: name}]
      - {name: name, physicalName: 姓名, logicalType: string, logicalTypeOptions: {format: name}, classification: name}
      - name: amount
        physicalName: 取暖补贴金额
        logicalType: number
        logicalTypeOptions: {minimum: 1, exclusiveMaximum: 2000.50}
        required: true
        classification: finance
        customProperties: [{property: unit, value: 元}]
      - {name: share, physicalName: 自付比例, logicalType: number, classification: finance}
"""
    contracts = load_contracts(write(tmp_path / "contracts", text, "heating_aid.yaml"))
    contract = contracts["heating_aid"]
    amount = contract.field("amount")
    assert (contract.department_name, contract.key, contract.named) == ("能源部门", ("person_id",), False)
    assert (amount.low, amount.high, contract.field("share").type) == (100, 200_049, "ratio")
    assert recognise(["姓名", "身份证号", "取暖补贴金额（元）"], contracts)[0][0] == "heating_aid"
    column = compile_contract(contract, codelists()).columns["amount"].convert(["2000.49", "2000.50", "0.99"])
    assert column.values == [200_049, None, None]
