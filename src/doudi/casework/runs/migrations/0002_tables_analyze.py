from django.db import migrations

FUNCTION = """
CREATE FUNCTION tables_analyze(wanted text[]) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE one text;
BEGIN
    FOREACH one IN ARRAY wanted LOOP EXECUTE format('ANALYZE public.%I', one); END LOOP;
END $$;
REVOKE EXECUTE ON FUNCTION tables_analyze(text[]) FROM PUBLIC, doudi_app;
"""


class Migration(migrations.Migration):
    """Only a table's owner may analyze it, and the loader owns none: so the owner lends it this one thing."""

    dependencies = [
        ("runs", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION tables_analyze(text[])"),
    ]
