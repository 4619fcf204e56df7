"""The wide tables: person and household facts, layer by layer.

A layer holds what can be computed from the layers before it: 0, 2, 4 … of persons, 1, 3, 5 … of households. Within a layer, formulas that stand on
others of the same layer are nested selects, so that an engine computes each once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from sqlglot import exp

from doudi.rules.model import Aggregate, Condition, Formula, FromRows, Members, Parameter, Policy, Variable
from doudi.rules.rowsql import PERSONS, aliased, at, col, grouped_pass, named, select
from doudi.rules.sql import SQL, all_of, cast, constant, emit, integer, is_null, when
from doudi.rules.syntax import Name, Node, names
from doudi.rules.types import Type

FACTS = {"person": "person_facts", "household": "household_facts"}
WANTED = "wanted_persons"


@dataclass(frozen=True)
class Step:
    """One query of the plan; its result is kept as a table of this name. `says` is what the progress shows."""

    name: str
    query: SQL
    says: str


@dataclass
class Layer:
    """What is computed in one layer: `ready` columns come from joins, `formulas` from columns of the layer and of those before."""

    of: str
    ready: dict[str, SQL] = field(default_factory=dict[str, SQL])
    formulas: dict[str, tuple[SQL, list[str]]] = field(default_factory=dict[str, tuple[SQL, list[str]]])
    joins: list[tuple[SQL, str, SQL]] = field(default_factory=list[tuple[SQL, str, SQL]])


def layer_name(rank: int) -> str:
    return f"{'person' if rank % 2 == 0 else 'household'}_{rank}"


def plan_layers(policy: Policy) -> list[Step]:
    """The steps from the tables of rows to the last layers: `household_facts`, and of persons what is new in it, see `person_facts`."""
    steps: list[Step] = []
    passes = _passes(policy, steps)
    ranks = [variable.rank for variable in policy.variables.values()] + [rule.rank for rule in policy.rules.values()]
    last = max([*ranks, 1])
    narrow = _last_of_persons(policy)
    columns: dict[str, list[str]] = {
        "person": person_base_columns(policy),
        "household": ["household", "members"],
    }
    for rank in range(last + 1):
        layer = _layer(policy, rank, passes, columns)
        if rank <= 1 or layer.ready or layer.formulas:
            steps.append(
                Step(
                    layer_name(rank),
                    _query(policy, rank, layer, columns, steps, _read_later(policy, rank) if rank == narrow else None),
                    f"汇总{'个人' if rank % 2 == 0 else '家庭'}事实（第 {rank // 2 + 1} 层）",
                )
            )
    last_one = {next(step.name for step in reversed(steps) if step.name.startswith("household_")): FACTS["household"]}
    return [Step(last_one.get(step.name, step.name), _renamed(step.query, last_one), step.says) for step in steps]


def _last_of_persons(policy: Policy) -> int:
    """The rank of the last layer of persons."""
    ranks = [each.rank for each in (*policy.variables.values(), *policy.rules.values()) if each.of == "person"]
    return max([*ranks, 0])


def _read_later(policy: Policy, rank: int) -> set[str]:
    """The columns of earlier layers that are read from the last layer of persons: who they are, and what is summed up over members after it."""
    later = [variable.how for variable in policy.variables.values() if variable.rank > rank]
    rollups = [how.aggregate.argument for how in later if isinstance(how, Members)]
    return {"person", "household", "listed", "living", "deceased", *names_all(node for node in rollups if node)}


def _columns(step: Step) -> list[str]:
    assert isinstance(step.query, exp.Select)
    return step.query.named_selects


def wanted_persons() -> Step:
    """Whose facts are gathered: everybody's, unless somebody who needs fewer performs another step of this name."""
    return Step(WANTED, select(col("person")).from_(exp.to_table(PERSONS), copy=False), "选定要汇集情况的人员")


