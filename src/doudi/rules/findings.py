"""What comes out of the facts: alerts, the evidence of each condition, and its source rows. What is unknown and why: `gaps`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from sqlglot import exp

from doudi.rules.layers import FACTS, Step, layer_name
from doudi.rules.model import Condition, Formula, FromRows, Members, Policy, Rule, Variable
from doudi.rules.rowsql import PERSONS, aliased, as_table, col, counts_for, named, person_names, read, select
from doudi.rules.scopes import ROW
from doudi.rules.sql import SQL, Column, all_of, any_of, cast, constant, emit, integer, is_null, when
from doudi.rules.syntax import Compare, Junction, Name, Node, names
from doudi.rules.types import NUMERIC, Kind, Type

SUBJECT = {"person": "p", "household": "h"}
POSITIONS, USES = "positions", "source_uses"
"""Steps that only write out what the policy says."""


def text(value: str) -> SQL:
    return constant(value, Type.TEXT)


def eligible(rule: Rule, alias: str = "f") -> SQL:
    """Whom a rule is asked about."""
    if rule.of == "household":
        return exp.true()
    if rule.subjects == "deceased":
        return col("deceased", alias)
    return all_of(col("living", alias), col("listed", alias))


def _hits(rule: Rule) -> SQL:
    """The table in which a rule's hits are, of everybody."""
    name = layer_name(rule.rank) if rule.of == "person" else FACTS["household"]
    return as_table(name, "f")


def facts_of(rule: Rule) -> SQL:
    return as_table(FACTS[rule.of], "f")


def subject_of(rule: Rule, alias: str = "f") -> list[SQL]:
    """rule, subject, person, household."""
    person = col("person", alias) if rule.of == "person" else cast(exp.Null(), Type.NUMBER)
    return [
        named(text(rule.name), "rule"),
        named(text(SUBJECT[rule.of]), "subject"),
        named(person, "person"),
        named(col("household", alias), "household"),
    ]


def union(queries: list[exp.Select], columns: Mapping[str, Type]) -> SQL:
    """The queries' rows together; an empty table of these columns if there are none."""
    if not queries:
        nothing = select(*(named(cast(exp.Null(), kind), name) for name, kind in columns.items()))
        return nothing.where(exp.false(), copy=False)
    return queries[0] if len(queries) == 1 else exp.union(*queries, distinct=False, copy=False)


def listed(rows: Sequence[Sequence[str | int | bool]], columns: Mapping[str, Type]) -> SQL:
    """Rows written out, as a query."""
    if not rows:
        return union([], columns)
    values = [exp.Tuple(expressions=[constant(value, kind) for value, kind in zip(row, columns.values(), strict=True)]) for row in rows]
    alias = exp.TableAlias(this=exp.to_identifier("listed"), columns=[exp.to_identifier(name, quoted=True) for name in columns])
    return select(*(named(cast(col(name), kind), name) for name, kind in columns.items())).from_(
        exp.Values(expressions=values, alias=alias), copy=False
    )


ALERT = {"rule": Type.TEXT, "subject": Type.TEXT, "person": Type.NUMBER, "household": Type.NUMBER}


def alerts(policy: Policy) -> Step:
    """One row per rule and subject for which it hits."""
    queries = [
        select(*subject_of(rule)).from_(_hits(rule), copy=False).where(all_of(col(rule.column, "f"), eligible(rule)), copy=False)
        for rule in policy.rules.values()
    ]
    return Step("alerts", union(queries, ALERT), "列出命中的线索")


def open_persons(policy: Policy) -> Step:
    """Everybody for whom some rule about persons is unknown; one row for each layer in which there is such a rule."""
    tests: dict[str, list[SQL]] = {}
    for rule in policy.rules.values():
        if rule.of == "person":
            tests.setdefault(layer_name(rule.rank), []).append(exp.paren(all_of(is_null(col(rule.column, "f")), eligible(rule))))
    queries = [select(col("person", "f")).from_(as_table(layer, "f"), copy=False).where(any_of(*open_), copy=False) for layer, open_ in tests.items()]
    return Step("open_persons", union(queries, {"person": Type.NUMBER}), "找出有规则无法判断的人员")


