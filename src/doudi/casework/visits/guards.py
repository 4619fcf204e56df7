"""What the database refuses, whoever asks: as operations of a migration."""

from __future__ import annotations

from django.db.migrations.operations import RunSQL


def never_rewritten(table: str, column: str, state: str) -> RunSQL:
    """A line in this state keeps its `column` and its state: what was handed in is evidence."""
    return RunSQL(
        f"""
        CREATE FUNCTION {table}_{column}_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF NEW.{column} IS DISTINCT FROM OLD.{column} OR NEW.state <> OLD.state THEN
                RAISE EXCEPTION '{table}.{column} of what is {state} is never rewritten';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER {column}_is_kept BEFORE UPDATE ON {table}
            FOR EACH ROW WHEN (OLD.state = '{state}') EXECUTE FUNCTION {table}_{column}_is_kept();
        """,
        f"DROP TRIGGER {column}_is_kept ON {table}; DROP FUNCTION {table}_{column}_is_kept();",
    )
