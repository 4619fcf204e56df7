"""From a typed tree to a sqlglot tree, one emission for every engine; the engine's dialect is chosen when it is printed.

Only what stands here is ever emitted. SQL's three-valued logic is the language's own (NULL is unknown), so `and`, `or`, `not` and comparisons map
one to one; wherever an engine skips NULLs (LEAST, aggregates) the emission spells out the unknown.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from math import lcm

from sqlglot import exp

from doudi.rules.syntax import Among, Arithmetic, Call, Compare, IsNone, Junction, Literal, Name, Node, Not
from doudi.rules.types import NUMERIC, Kind, Type

SQL = exp.Expr
Column = Callable[[Name], SQL]
"""How a name is written where the expression will stand."""

TYPES = {
    Type.BOOL: "BOOLEAN",
    Type.INT: "BIGINT",
    Type.MONEY: "BIGINT",
    Type.RATIO: "BIGINT",
    Type.DATE: "DATE",
    Type.MONTH: "INT",
    Type.TEXT: "TEXT",
    Type.NUMBER: "BIGINT",
}

_COMPARE: dict[str, type[exp.Binary]] = {"==": exp.EQ, "!=": exp.NEQ, "<": exp.LT, "<=": exp.LTE, ">": exp.GT, ">=": exp.GTE}
_ARITHMETIC: dict[str, type[exp.Binary]] = {"+": exp.Add, "-": exp.Sub, "*": exp.Mul}


def cast(value: SQL, kind: Type) -> SQL:
    """A value as the engine's type for `kind`."""
    return exp.cast(value, TYPES[kind])


def integer(value: int) -> SQL:
    """A whole number."""
    return exp.Neg(this=exp.Literal.number(-value)) if value < 0 else exp.Literal.number(value)


def constant(value: bool | int | str | date | None, kind: Type) -> SQL:
    """A literal of the language."""
    if value is None:
        return cast(exp.Null(), kind)
    if isinstance(value, bool):
        return exp.Boolean(this=value)
    if isinstance(value, int):
        return integer(value)
    if isinstance(value, date):
        return exp.cast(exp.Literal.string(value.isoformat()), "DATE")
    return exp.Literal.string(value)


def when(*branches: tuple[SQL, SQL], default: SQL | None = None) -> SQL:
    """CASE WHEN … THEN … ELSE … END; without default, NULL."""
    if not branches:
        return default if default is not None else exp.Null()
    ifs = [exp.If(this=condition, true=result) for condition, result in branches]
    return exp.Case(ifs=ifs, **({} if default is None else {"default": default}))


def is_null(value: SQL) -> SQL:
    return exp.Is(this=value, expression=exp.Null())


def all_of(*parts: SQL) -> SQL:
    """AND of the parts, each in parentheses."""
    return exp.and_(*parts, copy=False) if parts else exp.true()


def any_of(*parts: SQL) -> SQL:
    """OR of the parts, each in parentheses."""
    return exp.or_(*parts, copy=False) if parts else exp.false()


def emit(node: Node, column: Column) -> SQL:
    """The SQL of a typed tree. Numbers come out as value * denominator of the node's kind."""
    match node:
        case Literal(value=value):
            return constant(value, node.kind.type)
        case Name():
            return column(node)
        case Not(part=part):
            return exp.Not(this=exp.paren(emit(part, column)))
        case Junction(op=op, parts=parts):
            return (all_of if op == "and" else any_of)(*(emit(part, column) for part in parts))
        case Compare(op=op, left=left, right=right):
            a, b = _aligned(left, right, column)
            return _COMPARE[op](this=a, expression=b)
        case Among(part=part, values=values):
            return exp.In(this=emit(part, column), expressions=[constant(value.value, value.kind.type) for value in values])
        case IsNone(part=part):
            return is_null(emit(part, column))
        case Arithmetic(op="*", left=left, right=right):
            return exp.Mul(this=exp.paren(emit(left, column)), expression=exp.paren(emit(right, column)))
        case Arithmetic(op=op, left=left, right=right):
            a, b = _aligned(left, right, column)
            return _ARITHMETIC[op](this=exp.paren(a), expression=exp.paren(b))
        case Call(function=function, parts=parts):
            common = node.kind.denominator
            return _FUNCTIONS[function](*(scaled(emit(part, column), part.kind, common) for part in parts))
        case _:
            raise TypeError(f"no SQL for {node!r}")


def scaled(value: SQL, kind: Kind, denominator: int) -> SQL:
    """A number brought to a larger denominator; other values as they are."""
    factor = denominator // kind.denominator
    return exp.Mul(this=exp.paren(value), expression=integer(factor)) if kind.type in NUMERIC and factor != 1 else value


