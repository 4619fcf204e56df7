"""What a newly loaded run means for the work: answers are checked, causes that are gone settled, new alerts become items, a day's share goes out."""

from __future__ import annotations

from datetime import date, datetime, time

from django.db import transaction
from django.db.models import QuerySet

from doudi.casework.access.actor import Actor
from doudi.casework.alerts.models import Alert
from doudi.casework.dispatch.checking import Settling, answers_check, locked
from doudi.casework.dispatch.grouping import items_group
from doudi.casework.dispatch.loop import ACTING
from doudi.casework.dispatch.models import State, WorkItem
from doudi.casework.dispatch.pushing import items_push_for_day
from doudi.casework.dispatch.sqlrun import execute
from doudi.casework.dispatch.stepping import step_by_platform
from doudi.kernel.clock import CHINA, now
from doudi.published.read import PublishedRun

CAUSES = {"miss": "条件不再成立", "subject_gone": "对象已不在名单", "rule_gone": "规则已不执行", "earlier": "已不再出现"}


@transaction.atomic
def items_open_for_run(run: PublishedRun, *, by: Actor, on: date) -> dict[str, int]:
    """Settle the work after `alerts.services.alerts_merge`, in the same transaction, as the loader; the same run again changes nothing.

    `on` is the day from which new terms count. Returns how many items were closed or reopened by the check, ended, sent to be confirmed, came back,
    were opened or joined, handed out, and how many alerts found no office.
    """
    by.must("work.redirect")
    it = Settling(by, run.id, run.as_of, on, moment_of(on))
    closed, reopened = answers_check(it)
    counts = {"closed": closed, "reopened": reopened, "ended": _end_untouched(it), "gone": _ask_whether_gone(it), "back": _bring_back(it)}
    counts |= items_group(by=by, run=run.id, on=on, at=it.at)
    counts["pushed"] = items_push_for_day(by, on=on, at=it.at, even_on_a_day_off=True)
    return counts


def moment_of(day: date) -> datetime:
    """Now, if the day is today; else eight o'clock of that day: what is brought in afterwards is written down for the day it stands for."""
    moment = now()
    return moment if moment.date() == day else datetime.combine(day, time(8), CHINA)


def _without_cause() -> QuerySet[WorkItem]:
    """Items that came from alerts, all of which have ended."""
    return (
        WorkItem.objects.filter(alerts__isnull=False).exclude(alerts__state__in=[Alert.State.OPEN, Alert.State.DECIDED, Alert.State.QUIET]).distinct()
    )


END_UNTOUCHED = """
    WITH done AS (
        UPDATE dispatch_workitem i SET state = 'closed', closed_on = %(on)s, cause_gone = true, gone_run = %(run)s, version = version + 1,
            state_before_gone = i.state, gone_reason = e.reason
        FROM (
            SELECT a.item_id, left(string_agg(DISTINCT a.name || '：' || a.ended_reason, '；'), 1000) AS reason
            FROM alerts_alert a GROUP BY a.item_id HAVING bool_and(a.state = 'ended') AND NOT bool_or(a.grade = 'R')
        ) e
        WHERE e.item_id = i.id AND i.state IN ('waiting', 'pushed') AND i.grade <> 'R' AND i.assignee_id IS NULL AND i.reopened = 0
            AND NOT EXISTS (SELECT 1 FROM dispatch_event v WHERE v.item_id = i.id AND v."user" IS NOT NULL)
        RETURNING i.id, i.state_before_gone, i.gone_reason
    )
    INSERT INTO dispatch_event (item_id, at, actor, role, step, state_before, state_after, note, data, facts_hash)
    SELECT id, %(at)s, %(actor)s, '', 'end', state_before_gone, 'closed', gone_reason, jsonb_build_object('run', %(run)s::text), '' FROM done
"""


def _end_untouched(it: Settling) -> int:
    """None red, and nobody has begun: closed with the reason and the run's number; all at once, because after a correction there may be thousands."""
    return execute(END_UNTOUCHED, {"on": it.on, "run": it.run, "at": it.at, "actor": it.by.name})


def _ask_whether_gone(it: Settling) -> int:
    """Red, or work has begun: somebody confirms."""
    count = 0
    for item in locked(WorkItem.objects.filter(pk__in=_without_cause().values("pk"), state__in=[*ACTING, State.WAITING])):
        ended = "；".join(sorted({f"{alert.name}：{alert.ended_reason}" for alert in Alert.objects.filter(item=item)}))
        step_by_platform(it.by, item=item, step="gone", at=it.at, note=ended, run=it.run)
        count += 1
    return count


def _bring_back(it: Settling) -> int:
    """To be confirmed as gone, but this run shows the cause again."""
    count = 0
    showing = Alert.objects.filter(item__state=State.GONE, state=Alert.State.OPEN, last_run=it.run).values("item")
    for item in locked(WorkItem.objects.filter(pk__in=showing)):
        step_by_platform(it.by, item=item, step="back", at=it.at, note="数据里又出现", run=it.run)
        count += 1
    return count
