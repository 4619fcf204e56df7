"""Alerts become work items: all of one household at one office are one item, and later ones join it as long as it is open."""

from __future__ import annotations

from datetime import date, datetime

from doudi.casework.access.actor import Actor
from doudi.casework.audit.services import record
from doudi.casework.dispatch.actions import STEP_ACTIONS
from doudi.casework.dispatch.calendar import calendar
from doudi.casework.dispatch.numbers import numbers_take
from doudi.casework.dispatch.sqlrun import execute, rows
from doudi.casework.runs.analysis import tables_analyze

LEAVE_CLOSED = """
    UPDATE alerts_alert a SET item_id = NULL FROM dispatch_workitem i WHERE a.item_id = i.id AND i.state = 'closed' AND a.state = 'open'
"""
FREE = """
    CREATE TEMPORARY TABLE free_alert ON COMMIT DROP AS
    SELECT a.id, CASE WHEN a.household IS NULL THEN a.person END AS person, a.household, a.region, a.department, a.grade, a.within_working_days,
        a.name, a.evidence -> 0 ->> 'says' AS says, position(a.grade in 'ROYB') - 1 AS urgency, o.id AS office, o.region_id AS office_region,
        i.id AS item, coalesce(a.household, a.person) AS subject, a.household IS NULL AS alone
    FROM alerts_alert a
    LEFT JOIN LATERAL (
        SELECT o.id, o.region_id FROM organisation_office o
        WHERE o.closed_on IS NULL AND (
            (a.level = 'township' AND length(a.region) >= 9 AND o.region_id = left(a.region, 9) AND o.department = 'township')
            OR (o.department = a.department AND (
                (a.level IN ('township', 'county') AND length(a.region) >= 6 AND o.region_id = left(a.region, 6))
                OR (a.level <> 'province' AND length(a.region) >= 4 AND o.region_id = left(a.region, 4))
                OR o.region_id = left(a.region, 2)
            ))
        )
        ORDER BY length(o.region_id) DESC LIMIT 1
    ) o ON true
    LEFT JOIN dispatch_workitem i ON i.office_id = o.id AND i.origin = 'alert' AND i.state <> 'closed'
        AND coalesce(i.household, i.person) = coalesce(a.household, a.person) AND (i.household IS NULL) = (a.household IS NULL)
    WHERE a.state = 'open' AND a.item_id IS NULL
"""
GROUPS = """
    CREATE TEMPORARY TABLE new_group ON COMMIT DROP AS
    SELECT g.*, row_number() OVER (PARTITION BY g.county ORDER BY g.urgency, g.household, g.person, g.office) AS number FROM (
        SELECT household, person, office, min(office_region) AS office_region, min(department) AS department, min(urgency) AS urgency,
            min(within_working_days) AS days, (array_agg(region ORDER BY length(region) DESC, region))[1] AS region,
            left((array_agg(region ORDER BY length(region) DESC, region))[1], 6) AS county,
            left(string_agg(DISTINCT name, '、'), 200) AS signals,
            left((array_agg(says ORDER BY urgency, id))[1], 400) AS says, subject, alone, jsonb_agg(id ORDER BY id) AS alerts
        FROM free_alert WHERE item IS NULL AND office IS NOT NULL GROUP BY household, person, subject, alone, office
    ) g
"""
INSERT = """
    INSERT INTO dispatch_workitem (
        number, household, person, head_name, region, county, township, place, department, level, office_id, origin, grade, urgency, signals, subject,
        state, state_before_gone, within_working_days, opened_on, due_estimated, verdict, verified_how, result_code, result_note, return_reason,
        reopened, cause_gone, gone_reason, gone_run, version
    )
    SELECT %(year)s || '-' || g.county || '-' || lpad((c.first + g.number)::text, 6, '0'), g.household, g.person,
        coalesce(p.name, h.name, ''), g.region, CASE WHEN length(g.county) = 6 THEN g.county ELSE '' END,
        CASE WHEN length(g.region) >= 9 THEN left(g.region, 9) ELSE '' END, left(concat(t.name, v.name), 120),
        g.department,
        CASE length(g.office_region) WHEN 2 THEN 'province' WHEN 4 THEN 'prefecture' WHEN 6 THEN 'county' ELSE 'township' END,
        g.office, 'alert', substr('ROYB', g.urgency + 1, 1), g.urgency, g.signals, coalesce(g.says, ''),
        'waiting', '', g.days, %(on)s, false, '', '', '', '', '', 0, false, '', '', 1
    FROM new_group g
    JOIN (SELECT * FROM unnest(%(counties)s::text[], %(firsts)s::bigint[]) AS c (county, first)) c ON c.county = g.county
    LEFT JOIN registry_household f ON f.number = g.household
    LEFT JOIN registry_person h ON h.number = f.head
    LEFT JOIN registry_person p ON p.number = g.person
    LEFT JOIN organisation_region t ON t.code = left(g.region, 9) AND length(g.region) >= 9
    LEFT JOIN organisation_region v ON v.code = g.region AND length(g.region) = 12
"""
ATTACH = """
    UPDATE alerts_alert a SET item_id = i.id FROM free_alert f JOIN dispatch_workitem i
        ON i.office_id = f.office AND i.origin = 'alert' AND i.state <> 'closed'
        AND coalesce(i.household, i.person) = f.subject AND (i.household IS NULL) = f.alone
    WHERE a.id = f.id
"""
OPENED = """
    INSERT INTO dispatch_event (item_id, at, actor, role, step, state_before, state_after, note, data, facts_hash)
    SELECT i.id, %(at)s, %(actor)s, '', 'open', '', 'waiting', i.signals,
        jsonb_build_object('run', %(run)s::text, 'alerts', g.alerts), ''
    FROM new_group g JOIN dispatch_workitem i ON i.office_id = g.office AND i.origin = 'alert' AND i.state <> 'closed'
        AND coalesce(i.household, i.person) = g.subject AND (i.household IS NULL) = g.alone
"""
JOINED = """
    CREATE TEMPORARY TABLE joined_item ON COMMIT DROP AS
    SELECT item, jsonb_agg(id ORDER BY id) AS alerts, min(days) AS days, bool_or(fresh) AS fresh FROM (
        SELECT item, id, within_working_days AS days, true AS fresh FROM free_alert WHERE item IS NOT NULL
        UNION ALL
        SELECT i.id, t.id, NULL, false FROM touched_alert t JOIN dispatch_workitem i ON i.id = t.item_id AND i.state <> 'closed'
        WHERE EXISTS (SELECT 1 FROM alerts_alert other WHERE other.item_id = i.id AND other.state <> 'ended')
    ) j GROUP BY item
"""
UPDATE_JOINED = """
    UPDATE dispatch_workitem i SET version = i.version + 1, urgency = l.urgency, grade = substr('ROYB', l.urgency + 1, 1), signals = l.signals,
        within_working_days = least(i.within_working_days, l.days)
    FROM joined_item j JOIN (
        SELECT item_id, min(position(grade in 'ROYB') - 1) AS urgency, left(string_agg(DISTINCT name, '、'), 200) AS signals,
            min(within_working_days) AS days
        FROM alerts_alert WHERE state <> 'ended' GROUP BY item_id
    ) l ON l.item_id = j.item
    WHERE i.id = j.item
"""
EARLIER = """
    UPDATE dispatch_workitem i SET due_on = %(due)s, due_estimated = %(estimated)s
    FROM joined_item j WHERE i.id = j.item AND j.fresh AND j.days = %(days)s AND i.due_on > %(due)s
"""
JOIN_EVENTS = """
    INSERT INTO dispatch_event (item_id, at, actor, role, step, state_before, state_after, note, data, facts_hash)
    SELECT i.id, %(at)s, %(actor)s, '', 'join', i.state, i.state, CASE WHEN j.fresh THEN '并入新的线索' ELSE '依据有变化' END,
        jsonb_build_object('run', %(run)s::text, 'alerts', j.alerts), ''
    FROM joined_item j JOIN dispatch_workitem i ON i.id = j.item
"""
# An item is about a household, or about a person without one: `subject` and `alone` say which by equality, so that the joins can hash. With CASE or
# IS NOT DISTINCT FROM they compare every pair, which takes hours for fifty thousand groups.
TABLES = ("free_alert", "new_group", "joined_item")


