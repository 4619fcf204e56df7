"""From what was typed to what was found: checked, in the units of the file, with what it would change there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from doudi.casework.visits.questions import BY_KEY, CHANGED, MET_SOMEBODY, NOT_MET, STEADY, UNMET, Group, Question, path_of
from doudi.kernel.errors import DoudiError, Fault, code
from doudi.kernel.money import LIMIT_FEN, parse_fen, show_yuan

ANSWER_MISSING = code("visit_answer_missing", "走访表中有必填的内容没有填")
ANSWER_WRONG = code("visit_answer_wrong", "走访表中填写的内容不对")

Answers = dict[str, Any]
MOST = {"integer": 99, "money": LIMIT_FEN}
LONGEST = 500


@dataclass(frozen=True)
class Difference:
    """A value of the file that was found to be otherwise; money in fen."""

    field: str
    words: str
    before: Any
    after: Any


def read_group(group: Group, typed: Mapping[str, list[str]]) -> Answers:
    """The answers of one screen in their units; what was left empty is absent. Raises DoudiError with all faults, `where` the question's key."""
    faults: list[Fault] = []
    read: Answers = {}
    for question in group.all_questions:
        values = [value.strip() for value in typed.get(question.key, []) if value.strip()]
        try:
            if values:
                read[question.key] = _value(question, values)
            elif question.required:
                faults.append(Fault(ANSWER_MISSING, f"还没有选“{question.label}”", question.key))
        except ValueError as problem:
            faults.append(Fault(ANSWER_WRONG, str(problem), question.key))
    if not faults:
        faults += _together(group, read)
    if faults:
        raise DoudiError(faults)
    return read


def missing(answers: Answers) -> list[Group]:
    """The screens that still lack a required answer, in their order."""
    return [group for group in path_of(answers) if any(question.required and question.key not in answers for question in group.all_questions)]


def settled(answers: Answers) -> Answers:
    """Only what belongs to the screens that the answers lead through; details of a theme without change are left out."""
    kept: Answers = {}
    for group in path_of(answers):
        for question in group.all_questions:
            if question.key in answers and (not group.asks_change or question.key == group.change_key or answers.get(group.change_key) == CHANGED):
                kept[question.key] = answers[question.key]
    return kept


def anything_changed(answers: Answers) -> bool | None:
    """Whether the family's life is otherwise than in the file; None if nobody could tell."""
    if answers.get("met") in NOT_MET:
        return None
    changed = any(value == CHANGED for key, value in answers.items() if key.endswith("_changed"))
    return changed or answers.get("result") not in (STEADY, UNMET)


def differences(answers: Answers, known: Mapping[str, Any]) -> list[Difference]:
    """The values of the file that were found to be otherwise. `known`: fact -> value as in the file; absent is zero, None is unknown."""
    found = []
    for group in path_of(answers):
        for question in group.questions:
            if question.corrects and question.key in answers:
                before, after = known.get(question.corrects, 0), answers[question.key]
                if before != after:
                    found.append(Difference(question.corrects, question.label, before, after))
    return found


def _value(question: Question, values: list[str]) -> Any:
    if question.kind == "choices":
        wrong = [value for value in values if value not in dict(question.options)]
        if wrong:
            raise ValueError(f"“{question.label}”没有这个选项")
        return sorted(set(values), key=[key for key, _ in question.options].index)
    text = values[-1]
    if question.kind == "choice":
        if text not in dict(question.options):
            raise ValueError(f"“{question.label}”没有这个选项")
        return text
    if question.kind == "text":
        if len(text) > LONGEST:
            raise ValueError(f"“{question.label}”太长，请在 {LONGEST} 字以内")
        return text
    return _number(question, text)


def _number(question: Question, text: str) -> int:
    try:
        value = parse_fen(text) if question.kind == "money" else int(text)
    except ValueError:
        raise ValueError(f"“{question.label}”请填数字，如 {'12000' if question.kind == 'money' else '3'}") from None
    if not 0 <= value <= MOST[question.kind]:
        raise ValueError(f"“{question.label}”的数字太大或小于零")
    return value


def _together(group: Group, read: Answers) -> list[Fault]:
    """What no single answer can show."""
    if group.key == "met" and read["met"] in MET_SOMEBODY and "whole" not in read:
        return [Fault(ANSWER_MISSING, "请选择和档案相比有没有变化", "whole")]
    if group.asks_change and read[group.change_key] == CHANGED and len(read) == 1:
        return [Fault(ANSWER_MISSING, "选了“有变化”，请写明变了什么", group.questions[-1].key)]
    if group.key == "end" and read["result"] not in (STEADY, UNMET) and "note" not in read:
        return [Fault(ANSWER_MISSING, "请写明看到的情况，作为下一步的依据", "note")]
    return []


def words_of(answers: Answers) -> list[tuple[str, list[tuple[str, str]]]]:
    """Title of each screen, and question and answer in words, for people to read; money in yuan."""
    shown = []
    for key, group in BY_KEY.items():
        lines = [(question.label, _words(question, answers[question.key])) for question in group.all_questions if question.key in answers]
        if lines:
            shown.append((BY_KEY[key].title, lines))
    return shown


def _words(question: Question, value: Any) -> str:
    names = dict(question.options)
    if question.kind == "choices":
        return "、".join(names.get(each, each) for each in value)
    if question.kind == "choice":
        return names.get(value, value)
    return show_yuan(value) if question.kind == "money" else str(value)
