"""Types, units and names are checked before anything runs. What passes here can be judged and compiled.

The checker also binds the day of the run: `as_of`, windows and school terms become plain literals.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from difflib import get_close_matches
from math import lcm

from doudi.kernel import months
from doudi.kernel.errors import DoudiError, code
from doudi.rules.functions import FUNCTIONS, Misuse, is_number, school_term, school_year_start
from doudi.rules.syntax import ADVICE, Among, Arithmetic, Call, Compare, IsNone, Junction, Literal, Name, Node, Not, Place, parse
from doudi.rules.types import CHINESE, NUMERIC, ORDERED, Kind, Type

UNKNOWN_NAME = code("rule_unknown_name", "规则文件中用了没有定义的名称")
TYPE = code("rule_type", "规则文件中的表达式类型或单位不合")

BOOL = Kind(Type.BOOL, unknown=False)


@dataclass(frozen=True)
class Scope:
    """What names mean in a place: columns or variables, and those of the other table of a step."""

    as_of: date
    names: Mapping[str, Kind]
    other: Mapping[str, Kind] = field(default_factory=dict[str, Kind])
    hits: Mapping[str, Kind] = field(default_factory=dict[str, Kind])
    """Rules that `hit(RULE)` may name here."""


def check(text: str, place: Place, scope: Scope, want: Type | None = None) -> Node:
    """The typed tree of an expression. Raises DoudiError where a name or type does not fit, or the result is not `want`."""
    node = Checker(text, place, scope).of(parse(text, place))
    if want is not None and node.kind.type != want:
        raise DoudiError(
            place.fault(TYPE, f"这里需要{CHINESE[want]}，表达式的结果是{CHINESE[node.kind.type]}：{text.strip()}", todo="改写表达式，使其类型相符")
        )
    return node


class Checker:
    """Walks a parsed tree and returns it typed."""

    def __init__(self, text: str, place: Place, scope: Scope) -> None:
        self.text, self.place, self.scope = text.strip(), place, scope

    def refuse(self, what: str, name: str = TYPE, todo: str = ADVICE) -> DoudiError:
        return DoudiError(self.place.fault(name, what, f"在 {self.text} 中", todo))

    def of(self, node: Node) -> Node:
        match node:
            case Literal():
                return literal(node.value)
            case Name():
                return self.name(node)
            case Not(part=part):
                part = self.boolean(part)
                return Not(part, kind=part.kind)
            case Junction(op=op, parts=parts):
                parts = tuple(self.boolean(part) for part in parts)
                return Junction(op, parts, kind=replace(BOOL, unknown=any(part.kind.unknown for part in parts)))
            case Compare():
                return self.compare(node)
            case Among(part=part, values=values):
                part, typed = self.of(part), tuple(literal(value.value) for value in values)
                if any(not alike(part.kind, value.kind, value) for value in typed):
                    raise self.refuse(f"in 的两边类型不同（{CHINESE[part.kind.type]}）", todo="代码要写成带引号的文本，例如 '1'")
                return Among(part, typed, kind=replace(BOOL, unknown=part.kind.unknown))
            case IsNone(part=part):
                return IsNone(self.of(part), kind=BOOL)
            case Arithmetic():
                return self.arithmetic(node)
            case Call():
                return self.call(node)
            case _:
                raise self.refuse("规则语言里没有这种写法")

    def boolean(self, node: Node) -> Node:
        typed = self.of(node)
        if typed.kind.type != Type.BOOL:
            raise self.refuse(f"and/or/not 只接条件，这里是{CHINESE[typed.kind.type]}", todo="写成比较，例如 x > 0")
        return typed

    def name(self, node: Name) -> Node:
        if not node.other:
            bound = {"as_of": self.scope.as_of, "this_year": self.scope.as_of.year}.get(node.name)
            if bound is not None:
                return literal(bound)
            if node.name == "this_month":
                return Literal(months.month_of(self.scope.as_of), kind=Kind(Type.MONTH, unknown=False))
        known = self.scope.other if node.other else self.scope.names
        if node.name not in known:
            near = get_close_matches(node.name, known, 3)
            raise self.refuse(
                f"没有这个名称：{'other.' if node.other else ''}{node.name}",
                UNKNOWN_NAME,
                f"是否想写 {'、'.join(near)}？" if near else "先在 policy/variables、parameters 或合同里定义它",
            )
        return replace(node, kind=known[node.name])

    def compare(self, node: Compare) -> Node:
        left, right = self.of(node.left), self.of(node.right)
        left, right = zero_as(left, right.kind), zero_as(right, left.kind)
        if not alike(left.kind, right.kind) or (node.op not in ("==", "!=") and left.kind.type not in ORDERED):
            raise self.refuse(
                f"不能用 {node.op} 比较{CHINESE[left.kind.type]}与{CHINESE[right.kind.type]}", todo="两边须为同一类型；金额界线写成参数"
            )
        return Compare(node.op, left, right, kind=replace(BOOL, unknown=left.kind.unknown or right.kind.unknown))

    def arithmetic(self, node: Arithmetic) -> Node:
        left, right = self.of(node.left), self.of(node.right)
        if node.op in "+-":
            left, right = zero_as(left, right.kind), zero_as(right, left.kind)
        kind = self.result(node.op, left.kind, right.kind)
        return Arithmetic(node.op, left, right, kind=replace(kind, unknown=left.kind.unknown or right.kind.unknown))

    def result(self, op: str, left: Kind, right: Kind) -> Kind:
        a, b = left.type, right.type
        if op == "*" and a in NUMERIC and b in NUMERIC and not (a == b == Type.MONEY):
            strongest = Type.MONEY if Type.MONEY in (a, b) else Type.RATIO if Type.RATIO in (a, b) else Type.INT
            return Kind(strongest, denominator=left.denominator * right.denominator)
        if op in "+-" and a == Type.MONTH and b == Type.INT:
            return Kind(Type.MONTH)
        if op == "-" and a == b == Type.MONTH:
            return Kind(Type.INT)
        if op in "+-" and a in NUMERIC and alike(left, right):
            return Kind(Type.RATIO if Type.RATIO in (a, b) else a, denominator=lcm(left.denominator, right.denominator))
        raise self.refuse(f"不能计算{CHINESE[a]} {op} {CHINESE[b]}", todo="日期加减用 add_months、add_days；金额只能与金额相加减、与数相乘")

    def call(self, node: Call) -> Node:
        if node.function == "hit":
            return self.hit(node)
        parts = tuple(self.of(part) for part in node.parts)
        if (bound := self.bound(node.function, parts)) is not None:
            return bound
        function = FUNCTIONS.get(node.function)
        if function is None:
            near = get_close_matches(node.function, [*FUNCTIONS, "last_months", "school_term", "school_year_start", "hit"], 2)
            raise self.refuse(f"没有这个函数：{node.function}", UNKNOWN_NAME, f"是否想写 {'、'.join(near)}？" if near else ADVICE)
        if node.function in ("if_else", "min_of", "max_of"):
            *first, a, b = parts
            parts = (*first, zero_as(a, b.kind), zero_as(b, a.kind))
        try:
            kind = function.signature([part.kind for part in parts])
        except Misuse as misuse:
            raise self.refuse(f"{node.function} 用法不对：{misuse}") from None
        if not function.lazy and all(isinstance(part, Literal) for part in parts):
            values = [part.value for part in parts if isinstance(part, Literal)]
            return Literal(None if None in values else function.judge(*values), kind=kind)
        if node.function in ("add_months", "add_days", "at_least"):
            amount = parts[0 if node.function == "at_least" else 1]
            if not isinstance(amount, Literal):
                raise self.refuse(f"{node.function} 的个数须直接写明", todo="写成整数，例如 add_months(x, 3)")
        return Call(node.function, parts, kind=kind)

    def hit(self, node: Call) -> Node:
        match node.parts:
            case (Name(name=rule, other=False),) if rule in self.scope.hits:
                return Name(f"hit_{rule}", kind=self.scope.hits[rule])
            case _:
                raise self.refuse("hit(…) 里写另一条规则的编号，且对象须相同", UNKNOWN_NAME, "例如 hit(K01)")

    def bound(self, function: str, parts: tuple[Node, ...]) -> Node | None:
        """Functions of the day of the run alone, as literals."""
        as_of = self.scope.as_of
        match function, parts:
            case "school_year_start", ():
                return literal(school_year_start(as_of))
            case "school_term", (Literal(value=int() as back),):
                return literal(school_term(as_of, back))
            case "last_months", (part, Literal(value=int() as n)) if part.kind.type == Type.DATE:
                return between(part, literal(months.add_months(as_of, -n)), literal(as_of), ">")
            case "last_months", (part, Literal(value=int() as n)) if part.kind.type == Type.MONTH:
                this = months.month_of(as_of)
                month = Kind(Type.MONTH, unknown=False)
                return between(part, Literal(this - n + 1, kind=month), Literal(this, kind=month), ">=")
            case (("school_year_start" | "school_term" | "last_months"), _):
                raise self.refuse(f"{function} 用法不对", todo="last_months(日期或年月, 月数)、school_term(0 或 -1)、school_year_start()")
            case _:
                return None


def between(part: Node, low: Node, high: Node, first: str) -> Node:
    """`low < part <= high`, or `low <= …` with `first` = `>=`."""
    kind = replace(BOOL, unknown=part.kind.unknown)
    return Junction("and", (Compare(first, part, low, kind=kind), Compare("<=", part, high, kind=kind)), kind=kind)


def literal(value: bool | int | str | date | None) -> Literal:
    """A literal with the kind of its value."""
    kinds: dict[type, Type] = {bool: Type.BOOL, int: Type.INT, str: Type.TEXT, date: Type.DATE}
    return Literal(value, kind=Kind(kinds.get(type(value), Type.BOOL), unknown=value is None))


def zero_as(node: Node, kind: Kind) -> Node:
    """A literal 0 beside money is an amount of nothing."""
    if isinstance(node, Literal) and node.value == 0 and node.kind.type == Type.INT and kind.type == Type.MONEY:
        return replace(node, kind=Kind(Type.MONEY, unknown=False))
    return node


def alike(a: Kind, b: Kind, node: Node | None = None) -> bool:
    """Whether two values can be compared: one type, or whole numbers with ratios."""
    if node is not None and isinstance(node, Literal) and node.value == 0 and a.type == Type.MONEY:
        return True
    return a.type == b.type or (is_number(a) and is_number(b) and Type.MONEY not in (a.type, b.type))