def _aligned(left: Node, right: Node, column: Column) -> tuple[SQL, SQL]:
    common = lcm(left.kind.denominator, right.kind.denominator)
    return scaled(emit(left, column), left.kind, common), scaled(emit(right, column), right.kind, common)


def _part(name: str, day: SQL) -> SQL:
    """Year, month or day of a date, as BIGINT."""
    return exp.cast({"year": exp.Year, "month": exp.Month, "day": exp.Day}[name](this=day.copy()), "BIGINT")


def _months(day: SQL) -> SQL:
    year = exp.Mul(this=_part("year", day), expression=integer(12))
    return exp.paren(exp.Sub(this=exp.Add(this=year, expression=_part("month", day)), expression=integer(1)))


def month_index(day: SQL) -> SQL:
    """year * 12 + month - 1."""
    return exp.cast(_months(day), "INT")


def add_interval(day: SQL, amount: SQL, unit: str) -> SQL:
    """A day moved by whole days or months; both engines clamp to the end of a shorter month."""
    number = int(amount.sql())
    step = exp.Interval(this=exp.Literal.string(str(abs(number))), unit=exp.var(unit))
    return exp.cast(exp.paren((exp.Sub if number < 0 else exp.Add)(this=day, expression=step)), "DATE")


def _whole_months(start: SQL, end: SQL) -> SQL:
    apart = exp.Sub(this=_months(end), expression=_months(start))
    clamped = exp.Least(this=_part("day", start), expressions=[_part("day", exp.LastDay(this=end.copy()))])
    short = exp.LT(this=_part("day", end), expression=clamped)
    return exp.paren(exp.Sub(this=apart, expression=when((short, integer(1)), default=integer(0))))


def _years(start: SQL, end: SQL) -> SQL:
    """Division rounds down for negative spans too: a thousand years are added before and taken off after."""
    shifted = exp.paren(exp.Add(this=_whole_months(start, end), expression=integer(12_000)))
    return exp.paren(exp.Sub(this=exp.IntDiv(this=shifted, expression=integer(12)), expression=integer(1_000)))


def _first(digits: int) -> Callable[[SQL], SQL]:
    return lambda region: exp.Substring(this=region, start=integer(1), length=integer(digits))


def _skipping_nulls(name: str) -> Callable[..., SQL]:
    """GREATEST or LEAST, printed as it is: both engines pass over NULLs, and give NULL only where all are."""
    return lambda *parts: exp.Anonymous(this=name, expressions=list(parts))


def _of_both(name: str) -> Callable[[SQL, SQL], SQL]:
    def emitted(a: SQL, b: SQL) -> SQL:
        unknown = any_of(is_null(a.copy()), is_null(b.copy()))
        return when((unknown, exp.Null()), default=_skipping_nulls(name)(a, b))

    return emitted


def _counted(parts: tuple[SQL, ...], also_unknown: bool) -> SQL:
    total: SQL | None = None
    for part in parts:
        counts = any_of(part.copy(), is_null(exp.paren(part.copy()))) if also_unknown else part.copy()
        one = when((counts, integer(1)), default=integer(0))
        total = one if total is None else exp.Add(this=total, expression=one)
    return exp.paren(total) if total is not None else integer(0)


def _at_least(n: SQL, *parts: SQL) -> SQL:
    certain = exp.GTE(this=_counted(parts, also_unknown=False), expression=n.copy())
    possible = exp.LT(this=_counted(parts, also_unknown=True), expression=n.copy())
    return when((certain, exp.true()), (possible, exp.false()), default=exp.cast(exp.Null(), "BOOLEAN"))


def _if_else(condition: SQL, yes: SQL, no: SQL) -> SQL:
    return when((condition.copy(), yes), (exp.Not(this=exp.paren(condition)), no))


def _add_months(day: SQL, n: SQL) -> SQL:
    return add_interval(day, n, "MONTH")


def _add_days(day: SQL, n: SQL) -> SQL:
    return add_interval(day, n, "DAY")


def _year_of(day: SQL) -> SQL:
    return _part("year", day)


_FUNCTIONS: dict[str, Callable[..., SQL]] = {
    "add_months": _add_months,
    "add_days": _add_days,
    "whole_months": _whole_months,
    "years": _years,
    "month_of": month_index,
    "year_of": _year_of,
    "county_of": _first(6),
    "prefecture_of": _first(4),
    "township_of": _first(9),
    "min_of": _of_both("LEAST"),
    "max_of": _of_both("GREATEST"),
    "latest_known": _skipping_nulls("GREATEST"),
    "at_least": _at_least,
    "if_else": _if_else,
}