def items_group(*, by: Actor, run: str, on: date, at: datetime) -> dict[str, int]:
    """Group the open alerts that have no item; returns how many items were opened, how many changed, how many alerts found no office.

    `touched_alert` (of `alerts.merging`) names the alerts whose facts changed in this run, or that ended: whoever has such an item open must see
    the change before deciding, so its version moves.
    """
    values = {"run": run, "on": on, "at": at, "actor": by.name, "year": on.year}
    for table in TABLES:
        execute(f"DROP TABLE IF EXISTS {table}")
    execute(LEAVE_CLOSED)
    execute(FREE)
    execute("ANALYZE free_alert")
    execute(GROUPS)
    execute("ANALYZE new_group")
    counties = rows("SELECT county, count(*) FROM new_group GROUP BY county ORDER BY county")
    firsts = [numbers_take(on.year, county, count) for county, count in counties]
    opened = execute(INSERT, values | {"counties": [county for county, _ in counties], "firsts": firsts})
    tables_analyze("dispatch_workitem")
    execute(ATTACH)
    execute(OPENED, values)
    changed = _join(values, on)
    lost = rows("SELECT count(*) FROM free_alert WHERE office IS NULL")[0][0]
    if opened or changed:
        record(by, STEP_ACTIONS["open"], kind="items", object=run[:64], detail={"opened": opened, "changed": changed, "no_office": lost})
    return {"opened": opened, "changed": changed, "no_office": lost}


def _join(values: dict[str, object], on: date) -> int:
    """What became of open items: graver, or with a shorter term if a new alert brings one."""
    execute(JOINED)
    changed = execute(UPDATE_JOINED)
    days = calendar()
    for (term,) in rows("SELECT DISTINCT days FROM joined_item WHERE fresh AND days IS NOT NULL"):
        deadline = days.after(on, term)
        execute(EARLIER, {"due": deadline.on, "estimated": deadline.estimated, "days": term})
    execute(JOIN_EVENTS, values)
    return changed
