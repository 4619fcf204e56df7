"""Compares a run's alerts with those of the run before: new, continuing, changed, ended.

An alert is the same alert if rule and subject are the same. It has changed if its grade, the version of its rule, or a condition's result,
value or threshold is another. Dates move with every run: a threshold that is a date or a month is not compared. Of a changed alert
`changed` names the conditions, besides `grade` and `version`. `since` is the as-of date of the first run of the unbroken series.
"""

from __future__ import annotations

from datetime import date

from doudi.monitoring.places import part_of, parts
from doudi.monitoring.steps import Step
from doudi.published.read import PublishedRun

ALERT_ID = "SUBSTR(SHA256(rule || '|' || subject || '|' || CAST(COALESCE(person, household) AS TEXT)), 1, 16)"
"""16 hex digits, the same in every run: they depend on the rule and on the subject's number only."""

LINES = """
SELECT a.alert, a.rule, r.version, r.kind, a.subject, a.person, a.household, r.grade, {place}, r.department, r.level, r.within_working_days,
    {part}
FROM (SELECT {alert} AS alert, * FROM alerts) a
JOIN rule_lines r ON a.rule = r.rule
LEFT JOIN ({routed}) w ON a.rule = w.rule AND COALESCE(a.person, a.household) = COALESCE(w.person, w.household)
LEFT JOIN household_places h ON a.household = h.household
LEFT JOIN person_places p ON a.person = p.person
"""

EVIDENCE = """
SELECT {alert} AS alert, position, condition, result, value, threshold
FROM evidence
"""

DIFFERENCES = """
WITH stayed AS (SELECT alert FROM alert_lines INTERSECT SELECT alert FROM before_alerts),
now AS (SELECT e.* FROM alert_evidence e SEMI JOIN stayed s ON e.alert = s.alert),
past AS (SELECT e.* FROM before_evidence e SEMI JOIN stayed s ON e.alert = s.alert),
differing AS (
    SELECT COALESCE(n.alert, b.alert) AS alert, COALESCE(n.condition, b.condition) AS condition, COALESCE(n.position, b.position) AS position
    FROM now n FULL JOIN past b ON n.alert = b.alert AND n.condition = b.condition
    LEFT JOIN alert_lines a ON n.alert = a.alert
    LEFT JOIN condition_lines c ON a.rule = c.rule AND n.condition = c.condition
    WHERE n.alert IS NULL OR b.alert IS NULL OR n.result IS DISTINCT FROM b.result OR n.value IS DISTINCT FROM b.value
        OR (n.threshold IS DISTINCT FROM b.threshold AND COALESCE(c.threshold_type, '') NOT IN ('date', 'month'))
)
SELECT alert, STRING_AGG(condition, ',' ORDER BY position, condition) AS conditions
FROM differing
GROUP BY alert
"""

ALERTS = """
SELECT *, CASE WHEN fresh THEN 'new' WHEN changed IS NULL THEN 'continuing' ELSE 'changed' END AS change
FROM (
    SELECT a.*, b.alert IS NULL AS fresh, COALESCE(b.since, DATE '{as_of}') AS since, COALESCE(b.first_run, '{run}') AS first_run,
        NULLIF(CONCAT_WS(',',
            CASE WHEN b.grade <> a.grade THEN 'grade' END,
            CASE WHEN b.version <> a.version THEN 'version' END,
            d.conditions), '') AS changed
    FROM alert_lines a
    LEFT JOIN before_alerts b ON a.alert = b.alert
    LEFT JOIN alert_differences d ON a.alert = d.alert
)
"""

ENDED = """
SELECT b.*, '{previous}' AS last_run, c.cause, c.reason, {part}
FROM before_alerts b JOIN ended_causes c ON b.alert = c.alert
LEFT JOIN household_places h ON b.household = h.household
LEFT JOIN person_places p ON b.person = p.person
"""


def steps(routed: str) -> list[Step]:
    """Make `alert_lines`, `alert_evidence` and `alert_differences` from `rule_lines` and `condition_lines` (tables of the policy).

    `routed` is the query of `places.routed_regions`.
    """
    place = parts("COALESCE(w.region, h.region, p.region)")
    return [
        Step("alert_lines", LINES.format(alert=ALERT_ID, place=place, part=part_of("a"), routed=routed), "确定线索的地区和办理部门"),
        Step("alert_evidence", EVIDENCE.format(alert=ALERT_ID), "整理线索的依据"),
        Step("alert_differences", DIFFERENCES, "与上次运行比较"),
    ]


def alerts_query(as_of: date, run: str) -> str:
    """The published alerts."""
    return ALERTS.format(as_of=as_of.isoformat(), run=run)


def ended_query(previous: PublishedRun | None) -> str:
    """The published ended alerts; `ended_causes` must be there (see `ended.py`)."""
    return ENDED.format(previous=previous.id if previous else "", part=part_of("b"))
