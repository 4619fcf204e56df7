"""The generated rule book: complete, in Chinese, up to date, honest about its figures."""

from __future__ import annotations

import re
from fractions import Fraction
from functools import cache
from pathlib import Path

import pytest

from doudi.kernel.resources import resource_dir
from doudi.policyfiles import PolicyFiles, read_policy
from doudi.policyfiles.bookparts import figure, source
from doudi.policyfiles.model import Basis
from doudi.policyfiles.rulebook import render, render_rule_book
from doudi.policyfiles.wording import in_words

BOOK = Path(__file__).resolve().parents[3] / "docs" / "reference" / "rules.md"


@cache
def _policy() -> PolicyFiles:
    return read_policy(resource_dir("policy"))


@cache
def _chapter(rule: str) -> str:
    return render_rule_book(_policy()).split(f"### {rule} ")[1].split("\n### ")[0]


def test_the_book_in_the_checkout_is_up_to_date() -> None:
    assert BOOK.read_text(encoding="utf-8") == render(), "请运行 doudi policy book -o docs/reference/rules.md"


def test_every_rule_has_its_chapter_with_conditions_and_cases() -> None:
    for rule in _policy().rules.values():
        chapter = _chapter(rule.rule)
        assert f"{_policy().routing.routes[rule.rule].working_days} 个工作日内" in chapter
        for part in ("**依据**", "**条件**", "**样例**", *(condition.says for condition in rule.versions[-1].conditions)):
            assert part in chapter


def test_assumed_figures_are_marked_wherever_they_appear() -> None:
    for rule in ("K01", "X01", "W03"):
        assert "「参考值，须由本地确认」" in _chapter(rule)
    assert "最低生活保障标准 |" in _chapter("X04")
    assert "参考值" not in _chapter("X04")


def test_conditions_are_told_in_the_words_of_the_glossary() -> None:
    assert "近12个月家庭必需支出 > 刚性支出占比线 × 家庭年总收入" in _chapter("K03")
    assert "命中K01" in _chapter("K03")


def test_no_identifier_is_left_where_an_officer_reads() -> None:
    cells = [line for rule in _policy().rules for line in _chapter(rule).split("\n") if line.startswith("|")]
    assert [line for line in cells if re.search(r"[a-z]+_[a-z0-9_]+", line)] == []


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("x < line * 12", "甲 < 线 × 12"),
        ("x is None or not (y >= 0)", "甲 无值 或 非（乙 ≥ 0）"),
        ("kind in ('1', '2') and other.x is not None", "kind 属于（“1”，“2”）且 对方的甲 有值"),
        ("last_months(x, 12) and add_months(x, 3) < as_of", "甲 在近12个月内 且（甲 之后3个月）< 基准日"),
        ("at_least(2, hit(W01), x)", "至少2项成立（命中W01，甲）"),
        ("x != -1", "甲 ≠ -1"),
    ],
)
def test_an_expression_is_put_into_words(expression: str, words: str) -> None:
    assert in_words(expression, {"x": "甲", "y": "乙", "line": "线"}) == words


@pytest.mark.parametrize(
    ("value", "shown"), [("485", "485"), ("51200", "51,200"), ("0.6", "0.6"), ("740.50", "740.5"), ("-3/2", "-1.5"), ("1/3", "1/3"), ("0", "0")]
)
def test_figures_are_shown_exactly(value: str, shown: str) -> None:
    assert figure(Fraction(value)) == shown


def test_a_source_that_is_not_confirmed_says_so_once() -> None:
    assert source(Basis("某文件", "二（三）", "原话")) == "某文件第二（三）部分：“原话”"
    assert source(Basis("某法", "第十一条", note="凭记忆", to_confirm=True)) == "某法第十一条（凭记忆）【待核】"
    assert source(Basis("【待核】某文件", to_confirm=True)) == "【待核】某文件"
