"""Why an alert of the previous run is not in this one: a claim that somebody will have to act on, so it is worked out, not guessed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

import sqlglot
from sqlglot import exp

from doudi.lake.engine import Query
from doudi.monitoring.diff import ALERT_ID
from doudi.monitoring.steps import Step
from doudi.rules.findings import results
from doudi.rules.model import Policy


class ConditionLike(Protocol):
    """What is asked of a planned condition."""

    @property
    def says(self) -> str: ...
    @property
    def position(self) -> int: ...
    @property
    def negated(self) -> bool: ...


class RuleLike(Protocol):
    """What is asked of a planned rule."""

    @property
    def rule(self) -> str: ...
    @property
    def of(self) -> str: ...
    @property
    def subjects(self) -> str: ...
    @property
    def conditions(self) -> Iterable[ConditionLike]: ...


GONE = f"""
SELECT b.alert, b.rule, b.subject, b.person, b.household
FROM before_alerts b ANTI JOIN (SELECT {ALERT_ID} AS alert FROM alerts) a ON b.alert = a.alert
"""

FAILED = """
SELECT e.alert, {position} AS position, {says} AS says
FROM ended_lines e JOIN ended_{subject}s f ON e.{subject} = f.{subject}
WHERE e.rule = {rule} AND f.{column} = {failing}
"""

NONE_FAILED = """
SELECT CAST(NULL AS TEXT) AS alert, 0 AS position, CAST(NULL AS TEXT) AS says WHERE FALSE
"""

CAUSES = """
WITH misses AS (SELECT alert, STRING_AGG(says, '；' ORDER BY position) AS says FROM ended_failed GROUP BY alert),
open AS (
    SELECT DISTINCT e.alert, SPLIT_PART(u.reasons, '\n', n.at) AS reason
    FROM ended_lines e JOIN unknowns u ON e.rule = u.rule AND COALESCE(e.person, e.household) = COALESCE(u.person, u.household)
    CROSS JOIN positions n
),
unsure AS (SELECT alert, STRING_AGG(reason, '；' ORDER BY reason) AS says FROM open WHERE reason <> '' GROUP BY alert)
SELECT e.alert,
    CASE WHEN NOT {in_force} THEN 'rule_gone' WHEN u.alert IS NOT NULL THEN 'unknown' WHEN m.alert IS NOT NULL AND {asked} THEN 'miss'
        ELSE 'subject_gone' END AS cause,
    CASE WHEN NOT {in_force} THEN '规则已不执行'
        WHEN u.alert IS NOT NULL THEN '变为未知：' || u.says
        WHEN m.alert IS NOT NULL AND {asked} THEN '不再成立：' || m.says
        WHEN f.deceased THEN '人员已死亡'
        WHEN e.subject = 'p' THEN '人员已不在最新人口名单'
        ELSE '家庭已无在册在世成员' END AS reason
FROM ended_lines e
LEFT JOIN misses m ON e.alert = m.alert
LEFT JOIN unsure u ON e.alert = u.alert
LEFT JOIN person_facts f ON e.person = f.person
LEFT JOIN household_facts h ON e.household = h.household
"""


LINES = Step("ended_lines", GONE, "找出已消失的线索")
"""The alerts of the run before that are not in `alerts`."""


def results_asked(policy: Policy) -> dict[str, Query]:
    """For persons and households the results of every condition now, of those whose alerts have ended."""
    asked = {}
    for of in ("person", "household"):
        ended = sqlglot.select(of).from_("ended_lines")
        asked[of] = results(policy, of).where(exp.column(of, table="f").isin(query=ended), copy=False)
    return asked


def steps(rules: Mapping[str, RuleLike], results: Mapping[str, Query]) -> list[Step]:
    """Make `ended_failed` and `ended_causes` (alert, cause, reason) from `ended_lines`. Death ends no alert of a rule that asks the dead.

    `results`: person and household -> the query of the conditions' results of those whose alerts have ended.
    """
    failed = " UNION ALL ".join([NONE_FAILED, *(query for rule in rules.values() for query in _failed(rule))])
    in_force = f"(e.rule IN ({', '.join(map(quoted, rules))}))" if rules else "FALSE"
    of_dead = sorted(rule.rule for rule in rules.values() if rule.subjects == "deceased")
    dead = f"e.rule IN ({', '.join(map(quoted, of_dead))})" if of_dead else "FALSE"
    asked = f"(CASE WHEN e.subject = 'h' THEN h.household IS NOT NULL ELSE COALESCE((f.living AND f.listed) OR ({dead} AND f.deceased), FALSE) END)"
    return [
        *(Step(f"ended_{subject}s", query, "查看其现在的条件") for subject, query in results.items()),
        Step("ended_failed", failed, "找出不再成立的条件"),
        Step("ended_causes", CAUSES.format(in_force=in_force, asked=asked), "查明线索消失的原因"),
    ]


def _failed(rule: RuleLike) -> Iterable[str]:
    """For each condition of a rule the ended alerts for which it now fails for certain."""
    subject = "household" if rule.of == "household" else "person"
    for condition in rule.conditions:
        yield FAILED.format(
            position=condition.position,
            says=quoted(f"{condition.says}（现为是）" if condition.negated else condition.says),
            subject=subject,
            rule=quoted(rule.rule),
            column=f"{rule.rule}_c{condition.position}",
            failing="TRUE" if condition.negated else "FALSE",
        )


def quoted(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"
