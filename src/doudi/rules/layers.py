"""The wide tables: person and household facts, layer by layer.

A layer holds what can be computed from the layers before it: 0, 2, 4 … of persons, 1, 3, 5 … of households. Within a layer, formulas that stand on
others of the same layer are nested selects, so that an engine computes each once.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from fractions import Fraction

from sqlglot import exp

from doudi.rules.asked import asked_of_persons
from doudi.rules.firstlayer import FEW, Known, first_layer
from doudi.rules.folding import fold
from doudi.rules.layer import Layer, Step, layer_name, layer_query, names_all
from doudi.rules.model import Aggregate, Condition, Formula, FromRows, Members, Parameter, Policy, Variable
from doudi.rules.rowsql import PERSONS, aliased, as_table, at, col, grouped_pass, named, select
from doudi.rules.sql import SQL, all_of, any_of, cast, constant, emit, integer, is_null, when
from doudi.rules.syntax import Junction, Literal, Name, Node, Not, names
from doudi.rules.types import Type

FACTS = {"person": "person_facts", "household": "household_facts"}
WANTED = "wanted_persons"


def plan_layers(policy: Policy) -> list[Step]:
    """The steps from the tables of rows to the last layers: `household_facts`, and of persons what is new in it, see `person_facts`."""
    steps: list[Step] = []
    passes = _passes(policy, steps)
    narrow, home = _last(policy, "person"), max(_last(policy, "household"), 1)
    columns: dict[str, list[str]] = {
        "person": built_in_facts(policy),
        "household": ["household", "members"],
    }
    known: Known | None = None
    for rank in range(max(narrow, home) + 1):
        layer = _layer(policy, rank, passes, known if rank == 1 else None)
        says = f"汇总{'个人' if rank % 2 == 0 else '家庭'}事实（第 {rank // 2 + 1} 层）"
        if rank == 0:
            first, known = first_layer(policy, layer, passes, columns["person"], says)
            steps += first
        elif rank == 1 or layer.made:
            base, kept = _base(rank, layer.of, steps), _read_later(policy, rank) if rank == narrow else None
            name = FACTS["household"] if rank == home else layer_name(rank)
            steps.append(Step(name, layer_query(rank, layer, columns, base, steps, kept), says))
    return steps


def _last(policy: Policy, of: str) -> int:
    """The rank of the last layer of persons or of households."""
    return max((each.rank for each in (*policy.variables.values(), *policy.rules.values()) if each.of == of), default=0)


def _read_later(policy: Policy, rank: int) -> set[str]:
    """The columns of earlier layers that are read from the last layer of persons: who they are, and what is summed up over members after it."""
    later = [variable.how for variable in policy.variables.values() if variable.rank > rank]
    rollups = [how.aggregate.argument for how in later if isinstance(how, Members)]
    return {"person", "household", "listed", "living", "deceased", *names_all(node for node in rollups if node)}


def _columns(step: Step) -> list[str]:
    assert isinstance(step.query, exp.Query)
    return step.query.named_selects


def wanted_persons() -> Step:
    """Whose facts are gathered: everybody's, unless somebody who needs fewer performs another step of this name."""
    return Step(WANTED, select(col("person")).from_(as_table(PERSONS), copy=False), "选定要汇集情况的人员")


def person_facts(policy: Policy, steps: Sequence[Step]) -> Step:
    """The facts of those in `wanted_persons`, from all layers: what the last one holds is new in it, so that nobody's facts are copied needlessly."""
    layers = [step for step in steps if step.name.startswith("person_") and step.name != PERSONS]
    wanted = select(col("person")).from_(as_table(WANTED), copy=False)
    chosen = exp.In(this=col("person", "a"), query=exp.Subquery(this=wanted))
    full, last = layers[max(0, len(layers) - 2)], layers[-1]
    columns = [named(col(name, "a"), name) for name in _columns(full)]
    query = select(*columns).from_(as_table(full.name, "a"), copy=False)
    if full is not last:
        known = set(_columns(full))
        new = [name for name in _columns(last) if name not in known]
        query = query.select(*(named(col(name, "b"), name) for name in new), copy=False)
        both = exp.EQ(this=col("person", "a"), expression=col("person", "b"))
        query = query.join(as_table(last.name, "b"), on=both, copy=False)
    return Step(FACTS["person"], query.where(chosen, copy=False), "汇总个人事实")


def built_in_facts(policy: Policy) -> list[str]:
    """What is known of persons without a variable, in order: who they are, and of `people` what an expression names."""
    return ["person", "household", *_of_people(policy, asked_of_persons(policy)), "listed", "deceased", "death_date", "living"]


def _of_people(policy: Policy, asked: Container[str]) -> list[str]:
    """The columns that are handed on as they lie in `people`."""
    return [name for name in policy.tables["people"].columns if name in asked and name not in ("person", "household", "listed", "bucket")]


