"""Names: what is the same, what is quite different, and what is between."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doudi.identity.names import compare_names, fold_name, pinyin_readings

NAMES = st.text(alphabet="张王李小明芳三丰买提·?某 ", min_size=1, max_size=6)


@pytest.mark.parametrize(
    ("name", "folded"),
    [
        ("张三", "张三"),
        (" 张　三 ", "张三"),
        ("張三豐", "张三丰"),
        ("羣峯", "群峰"),
        ("髙増", "高增"),
        ("衞徳恵", "卫德惠"),
        ("鍾书", "钟书"),
        ("锺书", "钟书"),
        ("秀芸", "秀芸"),
        ("买买提·艾力", "买买提艾力"),
        ("买买提．艾力", "买买提艾力"),
        ("买买提• 艾力", "买买提艾力"),
        ("王？", "王?"),
        ("王某", "王?"),
        ("王□", "王?"),
        ("李＊*", "李??"),
        ("王\ufffd", "王?"),
        ("Zhang San", "zhangsan"),
        ("ZHĀNG SĀN", "zhangsan"),
        ("lǚ bù", "lübu"),
        ("zhang1 san1", "zhangsan"),
        ("王𬭎", "王𬭎"),
        ("", ""),
        (" · ", ""),
        ("\u200b张三\ufeff", "张三"),
    ],
)
def test_folding_takes_away_what_means_nothing(name: str, folded: str) -> None:
    assert fold_name(name) == folded


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("张三", "張 三"),
        ("买买提·艾力", "买买提艾力"),
        ("王?明", "王小明"),
        ("王某某", "王小明"),
        ("王□", "王𬭎"),
        ("王??", "王𬭎"),
        ("艾力?艾山", "艾力·艾山"),
        ("艾力?艾?", "艾力•艾山"),
        ("曾国藩", "Zeng Guofan"),
        ("曾国藩", "GUOFAN ZENG"),
        ("单雄信", "shan xiong xin"),
        ("仇英", "Qiu Ying"),
        ("解缙", "xie jin"),
        ("查良镛", "Zha Liangyong"),
        ("区大相", "ou daxiang"),
        ("欧阳修", "Ouyang Xiu"),
        ("欧阳修", "xiu ouyang"),
        ("吕布", "Lü Bu"),
        ("吕布", "LV BU"),
        ("吕布", "Lyu Bu"),
        ("吕布", "lǚ bù"),
        ("张三", "zhang1 san1"),
        ("John Smith", "john  smith"),
    ],
)
def test_the_same_name(left: str, right: str) -> None:
    assert compare_names(left, right) == compare_names(right, left) == "same"


@pytest.mark.parametrize(
    ("left", "right"),
    [("王小明", "李大芳"), ("王小明", "王大芳"), ("王明", "李芳"), ("王小明", "Li Fang"), ("欧阳明月", "欧大小")],
)
def test_quite_different_names(left: str, right: str) -> None:
    assert compare_names(left, right) == compare_names(right, left) == "different"


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("王明", "王芳"),
        ("王小明", "王明"),
        ("王小明", "王小芳"),
        ("张三丰", "张三"),
        ("艾力?艾山", "艾力艾山"),
        ("王??", "王伟"),
        ("??", "王明"),
        ("某某", "某某"),
        ("", "王明"),
        ("", ""),
        ("?", "明"),
    ],
)
def test_names_that_prove_nothing(left: str, right: str) -> None:
    assert compare_names(left, right) == compare_names(right, left) == "between"


@given(NAMES, NAMES)
def test_comparing_is_the_same_from_both_sides(left: str, right: str) -> None:
    assert compare_names(left, right) == compare_names(right, left)


@given(NAMES)
def test_folding_twice_changes_nothing_and_a_name_is_never_unlike_itself(name: str) -> None:
    assert fold_name(fold_name(name)) == fold_name(name)
    assert compare_names(name, name) in ("same", "between")
    assert compare_names(name, f" {name[:1]} {name[1:]}") == compare_names(name, name)


@given(st.text(alphabet="曾单仇解查区盖朴行重长乐", min_size=20, max_size=30))
def test_a_very_long_name_does_not_have_endless_readings(name: str) -> None:
    assert len(pinyin_readings(fold_name(name))) <= 3 * 512
