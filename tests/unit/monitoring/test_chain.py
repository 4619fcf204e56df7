"""The chain of aid: which rows are aid, what each line says, and that the same money is counted once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from doudi.contracts.model import Contract
from doudi.contracts.read import load_contracts
from doudi.kernel.errors import DoudiError, Fault
from doudi.kernel.resources import resource_dir
from doudi.lake.engine import DuckEngine
from doudi.monitoring.chain import chain_query, chain_ways, complete, told_by, with_chain_tables
from doudi.monitoring.compute import empty_table
from doudi.policyfiles import PolicyFiles, read_policy
from doudi.policyfiles.programmes import read_programme
from doudi.policyfiles.tree import Map, read_tree
from doudi.published.tables import TABLES
from doudi.published.write import in_words
from doudi.rules import build_policy
from doudi.standards import codelists

AS_OF = date(2026, 10, 31)

PROGRAMME = """
programme: {name}
name: 某项目
department: civil_affairs
basis: {{document: 某文件}}
lines:
{lines}
"""

AID = "  - {dataset: temporary_aid, day: aid_date, amount: amount, kind: money, title: '临时救助（{kind}）'}\n"


@pytest.fixture(scope="module")
def contracts() -> dict[str, Contract]:
    return load_contracts()


@pytest.fixture(scope="module")
def reference() -> PolicyFiles:
    return read_policy(resource_dir("policy"))


def with_programme(policy: PolicyFiles, tmp_path: Path, *lines: str) -> PolicyFiles:
    """The reference policy with this programme only."""
    file = tmp_path / "some.yaml"
    file.write_text(PROGRAMME.format(name="some", lines="".join(lines)), encoding="utf-8")
    faults: list[Fault] = []
    tree = read_tree(file, "programmes/some.yaml", faults)
    assert isinstance(tree, Map)
    programme = read_programme(tree, faults)
    assert not faults
    return with_chain_tables(replace(policy, programmes={"some": programme}))


def fill(engine: DuckEngine, contract: Contract, *rows: Mapping[str, object], history: bool = False) -> None:
    """The dataset's table with a few rows; that of its older lists too, empty, or with `history` that one."""
    table = f"{contract.dataset}_history" if history else contract.dataset
    for name in (table,) if history or contract.mode == "events" else (table, f"{table}_history"):
        engine.execute(empty_table(name, contract))
    for number, row in enumerate(rows, 1):
        values = {"delivery": 7, "row": number, "person": 1, "household": 10} | row
        marks = ", ".join("?" for _ in values)
        engine.execute(f'INSERT INTO "{table}" ({", ".join(values)}) VALUES ({marks})', list(values.values()))


def chain(engine: DuckEngine, policy: PolicyFiles, contracts: Mapping[str, Contract]) -> list[dict]:
    query = chain_query(build_policy(policy, contracts, AS_OF), policy, contracts)
    lines = engine.batches(f"SELECT * FROM ({query}) ORDER BY date, place, delivery, row, way")
    ways = chain_ways(policy, contracts)
    found = [line for batch in complete(lines, ways) for line in in_words(batch, told_by(ways)).to_pylist()]
    assert found == sorted(found, key=lambda line: [line[name] for name in TABLES["chain"].key])
    return [{name: value for name, value in line.items() if name in TABLES["chain"].arrow.names} for line in found]


def test_a_line_of_money_has_its_day_its_title_and_its_source(
    engine: DuckEngine, tmp_path: Path, reference: PolicyFiles, contracts: dict[str, Contract]
) -> None:
    fill(
        engine,
        contracts["temporary_aid"],
        {"kind": "2", "aid_date": date(2026, 5, 3), "amount": 120000},
        {"kind": "1", "aid_date": date(2026, 1, 1), "amount": 5, "household": None},
    )
    first, second = chain(engine, with_programme(reference, tmp_path, AID), contracts)
    assert first | {"date": None} == {
        "date": None,
        "whole_month": False,
        "whole_year": False,
        "person": 1,
        "household": None,
        "programme": "some",
        "department": "civil_affairs",
        "title": "临时救助（急难型）",
        "kind": "money",
        "amount": 5,
        "counts_in_sum": True,
        "quantity": None,
        "unit": None,
        "dataset": "temporary_aid",
        "delivery": 7,
        "row": 2,
        "line": 1,
    }
    assert (second["date"], second["title"], second["household"]) == (date(2026, 5, 3), "临时救助（支出型）", 10)


