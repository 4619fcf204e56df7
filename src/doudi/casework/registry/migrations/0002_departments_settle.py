from django.db import migrations

FUNCTION = """
CREATE FUNCTION registry_departments_settle(numbers bigint[]) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public AS $$
DECLARE lo text := current_setting('doudi.lo', true); hi text := current_setting('doudi.hi', true);
    mine text := current_setting('doudi.department', true);
BEGIN
    PERFORM set_config('doudi.lo', '0', true), set_config('doudi.hi', ':', true), set_config('doudi.department', '*', true);
    WITH work AS (
        SELECT a.household, coalesce(i.department, a.department) AS department
        FROM alerts_alert a LEFT JOIN dispatch_workitem i ON i.id = a.item_id AND i.state <> 'closed'
        WHERE a.state <> 'ended' AND a.household = ANY(numbers)
        UNION SELECT household, department FROM dispatch_workitem WHERE state <> 'closed' AND household = ANY(numbers)
    ), wanted AS (SELECT household, array_agg(department::varchar ORDER BY department) AS departments FROM work GROUP BY household)
    UPDATE registry_household t SET departments = w.departments
    FROM wanted w WHERE w.household = t.number AND t.departments IS DISTINCT FROM w.departments;
    UPDATE registry_person t SET departments = h.departments FROM registry_household h
    WHERE h.number = t.household_id AND h.number = ANY(numbers) AND t.departments IS DISTINCT FROM h.departments;
    PERFORM set_config('doudi.lo', coalesce(lo, ''), true), set_config('doudi.hi', coalesce(hi, ''), true),
        set_config('doudi.department', coalesce(mine, ''), true);
END $$;
"""


class Migration(migrations.Migration):
    """Which departments have work with a household is true of all departments' work, which nobody who takes a step sees: so the owner's function asks.

    It lends nobody anything: what it writes follows from the work there is, and it returns nothing.
    """

    dependencies = [
        ("registry", "0001_initial"),
        ("alerts", "0001_initial"),
        ("dispatch", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION registry_departments_settle(bigint[])"),
    ]
