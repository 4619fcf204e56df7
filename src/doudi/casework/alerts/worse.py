"""Whether the facts of a lead that was found untrue, or settled, have become worse since: then its quiet time is over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from doudi.casework.alerts.models import GRADES

NUMBERS = ("money", "int", "ratio")
Evidence = Sequence[Mapping[str, Any]]


def worse_than(before: Evidence, after: Evidence, grade_before: str, grade_after: str, share: Fraction) -> bool:
    """Worse: a graver grade; a condition that holds now and was unknown; or a number that moved further beyond its line by more than `share` of it.

    A number counts in the direction in which its condition holds: more of what must be high, less of what must be low.
    """
    if grade_before in GRADES and grade_after in GRADES and GRADES.index(grade_after) < GRADES.index(grade_before):
        return True
    known = {line["condition"]: line for line in before}
    return any(_is_worse(known.get(line["condition"]), line, share) for line in after)


def _is_worse(before: Mapping[str, Any] | None, after: Mapping[str, Any], share: Fraction) -> bool:
    if before is None:
        return False
    if before["result"] is None and after["result"] is not None:
        return True
    if after["type"] not in NUMBERS or None in (before["value"], after["value"], after["threshold"]) or not after["operator"]:
        return False
    moved = Fraction(after["value"]) - Fraction(before["value"])
    direction = _direction(after["operator"], bool(after["negated"]))
    further = direction * moved
    return further > share * max(abs(Fraction(after["threshold"])), abs(Fraction(before["value"])))


def _direction(operator: str, negated: bool) -> int:
    """1 where more is worse, -1 where less is, 0 where neither."""
    direction = {">": 1, ">=": 1, "<": -1, "<=": -1}.get(operator, 0)
    return -direction if negated else direction