def person_base(policy: Policy, asked: Container[str]) -> Step:
    """Everybody on a list or in the death register, one row each, with the columns of `people` that are asked.

    Dead are those whose death was on or before the day of the run.
    """
    register = select(col("person"), named(exp.Max(this=col("death_date")), "death_date")).from_(as_table("death"), copy=False)
    day = constant(policy.as_of, Type.DATE)
    register = register.where(all_of(exp.Not(this=is_null(col("person"))), exp.LTE(this=col("death_date"), expression=day)), copy=False).group_by(
        col("person"), copy=False
    )
    dead = exp.Not(this=is_null(col("person", "d")))
    query = select(
        named(exp.Coalesce(this=col("person", "p"), expressions=[col("person", "d")]), "person"),
        col("household", "p"),
        *(col(name, "p") for name in _of_people(policy, asked)),
        named(exp.Coalesce(this=col("listed", "p"), expressions=[exp.false()]), "listed"),
        named(dead, "deceased"),
        col("death_date", "d"),
        named(is_null(col("person", "d")), "living"),
    ).from_(as_table("people", "p"), copy=False)
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


def _layer(policy: Policy, rank: int, passes: dict[str, tuple[str, str]], known: Known | None) -> Layer:
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
                layer.formulas[variable.name] = node
    own = "person" if of == "person" else "household"
    for name, alias in joined.items():
        by = next(by for pass_, by in passes.values() if pass_ == name)
        layer.joins.append((as_table(name), alias, exp.EQ(this=col(own, "t"), expression=col(by, alias))))
    _add_rollups(rank, rollups, known, layer)
    _rules(policy, rank, layer)
    if of == "household" and rank == policy.parameter_rank:
        for parameter in policy.parameters.values():
            layer.figures[parameter.name] = parameter_sql(parameter)
    return layer


def _or_empty(variable: Variable, how: FromRows, alias: str, by: str) -> SQL:
    value: SQL = col(variable.name, alias)
    if how.empty is not None:
        value = when((is_null(col(by, alias)), constant(how.empty, variable.kind.type)), default=value)
    unknown = cast(exp.Null(), variable.kind.type)
    match variable.bound:
        case "true_stays":
            return any_of(value, unknown)
        case "false_stays":
            return all_of(value, unknown)
        case "open":
            return unknown
        case _:
            return value


def _rules(policy: Policy, rank: int, layer: Layer) -> None:
    for rule in policy.rules.values():
        if (rule.of == "person") != (layer.of == "person"):
            continue
        if rule.rank == rank:
            layer.formulas[rule.column] = rule_node(rule.conditions)


def rule_node(conditions: Iterable[Condition]) -> Node:
    """Every condition speaks for a hit: `all_of` true, `none_of` false."""
    return Junction("and", tuple(Not(condition.test, kind=condition.test.kind) if condition.negated else condition.test for condition in conditions))


WITHOUT: Mapping[str, bool | int] = {"any": False, "all": True, "count": 0, "sum": 0}
"""What an aggregate over members is where nobody says anything else."""


def _add_rollups(rank: int, rollups: Mapping[str, Aggregate], known: Known | None, layer: Layer) -> None:
    """Household variables over members. To some of them only those say anything who have rows in tables of few: these are asked of them alone."""
    of_few = {name: total for name, total in rollups.items() if known is not None and _says_nothing(total, known)}
    of_all = {name: total for name, total in rollups.items() if name not in of_few}
    for totals, people, alias in ((of_all, layer_name(rank - 1), "m"), (of_few, FEW, "n")):
        if totals:
            layer.joins.append((_rollup(people, totals), alias, exp.EQ(this=col("household", "t"), expression=col("household", alias))))
    layer.ready.update({name: col(name, "m") for name in of_all})
    for name, total in of_few.items():
        nothing = constant(WITHOUT[total.function], Type.INT)
        layer.ready[name] = when((is_null(col("household", "n")), nothing), default=col(name, "n"))


def _says_nothing(total: Aggregate, known: Known) -> bool:
    """Whether a member of whom only `known` is known changes nothing."""
    assert total.argument is not None
    said = fold(total.argument, known)
    return total.function in WITHOUT and isinstance(said, Literal) and said.value == (WITHOUT[total.function] if total.function != "count" else False)


def _rollup(people: str, rollups: Mapping[str, Aggregate]) -> SQL:
    """Totals over living listed members, from a table of persons."""
    totals = [named(member_total(aggregate), name) for name, aggregate in rollups.items()]
    known = all_of(col("living", "t"), col("listed", "t"), exp.Not(this=is_null(col("household", "t"))))
    return (
        select(col("household", "t"), *totals)
        .from_(as_table(people, "t"), copy=False)
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


def _base(rank: int, of: str, steps: Sequence[Step]) -> SQL:
    if rank == 1:
        known = all_of(col("living"), col("listed"), exp.Not(this=is_null(col("household"))))
        return (
            select(col("household"), named(exp.Count(this=exp.Star()), "members"))
            .from_(as_table(PERSONS), copy=False)
            .where(known, copy=False)
            .group_by(col("household"), copy=False)
        )
    return as_table(next(step.name for step in reversed(steps) if step.name.startswith(f"{of}_") and step.name != PERSONS))


def measures(node: Node) -> list[str]:
    """The variables and parameters that a test names, in order."""
    return [name for name in names(node) if not name.startswith("hit_")]


__all__ = [
    "FACTS",
    "WANTED",
    "Name",
    "Step",
    "built_in_facts",
    "layer_name",
    "measures",
    "member_total",
    "names_all",
    "parameter_sql",
    "person_base",
    "person_facts",
    "plan_layers",
    "wanted_persons",
]
