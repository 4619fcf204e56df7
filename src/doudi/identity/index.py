"""The person index of a cut: from a person number back to the citizen ID and the name. It stands apart from the lake.

Only exports with full numbers, the sealed identities of a cut, and linkage read it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import pyarrow as pa

from doudi.identity.keys import Keys
from doudi.kernel.errors import DoudiError, Fault, code
from doudi.lake.engine import Engine
from doudi.published.seal import Sealer

NUMBER_SHARED = code("person_number_shared", "两个公民身份号码得到同一个人员编号")


def chosen_names(seen: str) -> str:
    """The query of one line for everybody in `seen` (a table, or what stands in FROM): person, id_sealed, name, name_sealed.

    The name is that of most rows, of several the first in order; somebody without any name keeps a line.
    """
    return (
        "SELECT person, id_sealed, name, name_sealed"
        f" FROM (SELECT person, id_sealed, name, name_sealed, COUNT(*) AS rows FROM {seen} GROUP BY ALL)"
        " QUALIFY ROW_NUMBER() OVER (PARTITION BY person ORDER BY name IS NULL, rows DESC, name) = 1"
    )


class PersonIndex:
    """Looks people up in the `seen.parquet` files of a cut. `engine` needs nothing loaded; the index makes its own view `person_index`."""

    def __init__(self, engine: Engine, deliveries: Sequence[Path], keys: Keys) -> None:
        self._engine, self._sealer = engine, Sealer(keys.subkey("published"))
        paths = [folder / "seen.parquet" for folder in deliveries if (folder / "seen.parquet").exists()]
        if paths:
            engine.views({"person_index": paths})
        else:
            texts = "'' AS name, ''::BLOB AS id_sealed, ''::BLOB AS name_sealed, ''::BLOB AS phone_sealed"
            engine.execute(f"CREATE OR REPLACE VIEW person_index AS SELECT NULL::BIGINT AS person, NULL::BIGINT AS name_key, {texts} WHERE false")

    def ids_of(self, people: Iterable[int]) -> dict[int, str]:
        """Person number -> citizen ID of 18 characters, for those the index knows."""
        return {person: self.reveal(sealed, person) for person, sealed in self._lookup("id_sealed", people)}

    def names_of(self, people: Iterable[int]) -> dict[int, str]:
        """Person number -> the name that most deliveries have under it (ties: the first in order)."""
        return {person: name for person, _, name, _ in self._ask(chosen_names("person_index SEMI JOIN asked_people USING (person)"), people)}

    def phones_of(self, people: Iterable[int]) -> dict[int, str]:
        """Person number -> a phone, for those who have one."""
        return {person: found for person, sealed in self._lookup("phone_sealed", people) if (found := self._sealer.open(sealed, "phone", person))}

    def reveal(self, sealed: bytes, person: int) -> str:
        """The citizen ID behind a sealed value of the index, for results that are read batch by batch."""
        found = self._sealer.open(sealed, "id", person)
        assert found is not None
        return found

    def _lookup(self, what: str, people: Iterable[int]) -> list[tuple]:
        found = f"SELECT person, MIN({what}) FROM person_index SEMI JOIN asked_people USING (person)"
        return self._ask(f"{found} GROUP BY person ORDER BY person", people)

    def _ask(self, query: str, people: Iterable[int]) -> list[tuple]:
        self._engine.table("asked_people", pa.table({"person": pa.array(sorted(set(people)), pa.int64())}))
        return self._engine.fetch(query)


def check_numbers(engine: Engine) -> None:
    """Raise DoudiError if two citizen IDs in `seen` share a person number: 63 bits make that one chance in thousands for a whole province."""
    query = "SELECT person FROM (SELECT DISTINCT person, id_sealed FROM seen) GROUP BY person HAVING COUNT(*) > 1 LIMIT 1"
    if engine.fetch(query):
        todo = "另建数据目录并使用新的密钥（DOUDI_KEYS 指向新目录），重新接收全部文件"
        raise DoudiError(Fault(NUMBER_SHARED, "两个人得到同一个人员编号，不能继续整理", todo=todo))