def show(value: SQL, kind: Kind) -> SQL:
    """Canonical text of a value: fen, whole numbers (ratios and products cut to whole), ISO dates, `2026-10`, true/false, codes."""
    if kind.type == Type.MONTH:
        year = exp.cast(exp.IntDiv(this=exp.paren(value.copy()), expression=integer(12)), "TEXT")
        number = exp.Add(this=exp.Mod(this=exp.paren(value.copy()), expression=integer(12)), expression=integer(1))
        padded = exp.Substring(
            this=exp.cast(exp.paren(exp.Add(this=integer(100), expression=exp.paren(number))), "TEXT"), start=integer(2), length=integer(2)
        )
        return exp.DPipe(this=exp.DPipe(this=year, expression=text("-")), expression=padded)
    if kind.type in NUMERIC and kind.denominator != 1:
        value = exp.IntDiv(this=exp.paren(value), expression=integer(kind.denominator))
    return exp.cast(value, "TEXT")


def comparison(test: Node) -> Compare | None:
    """The comparison that a test makes: itself, or the first of several that hold different measures of one thing against the same line."""
    match test:
        case Compare():
            return test
        case Junction(op="or", parts=(Compare(op=op, right=line) as first, *rest)):
            alike = all(isinstance(part, Compare) and (part.op, part.right) == (op, line) for part in rest)
            return first if alike else None
        case _:
            return None


def sides(test: Node) -> tuple[Node | None, Node | None]:
    """What is measured and what it is held against: the two sides of a comparison, or the one fact that is asked."""
    if made := comparison(test):
        return made.left, made.right
    return (test, None) if isinstance(test, Name) else (None, None)


def evidence(policy: Policy) -> Step:
    """One row per alert and condition: value, threshold and result as canonical text."""
    queries = [
        _by_condition(
            policy,
            rule,
            all_of(col(rule.column, "f"), eligible(rule)),
            {
                "position": lambda condition: cast(integer(condition.position), Type.INT),
                "condition": lambda condition: text(condition.name),
                "result": lambda condition, rule=rule: result_of(policy, rule, condition),
                "value": lambda condition, rule=rule: _side(policy, rule, sides(condition.measured)[0]),
                "threshold": lambda condition, rule=rule: _side(policy, rule, sides(condition.measured)[1]),
            },
        )
        for rule in policy.rules.values()
    ]
    extra = {"position": Type.INT, "condition": Type.TEXT, "result": Type.BOOL, "value": Type.TEXT, "threshold": Type.TEXT}
    return Step("evidence", union(queries, ALERT | extra), "记录每项条件的依据")


def positions(policy: Policy) -> Step:
    """1, 2, 3 … up to the longest rule: each subject is read once per rule and written once per condition."""
    most = max((len(rule.conditions) for rule in policy.rules.values()), default=1)
    return Step(POSITIONS, listed([[at + 1] for at in range(most)], {"at": Type.INT}), "条件的次序")


def _by_condition(policy: Policy, rule: Rule, where: SQL, columns: Mapping[str, Callable[[Condition], SQL]]) -> exp.Select:
    """The subjects of a rule for which `where` holds, once per condition, with `columns` of the condition."""

    def chosen(value: Callable[[Condition], SQL]) -> SQL:
        return when(*((exp.EQ(this=col("at", "n"), expression=integer(each.position)), value(each)) for each in rule.conditions))

    query = select(*subject_of(rule), *(named(chosen(value), name) for name, value in columns.items())).from_(facts_of(rule), copy=False)
    query = query.join(as_table(POSITIONS, "n"), join_type="cross", copy=False)
    some = exp.LTE(this=col("at", "n"), expression=integer(len(rule.conditions)))
    return with_household(policy, rule, query).where(all_of(where, some), copy=False)


def _side(policy: Policy, rule: Rule, side: Node | None) -> SQL:
    if side is None:
        return cast(exp.Null(), Type.TEXT)
    return show(emit(side, facts_column(policy, rule)), side.kind)


def facts_column(policy: Policy, rule: Rule) -> Column:
    """Names in the facts of a rule's subject; household facts of a person's household as `h`."""

    def column(name: Name) -> SQL:
        return col(name.name, "h" if rule.of == "person" and is_household(policy, name.name) else "f")

    return column


