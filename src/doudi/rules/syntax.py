"""From the text of an expression to a tree. Python's own parser reads it, a whitelist lets pass what the language has.

Nothing is ever evaluated as Python. Raises DoudiError with file, line, condition and advice for anything else.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from doudi.kernel.errors import DoudiError, Fault, code
from doudi.rules.types import Kind, Type

SYNTAX = code("rule_syntax", "规则文件中的表达式写法不合规则语言")

ADVICE = "只能使用比较、and/or/not、in、is None、加减乘和列出的函数，见 docs/reference/rule-language.md"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a text stands, for messages: file, line and the key or condition."""

    file: str = ""
    line: int = 0
    key: str = ""

    def __str__(self) -> str:
        spot = f"{self.file}:{self.line}" if self.line else self.file
        return f"{spot} {self.key}".strip()

    def fault(self, name: str, what: str, why: str = "", todo: str = "") -> Fault:
        return Fault(name, what, str(self), why, todo)


@dataclass(frozen=True, slots=True)
class Node:
    """A part of an expression. `kind` is filled by the checker; two nodes are equal if they say the same."""

    kind: Kind = field(default=Kind(Type.BOOL), compare=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Literal(Node):
    """A value that stands in the file, or that the checker worked out from the day of the run; None is unknown."""

    value: bool | int | str | date | None


@dataclass(frozen=True, slots=True)
class Name(Node):
    """A variable, parameter, column or built-in; with `other`, a column of the other table of a step."""

    name: str
    other: bool = False


@dataclass(frozen=True, slots=True)
class Not(Node):
    part: Node


@dataclass(frozen=True, slots=True)
class Junction(Node):
    """`and` or `or` over two or more parts."""

    op: str
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Compare(Node):
    op: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Among(Node):
    """`x in (…)`, or `not in` as Not of it."""

    part: Node
    values: tuple[Literal, ...]


@dataclass(frozen=True, slots=True)
class IsNone(Node):
    part: Node


@dataclass(frozen=True, slots=True)
class Arithmetic(Node):
    op: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Call(Node):
    function: str
    parts: tuple[Node, ...]


def children(node: Node) -> tuple[Node, ...]:
    """The parts of a node, in order."""
    match node:
        case Not(part=part) | IsNone(part=part) | Among(part=part):
            return (part,)
        case Junction(parts=parts) | Call(parts=parts):
            return parts
        case Compare(left=left, right=right) | Arithmetic(left=left, right=right):
            return (left, right)
        case _:
            return ()


def walk(node: Node) -> Iterator[Node]:
    """A node and everything below it, from left to right."""
    yield node
    for child in children(node):
        yield from walk(child)


def names(node: Node) -> list[str]:
    """The names an expression uses (not those of the other table), each once, in order of appearance."""
    return list(dict.fromkeys(part.name for part in walk(node) if isinstance(part, Name) and not part.other))


_COMPARE: dict[type[ast.cmpop], str] = {ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}
_ARITHMETIC: dict[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*"}


def parse(text: str, place: Place) -> Node:
    """The tree of one expression. Raises DoudiError where the text is outside the language."""
    try:
        tree = ast.parse(text.strip().replace("\n", " "), mode="eval")
    except SyntaxError as error:
        raise DoudiError(place.fault(SYNTAX, f"表达式写错：{text.strip()}", str(error.msg), ADVICE)) from None
    return _Reader(text.strip(), place).read(tree.body)


class _Reader:
    def __init__(self, text: str, place: Place) -> None:
        self.text, self.place = text, place

    def refuse(self, part: ast.AST, why: str) -> DoudiError:
        source = ast.unparse(part)
        return DoudiError(self.place.fault(SYNTAX, f"不能使用：{source}（在 {self.text} 中）", why, ADVICE))

    def read(self, part: ast.expr) -> Node:
        match part:
            case ast.Constant(value=bool() | int() | str() as value):
                return Literal(value)
            case ast.Constant():
                raise self.refuse(part, "小数、空值等不能直接写，请放到参数里")
            case ast.Name(id=name):
                return Literal(name == "true") if name in ("true", "false") else Name(name)
            case ast.Attribute(value=ast.Name(id="other"), attr=name):
                return Name(name, other=True)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return Not(self.read(operand))
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() as value)) if not isinstance(value, bool):
                return Literal(-value)
            case ast.BoolOp(op=op, values=values):
                return Junction("and" if isinstance(op, ast.And) else "or", tuple(self.read(value) for value in values))
            case ast.BinOp(left=left, op=op, right=right):
                if type(op) not in _ARITHMETIC:
                    raise self.refuse(part, "比例不用除法：把分母乘到比较的另一边")
                return Arithmetic(_ARITHMETIC[type(op)], self.read(left), self.read(right))
            case ast.Compare(left=left, ops=ops, comparators=rights):
                return self.comparison(part, left, ops, rights)
            case ast.Call(func=ast.Name(id=function), args=arguments, keywords=[]):
                return Call(function, tuple(self.read(argument) for argument in arguments))
            case _:
                raise self.refuse(part, "规则语言里没有这种写法")

    def comparison(self, part: ast.Compare, left: ast.expr, ops: list[ast.cmpop], rights: list[ast.expr]) -> Node:
        links: list[Node] = []
        for op, right in zip(ops, rights, strict=True):
            links.append(self.link(part, left, op, right))
            left = right
        return links[0] if len(links) == 1 else Junction("and", tuple(links))

    def link(self, part: ast.Compare, left: ast.expr, op: ast.cmpop, right: ast.expr) -> Node:
        match op, right:
            case ((ast.Is() | ast.IsNot()), ast.Constant(value=None)):
                test: Node = IsNone(self.read(left))
                return Not(test) if isinstance(op, ast.IsNot) else test
            case ((ast.In() | ast.NotIn()), (ast.Tuple(elts=values) | ast.List(elts=values))):
                literals = tuple(self.read(value) for value in values)
                if not literals or not all(isinstance(value, Literal) for value in literals):
                    raise self.refuse(part, "in 后面只能是写明的值")
                test = Among(self.read(left), tuple(value for value in literals if isinstance(value, Literal)))
                return Not(test) if isinstance(op, ast.NotIn) else test
            case _ if type(op) in _COMPARE:
                return Compare(_COMPARE[type(op)], self.read(left), self.read(right))
            case _:
                raise self.refuse(part, "规则语言里没有这种比较")
