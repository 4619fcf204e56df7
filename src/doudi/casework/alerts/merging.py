"""Brings a run's alerts over those of the run before; what people decided stays, and nothing is removed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from fractions import Fraction

from django.db import connection

from doudi.casework.alerts.models import Alert
from doudi.casework.alerts.reading import COLUMNS, Line, lines
from doudi.casework.alerts.worse import worse_than
from doudi.casework.dispatch.figures import Figures
from doudi.casework.dispatch.sqlrun import execute, rows
from doudi.published.read import PublishedRun

STAGE, ENDED, UNKNOWN = "stage_alert", "stage_ended", "stage_unknown"
ENDED_COLUMNS = {"id": "text PRIMARY KEY", "cause": "text", "reason": "text"}
UNKNOWN_COLUMNS = {"rule": "text", "number": "bigint"}
FACTS = tuple(name for name in COLUMNS if name not in ("id", "first_run", "since"))

TOUCHED = """
    CREATE TEMPORARY TABLE touched_alert ON COMMIT DROP AS
    SELECT a.id, a.item_id, a.state AS state_before FROM alerts_alert a JOIN stage_alert s ON s.id = a.id
    WHERE a.facts_hash <> s.facts_hash OR a.state = 'ended'
"""
MERGE = f"""
    MERGE INTO alerts_alert a USING stage_alert s ON a.id = s.id
    WHEN MATCHED AND (a.facts_hash <> s.facts_hash OR a.state = 'ended' OR a.unsure <> '' OR a.last_run <> %(run)s) THEN UPDATE SET
        {", ".join(f"{name} = s.{name}" for name in FACTS)}, since = s.since, first_run = s.first_run, last_run = %(run)s, unsure = '',
        state = CASE WHEN a.state <> 'ended' THEN a.state WHEN a.quiet_until >= %(on)s THEN 'quiet' ELSE 'open' END,
        worse = a.worse AND a.state <> 'ended',
        ended_cause = '', ended_reason = '', ended_run = ''
    WHEN NOT MATCHED THEN INSERT (
        id, {", ".join(FACTS)}, since, first_run, last_run, state, worse, decided_grade, decided_evidence, unsure,
        ended_cause, ended_reason, ended_run
    ) VALUES (
        s.id, {", ".join(f"s.{name}" for name in FACTS)}, s.since, s.first_run, %(run)s, 'open', false, '', '[]', '', '', '', ''
    )
"""  # noqa: S608 - names of our own
NOT_SURE = """
    UPDATE alerts_alert a SET unsure = e.reason FROM stage_ended e WHERE e.id = a.id AND e.cause = 'unknown' AND a.state <> 'ended'
"""
END = """
    WITH done AS (
        UPDATE alerts_alert a SET state = 'ended', ended_cause = e.cause, ended_reason = e.reason, ended_run = %(run)s, unsure = ''
        FROM stage_ended e WHERE e.id = a.id AND e.cause <> 'unknown' AND a.state <> 'ended' RETURNING a.id, a.item_id
    ) INSERT INTO touched_alert SELECT id, item_id, 'ending' FROM done
"""
END_OF_EARLIER = """
    WITH done AS (
        UPDATE alerts_alert a SET state = 'ended', ended_cause = 'earlier', ended_run = %(run)s, unsure = '',
            ended_reason = CASE WHEN a.unsure <> '' THEN '数据补齐后不再成立' ELSE '在此前未装载的一次运行中已不再出现' END
        WHERE a.state <> 'ended' AND a.last_run <> %(run)s
            AND NOT EXISTS (SELECT 1 FROM stage_ended e WHERE e.id = a.id)
            AND NOT EXISTS (
                SELECT 1 FROM stage_unknown u WHERE a.unsure <> '' AND u.rule = a.rule
                    AND u.number = CASE WHEN a.subject = 'p' THEN a.person ELSE a.household END
            )
        RETURNING a.id, a.item_id
    ) INSERT INTO touched_alert SELECT id, item_id, 'ending' FROM done
"""


def merge(run: PublishedRun, figures: Figures, on: date) -> dict[str, int]:
    """Returns how many came, came back, changed, ended, could not be judged, and left their quiet time. `on` is the day of loading.

    What comes back within its quiet time is quiet as before.
    An alert whose conclusion is unknown now has not ended: unknown is not no. It stays, and says why it cannot be judged.
    """
    _stage(run)
    execute(TOUCHED)
    known = _count("alerts_alert a JOIN stage_alert s ON s.id = a.id")
    back = _count("touched_alert WHERE state_before = 'ended'")
    changed = _count("touched_alert WHERE state_before <> 'ended'")
    values = {"run": run.id, "on": on}
    execute(MERGE, values)
    unsure = execute(NOT_SURE)
    ended = execute(END, values) + execute(END_OF_EARLIER, values)
    loud = _leave_quiet(run.id, figures, on)
    return {"came": _count("stage_alert") - known, "back": back, "changed": changed, "ended": ended, "unsure": unsure, "no_longer_quiet": loud}


def _stage(run: PublishedRun) -> None:
    execute("DROP TABLE IF EXISTS touched_alert")
    _make(STAGE, COLUMNS, lines(run))
    _make(ENDED, ENDED_COLUMNS, _columns(run, "ended", ("alert", "cause", "reason")))
    open_ = {rule for (rule,) in rows("SELECT DISTINCT rule FROM alerts_alert WHERE unsure <> ''")}
    unknown = ((rule, person if person is not None and subject == "p" else household) for rule, subject, person, household in _unknown(run, open_))
    _make(UNKNOWN, UNKNOWN_COLUMNS, unknown)


def _unknown(run: PublishedRun, wanted: set[str]) -> Iterable[Line]:
    """Only of the rules that have an alert which could not be judged: there are many unknowns, and few of those."""
    if not wanted:
        return
    for line in _columns(run, "unknown", ("rule", "subject", "person", "household")):
        if line[0] in wanted:
            yield line


def _columns(run: PublishedRun, table: str, names: tuple[str, ...]) -> Iterable[Line]:
    for batch in run.batches(table, names):
        yield from zip(*(batch.column(name).to_pylist() for name in names), strict=True)


def _make(table: str, columns: dict[str, str], content: Iterable[Line]) -> None:
    listed = ", ".join(f"{name} {kind}" for name, kind in columns.items())
    execute(f"DROP TABLE IF EXISTS {table}")
    execute(f"CREATE TEMPORARY TABLE {table} ({listed}) ON COMMIT DROP")
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as out:
        for line in content:
            out.write_row(line)
    execute(f"ANALYZE {table}")


def _leave_quiet(run: str, figures: Figures, on: date) -> int:
    """Quiet alerts that are still in the data speak again when their time is over or their facts are worse than when they were decided."""
    count = 0
    for alert in Alert.objects.filter(state=Alert.State.QUIET, last_run=run).iterator(2000):
        share = Fraction(figures.of("worse_share", alert.region, on))
        worse = worse_than(alert.decided_evidence, alert.evidence, alert.decided_grade, alert.grade, share)
        if worse or (alert.quiet_until is not None and alert.quiet_until < on):
            count += Alert.objects.filter(pk=alert.pk).update(state=Alert.State.OPEN, worse=worse, quiet_until=None)
    return count


def _count(what: str) -> int:
    counted: int = rows(f"SELECT count(*) FROM {what}")[0][0]  # noqa: S608 - names of our own
    return counted