def person_facts(policy: Policy, steps: Sequence[Step]) -> Step:
    """The facts of those in `wanted_persons`, from all layers: what the last one holds is new in it, so that nobody's facts are copied needlessly."""
    layers = [step for step in steps if step.name.startswith("person_") and step.name != PERSONS]
    wanted = select(col("person")).from_(exp.to_table(WANTED), copy=False)
    chosen = exp.In(this=col("person", "a"), query=exp.Subquery(this=wanted))
    full, last = layers[max(0, len(layers) - 2)], layers[-1]
    columns = [named(col(name, "a"), name) for name in _columns(full)]
    query = select(*columns).from_(exp.alias_(exp.to_table(full.name), "a", table=True), copy=False)
    if full is not last:
        known = set(_columns(full))
        new = [name for name in _columns(last) if name not in known]
        query = query.select(*(named(col(name, "b"), name) for name in new), copy=False)
        both = exp.EQ(this=col("person", "a"), expression=col("person", "b"))
        query = query.join(exp.alias_(exp.to_table(last.name), "b", table=True), on=both, copy=False)
    return Step(FACTS["person"], query.where(chosen, copy=False), "汇总个人事实")


def _renamed(query: SQL, tables: dict[str, str]) -> SQL:
    def rename(node: SQL) -> SQL:
        if isinstance(node, exp.Table) and node.name in tables:
            return exp.to_table(tables[node.name], alias=node.alias or None)
        return node

    return query.transform(rename)


def person_base_columns(policy: Policy) -> list[str]:
    """Columns of `person_base`, in order."""
    own = [name for name in policy.tables["people"].columns if name not in ("person", "bucket")]
    return ["person", *own, "deceased", "death_date", "living"]


def person_base(policy: Policy) -> Step:
    """Everybody on a list or in the death register, one row each; dead are those whose death was on or before the day of the run."""
    register = select(col("person"), named(exp.Max(this=col("death_date")), "death_date")).from_(exp.to_table("death"), copy=False)
    day = constant(policy.as_of, Type.DATE)
    register = register.where(all_of(exp.Not(this=is_null(col("person"))), exp.LTE(this=col("death_date"), expression=day)), copy=False).group_by(
        col("person"), copy=False
    )
    dead = exp.Not(this=is_null(col("person", "d")))
    own = [name for name in policy.tables["people"].columns if name not in ("person", "listed", "bucket")]
    query = select(
        named(exp.Coalesce(this=col("person", "p"), expressions=[col("person", "d")]), "person"),
        *(col(name, "p") for name in own),
        named(exp.Coalesce(this=col("listed", "p"), expressions=[exp.false()]), "listed"),
        named(dead, "deceased"),
        col("death_date", "d"),
        named(is_null(col("person", "d")), "living"),
    ).from_(exp.alias_(exp.to_table("people"), "p", table=True), copy=False)
    query = query.join(aliased(register, "d"), on=exp.EQ(this=col("person", "p"), expression=col("person", "d")), join_type="full", copy=False)
    return Step(PERSONS, query, "合并全员人口与死亡登记")


def pass_name(table: str, by: str, everybody: bool) -> str:
    return f"rows_{table}_by_{by}{'_all' if everybody else ''}"


def _passes(policy: Policy, steps: list[Step]) -> dict[str, tuple[str, str]]:
    """One grouped pass per table and key; variable -> (pass, key)."""
    groups: dict[tuple[str, str, bool, str], list[Variable]] = {}
    for variable in policy.variables.values():
        if isinstance(how := variable.how, FromRows):
            groups.setdefault((how.table, how.by, how.everybody and variable.of == "household", variable.of), []).append(variable)
    where: dict[str, tuple[str, str]] = {}
    for (table, by, everybody, of), variables in groups.items():
        name = pass_name(table, by, everybody)
        query = grouped_pass(policy, table, by, variables, of == "household", everybody)
        steps.append(Step(name, query, f"归集{policy.tables[table].label}"))
        where.update({variable.name: (name, by) for variable in variables})
    return where