def is_household(policy: Policy, name: str) -> bool:
    """Whether a name is a household fact, seen from one of its people."""
    if name.startswith("hit_"):
        return policy.rules[name.removeprefix("hit_")].of == "household"
    return name == "members" or name in policy.parameters or (name in policy.variables and policy.variables[name].of == "household")


def with_household(policy: Policy, rule: Rule, query: exp.Select) -> exp.Select:
    """Facts of the person's household beside the person's, where conditions or their reasons name one."""
    nodes = [node for condition in rule.conditions for node in (condition.test, condition.measured)]
    own = {name for node in nodes for name in names(node)}
    whens = [reason.when for name in own if name in policy.variables for reason in policy.variables[name].reasons if reason.when]
    if rule.of != "person" or not any(is_household(policy, name) for name in own.union(*(names(node) for node in whens))):
        return query
    return _beside_household(query)


def _beside_household(query: exp.Select) -> exp.Select:
    on = exp.EQ(this=col("household", "f"), expression=col("household", "h"))
    return query.join(as_table(FACTS["household"], "h"), on=on, join_type="left", copy=False)


def result_of(policy: Policy, rule: Rule, condition: Condition) -> SQL:
    return emit(condition.test, facts_column(policy, rule))


def results(policy: Policy, of: str) -> exp.Select:
    """For each person or household every condition of the rules about it, as `<rule>_c<position>`. Facts are `f`, so that a WHERE can choose."""
    rules = [rule for rule in policy.rules.values() if rule.of == of]
    values = [named(result_of(policy, rule, each), rule.condition_column(each)) for rule in rules for each in rule.conditions]
    facts = as_table(FACTS[of], "f")
    query = select(named(col(of, "f"), of), *values).from_(facts, copy=False)
    return _beside_household(query) if of == "person" else query


def row_variables(policy: Policy, node: Node, household: bool) -> Iterator[tuple[str, bool]]:
    """The variables computed from rows that stand behind a test, and whether the rows are the household's (not only the person's)."""
    seen: set[tuple[str, bool]] = set()

    def walk(name: str, whole: bool) -> Iterator[tuple[str, bool]]:
        variable = policy.variables.get(name)
        if variable is None or (name, whole) in seen:
            return
        seen.add((name, whole))
        whole = whole or variable.of == "household"
        match variable.how:
            case FromRows():
                yield name, whole
            case Formula(node=inner):
                for part in names(inner):
                    yield from walk(part, whole)
            case Members(aggregate=aggregate):
                assert aggregate.argument is not None
                for part in names(aggregate.argument):
                    yield from walk(part, True)

    for name in names(node):
        yield from walk(name, household)


def sources(policy: Policy) -> list[Step]:
    """For each alert and condition the delivered rows that its variables were computed from. One pass per table, over the alerts' people only."""
    uses: dict[str, list[tuple[str, Condition, bool]]] = {}
    for rule in policy.rules.values():
        for condition in rule.conditions:
            for name, whole in row_variables(policy, condition.measured, rule.of == "household"):
                uses.setdefault(name, []).append((rule.name, condition, whole))
    tables: dict[tuple[str, str], list[Variable]] = {}
    for name in uses:
        how = policy.variables[name].how
        assert isinstance(how, FromRows)
        if policy.tables[how.table].dataset and set(ROW) <= set(policy.tables[how.table].columns):
            tables.setdefault((how.table, how.by), []).append(policy.variables[name])
    rows = [_source_rows(policy, table, by, variables) for (table, by), variables in tables.items()]
    parts = [_source_part(policy, step.name, table, by, variables) for step, ((table, by), variables) in zip(rows, tables.items(), strict=True)]
    extra = {"condition": Type.TEXT, "variable": Type.TEXT, "dataset": Type.TEXT, "delivery": Type.NUMBER, "row": Type.INT}
    found = Step("sources", union(parts, ALERT | extra), "找出依据所在的来源行")
    return [_alert_members(), _uses_table(uses), *rows, found]