def test_a_line_for_a_month_stands_on_its_first_day(
    engine: DuckEngine, tmp_path: Path, reference: PolicyFiles, contracts: dict[str, Contract]
) -> None:
    line = "  - {dataset: disabled_living_subsidy, month: month, amount: amount, kind: money, title: '补贴（{month}）'}\n"
    fill(engine, contracts["disabled_living_subsidy"], {"month": 2026 * 12, "amount": 10000})
    (found,) = chain(engine, with_programme(reference, tmp_path, line), contracts)
    assert (found["date"], found["whole_month"], found["title"]) == (date(2026, 1, 1), True, "补贴（2026年1月）")


PREMIUM = "  - {dataset: insurance_enrolment, where: subsidy > 0, year: year, amount: subsidy, kind: insurance, title: '{year}'%s}\n"


def test_a_line_for_a_year_stands_on_its_first_day(
    engine: DuckEngine, tmp_path: Path, reference: PolicyFiles, contracts: dict[str, Contract]
) -> None:
    rows = [{"year": 2026, "subsidy": 24000}, {"year": 2025, "subsidy": 0}, {"year": 2024, "subsidy": None}, {"year": 20260, "subsidy": 1}]
    fill(engine, contracts["insurance_enrolment"], *rows)
    (found,) = chain(engine, with_programme(reference, tmp_path, PREMIUM % ""), contracts)
    assert (found["date"], found["whole_month"], found["whole_year"], found["amount"]) == (date(2026, 1, 1), False, True, 24000)


def test_what_older_lists_said_stays_on_the_chain_once_unless_the_newest_says_otherwise(
    engine: DuckEngine, tmp_path: Path, reference: PolicyFiles, contracts: dict[str, Contract]
) -> None:
    contract = contracts["insurance_enrolment"]
    older = [
        {"year": 2025, "subsidy": 200, "list_month": 2025 * 12 + 9},
        {"year": 2025, "subsidy": 300, "list_month": 2025 * 12 + 10},
        {"year": 2026, "subsidy": 400, "list_month": 2026 * 12},
        {"year": 2024, "subsidy": 500, "list_month": 2025 * 12 + 8},
        {"year": 2024, "subsidy": None, "list_month": 2025 * 12 + 9},
    ]
    fill(engine, contract, {"year": 2026, "subsidy": 450}, {"year": 2026, "subsidy": None, "person": 2})
    fill(engine, contract, *older, {"year": 2026, "subsidy": 600, "person": 2, "list_month": 2026 * 12}, history=True)
    found = chain(engine, with_programme(reference, tmp_path, PREMIUM % ", earlier_lists: [person, year]"), contracts)
    assert [(line["title"], line["person"], line["amount"], line["dataset"]) for line in found] == [
        ("2025", 1, 300, "insurance_enrolment"),
        ("2026", 1, 450, "insurance_enrolment"),
    ]


def test_a_quantity_has_the_unit_of_its_contract_and_is_never_made_up(
    engine: DuckEngine, tmp_path: Path, reference: PolicyFiles, contracts: dict[str, Contract]
) -> None:
    line = "  - {dataset: service_aid, day: service_date, quantity: minutes, kind: service, title: 服务}\n"
    fill(engine, contracts["service_aid"], {"service_date": date(2026, 1, 2), "minutes": 45}, {"service_date": date(2026, 1, 3), "minutes": None})
    found = chain(engine, with_programme(reference, tmp_path, line), contracts)
    assert [(one["quantity"], one["unit"]) for one in found] == [(45, "分钟"), (None, None)]


def test_what_is_dated_after_the_day_of_the_run_is_not_given_yet(
    engine: DuckEngine, tmp_path: Path, reference: PolicyFiles, contracts: dict[str, Contract]
) -> None:
    fill(engine, contracts["temporary_aid"], *({"kind": "1", "aid_date": day, "amount": 5} for day in (AS_OF, date(2026, 11, 1))))
    assert [line["date"] for line in chain(engine, with_programme(reference, tmp_path, AID), contracts)] == [AS_OF]


