"""The comparisons inside a condition: `a > x or b > y` hits for one of them, and people must see which, by how much."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from doudi.published.read import PublishedRun
from doudi.published.wording import DATE_OPERATORS, OPERATORS, show_distance, show_text
from doudi.rules.model import Policy
from doudi.rules.syntax import Compare, Junction, Name, Node, Not
from doudi.rules.types import NUMERIC, Type
from doudi.rules.values import evaluate

HOLDS = {True: "成立", False: "不成立", None: "未知"}


@dataclass(frozen=True)
class Comparison:
    """One comparison with its values as canonical texts (None: unknown)."""

    label: str
    operator: str
    value: str | None
    threshold: str | None
    kind: str
    unit: str
    holds: bool | None

    def __str__(self) -> str:
        if self.value is None or self.threshold is None:
            return f"{self.label} 未知"
        word = (DATE_OPERATORS if self.kind in ("date", "month") else OPERATORS)[self.operator]
        far = show_distance(self.value, self.threshold, self.kind, self.unit)
        apart = "" if not far else "，恰在线上" if self.value == self.threshold else f"，相差 {far}"
        value, line = show_text(self.value, self.kind, self.unit), show_text(self.threshold, self.kind, self.unit)
        return f"{self.label} {value}，{word} {line}：{HOLDS[self.holds]}{apart}"


def inner_comparisons(node: Node, policy: Policy, values: Mapping[str, Any]) -> Iterator[Comparison]:
    """The comparisons below `and`, `or`, `not`; nothing if the condition is itself one comparison. `values`: name -> value as the judge has it."""
    if isinstance(node, Junction):
        for part in node.parts:
            yield from [_compared(part, policy, values)] if isinstance(part, Compare) else inner_comparisons(part, policy, values)
    elif isinstance(node, Not):
        yield from inner_comparisons(node.part, policy, values)


def _compared(node: Compare, policy: Policy, values: Mapping[str, Any]) -> Comparison:
    variable = policy.variables.get(node.left.name) if isinstance(node.left, Name) else None
    left, right = (_canonical(evaluate(side, values), side.kind.type) for side in (node.left, node.right))
    kind = node.left.kind.type if node.left.kind.type != Type.RATIO else node.right.kind.type
    label, unit = (variable.label, variable.unit) if variable else ("所比较的数值", "")
    return Comparison(label, node.op, left, right, kind.value, unit, evaluate(node, values))


def _canonical(value: Any, kind: Type) -> str | None:
    """As evidence writes it: whole fen and numbers, ISO dates, months, true/false."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    if kind == Type.MONTH:
        return f"{value // 12:04d}-{value % 12 + 1:02d}"
    return str(int(value)) if kind in NUMERIC else str(value)


def values_of(run: PublishedRun, figures: Mapping[str, Fraction], *facts: Mapping[str, Any]) -> dict[str, Any]:
    """Facts as the judge has them (numbers divided by their denominator), later ones first, and the figures of the policy."""
    found: dict[str, Any] = dict(figures)
    for row in reversed(facts):
        for name, value in row.items():
            denominator = run.variables.get(name, {}).get("denominator", 1)
            found[name] = Fraction(value, denominator) if value is not None and denominator != 1 else value
    return found
