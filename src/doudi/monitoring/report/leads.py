"""What the run found: leads by grade, kind, rule, cause, department and place, and what changed since the run before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from doudi.monitoring.report import words
from doudi.monitoring.report.counting import count_by, how_many
from doudi.published.read import PublishedRun
from doudi.standards import region_name

PLACES = 45
"""Up to so many townships are shown one by one; a larger area is shown by county."""
FIRST = 20
"""So many of the gravest leads are listed."""

Grades = Mapping[str, int]
"""Grade -> number of leads, the gravest first."""


@dataclass(frozen=True)
class Group:
    """Leads of one kind, cause or department."""

    key: str
    name: str
    note: str
    grades: Grades
    days: int = 0

    @property
    def leads(self) -> int:
        return sum(self.grades.values())


@dataclass(frozen=True)
class Rule:
    """A rule and what it found. `asked`: subjects it was asked of; `conditions`: its sentences, each with whether it must be false."""

    line: Mapping[str, Any]
    conditions: tuple[tuple[str, bool], ...]
    change: Mapping[str, int]

    @property
    def leads(self) -> int:
        return int(self.line["hits"])


@dataclass(frozen=True)
class Place:
    """A township or county: its households on the newest list, its leads by grade and by kind of rule."""

    code: str
    name: str
    households: int
    grades: Grades
    kinds: Mapping[str, int]

    @property
    def leads(self) -> int:
        return sum(self.grades.values())


@dataclass(frozen=True)
class Leads:
    """Everything the report says of leads. `households`: different ones concerned; `people`: different persons who are the subject of a lead."""

    grades: Grades
    households: int
    people: int
    changes: Mapping[str, int]
    ended: Mapping[str, int]
    kinds: tuple[Group, ...]
    rules: Mapping[str, tuple[Rule, ...]]
    causes: tuple[Group, ...]
    departments: tuple[Group, ...]
    places: tuple[Place, ...]
    place_word: str
    first: tuple[Mapping[str, Any], ...]

    @property
    def total(self) -> int:
        return sum(self.grades.values())

    @property
    def most_of_a_rule(self) -> int:
        """The common scale of the bars of rules."""
        return max((rule.leads for rules in self.rules.values() for rule in rules), default=0)

    @property
    def most_in_a_cell(self) -> int:
        """The darkest cell of the table of places by kind."""
        return max((count for place in self.places for count in place.kinds.values()), default=0)


def gather_leads(run: PublishedRun) -> Leads:
    """Count the leads of a run."""
    columns = ["alert", "rule", "kind", "subject", "person", "household", "grade", "county", "township", "department", "level"]
    alerts = run.table("alerts", [*columns, "within_working_days", "change", "since"])
    places, place_word = gather_places(run, alerts)
    persons = alerts.filter(pc.equal(alerts["subject"], "p"))
    return Leads(
        grades=in_order(count_by(alerts, "grade")),
        households=how_many(alerts["household"]),
        people=how_many(persons["person"]),
        changes=count_by(alerts, "change"),
        ended=count_by(run.ended, "cause"),
        kinds=gather_kinds(alerts),
        rules=gather_rules(run, alerts),
        causes=gather_causes(run, alerts),
        departments=gather_departments(alerts, words.department_names(run)),
        places=places,
        place_word=place_word,
        first=gather_first(run, alerts),
    )


def in_order(counts: Mapping[str, int]) -> Grades:
    """Counts by grade, every grade there, the gravest first."""
    return {grade: counts.get(grade, 0) for grade in words.GRADES}


def by_grade(alerts: pa.Table, column: str) -> dict[Any, Counter[str]]:
    """Value of a column -> leads by grade."""
    found: dict[Any, Counter[str]] = {}
    for (value, grade), count in count_by(alerts, column, "grade").items():
        found.setdefault(value, Counter())[grade] += count
    return found


def gather_kinds(alerts: pa.Table) -> tuple[Group, ...]:
    """All kinds of rules, those without a lead too."""
    found = by_grade(alerts, "kind")
    return tuple(Group(kind, name, note, in_order(found.get(kind, {}))) for kind, (name, note) in words.KINDS.items())


def gather_rules(run: PublishedRun, alerts: pa.Table) -> Mapping[str, tuple[Rule, ...]]:
    """Kind -> its rules in force by id, those without a lead too."""
    sentences: dict[str, list[tuple[str, bool]]] = {}
    for line in run.conditions.values():
        sentences.setdefault(line["rule"], []).append((line["says"], line["negated"]))
    changes: dict[str, Counter[str]] = {}
    for (rule, change), count in count_by(alerts, "rule", "change").items():
        changes.setdefault(rule, Counter())[change] += count
    rules = [Rule(line, tuple(sentences.get(rule, ())), changes.get(rule, Counter())) for rule, line in sorted(run.rules.items())]
    return {kind: tuple(rule for rule in rules if rule.line["kind"] == kind) for kind in words.KINDS}


def gather_causes(run: PublishedRun, alerts: pa.Table) -> tuple[Group, ...]:
    """Leads by the cause of hardship that their rule names, the most frequent first; rules without a cause are left out."""
    found: dict[str, Counter[str]] = {}
    names: dict[str, list[str]] = {}
    for rule, grades in sorted(by_grade(alerts, "rule").items()):
        cause = words.CAUSES.get(run.rules[rule]["cause"], run.rules[rule]["cause"])
        if cause:
            found.setdefault(cause, Counter()).update(grades)
            names.setdefault(cause, []).append(run.rules[rule]["name"])
    groups = [Group(name, name, "、".join(names[name]), in_order(grades)) for name, grades in found.items()]
    return tuple(sorted(groups, key=lambda group: (-group.leads, group.name)))


def gather_departments(alerts: pa.Table, names: Mapping[str, str]) -> tuple[Group, ...]:
    """Who has to act, the busiest first, each with its shortest term in working days."""
    terms = alerts.group_by(["department", "level"]).aggregate([("within_working_days", "min")]).to_pylist()
    found: dict[tuple[str, str], Counter[str]] = {}
    for (department, level, grade), count in count_by(alerts, "department", "level", "grade").items():
        found.setdefault((department, level), Counter())[grade] += count
    groups = [
        Group(
            f"{term['department']} {term['level']}",
            names[term["department"]],
            words.LEVELS.get(term["level"], term["level"]),
            in_order(found[term["department"], term["level"]]),
            term["within_working_days_min"],
        )
        for term in terms
    ]
    return tuple(sorted(groups, key=lambda group: (-group.leads, group.key)))


def gather_places(run: PublishedRun, alerts: pa.Table) -> tuple[tuple[Place, ...], str]:
    """Leads by township, or by county if there are too many townships, by code; leads of unknown place come last. With the word for the level."""
    lines = [line for line in run.table("places").to_pylist() if line["households"]]
    level, word = ("township", "乡镇（街道）") if len({line["township"] for line in lines} - {None}) <= PLACES else ("county", "县（市、区）")
    households: Counter[Any] = Counter()
    for line in lines:
        households[line[level]] += line["households"]
    grades = by_grade(alerts, level)
    kinds: dict[Any, Counter[str]] = {}
    for (place, kind), count in count_by(alerts, level, "kind").items():
        kinds.setdefault(place, Counter())[kind] += count
    codes = sorted(set(households) | set(grades), key=lambda code: (code is None, code or ""))
    places = [
        Place(
            code or "",
            region_name(code) if code else "不明",
            households.get(code, 0),
            in_order(grades.get(code, {})),
            kinds.get(code, Counter()),
        )
        for code in codes
    ]
    return tuple(places), word


def gather_first(run: PublishedRun, alerts: pa.Table) -> tuple[Mapping[str, Any], ...]:
    """The leads to begin with: red ones, the shortest term first, new ones before old ones."""
    red = alerts.filter(pc.equal(alerts["grade"], "R"))
    red = red.append_column("old", pc.not_equal(red["change"], "new"))
    ordered = red.sort_by([(column, "ascending") for column in ("within_working_days", "old", "rule", "alert")])
    lines = ordered.slice(0, FIRST).to_pylist()
    return tuple({**line, "name": run.rules[line["rule"]]["name"], "place": region_name(line["township"] or line["county"] or "")} for line in lines)
