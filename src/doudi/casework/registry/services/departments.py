"""Which departments have work with a household, and so may see it. After a step `registry_departments_settle` of the database does it for one."""

from __future__ import annotations

from doudi.casework.registry.loading.staging import run

HOUSEHOLDS = """
    WITH work AS (
        SELECT a.household, coalesce(i.department, a.department) AS department
        FROM alerts_alert a LEFT JOIN dispatch_workitem i ON i.id = a.item_id AND i.state <> 'closed'
        WHERE a.state <> 'ended' AND a.household IS NOT NULL
        UNION SELECT household, department FROM dispatch_workitem WHERE state <> 'closed' AND household IS NOT NULL
    ), wanted AS (SELECT household, array_agg(department::varchar ORDER BY department) AS departments FROM work GROUP BY household)
    UPDATE registry_household t SET departments = COALESCE(w.departments, '{}')
    FROM registry_household o LEFT JOIN wanted w ON w.household = o.number
    WHERE o.number = t.number AND t.departments IS DISTINCT FROM COALESCE(w.departments, '{}')
"""
MEMBERS = """
    UPDATE registry_person t SET departments = h.departments FROM registry_household h
    WHERE h.number = t.household_id AND t.departments IS DISTINCT FROM h.departments
"""
ALONE = """
    WITH wanted AS (
        SELECT person, array_agg(DISTINCT department::varchar ORDER BY department::varchar) AS departments FROM (
            SELECT a.person, coalesce(i.department, a.department) AS department
            FROM alerts_alert a LEFT JOIN dispatch_workitem i ON i.id = a.item_id AND i.state <> 'closed'
            WHERE a.state <> 'ended' AND a.household IS NULL AND a.person IS NOT NULL
            UNION ALL SELECT person, department FROM dispatch_workitem WHERE state <> 'closed' AND household IS NULL AND person IS NOT NULL
        ) work GROUP BY person
    )
    UPDATE registry_person t SET departments = COALESCE(w.departments, '{}')
    FROM registry_person o LEFT JOIN wanted w ON w.person = o.number
    WHERE o.number = t.number AND t.departments IS DISTINCT FROM COALESCE(w.departments, '{}')
        AND NOT EXISTS (SELECT 1 FROM registry_household h WHERE h.number = t.household_id)
"""


def departments_settle() -> dict[str, int]:
    """Bring `departments` of all households, their members and people alone in line with leads and open work. To be called by the loader."""
    done = run(HOUSEHOLDS)
    return {"households": done, "people": run(MEMBERS) + run(ALONE)}
