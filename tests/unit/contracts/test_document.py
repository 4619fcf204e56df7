"""The data requirement list: complete, deterministic, and up to date in the repository."""

from dataclasses import replace
from datetime import date
from pathlib import Path

from doudi.contracts.document import render, render_data_requirements
from doudi.contracts.read import load_contracts

PAGE = Path(__file__).resolve().parents[3] / "docs" / "reference" / "data-requirements.md"


def test_the_page_in_the_repository_is_what_the_contracts_say():
    assert PAGE.read_text(encoding="utf-8") == render(), "运行 make docs 重新生成并提交"


def test_every_dataset_field_header_and_check_is_in_the_list():
    contracts = load_contracts()
    text = render_data_requirements(contracts)
    for contract in contracts.values():
        section = text.split(f'<a id="{contract.dataset}"></a>')[1].split("<a id=")[0]
        assert contract.title in section
        assert contract.purpose in section
        for field in contract.fields:
            row = next(line for line in section.splitlines() if f"`{field.name}`" in line and line.startswith("| **"))
            assert all(header in row for header in field.headers)
            assert ("| 是 |" in row) == field.required
        assert all(check.says in section for check in contract.checks)


def test_codes_are_listed_with_their_labels_short_ones_in_place_long_ones_once_at_the_end():
    text = render()
    assert "1 门诊、2 住院、3 慢特病门诊、4 急诊" in text
    assert text.count("15 土家族") == 1
    assert "见代码表[民族](#code-ethnicity)" in text
    assert '<a id="code-ethnicity"></a>' in text


def test_rules_of_delivery_and_due_days_are_stated():
    text = render()
    assert "| 教育部门 | [学籍](#school_enrolment) | 每学期 | 3月10日、10月10日，3月报到2月末，10月报到9月末 | 是 |" in text
    assert "共 37 项数据，其中通知点名 27 项" in text
    assert "整数（级）" in text
    assert "1 至 4" in text


def test_bounds_other_than_the_usual_are_stated():
    contract = load_contracts()["medical_aid"]
    bounds = {"amount": (100, 200_000), "aid_date": (date(2020, 1, 1).toordinal(), date(2030, 12, 31).toordinal()), "aid_no": (None, None)}
    fields = tuple(replace(field, low=low, high=high) for field in contract.fields for low, high in [bounds.get(field.name, (None, None))])
    text = render_data_requirements({"medical_aid": replace(contract, fields=fields)})
    assert "1.00 元 至 2,000.00 元" in text
    assert "2020-01-01 至 2030-12-31" in text
    month = replace(fields[0], type="month", low=2020 * 12, high=None)
    assert "2020-01 至 " in render_data_requirements({"medical_aid": replace(contract, fields=(month, *fields[1:]))})


def test_a_subset_of_contracts_makes_a_list_of_its_own():
    one = {"death": load_contracts()["death"]}
    text = render_data_requirements(one)
    assert "共 1 项数据" in text
    assert "population" not in text
