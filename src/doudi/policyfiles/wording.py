"""Expressions in the words of the glossary, for people who do not read identifiers.

`income_12m < dibao_standard * members` becomes 家庭年总收入 < 最低生活保障标准 × 家庭人数. Only the wording changes; the meaning is
that of the room `rules`, which alone parses expressions.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_TOKEN = re.compile(r"'[^']*'|\"[^\"]*\"|[A-Za-z_][A-Za-z0-9_.]*(?![A-Za-z0-9_])|[0-9]+|==|!=|<=|>=|[-+*<>(),]|\s+|.")
_PHRASES = [
    (re.compile(r"\bis not None\b"), "有值"),
    (re.compile(r"\bis None\b"), "无值"),
    (re.compile(r"\bnot in\b"), "不属于"),
    (re.compile(r"\bhit\((\w+)\)"), r"命中\1"),
    (re.compile(r"\bschool_term\(0\)"), "本学期"),
    (re.compile(r"\bschool_term\(-1\)"), "上学期"),
    (re.compile(r"\bschool_year_start\(\)"), "本学年开学日"),
    (re.compile(r"\blast_months\(([\w.]+), (\d+)\)"), r"\1 在近\2个月内"),
    (re.compile(r"\badd_months\(([\w.]+), (\d+)\)"), r"（\1 之后\2个月）"),
    (re.compile(r"\badd_months\(([\w.]+), -(\d+)\)"), r"（\1 之前\2个月）"),
    (re.compile(r"\badd_days\(([\w.]+), (\d+)\)"), r"（\1 之后\2天）"),
    (re.compile(r"\bat_least\((\d+), "), r"至少\1项成立("),
]
"""Turns of the language that read badly word by word."""
_SIGNS = {"==": "=", "!=": "≠", "<=": "≤", ">=": "≥", "*": "×", "(": "（", ")": "）", ",": "，"}
_WORDS = {
    "and": "且",
    "or": "或",
    "not": "非",
    "in": "属于",
    "true": "是",
    "false": "否",
    "as_of": "基准日",
    "this_month": "本月",
    "this_year": "本年",
    "add_months": "加月",
    "add_days": "加天",
    "whole_months": "整月数",
    "years": "整年数",
    "month_of": "所在月",
    "year_of": "所在年",
    "county_of": "所属县",
    "prefecture_of": "所属市州",
    "township_of": "所属乡镇",
    "min_of": "较小者",
    "max_of": "较大者",
    "latest_known": "已知的最晚者",
    "if_else": "若则否则",
    "exists": "有记录",
    "count": "计数",
    "sum": "合计",
    "max": "最大",
    "min": "最小",
    "count_distinct": "不同的个数",
    "only": "取值",
    "any": "任一成员",
    "all": "全体成员",
    "living": "在世",
    "listed": "在名单上",
    "deceased": "已死亡",
    "household": "所在户",
    "person": "本人",
    "relative": "近亲属",
}
_TIGHT = re.compile(r"\s*([（），])\s*")


def in_words(expression: str, terms: Mapping[str, str]) -> str:
    """An expression with the glossary's terms in place of identifiers. `terms`: identifier -> Chinese term."""
    text = " ".join(expression.split())
    for pattern, phrase in _PHRASES:
        text = pattern.sub(phrase, text)
    parts = [_word(token, terms) for token in _TOKEN.findall(text)]
    return _TIGHT.sub(r"\1", "".join(parts)).strip()


def _word(token: str, terms: Mapping[str, str]) -> str:
    if token in _SIGNS:
        return _SIGNS[token]
    if token[0] in "'\"":
        return f"“{token[1:-1]}”"
    if token.startswith("other."):
        name = token.removeprefix("other.")
        return f"对方的{terms.get(name) or _WORDS.get(name, name)}"
    return _WORDS.get(token) or terms.get(token, token)
