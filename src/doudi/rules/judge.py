"""The judge: the language's meaning in plain Python, slow and plain. What an engine computes must equal what stands here.

Values are bool, int, Fraction, str, date, or None for unknown. It shares the typed policy with the compiler, and nothing else.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from doudi.rules.judgedrows import SURE, by_keys, group, key_of, latest, marked, months_open, near, over_members, over_rows
from doudi.rules.model import Add, Formula, FromRows, Group, Latest, Lookup, Match, Members, Months, Pair, Policy, Rule, Table, Variable, Where
from doudi.rules.syntax import Node
from doudi.rules.values import Row, Rows, Value, bounded, evaluate, kleene_and, kleene_or


@dataclass
class Judgement:
    """All facts: person -> name -> value, household -> name -> value. Rules stand beside the variables as `hit_<rule>` and `<rule>_c<n>`."""

    persons: dict[int, Row]
    households: dict[int, Row]

    def hits(self, policy: Policy) -> set[tuple[str, int]]:
        """(rule, person or household) of every alert."""
        return {(rule.name, subject) for rule in policy.rules.values() for subject, facts in subjects(rule, self) if facts[rule.column] is True}

    def unknown(self, policy: Policy) -> set[tuple[str, int]]:
        """(rule, person or household) of everybody of whom the rule is unknown."""
        return {(rule.name, subject) for rule in policy.rules.values() for subject, facts in subjects(rule, self) if facts[rule.column] is None}


def subjects(rule: Rule, judged: Judgement) -> list[tuple[int, Row]]:
    """Whom a rule is asked about."""
    if rule.of == "household":
        return list(judged.households.items())
    if rule.subjects == "deceased":
        return [(person, facts) for person, facts in judged.persons.items() if facts["deceased"]]
    return [(person, facts) for person, facts in judged.persons.items() if facts["living"] and facts["listed"]]


def judge(policy: Policy, tables: Mapping[str, Sequence[Mapping[str, Value]]]) -> Judgement:
    """Facts and results of everybody, from the rows of the source tables (`people` and datasets; missing tables are empty)."""
    return _Judge(policy, tables).run()


class _Judge:
    def __init__(self, policy: Policy, tables: Mapping[str, Sequence[Mapping[str, Value]]]) -> None:
        self.policy = policy
        self.rows: dict[str, Rows] = {name: [dict(row) for row in rows] for name, rows in tables.items()}
        self.persons = self.everybody()
        self.households: dict[int, Row] = {}
        self.members: dict[int, list[Row]] = defaultdict(list)
        for facts in self.persons.values():
            if facts["living"] and facts["listed"] and facts.get("household") is not None:
                self.members[facts["household"]].append(facts)
        for household, members in self.members.items():
            self.households[household] = {"household": household, "members": len(members)}

    def everybody(self) -> dict[int, Row]:
        deaths: dict[int, Value] = {}
        for row in self.rows.get("death", []):
            if row.get("person") is not None and row["death_date"] <= self.policy.as_of:
                deaths[row["person"]] = max(row["death_date"], deaths.get(row["person"], row["death_date"]))
        persons: dict[int, Row] = {row["person"]: {**row, "listed": bool(row.get("listed"))} for row in self.rows.get("people", [])}
        for person, day in deaths.items():
            persons.setdefault(person, {"person": person, "listed": False})["death_date"] = day
        for person, facts in persons.items():
            facts.update(deceased=person in deaths, living=person not in deaths, death_date=deaths.get(person))
        return persons

    def run(self) -> Judgement:
        last = max([variable.rank for variable in self.policy.variables.values()] + [rule.rank for rule in self.policy.rules.values()], default=1)
        for rank in range(last + 1):
            for variable in self.policy.variables.values():
                if variable.rank == rank and not isinstance(variable.how, Formula):
                    self.compute(variable)
            self.formulas(rank)
        return Judgement(self.persons, dict(self.households))

    def formulas(self, rank: int) -> None:
        """Formulas, parameters, conditions and rules of a layer, in the policy's order of computation."""
        of = "person" if rank % 2 == 0 else "household"
        made: list[Variable | Rule] = [v for v in self.policy.variables.values() if v.rank == rank and isinstance(v.how, Formula)]
        chosen_by = {"county", "rural"} & {thing.name for thing in made} if rank == self.policy.parameter_rank else None
        made += [rule for rule in self.policy.rules.values() if rule.of == of]
        for thing in self.ordered(made):
            if chosen_by is not None and not chosen_by:
                self.parameters()
                chosen_by = None
            for facts in (self.persons if of == "person" else self.households).values():
                self.formula(thing, rank, facts, _Seen(facts, self.households.get(facts.get("household", -1), {})) if of == "person" else facts)
            if chosen_by:
                chosen_by.discard(thing.name)
        if chosen_by is not None:
            self.parameters()

    def formula(self, thing: Variable | Rule, rank: int, facts: Row, names: Mapping[str, Value]) -> None:
        if isinstance(thing, Variable):
            assert isinstance(thing.how, Formula)
            facts[thing.name] = evaluate(thing.how.node, names)
            return
        for condition in thing.conditions:
            if condition.rank == rank:
                facts[thing.condition_column(condition)] = evaluate(condition.test, names)
        if thing.rank == rank:
            tests = [(facts[thing.condition_column(condition)], condition.negated) for condition in thing.conditions]
            facts[thing.column] = kleene_and(None if test is None else test != negated for test, negated in tests)

    def ordered(self, made: list[Variable | Rule]) -> list[Variable | Rule]:
        """A variable may stand on a rule of its layer (`hit(…)`), a rule on variables: the order in which the builder finished them."""
        place = {name: at for at, name in enumerate(self.policy.order)}
        return sorted(made, key=lambda thing: place[thing.name if isinstance(thing, Variable) else f"hit_{thing.name}"])

    def parameters(self) -> None:
        for facts in self.households.values():
            for parameter in self.policy.parameters.values():
                facts[parameter.name] = None
                county = facts.get("county")
                for value in parameter.values:
                    if not value.region or (county is not None and county.startswith(value.region)):
                        rural = facts.get("rural")
                        figure = value.urban if value.urban == value.rural else None if rural is None else value.rural if rural else value.urban
                        facts[parameter.name] = figure if figure is None or figure.denominator != 1 else int(figure)
                        break

    def compute(self, variable: Variable) -> None:
        if isinstance(variable.how, Members):
            for household, members in self.members.items():
                self.households[household][variable.name] = over_members(variable.how.aggregate, members)
            return
        assert isinstance(variable.how, FromRows)
        how = variable.how
        groups: dict[int, Rows] = defaultdict(list)
        table = self.policy.tables[how.table]
        for row in self.table(how.table):
            key = row.get(how.by)
            if key is not None and (variable.of == "person" or how.everybody or "person" not in table.columns or self.is_member(row)):
                groups[key].append(dict(self.with_person(row)))
        for subject, facts in (self.persons if variable.of == "person" else self.households).items():
            value = over_rows(how, groups.get(subject, [])) if subject in groups else how.empty
            facts[variable.name] = bounded(value, variable.bound)

    def is_member(self, row: Row) -> bool:
        facts = self.persons.get(row.get("person", -1), {})
        return bool(facts.get("living")) and bool(facts.get("listed"))

    # Derived tables

    def table(self, name: str) -> Rows:
        """The rows of a table, with what is known of their persons; derived ones are made when first asked for."""
        if name not in self.rows:
            table = self.policy.tables[name]
            self.rows[name] = self.derive(table) if table.steps else []
        return self.rows[name]

    def with_person(self, row: Row) -> Mapping[str, Value]:
        if "person" not in row:
            return row
        known: Row = self.persons.get(row["person"], {})
        about: Row = {name: known.get(name, False) for name in ("living", "listed", "deceased")}
        return {**about, "death_date": known.get("death_date"), **row}

    def derive(self, table: Table) -> Rows:
        rows = [dict(row) for row in self.table(table.source)]
        for step in table.steps:
            match step:
                case Where(test=test):
                    rows = [kept for row in rows if (kept := marked(row, evaluate(test, self.with_person(row)))) is not None]
                case Add(columns=columns):
                    rows = [{**row, **{name: evaluate(node, self.with_person(row)) for name, node in columns}} for row in rows]
                case Lookup():
                    rows = self.lookup(rows, step)
                case Match(table=other, on=on, where=where, negated=negated):
                    others = by_keys(self.table(other), on)
                    rows = [kept for row in rows if (kept := self.matched(row, others.get(key_of(row, on), []), where, negated)) is not None]
                case Pair():
                    rows = self.pair(rows, step)
                case Latest():
                    rows = latest(rows, step)
                case Months():
                    rows = [{**row, step.take: months_open(row, step)} for row in rows]
                case Group():
                    rows = group(rows, step)
        return rows

    def matched(self, row: Row, others: Rows, where: Node | None, negated: bool) -> Row | None:
        own = self.with_person(row)
        found = kleene_or(
            kleene_and([other.get(SURE, True), True if where is None else evaluate(where, own, self.with_person(other))]) for other in others
        )
        return marked(row, found if not negated else None if found is None else not found)

    def lookup(self, rows: Rows, step: Lookup) -> Rows:
        others = by_keys(self.table(step.table), step.on)
        found: Rows = []
        for row in rows:
            match = others.get(key_of(row, step.on), [{}])[0]
            sure = kleene_and([row.get(SURE, True), match.get(SURE, True)])
            found.append({**row, **{new: match.get(theirs) for new, theirs in step.take}, SURE: sure})
        return found

    def pair(self, rows: Rows, step: Pair) -> Rows:
        groups = by_keys(rows, tuple((name, name) for name in step.same))
        kept: Rows = []
        for row in rows:
            others = [
                other
                for other in groups.get(key_of(row, tuple((name, name) for name in step.same)), [])
                if (other["delivery"], other["row"]) != (row["delivery"], row["row"]) and near(other, row, step)
            ]
            found = self.matched(row, others, step.where, negated=False)
            if found is not None:
                kept.append(found)
        return kept


class _Seen(dict[str, Value]):
    """A person's facts, and behind them those of the household."""

    def __init__(self, own: Row, household: Row) -> None:
        super().__init__({**household, **own})