def test_the_same_money_is_shown_twice_and_counted_once(
    engine: DuckEngine, tmp_path: Path, reference: PolicyFiles, contracts: dict[str, Contract]
) -> None:
    medical = "  - {dataset: medical_aid, where: \"aid_kind == '2'\", day: aid_date, amount: amount, kind: money, title: 救助}\n"
    settled = (
        "  - {dataset: insurance_reimbursement, where: aid_paid > 0, day: settle_date, amount: aid_paid, kind: money, title: 结算,"
        " same_money_as: {in: medical_aid, on: {person: person, settle_date: aid_date, aid_paid: amount}, where: \"other.aid_kind == '2'\"}}\n"
    )
    day = date(2026, 3, 1)
    fill(engine, contracts["medical_aid"], {"aid_kind": "2", "aid_date": day, "amount": 700}, {"aid_kind": "1", "aid_date": day, "amount": 800})
    fill(
        engine,
        contracts["insurance_reimbursement"],
        {"settle_date": day, "aid_paid": 700},
        {"settle_date": day, "aid_paid": 800},
        {"settle_date": day, "aid_paid": 0},
        {"settle_date": day, "aid_paid": 700, "person": 2},
    )
    found = chain(engine, with_programme(reference, tmp_path, medical, settled), contracts)
    lines = {(line["dataset"], line["row"]): (line["amount"], line["counts_in_sum"], line["line"]) for line in found}
    assert lines == {
        ("medical_aid", 1): (700, True, 1),
        ("insurance_reimbursement", 1): (700, False, 2),
        ("insurance_reimbursement", 2): (800, True, 2),
        ("insurance_reimbursement", 4): (700, True, 2),
    }
    assert sum(line["amount"] for line in found if line["counts_in_sum"]) == 2200


def test_what_is_not_given_yet_or_not_certain_is_no_aid(
    engine: DuckEngine, tmp_path: Path, reference: PolicyFiles, contracts: dict[str, Contract]
) -> None:
    line = (
        "  - {dataset: payment, where: \"paid_amount > 0 and account_hash == 'a'\", day: paid_date, amount: paid_amount, kind: money, title: 发放}\n"
    )
    rows = [
        {"program": "01", "paid_amount": 5, "account_hash": "a", "paid_date": date(2026, 1, 2)},
        {"program": "01", "paid_amount": 6, "account_hash": "a", "paid_date": None},
        {"program": "01", "paid_amount": 7, "account_hash": None, "paid_date": date(2026, 1, 2)},
        {"program": "01", "paid_amount": 8, "account_hash": "b", "paid_date": date(2026, 1, 2)},
    ]
    fill(engine, contracts["payment"], *rows)
    assert [line["amount"] for line in chain(engine, with_programme(reference, tmp_path, line), contracts)] == [5]


def test_goods_and_services_have_no_amount_and_empty_parts_of_a_title_are_left_out(
    engine: DuckEngine, tmp_path: Path, reference: PolicyFiles, contracts: dict[str, Contract]
) -> None:
    line = "  - {dataset: charity_aid, day: aid_date, kind: goods, title: '慈善帮扶（{goods}）'}\n"
    fill(engine, contracts["charity_aid"], {"aid_date": date(2026, 1, 2), "goods": "大米"}, {"aid_date": date(2026, 1, 3), "goods": None})
    found = chain(engine, with_programme(reference, tmp_path, line), contracts)
    assert [(one["title"], one["amount"], one["counts_in_sum"]) for one in found] == [("慈善帮扶（大米）", None, False), ("慈善帮扶", None, False)]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("  - {dataset: temporary_aid, day: amount, kind: money, title: x}\n", "amount 不能这样用"),
        ("  - {dataset: temporary_aid, day: aid_date, amount: nothing, kind: money, title: x}\n", "没有可用的列 nothing"),
        ("  - {dataset: service_aid, day: service_date, quantity: provider, kind: service, title: x}\n", "provider 不能这样用"),
        ("  - {dataset: temporary_aid, day: aid_date, kind: money, title: '{name}'}\n", "name 不能这样用"),
        ("  - {dataset: temporary_aid, day: aid_date, kind: money, title: '{person_id}'}\n", "person_id 不能这样用"),
    ],
)
def test_a_line_that_names_a_wrong_column_is_refused_with_its_place(
    tmp_path: Path, reference: PolicyFiles, contracts: dict[str, Contract], line: str, says: str
) -> None:
    policy = with_programme(reference, tmp_path, line)
    with pytest.raises(DoudiError, match=says) as found:
        chain_query(build_policy(policy, contracts, AS_OF), policy, contracts)
    assert found.value.faults[0].where == "programmes/some.yaml:7"