def _layer(policy: Policy, rank: int, passes: dict[str, tuple[str, str]], columns: dict[str, list[str]]) -> Layer:
    of = "person" if rank % 2 == 0 else "household"
    layer = Layer(of)
    rollups: dict[str, Aggregate] = {}
    joined: dict[str, str] = {}
    for variable in policy.variables.values():
        if variable.rank != rank:
            continue
        match variable.how:
            case FromRows() as how:
                name, by = passes[variable.name]
                alias = joined.setdefault(name, f"a{len(joined)}")
                layer.ready[variable.name] = _or_empty(variable, how, alias, by)
            case Members(aggregate=aggregate):
                rollups[variable.name] = aggregate
            case Formula(node=node):
                layer.formulas[variable.name] = (emit(node, at("t")), names(node))
    own = "person" if of == "person" else "household"
    for name, alias in joined.items():
        by = next(by for pass_, by in passes.values() if pass_ == name)
        layer.joins.append((exp.to_table(name), alias, exp.EQ(this=col(own, "t"), expression=col(by, alias))))
    if rollups:
        layer.joins.append((_rollup(rank, rollups, columns), "m", exp.EQ(this=col("household", "t"), expression=col("household", "m"))))
        layer.ready.update({name: col(name, "m") for name in rollups})
    _rules(policy, rank, layer)
    if of == "household" and rank == policy.parameter_rank:
        for parameter in policy.parameters.values():
            layer.formulas[parameter.name] = (parameter_sql(parameter), ["county", "rural"])
    return layer


def _or_empty(variable: Variable, how: FromRows, alias: str, by: str) -> SQL:
    value: SQL = col(variable.name, alias)
    if how.empty is not None:
        value = when((is_null(col(by, alias)), constant(how.empty, variable.kind.type)), default=value)
    unknown = cast(exp.Null(), variable.kind.type)
    match variable.bound:
        case "true_stays":
            return exp.or_(value, unknown)
        case "false_stays":
            return exp.and_(value, unknown)
        case "open":
            return unknown
        case _:
            return value


def _rules(policy: Policy, rank: int, layer: Layer) -> None:
    for rule in policy.rules.values():
        if (rule.of == "person") != (layer.of == "person"):
            continue
        if rule.rank == rank:
            tests = [condition.test for condition in rule.conditions]
            layer.formulas[rule.column] = (rule_sql(rule.conditions, lambda condition: emit(condition.test, at("t"))), names_all(tests))


def rule_sql(conditions: Iterable[Condition], column: Callable[[Condition], SQL]) -> SQL:
    """Every condition speaks for a hit: `all_of` true, `none_of` false."""
    return all_of(*(exp.Not(this=exp.paren(column(condition))) if condition.negated else column(condition) for condition in conditions))


def _rollup(rank: int, rollups: dict[str, Aggregate], columns: dict[str, list[str]]) -> SQL:
    """Household variables over living listed members, from the person layer before."""
    totals = [named(member_total(aggregate), name) for name, aggregate in rollups.items()]
    known = all_of(col("living", "t"), col("listed", "t"), exp.Not(this=is_null(col("household", "t"))))
    return (
        select(col("household", "t"), *totals)
        .from_(exp.alias_(exp.to_table(f"person_{rank - 1}"), "t", table=True), copy=False)
        .where(known, copy=False)
        .group_by(col("household", "t"), copy=False)
    )


def member_total(aggregate: Aggregate) -> SQL:
    """any, all, count, sum, max, min over members; unknown as the language says."""
    assert aggregate.argument is not None
    part = emit(aggregate.argument, at("t"))
    unsure = aggregate.argument.kind.unknown
    some_unknown = exp.GT(this=exp.Count(this=when((is_null(exp.paren(part.copy())), integer(1)))), expression=integer(0))
    unknown = cast(exp.Null(), Type.BOOL)
    match aggregate.function:
        case "any":
            result = exp.LogicalOr(this=part)
            return when((result, exp.true()), (some_unknown, unknown), default=exp.false()) if unsure else result
        case "all":
            result = exp.LogicalAnd(this=part)
            return when((exp.Not(this=exp.paren(result)), exp.false()), (some_unknown, unknown), default=exp.true()) if unsure else result
        case "count":
            number = exp.Count(this=when((part, integer(1))))
        case "sum":
            number = cast(exp.Sum(this=part), Type.INT)
        case "max":
            number = exp.Max(this=part)
        case _:
            number = exp.Min(this=part)
    return when((exp.Not(this=exp.paren(some_unknown)), number)) if unsure else number


