"""Which departments have work with a household, and so may see it."""

from __future__ import annotations

from collections.abc import Sequence

from doudi.casework.registry.loading.staging import run

HOUSEHOLDS = """
    WITH work AS (
        SELECT household, department FROM alerts_alert WHERE state <> 'ended' AND household IS NOT NULL AND {only}
        UNION SELECT household, department FROM dispatch_workitem WHERE state <> 'closed' AND household IS NOT NULL AND {only}
    ), wanted AS (SELECT household, array_agg(department::varchar ORDER BY department) AS departments FROM work GROUP BY household)
    UPDATE registry_household t SET departments = COALESCE(w.departments, '{{}}')
    FROM registry_household o LEFT JOIN wanted w ON w.household = o.number
    WHERE o.number = t.number AND {these} AND t.departments IS DISTINCT FROM COALESCE(w.departments, '{{}}')
"""
MEMBERS = """
    UPDATE registry_person t SET departments = h.departments FROM registry_household h
    WHERE h.number = t.household_id AND {these} AND t.departments IS DISTINCT FROM h.departments
"""
ALONE = """
    WITH wanted AS (
        SELECT person, array_agg(DISTINCT department::varchar ORDER BY department::varchar) AS departments FROM (
            SELECT person, department FROM alerts_alert WHERE state <> 'ended' AND household IS NULL AND person IS NOT NULL
            UNION ALL SELECT person, department FROM dispatch_workitem WHERE state <> 'closed' AND household IS NULL AND person IS NOT NULL
        ) work GROUP BY person
    )
    UPDATE registry_person t SET departments = COALESCE(w.departments, '{}')
    FROM registry_person o LEFT JOIN wanted w ON w.person = o.number
    WHERE o.number = t.number AND t.departments IS DISTINCT FROM COALESCE(w.departments, '{}')
        AND NOT EXISTS (SELECT 1 FROM registry_household h WHERE h.number = t.household_id)
"""


def departments_settle(households: Sequence[int] | None = None) -> dict[str, int]:
    """Bring `departments` of households and their members in line with open alerts and open work; of some households, or of all and everybody.

    To be called in the transaction of the act. Only what the caller's scope lets through is touched.
    """
    if households is None:
        done = run(HOUSEHOLDS.format(only="true", these="true"))
        return {"households": done, "people": run(MEMBERS.format(these="true")) + run(ALONE)}
    values = {"numbers": list(households)}
    done = run(HOUSEHOLDS.format(only="household = ANY(%(numbers)s)", these="t.number = ANY(%(numbers)s)"), values)
    return {"households": done, "people": run(MEMBERS.format(these="t.household_id = ANY(%(numbers)s)"), values)}
