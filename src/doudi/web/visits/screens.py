"""One screen of the visit form, made ready for its page: what the file says, what was answered, what is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from doudi.casework.visits.models import Visit
from doudi.casework.visits.questions import Group, Known, Question, path_of
from doudi.kernel.errors import Fault
from doudi.kernel.money import show_yuan

Typed = Mapping[str, list[str]]
UNKNOWN = "不明"


@dataclass(frozen=True)
class Field:
    """A question with its value as typed: texts; `problem` what is wrong with it."""

    question: Question
    values: list[str]
    problem: str

    @property
    def value(self) -> str:
        return self.values[-1] if self.values else ""

    @property
    def options(self) -> list[tuple[str, str, bool]]:
        """Key, words, whether chosen."""
        return [(key, words, key in self.values) for key, words in self.question.options]


@dataclass(frozen=True)
class Screen:
    """`step` of `steps`; `known` the facts beside it; `change` the question whether anything is otherwise, None where it is not asked."""

    group: Group
    step: int
    steps: int
    before: str
    known: list[tuple[str, str]]
    change: Field | None
    details: list[Field]


def screen_of(visit: Visit, group: Group, known: Mapping[str, Any], typed: Typed | None = None, faults: tuple[Fault, ...] = ()) -> Screen:
    """`typed`: what was just sent, shown again when something in it was wrong; else what is kept, else what the file says."""
    path = [each.key for each in path_of(visit.answers)]
    place = path.index(group.key) if group.key in path else 0
    problems = {fault.where: fault.what for fault in faults}
    fields = [Field(question, _values(question, visit, known, typed), problems.get(question.key, "")) for question in group.all_questions]
    return Screen(
        group,
        place + 1,
        len(path),
        path[place - 1] if place else "",
        [(fact.words, shown(fact, known)) for fact in group.known],
        fields[0] if group.asks_change else None,
        fields[1:] if group.asks_change else fields,
    )


def shown(fact: Known, known: Mapping[str, Any]) -> str:
    """A fact in words: what the file leaves out is no or nothing, what it does not know is said."""
    value = known.get(fact.fact, 0)
    if value is None:
        return UNKNOWN
    if fact.form == "flag":
        return "有" if value else "无"
    return show_yuan(value) if fact.form == "money" else str(value)


def _values(question: Question, visit: Visit, known: Mapping[str, Any], typed: Typed | None) -> list[str]:
    if typed is not None:
        return list(typed.get(question.key, []))
    value = visit.answers.get(question.key)
    if value is None and question.corrects:
        value = known.get(question.corrects, 0)
    if value is None:
        return []
    if isinstance(value, list):
        return [str(each) for each in value]
    return [_yuan(value) if question.kind == "money" else str(value)]


def _yuan(fen: int) -> str:
    """To be typed over: yuan without empty decimals."""
    return str(fen // 100) if fen % 100 == 0 else f"{fen // 100}.{fen % 100:02d}"
