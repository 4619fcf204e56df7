"""Staging into the registry: what changed is kept as history, what people corrected stays, what is the same is not touched."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from doudi.casework.registry.loading.staging import rows, run

HOUSEHOLD_HISTORY = ("region", "rural", "members", "head")
PERSON_HISTORY = ("household", "region", "living", "listed")
SET_HOUSEHOLD = ("head", "region", "rural", "members", "facts")
SET_PERSON = ("living", "listed", "region", "facts")
IDENTITY = ("name", "pinyin", "initials", "id_sealed", "id_index", "id_masked", "phone_sealed", "phone_masked", "gender", "birth_on", "identity")


@dataclass(frozen=True)
class Load:
    """The run that is being loaded, its as-of date, and the moment of loading."""

    run: str
    on: date
    at: datetime

    @property
    def values(self) -> dict[str, object]:
        return {"run": self.run, "on": self.on, "at": self.at}


def households(load: Load) -> dict[str, int]:
    """Returns how many households came, changed and left."""
    run(_history("household", "NULL::bigint", HOUSEHOLD_HISTORY, {}), load.values)
    came = _count_new("household")
    touched = run(
        f"""
        MERGE INTO registry_household t USING stage_household s ON t.number = s.number
        WHEN MATCHED AND (t.source <> s.source OR NOT t.in_registry) THEN UPDATE SET
            {_set(SET_HOUSEHOLD)}, in_registry = true, run_id = %(run)s, seen_on = %(on)s, source = s.source, version = t.version + 1
        WHEN NOT MATCHED THEN INSERT (
            number, household_no_sealed, household_no_index, head, region, rural, members, facts, departments, in_registry, run_id, seen_on, since_on,
            source, version
        ) VALUES (
            s.number, s.household_no_sealed, s.household_no_index, s.head, s.region, s.rural, s.members, s.facts, '{{}}', true, %(run)s, %(on)s,
            %(on)s, s.source, 0
        )
        """,  # noqa: S608 - names of our own
        load.values,
    )
    return {"came": came, "changed": touched - came, "left": _leave("household", load)}


def people(load: Load) -> dict[str, int]:
    """Returns how many people came, changed and left."""
    run(_history("person", "t.household_id", PERSON_HISTORY, {"household": "household_id"}), load.values)
    run(_identity_history(), load.values)
    came = _count_new("person")
    identity = ", ".join(f"{name} = CASE WHEN s.fresh THEN s.{name} ELSE t.{name} END" for name in IDENTITY)
    touched = run(
        f"""
        MERGE INTO registry_person t USING stage_person s ON t.number = s.number
        WHEN MATCHED AND (t.source <> s.source OR NOT t.in_registry) THEN UPDATE SET
            {_set(SET_PERSON)}, {identity}, household_id = s.household, in_registry = true, run_id = %(run)s, seen_on = %(on)s, source = s.source,
            version = t.version + 1
        WHEN NOT MATCHED THEN INSERT (
            number, household_id, {", ".join(IDENTITY)}, living, listed, region, facts, departments, in_registry, run_id, seen_on, source, version
        ) VALUES (
            s.number, s.household, {", ".join(f"s.{name}" for name in IDENTITY)}, s.living, s.listed, s.region, s.facts, '{{}}', true, %(run)s,
            %(on)s, s.source, 0
        )
        """,  # noqa: S608 - names of our own
        load.values,
    )
    return {"came": came, "changed": touched - came, "left": _leave("person", load)}


def _set(columns: tuple[str, ...]) -> str:
    return ", ".join(f"{name} = s.{name}" for name in columns)


def _count_new(table: str) -> int:
    """How many of staging are not there yet; counted before the merge, which does not say."""
    there = f"SELECT 1 FROM registry_{table} t WHERE t.number = s.number"  # noqa: S608 - names of our own
    return rows(f"SELECT count(*) FROM stage_{table} s WHERE NOT EXISTS ({there})")[0][0]  # noqa: S608 - names of our own


def _history(table: str, household: str, fields: tuple[str, ...], columns: dict[str, str]) -> str:
    """Lines of `registry_change` for fields that a load makes another, before it does."""
    pairs = ", ".join(f"('{name}', t.{columns.get(name, name)}::text, s.{name}::text)" for name in (*fields, "in_registry"))
    pairs = pairs.replace("s.in_registry::text", "'true'")
    whose = "t.number, NULL::bigint" if table == "household" else f"{household}, t.number"
    return f"""
        INSERT INTO registry_change (household, person, region, at, "on", run_id, field, before, after, source)
        SELECT {whose}, s.region, %(at)s, %(on)s, %(run)s, v.field, v.before, v.after, 'run'
        FROM stage_{table} s JOIN registry_{table} t ON t.number = s.number AND (t.source <> s.source OR NOT t.in_registry)
        CROSS JOIN LATERAL (VALUES {pairs}) AS v (field, before, after)
        WHERE v.before IS DISTINCT FROM v.after
    """  # noqa: S608 - names of our own


def _identity_history() -> str:
    """A name or a telephone that became another; the ID number is what a person is known by, so it never does."""
    return """
        INSERT INTO registry_change (household, person, region, at, "on", run_id, field, before, after, source)
        SELECT t.household_id, t.number, s.region, %(at)s, %(on)s, %(run)s, v.field, v.before, v.after, 'run'
        FROM stage_person s JOIN registry_person t ON t.number = s.number AND s.fresh
        CROSS JOIN LATERAL (VALUES ('name', t.name, s.name), ('phone', t.phone_masked, s.phone_masked)) AS v (field, before, after)
        WHERE v.before IS DISTINCT FROM v.after
    """


def _leave(table: str, load: Load) -> int:
    """Those whom the run is no longer concerned with stay, with the data of the last run that was."""
    whose = "t.number, NULL::bigint" if table == "household" else "t.household_id, t.number"
    gone = f"t.in_registry AND NOT EXISTS (SELECT 1 FROM stage_{table} s WHERE s.number = t.number)"  # noqa: S608 - names of our own
    run(
        f"""
        INSERT INTO registry_change (household, person, region, at, "on", run_id, field, before, after, source)
        SELECT {whose}, t.region, %(at)s, %(on)s, %(run)s, 'in_registry', 'true', 'false', 'run' FROM registry_{table} t WHERE {gone}
        """,  # noqa: S608 - names of our own
        load.values,
    )
    return run(f"UPDATE registry_{table} t SET in_registry = false WHERE {gone}")  # noqa: S608 - names of our own