def test_a_number_without_a_unit_is_no_quantity(tmp_path: Path, reference: PolicyFiles, contracts: dict[str, Contract]) -> None:
    line = "  - {dataset: service_aid, day: service_date, quantity: minutes, kind: service, title: 服务}\n"
    contract = contracts["service_aid"]
    bare = replace(contract, fields=tuple(replace(field, unit=None) for field in contract.fields))
    policy = with_programme(reference, tmp_path, line)
    with pytest.raises(DoudiError, match="minutes 没有单位"):
        chain_query(build_policy(policy, contracts, AS_OF), policy, contracts | {"service_aid": bare})


def test_a_line_whose_condition_does_not_fit_is_refused_by_the_rule_language(
    tmp_path: Path, reference: PolicyFiles, contracts: dict[str, Contract]
) -> None:
    policy = with_programme(reference, tmp_path, "  - {dataset: temporary_aid, where: amount > aid_date, day: aid_date, kind: money, title: x}\n")
    with pytest.raises(DoudiError, match="rule_type"):
        build_policy(policy, contracts, AS_OF)


def test_without_programmes_the_chain_is_empty(engine: DuckEngine, reference: PolicyFiles, contracts: dict[str, Contract]) -> None:
    policy = with_chain_tables(replace(reference, programmes={}))
    assert chain(engine, policy, contracts) == []


NO_AID = {
    "who somebody is, where and how they live": "population death school_enrolment employment house_safety disability_certificate official_relatives",
    "what was spent or found out": "medical_expense economic_check",
    "earned or insured, not aid": "work_injury unemployment pension_public pension_enterprise",
    "recognition; the money is in `payment`": "subsistence_allowance extreme_poverty orphan_aid de_facto_unattended_child",
    "recognition without money of its own": "allowance_edge rigid_expenditure poverty_return_monitoring",
    "the home given is in `housing_aid`": "relocation",
    "a subsidy of which the list says neither when nor for which year": "fishing_ban_fishers",
}


def test_every_dataset_that_delivers_aid_is_on_the_chain(reference: PolicyFiles, contracts: dict[str, Contract]) -> None:
    on_chain = {line.dataset for programme in reference.programmes.values() for line in programme.lines}
    without = [dataset for datasets in NO_AID.values() for dataset in datasets.split()]
    assert sorted([*on_chain, *without]) == sorted(contracts)


def test_no_row_is_two_lines_of_the_chain(reference: PolicyFiles, contracts: dict[str, Contract]) -> None:
    """Of one dataset several lines may stand in the files, but their conditions exclude each other: each code is in one of them at most."""
    kinds = {
        "payment": "program",
        "medical_aid": "aid_kind",
        "housing_aid": "aid_kind",
        "education_aid": "aid_kind",
        "employment_aid": "service_kind",
    }
    lines = [line for programme in reference.programmes.values() for line in programme.lines]
    for dataset in {line.dataset for line in lines} - {"charity_aid"}:
        conditions = [line.where.value if line.where else "" for line in lines if line.dataset == dataset]
        if len(conditions) == 1:
            continue
        codes = codelists()[contracts[dataset].by_name[kinds[dataset]].code_list or ""].codes
        counted = {code: sum(applies(condition, kinds[dataset], code) for condition in conditions) for code in codes}
        assert counted == dict.fromkeys(codes, 1), dataset


def applies(condition: str, column: str, code: str) -> bool:
    """Whether a condition on a column of codes holds for a code; what it says of other columns is taken for true."""
    own = " and ".join(part for part in condition.split(" and ") if part.startswith(column))
    return bool(eval(own, {"__builtins__": {}}, {column: code})) if own else True
