"""What is known beforehand decides parts of an expression, and never changes what the rest says."""

from __future__ import annotations

from itertools import product

import pytest

from doudi.rules.folding import fold
from doudi.rules.syntax import Literal, Name, Node, Place, names, parse
from doudi.rules.types import Kind, Type
from doudi.rules.values import evaluate

BOOL = Kind(Type.BOOL)


def known(**values: bool | int | None) -> dict[str, Literal]:
    return {name: Literal(value, kind=BOOL if isinstance(value, bool) or value is None else Kind(Type.INT)) for name, value in values.items()}


def folded(text: str, **values: bool | int | None) -> Node:
    return fold(parse(text, Place()), known(**values))


@pytest.mark.parametrize(
    ("text", "values", "decided"),
    [
        ("a and b", {"a": False}, False),
        ("a or b", {"a": True}, True),
        ("not (a and b)", {"b": False}, True),
        ("a and b", {"a": None, "b": True}, None),
        ("n + 1 > 3", {"n": 2}, False),
        ("n > m", {"n": None}, None),
        ("n is None", {"n": None}, True),
        ("n in (1, 2)", {"n": 2}, True),
        ("at_least(2, a, b, c)", {"a": True, "b": True, "c": False}, True),
    ],
)
def test_what_decides_the_whole_becomes_a_literal(text: str, values: dict[str, bool | int | None], decided: bool | None) -> None:
    assert folded(text, **values) == Literal(decided)


def test_what_says_nothing_is_left_out() -> None:
    assert folded("a and b", a=True) == Name("b")
    assert names(folded("(a or b) and (n > 1 or not c)", a=False, c=True)) == ["b", "n"]


def test_an_open_part_stays_because_it_may_leave_the_whole_open() -> None:
    assert names(folded("at_least(1, a, b)", a=None)) == ["b"]
    assert evaluate(folded("a and b", a=None), {"b": True}) is None
    assert evaluate(folded("a and b", a=None), {"b": False}) is False


@pytest.mark.parametrize(
    "text", ["(a or b) and not (c and a)", "not (a or (b and c)) or c", "if_else(a, n > 1, b)", "at_least(2, a, b, c) or n == 2"]
)
def test_folded_or_not_an_expression_has_the_same_value(text: str) -> None:
    node = parse(text, Place())
    for a, b, c, n in product((True, False, None), (True, False, None), (True, False, None), (1, 2, None)):
        values = {"a": a, "b": b, "c": c, "n": n}
        for some in (("a",), ("b", "n"), ("a", "c"), ("a", "b", "c", "n")):
            assert evaluate(fold(node, known(**{name: values[name] for name in some})), values) == evaluate(node, values)