def parameter_sql(parameter: Parameter) -> SQL:
    """The figure for the household's county, urban or rural; the narrowest region first."""

    def figure(value: Fraction) -> SQL:
        return integer(int(value * parameter.kind.denominator))

    branches: list[tuple[SQL, SQL]] = []
    for value in parameter.values:
        county = exp.Substring(this=col("county", "t"), start=integer(1), length=integer(len(value.region)))
        here = exp.EQ(this=county, expression=exp.Literal.string(value.region)) if value.region else exp.true()
        if value.urban == value.rural:
            branches.append((here, figure(value.urban)))
        else:
            branches.append((all_of(here, col("rural", "t")), figure(value.rural)))
            branches.append((all_of(here.copy(), exp.Not(this=col("rural", "t"))), figure(value.urban)))
            branches.append((here.copy(), cast(exp.Null(), Type.INT)))
    return cast(when(*branches), Type.INT)


def _sublevels(formulas: dict[str, tuple[SQL, list[str]]]) -> list[list[str]]:
    """The formulas of a layer, those that stand on others of it later."""
    level: dict[str, int] = {}

    def of(name: str) -> int:
        if name not in level:
            level[name] = 1 + max((of(part) for part in formulas[name][1] if part in formulas), default=-1)
        return level[name]

    for name in formulas:
        of(name)
    return [[name for name in formulas if level[name] == number] for number in range(max(level.values(), default=-1) + 1)]


def _query(
    policy: Policy, rank: int, layer: Layer, columns: dict[str, list[str]], steps: Sequence[Step], kept: set[str] | None
) -> exp.Select:  # fmt: skip
    """The query of a layer. `kept`: the columns of earlier layers that it hands on (None: all)."""
    of, before = layer.of, list(columns[layer.of])
    borrowed = _borrowed(policy, layer, columns) if of == "person" and rank else []
    base = _base(rank, of, steps)
    query = select(
        *(col(name, "t") for name in columns[of]),
        *(col(name, "h") for name in borrowed),
        *(named(value, name) for name, value in layer.ready.items()),
    )
    query = query.from_(aliased(base, "t"), copy=False)
    for source, alias, on in layer.joins:
        query = query.join(aliased(source, alias), on=on, join_type="left", copy=False)
    if borrowed:
        household = next(step.name for step in reversed(steps) if step.name.startswith("household_"))
        query = query.join(
            exp.alias_(exp.to_table(household), "h", table=True),
            on=exp.EQ(this=col("household", "t"), expression=col("household", "h")),
            join_type="left",
            copy=False,
        )
    for level in _sublevels(layer.formulas):
        star = exp.Column(this=exp.Star(), table=exp.to_identifier("t"))
        query = select(star, *(named(layer.formulas[name][0], name) for name in level)).from_(aliased(query, "t"), copy=False)
    columns[of] += [*layer.ready, *layer.formulas]
    given = [name for name in columns[of] if kept is None or rank == 0 or name in kept or name not in before]
    return select(*(col(name, "t") for name in given)).from_(aliased(query, "t"), copy=False)


def _borrowed(policy: Policy, layer: Layer, columns: dict[str, list[str]]) -> list[str]:
    """Household facts and parameters that formulas about persons name."""
    wanted = dict.fromkeys(part for _, parts in layer.formulas.values() for part in parts)
    return [name for name in wanted if name in columns["household"] and name not in columns["person"] and name not in layer.formulas]


def _base(rank: int, of: str, steps: Sequence[Step]) -> SQL:
    if rank == 0:
        return exp.to_table(PERSONS)
    if rank == 1:
        known = all_of(col("living"), col("listed"), exp.Not(this=is_null(col("household"))))
        return (
            select(col("household"), named(exp.Count(this=exp.Star()), "members"))
            .from_(exp.to_table(PERSONS), copy=False)
            .where(known, copy=False)
            .group_by(col("household"), copy=False)
        )
    return exp.to_table(next(step.name for step in reversed(steps) if step.name.startswith(f"{of}_") and step.name != PERSONS))


def measures(node: Node) -> list[str]:
    """The variables and parameters that a test names, in order."""
    return [name for name in names(node) if not name.startswith("hit_")]


def names_all(nodes: Iterable[Node]) -> list[str]:
    """The names of several expressions, each once."""
    return list(dict.fromkeys(name for node in nodes for name in names(node)))


__all__ = [
    "FACTS",
    "WANTED",
    "Name",
    "Step",
    "layer_name",
    "measures",
    "member_total",
    "names_all",
    "parameter_sql",
    "person_base",
    "person_facts",
    "plan_layers",
    "rule_sql",
    "wanted_persons",
]
