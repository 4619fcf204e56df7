"""The score of one candidate for a row without a number: pure, so that every weight can be tested by itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from doudi.identity.facts import ListLine, births_of, stands_elsewhere
from doudi.identity.policy import Attribute, LinkPolicy, Weight


@dataclass(frozen=True)
class Score:
    """Points, the Chinese clauses that earned them, and what contradicts (empty: nothing)."""

    points: int
    agrees: tuple[str, ...]
    clashes: tuple[str, ...]

    @property
    def says(self) -> str:
        """`姓名相同（3 分）、户号相同（8 分）`."""
        return "、".join(self.agrees)


def score(policy: LinkPolicy, numbers: Iterable[Weight], own: ListLine | None, listed: Sequence[ListLine]) -> Score:
    """The score of a candidate of the same name: `numbers` are the record numbers they share; `own` is the row's line if it is of a population
    list, `listed` the candidate's lines in the lists."""
    earned = [policy.same_name, *numbers]
    clashes: list[str] = []
    for attribute in policy.attributes if own is not None else ():
        value, others = _value(attribute, own), _values(attribute, listed)
        if value is None or not others:
            continue
        if value in others:
            earned.append(attribute.weight)
        elif attribute.contradicts:
            clashes.append(f"{attribute.weight.says.removesuffix('相同')}不同")
    if own is not None and stands_elsewhere(own, listed):
        clashes.append("此人已在同一期名单的另一户中")
    clauses = tuple(f"{weight.says}（{weight.points} 分）" for weight in earned if weight.points)
    return Score(sum(weight.points for weight in earned), clauses, tuple(clashes))


def _value(attribute: Attribute, line: ListLine) -> object:
    value = line.values.get(attribute.column)
    return None if value in attribute.unknown else value


def _values(attribute: Attribute, lines: Sequence[ListLine]) -> set[object]:
    if attribute.column == "birth_date":
        return births_of(lines)
    return {value for line in lines if (value := _value(attribute, line)) is not None}
