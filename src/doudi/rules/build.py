"""From policy files and contracts to a checked `Policy`, for one day. All faults in all files are raised together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from fractions import Fraction
from itertools import chain
from math import lcm
from typing import TypeVar

from doudi.contracts.model import Contract
from doudi.kernel.errors import DoudiError, Fault, code
from doudi.policyfiles.model import ParameterFile, PolicyFiles, RuleFile, RuleVersion, VariableFile
from doudi.policyfiles.model import ParameterValue as FileValue
from doudi.rules.check import UNKNOWN_NAME, Scope, check
from doudi.rules.model import (
    Condition,
    Formula,
    FromRows,
    Members,
    Parameter,
    ParameterValue,
    Policy,
    Reason,
    Rule,
    Table,
    Variable,
)
from doudi.rules.scopes import Names, person_columns, source_tables
from doudi.rules.syntax import Node, Place, names
from doudi.rules.tables import TableReader, aggregate, aggregate_kind, empty_literal, readable, spot
from doudi.rules.types import Kind, Type

CIRCLE = code("rule_circle", "政策文件中的定义互相依赖成环")
PARAMETER = code("rule_parameter", "参数值不合规定")
VARIABLE = code("rule_variable", "变量定义不合规定")

ROWS = ("exists", "count", "sum", "max", "min", "count_distinct", "only")
MEMBERS = ("any", "all", "count", "sum", "max", "min")
HOUSEHOLD = {"household": Kind(Type.NUMBER, unknown=False), "members": Kind(Type.INT, unknown=False)}

WITHOUT_ROWS: Mapping[str, bool | int] = {"exists": False, "count": 0, "sum": 0, "count_distinct": 0}

_Made = TypeVar("_Made")


def build_policy(files: PolicyFiles, contracts: Mapping[str, Contract], as_of: date) -> Policy:
    """Everything in `files` that is in force on `as_of`, typed and ordered. Raises DoudiError with all faults."""
    builder = Builder(files, contracts, as_of)
    for name in files.tables:
        builder.guard(lambda name=name: builder.table(name, Place()))
    for name in chain(files.parameters, files.variables):
        builder.guard(lambda name=name: builder.fact(name))
    for name in files.rules:
        builder.guard(lambda name=name: builder.rule(name))
    if builder.faults:
        raise DoudiError(dict.fromkeys(builder.faults))
    return Policy(as_of, builder.tables, builder.variables, builder.parameters, builder.rules, tuple(builder.order))


class Builder:
    """Resolves names on demand, so that definitions may stand in any order; finished ones end in an order of computation."""

    def __init__(self, files: PolicyFiles, contracts: Mapping[str, Contract], as_of: date) -> None:
        self.files, self.as_of = files, as_of
        self.tables: dict[str, Table] = source_tables(contracts)
        self.person_columns = person_columns(contracts["population"])
        self.variables: dict[str, Variable] = {}
        self.parameters: dict[str, Parameter] = {}
        self.rules: dict[str, Rule] = {}
        self.faults: list[Fault] = []
        self.broken: set[str] = set()
        self.open: list[str] = []
        self.order: list[str] = []

    def guard(self, make: Callable[[], object]) -> None:
        """Gather the faults of one definition and go on with the next."""
        try:
            make()
        except DoudiError as error:
            self.faults.extend(error.faults)

    def once(self, done: dict[str, _Made], name: str, place: Place, make: Callable[[], _Made]) -> _Made:
        """Build `name` if it is not built yet, refusing circles; what failed once is not reported again by those who name it."""
        if name in done:
            return done[name]
        if name in self.broken:
            raise DoudiError([])
        if name in self.open:
            circle = " → ".join([*self.open[self.open.index(name) :], name])
            raise DoudiError(place.fault(CIRCLE, f"互相依赖成环：{circle}", todo="拆开其中一个定义"))
        self.open.append(name)
        try:
            done[name] = made = make()
            self.order.append(f"hit_{name}" if isinstance(made, Rule) else name)
        except DoudiError:
            self.broken.add(name)
            raise
        finally:
            self.open.pop()
        return done[name]

    def table(self, name: str, place: Place) -> Table:
        file = self.files.tables.get(name)
        if name not in self.tables and file is None:
            raise DoudiError(place.fault(UNKNOWN_NAME, f"没有这个数据集或派生表：{name}", todo="先在 contracts/ 或 policy/tables/ 里定义它"))
        return self.once(self.tables, name, place, lambda: TableReader(file, self.as_of, self.table).read()) if file else self.tables[name]

    # Names of persons and households

    def fact(self, name: str) -> Kind | None:
        """The kind of a variable or parameter, building it if need be; None if there is no such name."""
        if name in self.files.parameters:
            return self.parameter(name).kind
        if name in self.files.variables:
            return self.variable(name).kind
        return None

    def names_of(self, of: str, members: bool = False) -> Names:
        """What an expression about a person, a household, or (with `members`) one of its members may name."""

        def resolve(name: str) -> Kind | None:
            if of == "person" and name in self.person_columns:
                return self.person_columns[name]
            if not members and name in HOUSEHOLD and (of == "household" or name == "members"):
                return HOUSEHOLD[name]
            file = self.files.variables.get(name)
            if file is not None and file.of != of and (of == "household" or members):
                return None
            if members and name in self.files.parameters:
                return None
            return self.fact(name)

        def known() -> Iterator[str]:
            return chain(self.person_columns if of == "person" else HOUSEHOLD, self.files.variables, self.files.parameters)

        return Names(known, resolve)

    def hits_of(self, of: str, members: bool = False) -> Names:
        def resolve(name: str) -> Kind | None:
            file = self.files.rules.get(name)
            if file is None or (file.of != of and (members or of == "household")):
                return None
            self.rule(name)
            return Kind(Type.BOOL) if name in self.rules else None

        return Names(lambda: iter(self.files.rules), resolve)

    def scope(self, of: str, members: bool = False) -> Scope:
        return Scope(self.as_of, self.names_of(of, members), hits=self.hits_of(of, members))

    def rank(self, of: str, nodes: list[Node], members: bool = False) -> int:
        """The layer in which expressions about `of` can be computed: even for persons, odd for households."""
        deepest = 0 if of == "person" and not members else 1
        for name in dict.fromkeys(name for node in nodes for name in names(node)):
            rank = self.rank_of_name(name)
            same = (rank % 2 == 0) == (of == "person" or members) or rank < 0
            deepest = max(deepest, rank if same and not members else rank + 1)
        return deepest

    def rank_of_name(self, name: str) -> int:
        if name in self.variables:
            return self.variables[name].rank
        if name in self.parameters:
            return max(self.variables[own].rank for own in ("county", "rural"))
        if name.startswith("hit_"):
            return self.rules[name.removeprefix("hit_")].rank
        return 1 if name == "members" else -1 if name in HOUSEHOLD else 0

    # Parameters

    def parameter(self, name: str) -> Parameter:
        file = self.files.parameters[name]
        for own in ("county", "rural"):
            if own not in self.files.variables:
                raise DoudiError(
                    Place("variables", 0, own).fault(
                        VARIABLE, f"缺少家庭变量 {own}", "参数按家庭所在县和城乡取值", f"在 variables/household.yaml 里定义 {own}"
                    )
                )
            self.variable(own)
        return self.once(self.parameters, name, spot_of(file), lambda: make_parameter(file, self.as_of))

    # Variables

    def variable(self, name: str) -> Variable:
        file = self.files.variables[name]
        return self.once(self.variables, name, spot_of(file), lambda: self.make_variable(file))

    def make_variable(self, file: VariableFile) -> Variable:
        place = spot_of(file)
        if file.variable in self.person_columns or file.variable in HOUSEHOLD or file.variable in self.files.parameters:
            raise DoudiError(place.fault(VARIABLE, f"变量名 {file.variable} 已被人员栏目或参数占用", todo="换一个名称"))
        if file.formula is not None:
            node = check(file.formula.value, spot(file.formula, file.variable), self.scope(file.of))
            how, kind, rank = Formula(node), node.kind, self.rank(file.of, [node])
        elif file.members is not None:
            how, kind, rank = self.over_members(file)
        else:
            how, kind = self.over_rows(file, place)
            rank = 0 if file.of == "person" else 1
        reasons = tuple(
            Reason(reason.says, check(reason.when.value, spot(reason.when, file.variable), self.scope(file.of), Type.BOOL) if reason.when else None)
            for reason in file.unknown
        )
        rank = max(rank, self.rank(file.of, [reason.when for reason in reasons if reason.when]))
        return Variable(file.variable, file.name, file.of, kind, how, rank, file.unit, reasons, place=place)

    def over_members(self, file: VariableFile) -> tuple[Members, Kind, int]:
        assert file.members is not None
        place = spot(file.members, file.variable)
        if file.of != "household":
            raise DoudiError(place.fault(VARIABLE, "members 只用于家庭变量"))
        total = aggregate(file.members, place, self.scope("person", members=True), MEMBERS)
        assert total.argument is not None
        inner = total.argument.kind
        kind = (
            Kind(Type.BOOL if total.function in ("any", "all") else Type.INT, inner.unknown) if total.function in ("any", "all", "count") else inner
        )
        return Members(total), kind, self.rank("household", [total.argument], members=True)

    def over_rows(self, file: VariableFile, place: Place) -> tuple[FromRows, Kind]:
        if file.source is None or file.value is None:
            raise DoudiError(place.fault(VARIABLE, "变量须有 from 与 value，或 formula，或 members"))
        table = self.table(file.source, place)
        scope = Scope(self.as_of, readable(table.columns))
        where = check(file.where.value, spot(file.where, file.variable), scope, Type.BOOL) if file.where else None
        total = aggregate(file.value, spot(file.value, file.variable), scope, ROWS)
        by = file.by or file.of
        if by not in table.columns or table.columns[by].type != Type.NUMBER:
            raise DoudiError(place.fault(VARIABLE, f"{table.name} 没有可用来归到{'家庭' if file.of == 'household' else '个人'}的列 {by}"))
        uncertain = table.unsure or (where is not None and where.kind.unknown)
        kind = aggregate_kind(total, uncertain, empty=file.empty is not None)
        empty = (
            empty_literal(file.empty, kind)
            if file.empty is not None
            else {"exists": False, "count": 0, "sum": 0, "count_distinct": 0}.get(total.function)
        )
        window = file.window.get("on") if file.window else None
        column = str(window) if window else None
        if column and column not in table.columns:
            raise DoudiError(place.fault(VARIABLE, f"window 的列 {column} 不在 {table.name} 里"))
        return FromRows(table.name, where, total, by, file.people == "all", empty, column), kind

    # Rules

    def rule(self, name: str) -> Rule | None:
        """The rule in the version in force; None if it is not in force on the day."""
        file = self.files.rules[name]
        version = next((version for version in reversed(file.versions) if version.in_force_from <= self.as_of), None)
        return self.once(self.rules, name, spot_of(file), lambda: self.make_rule(file, version)) if version else None

    def make_rule(self, file: RuleFile, version: RuleVersion) -> Rule:
        conditions: list[Condition] = []
        for position, condition in enumerate(version.conditions, start=1):
            place = spot(condition.test, f"{file.rule}.{condition.name}")
            test = check(condition.test.value, place, self.scope(file.of), Type.BOOL)
            conditions.append(
                Condition(condition.name, condition.says, test, test, position > len(version.all_of), position, place, self.rank(file.of, [test]))
            )
        rank = max(condition.rank for condition in conditions)
        place = spot_of(file)
        return Rule(
            file.rule, file.name, file.kind, file.of, file.grade, file.subjects or "living", version.in_force_from, tuple(conditions), rank, place
        )


def spot_of(file: VariableFile | RuleFile | ParameterFile) -> Place:
    """The place of a definition."""
    name = file.variable if isinstance(file, VariableFile) else file.rule if isinstance(file, RuleFile) else file.parameter
    return Place(file.place.file, file.place.line, name)


def make_parameter(file: ParameterFile, as_of: date) -> Parameter:
    """The figures in force on a day, narrowest region first. Raises DoudiError where none is, or money is finer than a fen."""
    place = spot_of(file)
    newest: dict[str, FileValue] = {}
    for value in sorted(file.values, key=lambda value: value.from_):
        if value.from_ <= as_of:
            newest[value.region] = value
    if not newest:
        raise DoudiError(place.fault(PARAMETER, f"{as_of:%Y年%m月%d日} 没有生效的数值", todo="补充 from 不晚于该日的数值"))
    factor = 100 if file.type == "money" else 1
    values = [
        ParameterValue(region, exact("urban", value, factor, file), exact("rural", value, factor, file), value.reference, value.basis.document)
        for region, value in sorted(newest.items(), key=lambda item: (-len(item[0]), item[0]))
    ]
    denominator = lcm(*(part.denominator for value in values for part in (value.urban, value.rural)))
    if file.type != "ratio" and denominator != 1:
        raise DoudiError(place.fault(PARAMETER, "金额不能细于分，整数不能有小数"))
    return Parameter(file.parameter, file.name, Kind(Type(file.type), True, denominator), file.unit, tuple(values), place)


def exact(part: str, value: FileValue, factor: int, file: ParameterFile) -> Fraction:
    """The urban or rural figure of a value, in fen for money."""
    own = getattr(value, part)
    figure: Fraction | None = own if own is not None else value.value
    if figure is None:
        raise DoudiError(
            Place(value.place.file, value.place.line, file.parameter).fault(PARAMETER, f"缺少{'城镇' if part == 'urban' else '农村'}数值")
        )
    return figure * factor
