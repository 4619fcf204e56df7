"""The statement that adds up a day's figures, for every place from the province to the village."""

from __future__ import annotations

SOURCES: dict[str, str] = {
    "people and households judged": """
        SELECT p.region, NULL AS department, v.key, v.n FROM runs_place p
        CROSS JOIN LATERAL (VALUES ('households', p.households), ('persons', p.living)) v (key, n) WHERE p.run_id = %(run)s
    """,
    "households in the registry": """
        SELECT c.region, NULL, 'covered', count(DISTINCT c.household) FROM registry_category c WHERE c.ends_on IS NULL GROUP BY c.region
    """,
    "people by category": """
        SELECT c.region, NULL, 'category:' || c.code, count(*) FROM registry_category c WHERE c.ends_on IS NULL GROUP BY c.region, c.code
    """,
    "leads": """
        SELECT a.region, a.department, v.key, count(*) FROM alerts_alert a
        CROSS JOIN LATERAL (VALUES ('leads'), ('leads:' || a.grade), ('leads:' || a.kind)) v (key)
        WHERE a.state IN ('open', 'decided') GROUP BY a.region, a.department, v.key
    """,
    "work": """
        SELECT i.region, i.department, v.key, count(*) FROM dispatch_workitem i
        CROSS JOIN LATERAL (VALUES
            ('waiting', i.state = 'waiting'),
            ('open', i.state IN ('pushed', 'returned', 'accepted', 'verified', 'conference', 'handled', 'gone', 'reopened')),
            ('unaccepted', i.state = 'pushed' AND i.accept_by < %(day)s),
            ('overdue', i.state NOT IN ('waiting', 'answered', 'closed') AND i.due_on < %(day)s),
            ('returned', i.state = 'returned'),
            ('answered', i.answered_on > %(since)s),
            ('in_time', i.answered_on > %(since)s AND (i.due_on IS NULL OR i.answered_on <= i.due_on)),
            ('reopened', i.answered_on > %(since)s AND i.reopened > 0)
        ) v (key, holds) WHERE v.holds GROUP BY i.region, i.department, v.key
    """,
    "results sent back by the reviewer": """
        SELECT i.region, i.department, v.key, count(*) FROM dispatch_event e JOIN dispatch_workitem i ON i.id = e.item_id
        CROSS JOIN LATERAL (VALUES ('reviewed', true), ('sent_back', e.step = 'send_back')) v (key, holds)
        WHERE e.step IN ('approve', 'send_back') AND e.at > %(since)s AND v.holds GROUP BY i.region, i.department, v.key
    """,
    "visits": """
        SELECT v.region, NULL, k.key, count(*) FROM visits_visit v
        CROSS JOIN LATERAL (VALUES
            ('visits', v.state = 'planned'), ('visits_overdue', v.state = 'planned' AND v.due_on < %(day)s),
            ('visited', v.state = 'done' AND v.done_at > %(since)s)
        ) k (key, holds) WHERE k.holds GROUP BY v.region, k.key
    """,
}
"""What is counted: region, department or NULL, key, number."""

COUNT = f"""
    WITH counted (region, department, key, n) AS ({" UNION ALL ".join(SOURCES.values())}),
    placed AS (SELECT CASE WHEN c.region = '' THEN %(province)s ELSE c.region END AS region, c.department, c.key, c.n FROM counted c),
    summed AS (
        SELECT left(p.region, l.digits) AS place, coalesce(p.department, '') AS department, p.key, sum(p.n)::bigint AS n
        FROM placed p CROSS JOIN (VALUES (2), (4), (6), (9), (12)) l (digits) WHERE length(p.region) >= l.digits
        GROUP BY GROUPING SETS ((1, p.key), (1, p.department, p.key))
        HAVING grouping(p.department) = 1 OR p.department IS NOT NULL
    ),
    shaped AS (SELECT s.place, s.department, jsonb_object_agg(s.key, s.n) AS figures FROM summed s GROUP BY s.place, s.department),
    ruled AS (
        SELECT left(a.region, l.digits) AS place, a.rule, count(*) AS n FROM alerts_alert a CROSS JOIN (VALUES (2), (4), (6), (9), (12)) l (digits)
        WHERE a.state IN ('open', 'decided') AND length(a.region) >= l.digits GROUP BY 1, 2
    ),
    rules AS (SELECT r.place, jsonb_object_agg(r.rule, r.n) AS rules FROM ruled r GROUP BY r.place)
    INSERT INTO statistics_placeday (day, place, run, figures, rules)
    SELECT %(day)s, s.place, %(run)s, jsonb_object_agg(s.department, s.figures), coalesce(min(r.rules::text)::jsonb, '{{}}')
    FROM shaped s LEFT JOIN rules r ON r.place = s.place GROUP BY s.place
"""  # noqa: S608 - parts of our own
