"""Row-level security as operations of a migration: on, forced, one policy for reading and writing."""

from __future__ import annotations

from django.db.migrations.operations import RunSQL

LO, HI = "nullif(current_setting('doudi.lo', true), '')", "nullif(current_setting('doudi.hi', true), '')"
MINE = "current_setting('doudi.department', true)"

IN_REGION = f"region >= {LO} AND region < {HI}"
"""For tables with a column `region` (collation C): a range, which an index can answer; a prefix could not."""

OF_DEPARTMENT = f"({MINE} = '*' OR department = {MINE})"
"""For tables with a column `department`: the office's own, or all of them."""

FOR_DEPARTMENTS = f"({MINE} = '*' OR departments::text[] @> ARRAY[{MINE}])"
"""For tables with a column `departments` (text[]): those that have work with this household."""


def through(table: str, column: str, key: str = "id") -> str:
    """Visible if the line it hangs on is: that table's own policy is asked."""
    return f"EXISTS (SELECT 1 FROM {table} AS upper WHERE upper.{key} = {column})"  # noqa: S608 - names of our own


def row_security(table: str, using: str) -> RunSQL:
    """Nobody but a role that bypasses it reads or writes a row for which `using` does not hold, the owner included."""
    return RunSQL(
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;"
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY;"
        f"CREATE POLICY scope ON {table} USING ({using}) WITH CHECK ({using});",
        f"DROP POLICY scope ON {table}; ALTER TABLE {table} DISABLE ROW LEVEL SECURITY; ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY;",
    )


def policy_replaced(table: str, before: str, after: str) -> RunSQL:
    """Another condition for the rows that are read and written."""
    return RunSQL(
        f"ALTER POLICY scope ON {table} USING ({after}) WITH CHECK ({after})", f"ALTER POLICY scope ON {table} USING ({before}) WITH CHECK ({before})"
    )


def append_only(table: str) -> RunSQL:
    """Lines are added, never changed or removed, whoever asks; and the site has no right to try."""
    return RunSQL(
        f"""
        CREATE FUNCTION {table}_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION '{table} is append-only'; END $$;
        CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_is_append_only();
        CREATE TRIGGER never_emptied BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {table}_is_append_only();
        REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM doudi_app;
        """,
        f"""
        DROP TRIGGER append_only ON {table}; DROP TRIGGER never_emptied ON {table}; DROP FUNCTION {table}_is_append_only();
        GRANT UPDATE, DELETE ON {table} TO doudi_app;
        """,
    )
