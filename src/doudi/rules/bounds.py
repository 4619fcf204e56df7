"""What is still certain when a dataset is late: the rows after the day it is delivered to are missing, and nobody may take them for nothing.

For each variable it is worked out, from the operators alone, what missing rows could do to it: nothing, let it only grow (more rows, larger sums,
an `exists` that becomes true), only shrink, or anything. A condition that they could change becomes unknown; one that they cannot keeps its result.
The policy that comes out is an ordinary policy: the judge and every engine compute it alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import Enum

from doudi.kernel.months import month_of
from doudi.rules.model import Add, Aggregate, Formula, FromRows, Group, Latest, Lookup, Match, Members, Policy, Table, Variable, Where
from doudi.rules.syntax import Among, Arithmetic, Call, Compare, IsNone, Junction, Literal, Name, Node, Not, names
from doudi.rules.types import NUMERIC, Kind, Type
from doudi.rules.values import evaluate

UNKNOWN = Literal(None, kind=Kind(Type.BOOL))
LONGEST = 1500
"""Days of missing time that are tried one by one; a dataset that is later than that reaches every window."""


class Effect(Enum):
    """What rows that are still missing could do to a value."""

    NONE = "none"
    GROWS = "grows"
    SHRINKS = "shrinks"
    ANY = "any"

    def __or__(self, other: Effect) -> Effect:
        return self if other in (self, Effect.NONE) else other if self is Effect.NONE else Effect.ANY

    def flipped(self) -> Effect:
        return {Effect.GROWS: Effect.SHRINKS, Effect.SHRINKS: Effect.GROWS}.get(self, self)


@dataclass(frozen=True)
class DatasetState:
    """How far a dataset is delivered. `late_days` 0: in time; `delivered_to` None: never delivered."""

    delivered_to: date | None
    late_days: int = 0


def bind_lateness(policy: Policy, states: Mapping[str, DatasetState]) -> tuple[Policy, dict[str, str]]:
    """The policy with what late datasets leave open made unknown, and for each variable so touched the reason in Chinese."""
    late = {name: state for name, state in states.items() if state.late_days > 0 and name in policy.tables}
    return _Binder(policy, late).bind() if late else (policy, {})


class _Binder:
    def __init__(self, policy: Policy, late: Mapping[str, DatasetState]) -> None:
        self.policy, self.late = policy, late
        self.effects: dict[str, Effect] = {}
        self.because: dict[str, tuple[str, ...]] = {}
        self.kinds: dict[str, Kind] = {}

    def bind(self) -> tuple[Policy, dict[str, str]]:
        variables, rules = dict(self.policy.variables), dict(self.policy.rules)
        for name in self.policy.order:
            if name in variables:
                variables[name] = self.variable(variables[name])
                self.kinds[name] = variables[name].kind
            elif name.startswith("hit_"):
                rule = rules[name.removeprefix("hit_")]
                conditions = tuple(replace(condition, test=self.node(condition.test)[0]) for condition in rule.conditions)
                rules[rule.name] = replace(rule, conditions=conditions)
                self.because[name] = self.reasons(part for condition in rule.conditions for part in names(condition.test))
        texts = {name: "；".join(self.text(dataset) for dataset in datasets) for name, datasets in self.because.items() if datasets}
        return replace(self.policy, variables=variables, rules=rules), texts

    def text(self, dataset: str) -> str:
        label, state = self.policy.tables[dataset].label, self.late[dataset]
        return f"{label}数据从未报送" if state.delivered_to is None else f"{label}数据迟交 {state.late_days} 天（只到 {state.delivered_to}）"

    def reasons(self, parts: Iterator[str]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(dataset for part in parts for dataset in self.because.get(part, ())))

    def variable(self, variable: Variable) -> Variable:
        match variable.how:
            case FromRows() as how:
                return self.from_rows(variable, how)
            case Formula(node=node):
                self.because[variable.name] = self.reasons(iter(names(node)))
                bound, effect = self.node(node)
                how = Formula(bound)
            case Members(aggregate=aggregate):
                assert aggregate.argument is not None
                self.because[variable.name] = self.reasons(iter(names(aggregate.argument)))
                bound, effect = self.node(aggregate.argument)
                how = Members(Aggregate(aggregate.function, bound))
        if effect is Effect.ANY:
            how, effect = Formula(Literal(None, kind=replace(variable.kind, unknown=True))), Effect.NONE
        self.effects[variable.name] = effect
        kind = replace(variable.kind, unknown=variable.kind.unknown or bool(self.because[variable.name]))
        return replace(variable, how=how, kind=kind)

    def from_rows(self, variable: Variable, how: FromRows) -> Variable:
        touched = [dataset for dataset in self.datasets(how.table) if dataset in self.late]
        effect = self.table_effect(how.table, how)
        self.because[variable.name] = tuple(touched) if effect is not Effect.NONE else ()
        if effect is Effect.NONE:
            return variable
        if variable.kind.type == Type.BOOL:
            if how.aggregate.function != "exists":
                effect = Effect.ANY
            bound = {Effect.GROWS: "true_stays", Effect.SHRINKS: "false_stays"}.get(effect, "open")
            return replace(variable, bound=bound, kind=replace(variable.kind, unknown=True))
        only_more = how.aggregate.function in ("count", "count_distinct", "sum") and variable.kind.type in (Type.INT, Type.MONEY)
        if effect is Effect.ANY or not only_more:
            return replace(variable, bound="open", kind=replace(variable.kind, unknown=True))
        self.effects[variable.name] = effect
        return variable

    # Tables

    def datasets(self, table: str) -> list[str]:
        """The datasets a table is made of."""
        found = self.policy.tables[table]
        if not found.steps:
            return [table.removesuffix("_history")]
        others = [step.table for step in found.steps if isinstance(step, Lookup | Match)]
        return list(dict.fromkeys(dataset for part in (found.source, *others) for dataset in self.datasets(part)))

    def table_effect(self, name: str, how: FromRows | None = None) -> Effect:
        """What missing rows could do to the rows of a table that count for a variable."""
        table = self.policy.tables[name]
        if not table.steps:
            dataset = name.removesuffix("_history")
            if dataset not in self.late or (how is not None and not self.reaches(table, how, self.late[dataset])):
                return Effect.NONE
            return Effect.ANY if self.is_snapshot(dataset) else Effect.GROWS
        effect = self.base_effect(table, how)
        for step in table.steps:
            match step:
                case Match(table=other, negated=negated):
                    theirs = self.table_effect(other)
                    effect |= theirs.flipped() if negated else theirs
                case Lookup(table=other):
                    effect |= Effect.ANY if self.table_effect(other) is not Effect.NONE else Effect.NONE
                case Latest() | Group():
                    effect = Effect.ANY if effect is not Effect.NONE else effect
                case _:
                    pass
        return effect

    def base_effect(self, table: Table, how: FromRows | None) -> Effect:
        source = self.policy.tables[table.source]
        if how is None or source.steps:
            return self.table_effect(table.source)
        dataset = source.name.removesuffix("_history")
        if dataset in self.late and not self.reaches(table, how, self.late[dataset]):
            return Effect.NONE
        return self.table_effect(table.source)

    def is_snapshot(self, dataset: str) -> bool:
        return f"{dataset}_history" in self.policy.tables

    def reaches(self, table: Table, how: FromRows, state: DatasetState) -> bool:
        """Whether a row of the missing time could count: tried for every day of it, with everything else unknown."""
        dataset = table.name if not table.steps else table.source
        if how.window is None or state.delivered_to is None or self.is_snapshot(dataset.removesuffix("_history")):
            return True
        if any(isinstance(step, Add | Group) and how.window not in self.policy.tables[table.source].columns for step in table.steps):
            return True
        tests = [step.test for step in table.steps if isinstance(step, Where)] + ([how.where] if how.where else [])
        missing = (self.policy.as_of - state.delivered_to).days
        if missing > LONGEST:
            return True
        days = [state.delivered_to + timedelta(days=n) for n in range(1, missing + 1)]
        kind = table.columns[how.window].type
        values = list(dict.fromkeys(month_of(day) for day in days)) if kind == Type.MONTH else days
        open_ = [undecided(test, how.window) for test in tests]
        return any(all(evaluate(test, {how.window: value}) is not False for test in open_) for value in values)

    # Expressions

    def node(self, node: Node) -> tuple[Node, Effect]:
        """A condition with what is open made unknown, or a number with what missing rows could do to it."""
        match node:
            case Name(name=name, other=False):
                kind = self.kinds.get(name, Kind(node.kind.type, True, node.kind.denominator) if name.startswith("hit_") else node.kind)
                return replace(node, kind=kind), self.effects.get(name, Effect.NONE)
            case Not(part=part):
                inner, _ = self.node(part)
                return Not(inner, kind=inner.kind), Effect.NONE
            case Junction(op=op, parts=parts):
                bound = tuple(self.node(part)[0] for part in parts)
                return Junction(op, bound, kind=Kind(Type.BOOL, any(part.kind.unknown for part in bound))), Effect.NONE
            case Compare():
                return self.compare(node), Effect.NONE
            case Arithmetic():
                return self.arithmetic(node)
            case Among(part=part, values=values):
                inner, effect = self.node(part)
                return self.opened(Among(inner, values, kind=Kind(Type.BOOL, inner.kind.unknown)), effect is not Effect.NONE), Effect.NONE
            case IsNone(part=part):
                inner, effect = self.node(part)
                open_ = effect is not Effect.NONE or any(self.because.get(name) for name in names(part))
                return self.opened(IsNone(inner, kind=node.kind), open_), Effect.NONE
            case Call(function=function, parts=parts):
                bound, effects = zip(*(self.node(part) for part in parts), strict=True) if parts else ((), ())
                kind = replace(node.kind, unknown=node.kind.unknown or any(part.kind.unknown for part in bound))
                moved = any(effect is not Effect.NONE for effect in effects)
                call = Call(function, tuple(bound), kind=kind)
                if kind.type == Type.BOOL:
                    return self.opened(call, moved), Effect.NONE
                return call, Effect.ANY if moved else Effect.NONE
            case _:
                return node, Effect.NONE

    def opened(self, node: Node, open_: bool) -> Node:
        """The condition, or unknown where missing rows could decide it either way."""
        return UNKNOWN if open_ else node

    def compare(self, node: Compare) -> Node:
        left, left_effect = self.node(node.left)
        right, right_effect = self.node(node.right)
        test = Compare(node.op, left, right, kind=Kind(Type.BOOL, left.kind.unknown or right.kind.unknown))
        effect = left_effect | right_effect.flipped()  # of left - right
        if effect is Effect.NONE:
            return test
        if effect is Effect.ANY or left.kind.type not in NUMERIC:
            return UNKNOWN
        unknown_kind = Kind(Type.BOOL)
        if node.op in ("==", "!="):
            apart = replace(test, op=">" if effect is Effect.GROWS else "<")
            decided = Junction("and", (Not(apart, kind=test.kind), UNKNOWN), kind=unknown_kind)
            return decided if node.op == "==" else Not(decided, kind=unknown_kind)
        true_stays = (node.op in (">", ">=")) == (effect is Effect.GROWS)
        return Junction("or" if true_stays else "and", (test, UNKNOWN), kind=unknown_kind)

    def arithmetic(self, node: Arithmetic) -> tuple[Node, Effect]:
        left, a = self.node(node.left)
        right, b = self.node(node.right)
        kind = replace(node.kind, unknown=left.kind.unknown or right.kind.unknown)
        bound = Arithmetic(node.op, left, right, kind=kind)
        if node.op == "*":
            negative = any(isinstance(side, Literal) and isinstance(side.value, int) and side.value < 0 for side in (left, right))
            return bound, (a | b).flipped() if negative else a | b
        return bound, a | (b.flipped() if node.op == "-" else b)


def undecided(test: Node, known: str) -> Node:
    """A test of rows that nobody has seen, but for one column: whether another is empty is unknown too, though its value is not there."""
    match test:
        case IsNone() if known not in names(test):
            return UNKNOWN
        case Not(part=part):
            return replace(test, part=undecided(part, known))
        case Junction(parts=parts) | Call(parts=parts):
            return replace(test, parts=tuple(undecided(part, known) for part in parts))
        case _:
            return test


__all__ = ["DatasetState", "Effect", "bind_lateness"]
