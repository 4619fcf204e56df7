"""What is unknown, and why.

There are as many open questions as people, for a few dozen reasons. So a question is kept as a number, its gap, which says which conditions of which
rule are unknown and why of each; the texts of a gap are made once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from sqlglot import exp

from doudi.kernel.errors import DoudiError, code
from doudi.rules.findings import SUBJECT, eligible, facts_column, facts_of, listed, result_of, text, union, with_household
from doudi.rules.layers import Step
from doudi.rules.model import Condition, Policy, Rule
from doudi.rules.rowsql import col, named, select
from doudi.rules.sql import SQL, Column, all_of, cast, emit, integer, is_null, when
from doudi.rules.syntax import Name, names
from doudi.rules.types import Type

Late = Mapping[str, str]
"""Variable -> why the missing rows of a late dataset leave it open."""

TOO_LONG = code("rule_too_long", "规则的条件或未知原因太多")

MOST = 2**62
"""Gaps of all rules together: the numbers are 64 bits wide."""

WORDS, QUESTIONS, GAPS, UNKNOWNS = "gap_words", "open_questions", "gaps", "unknowns"

NUMBERS, TEXTS = ("first", "last", "weight", "options", "option", "position"), ("rule", "subject", "condition", "reason")
WORD: Mapping[str, Type] = {**dict.fromkeys(NUMBERS, Type.NUMBER), **dict.fromkeys(TEXTS, Type.TEXT)}
"""The columns of `gap_words`, which has a line for each reason of each condition: the gaps from `first` to `last` are the rule's, and of them have
this reason those whose digit of this weight, which has so many options, is `option`."""

TOLD = """
SELECT q.gap, w.rule, w.subject
FROM (SELECT DISTINCT gap FROM open_questions) q
JOIN gap_words w ON q.gap BETWEEN w.first AND w.last AND ((q.gap - w.first) // w.weight) % w.options = w.option
GROUP BY q.gap, w.rule, w.subject
"""

IN_WORDS = """
SELECT g.rule, g.subject, q.person, q.household, g.conditions, g.reasons FROM open_questions q JOIN gaps g ON q.gap = g.gap
"""

Say = Callable[[str], SQL]
"""What stands for the text of a reason."""


@dataclass
class _Reasons:
    """The reasons for which one condition may be unknown, numbered from 1 as they are said."""

    texts: list[str] = field(default_factory=list[str])

    @property
    def ways(self) -> int:
        """In how many ways the condition may be known or unknown."""
        return len(self.texts) + 1

    def say(self, words: str) -> SQL:
        if words not in self.texts:
            self.texts.append(words)
        return integer(self.texts.index(words) + 1)


def unknowns(policy: Policy, late: Late) -> list[Step]:
    """One row per rule and subject where the rule as a whole is unknown: `open_questions` (gap, person, household), and the view `unknowns`.

    `conditions`: the names of those that are unknown, comma separated; `reasons`: why, a line for each of them. Raises DoudiError for a rule that
    can be unknown in more ways than there are numbers.
    """
    questions, words, first = list[exp.Select](), list[tuple[int | str, ...]](), 0
    for rule in policy.rules.values():
        digits, said, ways = list[SQL](), list[_Reasons](), 1
        for condition in rule.conditions:
            said.append(_Reasons())
            why = _reason(policy, rule, condition, late, said[-1].say)
            digits.append(_times(when((is_null(exp.paren(result_of(policy, rule, condition))), why), default=integer(0)), ways))
            ways *= said[-1].ways
        if first + ways > MOST:
            what = f"规则 {rule.name} 有 {len(rule.conditions)} 项条件，未知的情形多到无法编号"
            raise DoudiError(rule.place.fault(TOO_LONG, what, todo="拆成几条规则"))
        questions.append(_questions(policy, rule, first, digits))
        words += _words(rule, first, ways, said)
        first += ways
    numbers = {"gap": Type.NUMBER, "person": Type.NUMBER, "household": Type.NUMBER}
    return [
        Step(WORDS, listed(words, WORD), "整理未知原因的编号"),
        Step(QUESTIONS, union(questions, numbers), "找出无法判断的对象"),
        Step(GAPS, _told(policy), "归并无法判断的条件及原因"),
        Step(UNKNOWNS, exp.maybe_parse(IN_WORDS, dialect="duckdb"), "列出无法判断的条件及原因", view=True),
    ]


def _times(digit: SQL, ways: int) -> SQL:
    return exp.Mul(this=digit, expression=cast(integer(ways), Type.NUMBER))


def _questions(policy: Policy, rule: Rule, first: int, digits: list[SQL]) -> exp.Select:
    """The subjects of whom the rule is unknown, and in which way."""
    gap: SQL = cast(integer(first), Type.NUMBER)
    for digit in digits:
        gap = exp.Add(this=gap, expression=digit)
    person = col("person", "f") if rule.of == "person" else cast(exp.Null(), Type.NUMBER)
    query = select(named(gap, "gap"), named(person, "person"), col("household", "f")).from_(facts_of(rule), copy=False)
    return with_household(policy, rule, query).where(all_of(is_null(col(rule.column, "f")), eligible(rule)), copy=False)


def _words(rule: Rule, first: int, ways: int, said: list[_Reasons]) -> Iterator[tuple[int | str, ...]]:
    """What the digits of the gaps of a rule mean, as lines of `gap_words`."""
    weight = 1
    for condition, reasons in zip(rule.conditions, said, strict=True):
        for option, reason in enumerate(reasons.texts, 1):
            digit = (weight, reasons.ways, option)
            yield (first, first + ways - 1, *digit, condition.position, rule.name, SUBJECT[rule.of], condition.name, reason)
        weight *= reasons.ways


def _told(policy: Policy) -> exp.Select:
    """The gaps that there are, in words."""
    most = max((len(rule.conditions) for rule in policy.rules.values()), default=1)

    def every(name: str, separator: str) -> SQL:
        """The texts of the conditions that are unknown, in order."""
        places = [exp.EQ(this=col("position", "w"), expression=integer(at + 1)) for at in range(most)]
        texts = [exp.Max(this=when((place, col(name, "w")))) for place in places]
        return exp.ConcatWs(expressions=[text(separator), *texts], coalesce=True)  # without it the emitted text is null as soon as one part is

    query: SQL = exp.maybe_parse(TOLD, dialect="duckdb")
    assert isinstance(query, exp.Select)
    return query.select(named(every("condition", ","), "conditions"), named(every("reason", "\n"), "reasons"), copy=False)


def _reason(policy: Policy, rule: Rule, condition: Condition, late: Late, say: Say) -> SQL:
    column = facts_column(policy, rule)
    branches: list[tuple[SQL, SQL]] = []
    delayed: list[str] = []
    for name in names(condition.test):
        if name in late:
            delayed.append(late[name])
        branches.append((is_null(column(Name(name))), _why(policy, name, column, late, say)))
    return when(*branches, default=say("；".join(dict.fromkeys(delayed)) or "数据不全"))


def _why(policy: Policy, name: str, column: Column, late: Late, say: Say) -> SQL:
    variable = policy.variables.get(name)
    if name in late:
        return say(late[name])
    if name in policy.parameters:
        return say(f"参数「{policy.parameters[name].label}」在该地没有数值")
    if variable is None:
        rule = policy.rules.get(name.removeprefix("hit_"))
        return say(f"规则 {rule.name}（{rule.label}）无法判断" if rule else "人员基本信息缺失")
    if variable.reasons:
        branches = [(emit(reason.when, column), say(reason.says)) for reason in variable.reasons if reason.when]
        last = next((reason.says for reason in variable.reasons if not reason.when), f"{variable.label}不明")
        return when(*branches, default=say(last)) if branches else say(last)
    return say(f"{variable.label}不明")


__all__ = ["GAPS", "QUESTIONS", "UNKNOWNS", "WORDS", "Late", "unknowns"]
