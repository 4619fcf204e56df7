"""The person index of a cut: from a person number back to the citizen ID and the name. It stands apart from the lake.

Only exports with full numbers, the encrypted identities of a run, and linkage read it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import pyarrow as pa

from doudi.identity.keys import Keys
from doudi.identity.sealed import IdSealer
from doudi.kernel.errors import DoudiError, Fault, code
from doudi.lake.engine import Engine

NUMBER_SHARED = code("person_number_shared", "两个公民身份号码得到同一个人员编号")

NAMES = """
SELECT person, name
FROM (
    SELECT person, name, ROW_NUMBER() OVER (PARTITION BY person ORDER BY CASE WHEN name IS NULL THEN 1 ELSE 0 END, rows DESC, name) AS place
    FROM (SELECT person, name, COUNT(*) AS rows FROM person_index SEMI JOIN asked_people USING (person) GROUP BY person, name)
)
WHERE place = 1
ORDER BY person
"""
"""The name of most rows; `mode` says the same, but not in every engine. Somebody without any name keeps a row."""

EVERYTHING = f"""
SELECT a.person, a.id_sealed, a.phone_sealed, n.name
FROM (
    SELECT person, MIN(id_sealed) AS id_sealed, MIN(phone_sealed) AS phone_sealed
    FROM person_index SEMI JOIN asked_people USING (person) GROUP BY person
) a
JOIN ({NAMES}) n ON a.person = n.person
"""


class PersonIndex:
    """Looks people up in the `seen.parquet` files of a cut. `engine` needs nothing loaded; the index makes its own view `person_index`."""

    def __init__(self, engine: Engine, deliveries: Sequence[Path], keys: Keys) -> None:
        self._engine, self._sealer = engine, IdSealer(keys)
        hidden = [folder / "hidden.parquet" for folder in deliveries if (folder / "hidden.parquet").exists()]
        self._hides = bool(hidden)
        if hidden:
            engine.views({"hidden_texts": hidden})
        paths = [folder / "seen.parquet" for folder in deliveries if (folder / "seen.parquet").exists()]
        if paths:
            engine.views({"person_index": paths})
        else:
            columns = "NULL::BIGINT AS person, NULL::BIGINT AS name_key, '' AS name, ''::BLOB AS id_sealed, ''::BLOB AS phone_sealed"
            engine.execute(f"CREATE OR REPLACE VIEW person_index AS SELECT {columns} WHERE false")

    def ids_of(self, people: Iterable[int]) -> dict[int, str]:
        """Person number -> citizen ID of 18 characters, for those the index knows."""
        return {person: self._sealer.unseal(sealed) for person, sealed in self._lookup("min(id_sealed)", people) if sealed is not None}

    def names_of(self, people: Iterable[int]) -> dict[int, str]:
        """Person number -> the name that most deliveries have under it (ties: the first in order)."""
        return dict(self._ask(NAMES, people))

    def phones_of(self, people: Iterable[int]) -> dict[int, str]:
        """Person number -> a phone, for those who have one."""
        return {person: self._sealer.unseal(sealed) for person, sealed in self._lookup("min(phone_sealed)", people) if sealed is not None}

    def gather(self, people: str, table: str) -> None:
        """Make a table (person, id_sealed, phone_sealed, name) of those of the people whom the index knows; `people`: a query with a column `person`.

        For many people at once: the index is read once.
        """
        self._engine.execute(f"CREATE OR REPLACE TABLE asked_people AS {people}")
        self._engine.execute(f"CREATE OR REPLACE TABLE {table} AS {EVERYTHING}")

    def hidden_texts(self, shown: Iterable[str]) -> dict[str, str]:
        """What the lake shows of household numbers with a citizen ID in them -> the numbers as delivered, of those that are known."""
        self._engine.table("asked_texts", pa.table({"text": pa.array(sorted(set(shown)), pa.string())}))
        query = "SELECT text, MIN(sealed) FROM hidden_texts SEMI JOIN asked_texts USING (text) GROUP BY text ORDER BY text"
        return {text: self._sealer.unseal(sealed) for text, sealed in self._engine.fetch(query)} if self._hides else {}

    def reveal(self, sealed: bytes) -> str:
        """The citizen ID or phone behind a sealed value of the index, for results that are read batch by batch."""
        return self._sealer.unseal(sealed)

    def _lookup(self, what: str, people: Iterable[int]) -> list[tuple]:
        return self._ask(f"SELECT person, {what} FROM person_index SEMI JOIN asked_people USING (person) GROUP BY person ORDER BY person", people)

    def _ask(self, query: str, people: Iterable[int]) -> list[tuple]:
        self._engine.table("asked_people", pa.table({"person": pa.array(sorted(set(people)), pa.int64())}))
        return self._engine.fetch(query)


def check_numbers(engine: Engine) -> None:
    """Raise DoudiError if two citizen IDs in `seen` share a person number: 63 bits make that one chance in thousands for a whole province."""
    query = "SELECT person FROM seen GROUP BY person HAVING min(id_sealed) <> max(id_sealed) LIMIT 1"
    if engine.fetch(query):
        todo = "另建数据目录并使用新的密钥（DOUDI_KEYS 指向新目录），重新接收全部文件"
        raise DoudiError(Fault(NUMBER_SHARED, "两个人得到同一个人员编号，不能继续整理", todo=todo))
