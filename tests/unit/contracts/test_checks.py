"""Which problems refuse a row, which empty a value, and what messages show."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.contracts.makers import compiled

from doudi.contracts import checks
from doudi.contracts.checks import compile_contract
from doudi.contracts.model import FieldType
from doudi.contracts.problems import shown
from doudi.contracts.read import load_contracts
from doudi.standards import codelists

BAD: list[tuple[FieldType, str, str]] = [
    ("date", "20260230", "date_impossible"),
    ("month", "202613", "month_impossible"),
    ("money", "-1", "money_impossible"),
    ("int", "半个", "int_impossible"),
    ("ratio", "2", "ratio_impossible"),
    ("bool", "大概", "bool_unknown"),
    ("region12", "4313", "region_unknown"),
    ("region6", "4313", "region_unknown"),
]


@pytest.mark.parametrize(("kind", "cell", "code"), BAD)
def test_a_bad_value_refuses_the_row_if_required_and_is_emptied_if_not(kind: FieldType, cell: str, code: str):
    for required in (True, False):
        column = compiled(kind, required=required).convert(["", cell] if not required else [cell])
        problem = column.problems[len(column.values) - 1]
        assert column.values[-1] is None
        assert (problem.code, problem.refuses) == (code, required)
        assert problem.message.startswith("某项：")


@pytest.mark.parametrize("kind", ["date", "month", "money", "int", "bool", "region12", "text", "name", "phone"])
@pytest.mark.parametrize("cell", [None, "", "  ", "　", "NULL", "nan", float("nan"), "-"])
def test_an_empty_value_refuses_the_row_only_where_it_is_required(kind: FieldType, cell: object):
    needed = compiled(kind, required=True).convert([cell])
    assert (needed.values, needed.problems[0].code, needed.problems[0].refuses) == ([None], "value_missing", True)
    if (kind, cell) != ("text", "-"):  # a dash may be somebody's remark
        optional = compiled(kind).convert([cell])
        assert (optional.values, optional.problems) == ([None], {})


@pytest.mark.parametrize("cell", [None, "", "无", "4.32503E+17", "不详", "432503"])
def test_a_citizen_id_never_refuses_a_row_here(cell: object):
    assert not compiled("id18", required=True).convert([cell]).problems


@pytest.mark.parametrize("word", ["-", "/", "无", "空", "null", "不详"])
def test_words_for_nothing_are_empty_where_a_type_has_no_other_use_for_them(word: str):
    for kind in ("date", "month", "money", "int", "region12", "phone", "id18"):
        column = compiled(kind).convert([word])
        assert (column.values, column.problems) == ([None], {}), kind
    assert compiled("text", record_no=True).convert([word]).values == [None]


def test_a_word_for_nothing_that_is_an_answer_stays_one():
    assert compiled("bool").convert(["无"]).values == [False]
    assert compiled("code", code_list="house_damage").convert(["无"]).values == ["0"]
    assert compiled("code", code_list="sex").convert(["未知"]).values == ["0"]
    assert compiled("text", required=True).convert(["无", "-"]).values == ["无", None]


def test_a_short_region_code_is_filled_up_and_reported():
    column = compiled("region12", required=True).convert(["431382104215", "431382104"])
    assert column.values == ["431382104215", "431382104000"]
    assert {index: (problem.code, problem.refuses) for index, problem in column.problems.items()} == {1: ("region_padded", False)}


def test_an_unusual_pattern_is_kept_and_reported():
    column = compiled("text", pattern="[ABC]").convert(["A", "A类"])
    assert column.values == ["A", "A类"]
    assert [(index, problem.code, problem.refuses) for index, problem in column.problems.items()] == [(1, "pattern_unusual", False)]


def test_a_certificate_number_that_lost_digits_is_kept_and_reported():
    column = compiled("text", record_no=True, embeds_id=True, required=True).convert(["43250319631028545863", 4.3250319631028547e19])
    assert column.values[0] == "43250319631028545863"
    assert column.values[1]
    assert {index: (problem.code, problem.refuses) for index, problem in column.problems.items()} == {1: ("number_lost", False)}


def test_values_that_are_equal_in_python_are_told_apart():
    column = compiled("text").convert([1, True, 1.0, "1", "true"])
    assert column.values == ["1", "true", "1", "1", "true"]


def test_memory_does_not_grow_with_the_number_of_different_values(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(checks, "_MEMO_LIMIT", 10)
    field = compiled("money")
    column = field.convert([str(yuan) for yuan in range(100)])
    assert column.values == [yuan * 100 for yuan in range(100)]
    assert len(field._memo) <= 10


@given(st.lists(st.one_of(st.none(), st.text(max_size=8), st.integers(), st.floats(), st.booleans()), max_size=20))
def test_converting_together_or_one_by_one_gives_the_same(cells: list[object]):
    together = compiled("date", required=True).convert(cells)
    alone = [compiled("date", required=True).convert([cell]) for cell in cells]
    assert together.values == [column.values[0] for column in alone]
    assert together.problems == {index: column.problems[0] for index, column in enumerate(alone) if column.problems}


def test_a_message_shows_neither_an_id_nor_a_name():
    said = [
        compiled("date").convert(["432503198008022576"]).problems[0].message,
        compiled("money").convert(["4325 0319 8008 0225 76"]).problems[0].message,
        compiled("code", code_list="sex").convert(["诸葛亮明"]).problems[0].message,
        compiled("phone").convert(["电话１７６０００"]).problems[0].message,
        compiled("bool").convert(["𰀁欣欣"]).problems[0].message,
    ]
    for message in said:
        assert not re.search(r"\d{9}", message.replace(" ", "")), message
        assert "葛亮明" not in message
        assert "176000" not in message
        assert "欣欣" not in message


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("ZZ", "ZZ"),
        ("88", "88"),
        ("2026-02-30", "2026-02-30"),
        ("432503198008022576", "432503**********76"),
        ("432503800802257", "432503*******57"),
        ("17600003210", "***********"),
        ("张三丰", "张**"),
        ("学前班 大班", "学** 大*"),
        ("x" * 40, "x" * 24 + "…"),
        ("４３２５０３１９８００８０２２５７６", "432503**********76"),
    ],
)
def test_what_is_shown_of_a_text(text: str, safe: str):
    assert shown(text) == safe


def test_a_contract_compiles_to_converters_and_row_checks():
    ready = compile_contract(load_contracts()["insurance_reimbursement"], codelists())
    costs = {"total_cost": ["100", "100", ""], "basic_paid": ["60", "60", "1"], "serious_illness_paid": ["0"] * 3, "aid_paid": ["10"] * 3}
    cells = costs | {"self_paid": ["30", "31", "5"], "in_policy_cost": ["90", "101", "1"]}
    values = {name: ready.columns[name].convert(column).values for name, column in cells.items()}
    found = ready.check_rows(values)
    assert {index: [problem.refuses for problem in problems] for index, problems in found.items()} == {1: [False, False]}
    assert "个人自付＝" in found[1][0].message
    assert ready.check_rows({"total_cost": [1]}) == {}
