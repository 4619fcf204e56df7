"""Works out beforehand what is known of an expression when some of its names are known: what is left says the same of everybody else's values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from doudi.rules.functions import FUNCTIONS
from doudi.rules.syntax import Among, Arithmetic, Call, Compare, IsNone, Junction, Literal, Name, Node, Not
from doudi.rules.types import NUMERIC
from doudi.rules.values import evaluate


def fold(node: Node, known: Mapping[str, Literal]) -> Node:
    """The expression with every part that the known names decide put as a literal; the same node if they decide nothing."""
    match node:
        case Name(name=name, other=False) if name in known:
            return known[name]
        case Junction():
            return _junction(node, [fold(part, known) for part in node.parts])
        case Not(part=part) | IsNone(part=part) | Among(part=part):
            return _decided(replace(node, part=fold(part, known)))
        case Compare(left=left, right=right) | Arithmetic(left=left, right=right):
            return _decided(replace(node, left=fold(left, known), right=fold(right, known)))
        case Call(parts=parts):
            return _decided(replace(node, parts=tuple(fold(part, known) for part in parts)))
        case _:
            return node


def _junction(node: Junction, parts: list[Node]) -> Node:
    """False decides an `and`, true an `or`; the other says nothing."""
    decides = node.op == "or"
    if any(isinstance(part, Literal) and part.value is decides for part in parts):
        return Literal(decides, kind=node.kind)
    left = list(dict.fromkeys(part for part in parts if not (isinstance(part, Literal) and part.value is (not decides))))
    if not left:
        return Literal(not decides, kind=node.kind)
    return left[0] if len(left) == 1 else replace(node, parts=tuple(left))


def _decided(node: Not | IsNone | Among | Compare | Arithmetic | Call) -> Node:
    """A literal if all that the node stands on is one; ratios stay as they are, because they are stored as whole numbers."""
    match node:
        case Not(part=part) | IsNone(part=part) | Among(part=part):
            parts: tuple[Node, ...] = (part,)
        case Compare(left=left, right=right) | Arithmetic(left=left, right=right):
            parts = (left, right)
        case Call():
            parts = node.parts
    scaled = node.kind.type in NUMERIC and node.kind.denominator != 1
    known = all(isinstance(part, Literal) for part in parts)
    nothing = any(isinstance(part, Literal) and part.value is None for part in parts)
    if isinstance(node, Compare | Arithmetic) or (isinstance(node, Call) and not FUNCTIONS[node.function].lazy):
        known = known or nothing
    return Literal(evaluate(node, {}), kind=node.kind) if known and not scaled else node


__all__ = ["fold"]
