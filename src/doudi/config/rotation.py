"""A new key for what is sealed, and everything sealed anew under it, while the site goes on reading both.

In batches, each a transaction of its own: killed in the middle, the next call goes on. A value that somebody changed meanwhile is left
as they wrote it. The blind index stays under the oldest key, so that what is searched for is found throughout; under another cipher it is
another, and is written with the value. Needs the loader.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection, transaction

from doudi.casework.access import sitekeys
from doudi.casework.access.sealing import index_of, is_current, seal, unseal
from doudi.casework.audit.actions import KEY_ADDED, KEY_RESEALED
from doudi.casework.audit.services import record
from doudi.config.noted import COMMAND_LINE

BATCH = 2000

Changed = tuple[object, bytes, bytes | None, bytes | None]
"""Key of the line, the sealed value as it was and as it is to be, and what it is found by."""


@dataclass(frozen=True)
class Column:
    """A sealed column: the unique column it is walked by, and the place each value is bound to (SQL over the line).

    `index`: the column by which its values are found, and the purpose of that index; another cipher has another.
    """

    table: str
    name: str
    key: str
    place: str
    index: tuple[str, str] | None = None


NUMBERED = ("household_no_index", "household_no")
COLUMNS = (
    Column("access_authenticator", "secret_sealed", "user_id", "'access_authenticator.secret_sealed.' || user_id"),
    Column(
        "registry_household", "household_no_sealed", "number", "'registry_household.household_no.' || number", ("household_no_index", "household_no")
    ),
    Column("registry_person", "id_sealed", "number", "'registry_person.id.' || number", ("id_index", "id")),
    Column("registry_person", "phone_sealed", "number", "'registry_person.phone.' || number"),
    Column("registry_correction", "value_sealed", "id", "'registry_person.phone.' || number"),
    Column("registry_correction", "load_sealed", "id", "'registry_person.phone.' || number"),
    Column("visits_clue", "id_sealed", "id", "'visits_clue.id.' || number", ("id_index", "id")),
    Column("visits_clue", "phone_sealed", "id", "'visits_clue.phone.' || number"),
)
"""Every sealed column there is; a test compares it with the models."""


def rotate(*, resume: bool = False) -> Iterator[tuple[str, int]]:
    """Add a key, unless the last change was not finished or `resume`; then reseal. Yields each column and how many values were sealed anew.

    Raises DoudiError if a value cannot be opened: nothing of its batch is changed.
    """
    if not resume and not unfinished():
        with transaction.atomic():
            record(COMMAND_LINE, KEY_ADDED, kind="key", detail={"keys": sitekeys.rotate()})
    total = 0
    for column in COLUMNS:
        count = sum(_reseal(column))
        total += count
        yield f"{column.table}.{column.name}", count
    with transaction.atomic():
        record(COMMAND_LINE, KEY_RESEALED, kind="key", detail={"keys": len(sitekeys.masters()), "values": total})


def unfinished() -> bool:
    """Whether something is sealed under a key (or cipher) that is not the newest."""
    return any(not is_current(sealed) for column in COLUMNS for sealed in _heads(column))


def _heads(column: Column) -> list[bytes]:
    """The different beginnings (version, key, cipher) of a column's values: a handful."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT DISTINCT substring({column.name} FROM 1 FOR 3) FROM {column.table} WHERE {column.name} IS NOT NULL")  # noqa: S608 - names of our own
        return [bytes(head) for (head,) in cursor.fetchall()]


def _reseal(column: Column) -> Iterator[int]:
    """Batch by batch along the key; yields how many were sealed anew, each time after they are kept."""
    after: object = None
    while True:
        with transaction.atomic():
            lines = _lines(column, after)
            old = [(key, bytes(sealed), place) for key, sealed, place in lines if not is_current(sealed)]
            count = _write(column, [_anew(column, *line) for line in old]) if old else 0
        if not lines:
            return
        after = lines[-1][0]
        yield count


def _anew(column: Column, key: object, sealed: bytes, place: str) -> Changed:
    plain = unseal(sealed, place) or ""
    return key, sealed, seal(plain, place), index_of(plain, column.index[1]) if column.index else None


def _lines(column: Column, after: object) -> list[tuple[object, bytes, str]]:
    past = "" if after is None else f"AND {column.key} > %(after)s"
    query = f"""
        SELECT {column.key}, {column.name}, {column.place} FROM {column.table}
        WHERE {column.name} IS NOT NULL {past} ORDER BY {column.key} LIMIT {BATCH}
    """  # noqa: S608 - names of our own
    with connection.cursor() as cursor:
        cursor.execute(query, {"after": after})
        return list(cursor.fetchall())


def _write(column: Column, changed: list[Changed]) -> int:
    """Only where the old value still stands."""
    query = f"""
        UPDATE {column.table} AS line SET {column.name} = made.fresh{f", {column.index[0]} = made.found" if column.index else ""}
        FROM unnest(%s::bigint[], %s::bytea[], %s::bytea[], %s::bytea[]) AS made(key, old, fresh, found)
        WHERE line.{column.key} = made.key AND line.{column.name} = made.old
    """  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(query, [list(values) for values in zip(*changed, strict=True)])
        return cursor.rowcount