def _alert_members() -> Step:
    """Whose rows may stand behind an alert: of the person, and (`whole`) of everybody in the household."""
    own = select(*(col(name) for name in ALERT), named(exp.false(), "whole"), named(col("person"), "member")).from_(as_table("alerts"), copy=False)
    own = own.where(exp.Not(this=is_null(col("person"))), copy=False)
    people = as_table(PERSONS, "b")
    at_home = all_of(exp.EQ(this=col("household", "b"), expression=col("household", "a")), col("living", "b"), col("listed", "b"))
    members = select(*(col(name, "a") for name in ALERT), named(exp.true(), "whole"), named(col("person", "b"), "member"))
    members = members.from_(as_table("alerts", "a"), copy=False).join(people, on=at_home, copy=False)
    return Step("alert_members", exp.union(own, members, distinct=False, copy=False), "找出线索涉及的人员")


def _uses_table(uses: dict[str, list[tuple[str, Condition, bool]]]) -> Step:
    """Which conditions of which rules stand on which variables."""
    rows = [(variable, rule, condition.name, whole) for variable, pairs in uses.items() for rule, condition, whole in pairs]
    columns = {"variable": Type.TEXT, "rule": Type.TEXT, "condition": Type.TEXT, "whole": Type.BOOL}
    return Step(USES, listed(rows, columns), "整理条件与变量的对应")


def _source_rows(policy: Policy, table: str, by: str, variables: list[Variable]) -> Step:
    """Rows of one table that belong to people of alerts, with a mark for each variable for which they count."""
    marks: list[SQL] = []
    needed: set[str] = set()
    of_household = by == "household" and "person" in policy.tables[table].columns
    for variable in variables:
        how = variable.how
        assert isinstance(how, FromRows)
        counts, _ = counts_for(policy, how)
        counted = counts if counts is not None else exp.true()
        if of_household and not how.everybody:
            counted = all_of(counted, col("living", "t"), col("listed", "t"))
        marks.append(named(counted, f"is_{variable.name}"))
        needed |= person_names(how)
    concerned, key = ("household", "household") if by == "household" else ("member", by)
    known = select(col(concerned)).from_(as_table("alert_members"), copy=False).where(exp.Not(this=is_null(col(concerned))), copy=False)
    columns = [named(col(key, "t"), "key"), col("delivery", "t"), col("row", "t"), *marks]
    query = select(*columns).from_(aliased(read(policy, table, needed | ({"living", "listed"} if of_household else set())), "t"), copy=False)
    return Step(
        f"source_rows_{table}_by_{by}",
        query.where(exp.In(this=col(key, "t"), query=exp.Subquery(this=known)), copy=False),
        f"核对{policy.tables[table].label}的来源行",
    )


def _source_part(policy: Policy, rows: str, table: str, by: str, variables: list[Variable]) -> exp.Select:
    columns = [*(col(name, "a") for name in ALERT), col("condition", "u"), col("variable", "u")]
    columns += [named(text(policy.tables[table].dataset), "dataset"), col("delivery", "s"), col("row", "s")]
    if by == "household":
        query = select(*columns).from_(as_table("alerts", "a"), copy=False)
        use, mine = exp.EQ(this=col("rule", "u"), expression=col("rule", "a")), col("household", "a")
    else:
        query = select(*columns).from_(as_table("alert_members", "a"), copy=False)
        use = all_of(exp.EQ(this=col("rule", "u"), expression=col("rule", "a")), exp.EQ(this=col("whole", "u"), expression=col("whole", "a")))
        mine = col("member", "a")
    counted = when(*((exp.EQ(this=col("variable", "u"), expression=text(each.name)), col(f"is_{each.name}", "s")) for each in variables))
    asked = exp.In(this=col("variable", "u"), expressions=[text(each.name) for each in variables])  # says it before rows are looked for
    query = query.join(as_table(USES, "u"), on=use, copy=False)
    return query.join(as_table(rows, "s"), on=exp.EQ(this=col("key", "s"), expression=mine), copy=False).where(all_of(asked, counted), copy=False)


__all__ = ["FACTS", "alerts", "comparison", "evidence", "positions", "results", "row_variables", "sides", "sources"]
