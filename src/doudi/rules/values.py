"""Values of the language in plain Python: expressions about one row or subject, and three-valued logic.

A value is bool, int, Fraction, str, date, or None for unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from typing import Any

from doudi.rules.functions import FUNCTIONS
from doudi.rules.syntax import Among, Arithmetic, Call, Compare, IsNone, Junction, Literal, Name, Node, Not
from doudi.rules.types import Type

Value = Any
Row = dict[str, Value]
Rows = list[Row]


def kleene_and(values: Iterable[bool | None]) -> bool | None:
    """False if any is false, else unknown if any is unknown, else true."""
    seen = list(values)
    return False if False in seen else None if None in seen else True


def kleene_or(values: Iterable[bool | None]) -> bool | None:
    """True if any is true, else unknown if any is unknown, else false."""
    seen = list(values)
    return True if True in seen else None if None in seen else False


def evaluate(node: Node, own: Mapping[str, Value], other: Mapping[str, Value] | None = None) -> Value:
    """The value of an expression about one row or subject. Names that are not there are unknown."""

    def of(part: Node) -> Value:
        return evaluate(part, own, other)

    match node:
        case Literal(value=value):
            return value
        case Name(name=name, other=of_other):
            return (other or {}).get(name) if of_other else own.get(name)
        case Not(part=part):
            value = of(part)
            return None if value is None else not value
        case Junction(op=op, parts=parts):
            return (kleene_and if op == "and" else kleene_or)(of(part) for part in parts)
        case Compare(op=op, left=left, right=right):
            a, b = of(left), of(right)
            return None if a is None or b is None else _COMPARE[op](a, b)
        case Among(part=part, values=values):
            value = of(part)
            return None if value is None else value in [literal.value for literal in values]
        case IsNone(part=part):
            return of(part) is None
        case Arithmetic(op=op, left=left, right=right):
            a, b = of(left), of(right)
            return None if a is None or b is None else _ARITHMETIC[op](a, b)
        case Call(function=name, parts=parts):
            function, values = FUNCTIONS[name], [of(part) for part in parts]
            return None if not function.lazy and None in values else function.judge(*values)
        case _:
            raise TypeError(f"not judged: {node!r}")


_COMPARE: dict[str, Callable[[Value, Value], bool]] = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}
_ARITHMETIC: dict[str, Callable[[Value, Value], Value]] = {"+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b}


def bounded(value: Value, bound: str) -> Value:
    """What is still certain of a value when rows of a late dataset are missing (see `bounds`)."""
    match bound:
        case "true_stays":
            return True if value is True else None
        case "false_stays":
            return False if value is False else None
        case "open":
            return None
        case _:
            return value


def as_stored(value: Value, kind_type: Type, denominator: int) -> Value:
    """A judged value as engines hold it: numbers times their denominator."""
    if value is None or kind_type not in (Type.INT, Type.MONEY, Type.RATIO) or isinstance(value, bool):
        return value
    scaled = Fraction(value) * denominator
    assert scaled.denominator == 1
    return int(scaled)
