"""The Chinese words of the report, and how its numbers are written."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pyarrow.compute as pc

from doudi.kernel import words
from doudi.kernel.money import show_short
from doudi.published.read import PublishedRun

GRADES = {"R": "红色", "O": "橙色", "Y": "黄色", "B": "蓝色"}
"""Grades from the gravest to the mildest; the order of every stack."""

KINDS = {
    "may_qualify": ("可能符合救助条件", "看起来够条件，却还没有被纳入的家庭和个人"),
    "not_carried_out": ("救助政策未落实", "已经纳入，但某项政策没有落到人头上"),
    "early_warning": ("风险预警", "因病、因学、因残、因失业、因灾，可能陷入困难"),
    "may_no_longer_qualify": ("可能不再符合条件", "情况有变化，需要复核资格"),
    "duplicate": ("重复享受", "同一项或互斥的救助同时享受"),
    "funds": ("资金发放疑点", "该发的没发到，不该发的发了"),
}
"""Kind of rule -> name and explanation, in the order in which they are shown."""

CAUSES = {"illness": "因病", "schooling": "因学", "education": "因学", "disability": "因残", "unemployment": "因失业", "disaster": "因灾"}
LEVELS = {"province": "省级", "prefecture": "市级", "county": "县级", "township": "乡镇（街道）"}
ENDED = {"miss": "不再符合", "unknown": "变为未知", "subject_gone": "对象已不在名单", "rule_gone": "规则已不执行"}
OUTCOMES = {**words.OUTCOMES, **words.NOTICES}


def department_names(run: PublishedRun) -> Mapping[str, str]:
    """Identifier -> Chinese name of the departments, from the policy's glossary; one that is not there stands for itself."""
    lines = run.table("terms", where=pc.field("section") == "departments").to_pylist()
    return _Itself({line["identifier"]: line["term"] for line in lines})


class _Itself(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return key


def number(value: int) -> str:
    """`12,345`."""
    return f"{value:,}"


def day(value: date | None) -> str:
    """`2026年10月31日`; `从未报送` where there is none."""
    return f"{value.year}年{value.month}月{value.day}日" if value else words.NEVER


def percent(part: int, whole: int) -> str:
    """`12.5%` of a whole, `—` of nothing; rounded half up, but never to 0% or 100% what is not."""
    if not whole:
        return "—"
    tenths = (part * 2000 + whole) // (whole * 2)
    if part and not tenths:
        return "<0.1%"
    if part < whole and tenths >= 1000:
        return ">99.9%"
    return f"{tenths // 10}.{tenths % 10}%" if tenths % 10 else f"{tenths // 10}%"


def score(basis_points: int | None) -> str:
    """`97.5` of a hundred for a share in ten-thousandths (0.0 to 100); `—` if it was not scored."""
    if basis_points is None:
        return "—"
    tenths = basis_points // 10  # cut off, not rounded: 100 is said only of what is complete
    return "100" if tenths == 1000 else f"{tenths // 10}.{tenths % 10}"


def rate(part: int, whole: int) -> str:
    """How many of a thousand, `12.5`; `—` of nothing."""
    if not whole:
        return "—"
    tenths = (part * 20_000 + whole) // (whole * 2)
    return f"{tenths // 10}.{tenths % 10}"


def yuan(fen: int) -> str:
    """Money for people: `1.82 万元`."""
    return show_short(fen)
