"""Headers as departments write them, and which dataset a header row is."""

import pytest

from doudi.contracts.headers import match_headers, other_unit, plain_header, recognise
from doudi.contracts.model import Contract
from doudi.contracts.read import load_contracts

CONTRACTS = load_contracts()
TWINS = [
    {"pension_public", "pension_enterprise"},
    {"allowance_edge", "rigid_expenditure"},
    {"orphan_aid", "de_facto_unattended_child"},
    {"disabled_living_subsidy", "severe_disabled_nursing_subsidy"},
]
AID = ["证件号码", "姓名", "救助编号", "救助类型", "救助日期", "救助金额"]


def own_headers(contract: Contract) -> list[str]:
    return [field.header for field in contract.fields]


@pytest.mark.parametrize(
    "header",
    [
        *(
            "救助金额",
            "救助金额(元)",
            "救助金额（元）",
            "救助金额（单位：元）",
            "*救助金额",
            " 救 助 金 额 ",
            "救助金额\n（元）",
            "救助金额*",
            "救助金额：",
        ),
        *(
            "救助金额[元]",
            "救助金额（人民币）",
            "救助金额（金额单位：人民币元）",
            "救助金额（必填）",
            "救助金额（元/人）",
            "救助金额元",
            "救助金额:元",
            "救助资金",
        ),
        "救助金额（单位：元，保留两位小数）",
    ],
)
def test_a_header_matches_in_many_spellings(header: str):
    match = match_headers(CONTRACTS["medical_aid"], [*AID[:5], header])
    assert match.columns["amount"] == 5
    assert (match.unknown, match.missing_required, match.unit_problem, match.duplicates) == ([], [], None, {})


@pytest.mark.parametrize(
    "header",
    [
        "救助金额（万元）",
        "救助金额(单位：千元)",
        "救助金额（角）",
        "救助金额(分)",
        "救助金额万元",
        "救助金额（万）",
        "救助金额（USD）",
        "救助金额（万元/年）",
    ],
)
def test_an_amount_in_another_unit_is_a_problem(header: str):
    match = match_headers(CONTRACTS["medical_aid"], [*AID[:5], header])
    assert match.columns["amount"] == 5
    assert match.unit_problem
    assert "应为元" in match.unit_problem


def test_units_of_other_fields_count_too_and_hints_do_not():
    service = CONTRACTS["service_aid"]
    headers = ["服务对象身份证号（18位）", "服务对象姓名(必填)", "服务项目（代码）", "服务日期（格式：YYYYMMDD）"]
    assert match_headers(service, [*headers, "服务时长（分钟）"]).unit_problem is None
    assert match_headers(service, [*headers, "服务时长（小时）"]).unit_problem == "“服务时长（小时）”的单位是小时，应为分钟"
    assert match_headers(service, headers).missing_required == []


def test_brackets_that_are_neither_unit_nor_hint_belong_to_the_header():
    match = match_headers(CONTRACTS["medical_aid"], [*AID, "救助金额（上年）"])
    assert match.unknown == ["救助金额（上年）"]
    assert match.duplicates == {}


def test_reordered_and_unknown_and_empty_columns_do_no_harm():
    match = match_headers(CONTRACTS["death"], ["序号", None, "死亡日期", "", "姓名", "公民身份号码", "备注", 3])
    assert match.columns == {"death_date": 2, "name": 4, "person_id": 5}
    assert match.unknown == ["序号", "备注", "3"]


def test_missing_required_columns_are_named():
    assert match_headers(CONTRACTS["death"], ["姓名", "身份证号"]).missing_required == ["death_date"]
    assert match_headers(CONTRACTS["death"], []).missing_required == ["person_id", "name", "death_date"]


def test_the_own_header_wins_over_a_variant_and_the_double_is_told():
    match = match_headers(CONTRACTS["death"], ["证件号码", "公民身份号码", "姓名", "死亡日期"])
    assert match.columns["person_id"] == 1
    assert match.duplicates == {"person_id": [1, 0]}
    same = match_headers(CONTRACTS["death"], ["公民身份号码", "姓名", "姓名", "死亡日期"])
    assert same.duplicates == {"name": [1, 2]}


@pytest.mark.parametrize("dataset", CONTRACTS)
def test_every_dataset_is_recognised_by_its_own_headers(dataset: str):
    ranked = recognise(own_headers(CONTRACTS[dataset]), CONTRACTS)
    best = {name for name, score in ranked if score == ranked[0][1]}
    assert best == next((twins for twins in TWINS if dataset in twins), {dataset})
    assert ranked[0][1] == pytest.approx(1)


@pytest.mark.parametrize("dataset", CONTRACTS)
def test_every_dataset_is_recognised_without_its_optional_columns_and_with_foreign_ones(dataset: str):
    required = [f"*{field.header}（元）" if field.type == "money" else field.header for field in CONTRACTS[dataset].fields if field.required]
    ranked = recognise(["序号", *required, "备注", "经办人", "录入时间"], CONTRACTS)
    assert dataset in {name for name, score in ranked if score == ranked[0][1]}


@pytest.mark.parametrize("dataset", CONTRACTS)
def test_every_dataset_is_recognised_by_variants_of_its_headers(dataset: str):
    ranked = recognise([field.headers[-1] for field in CONTRACTS[dataset].fields], CONTRACTS)
    assert dataset in {name for name, score in ranked if score > 0.6 and score >= ranked[0][1] - 1e-9}


def test_generic_columns_alone_are_no_dataset():
    assert recognise(["身份证号", "姓名"], CONTRACTS) == []
    assert recognise([], CONTRACTS) == []


def test_a_dataset_that_shares_columns_with_another_scores_far_below_it():
    scores = dict(recognise(own_headers(CONTRACTS["temporary_aid"]), CONTRACTS))
    assert scores["temporary_aid"] == pytest.approx(1)
    assert scores["medical_aid"] < 0.5  # all its required columns are there, and more that it does not know


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("填报单位：涟源市　填报日期：2026年09月04日　金额单位：元", None),
        ("金额单位：万元", "万元"),
        ("单位:千元", "千元"),
        ("临时救助情况表（万元）", "万元"),
        ("（单位：万元，人）", "万元"),
        ("单位： 人民币万元", "万元"),
        ("涟源市临时救助情况表", None),
        ("注：本表金额以万元为单位。", "万元"),
        ("说明：金额单位为千元。", "千元"),
        ("单位：人", None),
        ("", None),
        ("（2026年10月）", None),
    ],
)
def test_a_unit_in_a_title_or_note_is_found(text: str, unit: str | None):
    assert other_unit(text) == unit


def test_plain_headers_are_compared_without_noise():
    assert plain_header(" ＊身份证号 ：") == plain_header("身份证号") == "身份证号"
