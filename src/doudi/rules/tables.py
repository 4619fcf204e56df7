"""Derived tables, from their files to typed steps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date

from doudi.kernel.errors import DoudiError, code
from doudi.kernel.months import month_of
from doudi.policyfiles.model import Step as FileStep
from doudi.policyfiles.model import TableFile
from doudi.policyfiles.tree import Map, Seq, Text, Tree
from doudi.rules.check import Scope, alike, check, literal
from doudi.rules.model import Add, Aggregate, Group, Latest, Lookup, Match, Months, Pair, Pairs, Step, Table, Where
from doudi.rules.scopes import PERSON, ROW
from doudi.rules.syntax import Call, Name, Node, Place, parse
from doudi.rules.types import NUMERIC, ORDERED, Kind, Type

STEP = code("rule_table_step", "派生表的步骤写法不对")

FindTable = Callable[[str, Place], Table]


def spot(text: Text | Tree | str, key: str = "") -> Place:
    """The place of a text or node in a policy file."""
    if isinstance(text, Text):
        return Place(text.file, text.line, key or text.key)
    if isinstance(text, Map | Seq):
        return Place(text.place.file, text.place.line, key or text.key)
    return Place("", 0, key)


def aggregate(text: Text, place: Place, scope: Scope, functions: tuple[str, ...]) -> Aggregate:
    """`exists`, `count` or `sum(expr)` and their like, typed."""
    node = parse(text.value, place)
    match node:
        case Name(name=("exists" | "count") as function) if function in functions:
            return Aggregate(function)
        case Call(function=function, parts=(_,)) if function in functions:
            inner = text.value.strip()[len(function) :].strip()[1:-1]
            argument = check(inner, place, scope)
            _fits(function, argument, place)
            return Aggregate(function, argument)
        case _:
            raise DoudiError(place.fault(STEP, f"没有这种汇总：{text.value}", todo=f"可用：{'、'.join(functions)}"))


def _fits(function: str, argument: Node, place: Place) -> None:
    kind = argument.kind.type
    wrong = {
        "sum": kind not in NUMERIC,
        "any": kind != Type.BOOL,
        "all": kind != Type.BOOL,
        "count": kind != Type.BOOL,
        "max": kind not in ORDERED,
        "min": kind not in ORDERED,
    }
    if wrong.get(function, False):
        raise DoudiError(
            place.fault(STEP, f"{function}(…) 不能用于{kind}", todo="sum 用于数和金额，any/all/count 用于条件，max/min 用于可比大小的值")
        )


def aggregate_kind(total: Aggregate, uncertain: bool, empty: bool = False) -> Kind:
    """The kind of an aggregate over rows; `uncertain`: it may be unknown whether a row counts; `empty`: a value without rows is given."""
    inner = total.argument.kind if total.argument else Kind(Type.INT, unknown=False)
    match total.function:
        case "exists":
            return Kind(Type.BOOL, uncertain)
        case "count" | "count_distinct":
            return Kind(Type.INT, uncertain)
        case "sum":
            return replace(inner, unknown=uncertain)
        case _:
            return replace(inner, unknown=uncertain or inner.unknown or not empty)


class TableReader:
    """Types one table file, step by step; `columns` is what the table has so far."""

    def __init__(self, file: TableFile, as_of: date, find: FindTable) -> None:
        self.file, self.as_of, self.find = file, as_of, find
        self.place = Place(file.place.file, file.place.line, file.table)
        base = find(file.source, self.place)
        self.base, self.columns, self.unsure, self.unique, self.dataset = base, dict(base.columns), base.unsure, base.unique, base.dataset
        self.home, self.whole = base.home, not base.home  # of rows without a home every part would have its own copy

    def read(self) -> Table:
        """The typed table. Raises DoudiError at the first step that does not fit."""
        steps = tuple(self.step(step) for step in self.file.steps)
        return Table(
            self.file.table,
            self.file.says,
            self.base.name,
            steps,
            self.columns,
            self.unique,
            self.dataset,
            self.unsure,
            self.place,
            self.home,
            self.whole,
            self.base.many,
        )

    def scope(self, other: Mapping[str, Kind] | None = None) -> Scope:
        return Scope(self.as_of, readable(self.columns), readable(other) if other else {})

    def step(self, step: FileStep) -> Step:
        place = Place(step.place.file, step.place.line, f"{self.file.table}.{step.kind}")
        return getattr(self, f"_{step.kind}")(step.body, place)

    def _where(self, body: Text, place: Place) -> Where:
        test = check(body.value, place, self.scope(), Type.BOOL)
        self.unsure |= test.kind.unknown
        return Where(test)

    def _add(self, body: Map, place: Place) -> Add:
        columns: list[tuple[str, Node]] = []
        for name, text in body.items():
            assert isinstance(text, Text)
            columns.append((name, check(text.value, spot(text, f"{self.file.table}.{name}"), self.scope())))
        for name, node in columns:
            self.new(name, node.kind, place)
        return Add(tuple(columns))

    def _lookup(self, body: Map, place: Place) -> Lookup:
        table, on = self.other(body, place)
        if not table.unique or not table.unique <= {theirs for _, theirs in on}:
            raise DoudiError(
                place.fault(
                    STEP,
                    f"{table.name} 在这些列上可能有多行，不能 lookup",
                    f"它的唯一键是 {sorted(table.unique) or '未知'}",
                    "先用 latest 或 group 取成一行，或改用 exists",
                )
            )
        take = pairs(body["take"])
        for new, theirs in take:
            if theirs not in table.columns:
                raise self.no_column(theirs, table, place)
            self.new(new, replace(table.columns[theirs], unknown=True), place)
        self.unsure |= table.unsure
        self._meet(table, on)
        return Lookup(table.name, on, take)

    def _exists(self, body: Map, place: Place, negated: bool = False) -> Match:
        table, on = self.other(body, place)
        where = self.inner(body, place, table.columns)
        self.unsure |= table.unsure or (where is not None and where.kind.unknown)
        self._meet(table, on)
        return Match(table.name, on, where, negated)

    def _none(self, body: Map, place: Place) -> Match:
        return self._exists(body, place, negated=True)

    def _latest(self, body: Map, place: Place) -> Latest:
        per = words(body["per"])
        by = tuple((column.removeprefix("-"), column.startswith("-")) for column in words(body["by"]))
        self.known((*per, *(column for column, _ in by)), place)
        self.unique = frozenset(per)
        self.whole |= not self.home & set(per)
        return Latest(per, by)

    def _pair(self, body: Map, place: Place) -> Pair:
        same, on = words(body["same"]), word(body, "on")
        self.known((*same, *([on] if on else [])), place)
        days = word(body, "within_days")
        if (on is None) != (days is None):
            raise DoudiError(place.fault(STEP, "on 与 within_days 须同时给出或同时省略"))
        if on and self.columns[on].type != Type.DATE:
            raise DoudiError(place.fault(STEP, f"{on} 不是日期"))
        if not set(ROW) <= set(self.columns):
            raise DoudiError(place.fault(STEP, "pair 只能用于保留来源行的表", todo="放在 group 之前"))
        where = self.inner(body, place, self.columns)
        self.unsure |= where is not None and where.kind.unknown
        self.whole |= not self.home & set(same)
        return Pair(same, on, int(days) if days else None, where)

    def _months(self, body: Map, place: Place) -> Months:
        start, end, take, last = word(body, "start") or "", word(body, "end"), word(body, "take") or "", int(word(body, "last") or 0)
        self.known((start, *([end] if end else [])), place)
        kinds = {self.columns[column].type for column in (start, end) if column}
        if not kinds <= {Type.DATE, Type.MONTH} or last < 1:
            raise DoudiError(place.fault(STEP, "months 的 start、end 须为日期或年月，last 为正整数"))
        self.new(take, Kind(Type.INT, self.columns[start].unknown), place)
        return Months(start, end, last, take, month_of(self.as_of))

    def _group(self, body: Map, place: Place) -> Group:
        by = words(body["by"])
        self.known(by, place)
        taken = body["take"]
        assert isinstance(taken, Map)
        take: list[tuple[str, Aggregate]] = []
        for name, text in taken.items():
            assert isinstance(text, Text)
            total = aggregate(text, spot(text, f"{self.file.table}.{name}"), self.scope(), ("count", "sum", "max", "min", "count_distinct"))
            take.append((name, total))
        kept = {column: replace(self.columns[column], unknown=False) for column in by}
        self.columns = kept | {name: aggregate_kind(total, uncertain=False, empty=True) for name, total in take}
        self.unique, self.dataset = frozenset(by), ""
        self.home &= frozenset(by)
        self.whole |= not self.home
        return Group(by, tuple(take))

    def other(self, body: Map, place: Place) -> tuple[Table, Pairs]:
        table = self.find(word(body, "in") or "", place)
        on = pairs(body["on"])
        visible = readable(self.columns)
        for own, theirs in on:
            self.known((own,), place)
            if theirs not in table.columns:
                raise self.no_column(theirs, table, place)
            if not alike(visible[own], table.columns[theirs]):
                raise DoudiError(place.fault(STEP, f"{own} 与 {table.name}.{theirs} 类型不同，不能对应"))
        return table, on

    def _meet(self, other: Table, on: Pairs) -> None:
        """Rows that meet by household or by their person are of one household; by anything else they may be of two."""
        same = any(own in self.home and theirs in other.home and (own == "household") == (theirs == "household") for own, theirs in on)
        self.whole |= bool(other.home) and not same

    def inner(self, body: Map, place: Place, other: Mapping[str, Kind]) -> Node | None:
        text = body.get("where")
        return check(text.value, place, self.scope(other), Type.BOOL) if isinstance(text, Text) else None

    def new(self, name: str, kind: Kind, place: Place) -> None:
        if name in self.columns or name in PERSON:
            raise DoudiError(place.fault(STEP, f"列 {name} 已经有了", todo="换一个列名"))
        self.columns[name] = kind

    def known(self, columns: tuple[str, ...], place: Place) -> None:
        for column in columns:
            if column not in readable(self.columns):
                raise self.no_column(column, None, place)

    def no_column(self, column: str, table: Table | None, place: Place) -> DoudiError:
        where = f"{table.name} 里" if table else "表里"
        return DoudiError(place.fault(STEP, f"{where}没有列 {column}", f"有：{'、'.join(table.columns if table else self.columns)}"))


def readable(columns: Mapping[str, Kind]) -> dict[str, Kind]:
    """The columns that an expression over a row may name: its own and, with a person, what is known of the person."""
    return (PERSON if "person" in columns else {}) | dict(columns)


def word(body: Map, key: str) -> str | None:
    """A scalar of a step, or None where it is not given (or written `null`)."""
    value = body.get(key)
    return value.value if isinstance(value, Text) and value.value not in ("", "null", "~") else None


def words(tree: Tree) -> tuple[str, ...]:
    """A list of names."""
    return tuple(item.value for item in tree if isinstance(item, Text)) if isinstance(tree, Seq) else ()


def pairs(tree: Tree) -> Pairs:
    """A mapping of names."""
    return tuple((key, value.value) for key, value in tree.items() if isinstance(value, Text)) if isinstance(tree, Map) else ()


def empty_literal(text: Text, kind: Kind) -> bool | int | str | None:
    """The literal of `empty:`, for a variable of `kind`. Raises DoudiError where it does not fit."""
    node = literal({"true": True, "false": False, "null": None}.get(text.value, _number(text.value)))
    if node.value is not None and not alike(kind, node.kind, node):
        raise DoudiError(spot(text).fault(STEP, f"empty: {text.value} 与变量的类型（{kind.type}）不合"))
    assert not isinstance(node.value, date)
    return node.value


def _number(text: str) -> int | str:
    try:
        return int(text)
    except ValueError:
        return text
