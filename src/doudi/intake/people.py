"""What a delivery tells of people and households, kept apart from its rows: for the person index, and of rows whose number is not sound.

Identities are sealed here, once: cuts and published runs carry the sealed values on.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from doudi.identity.columns import HOUSEHOLD_NO
from doudi.identity.keys import Keys
from doudi.identity.sealed import seal
from doudi.identity.stamp import StampedIds
from doudi.lake.parquet import ParquetOut
from doudi.published.seal import Sealer

SEEN = pa.schema(
    [("person", pa.int64()), ("name_key", pa.int64()), ("name", pa.string()), ("id_sealed", pa.binary()), ("name_sealed", pa.binary()),
     ("phone_sealed", pa.binary())]
)  # fmt: skip
HOUSES = pa.schema([("household", pa.int64()), ("household_no", pa.string()), ("sealed", pa.binary())])
DOUBTFUL = pa.schema([("row", pa.int32()), *((name, pa.string()) for name in ("field", "state", "cleaned", "name", "certificate"))])
_WRITE_AT = 8_192
_KEPT = 100_000
"""People remembered; more are forgotten at once, so that memory does not grow with the file."""


class Seals:
    """Seals identities under the installation's key; remembers some, because deliveries name the same people again and again."""

    def __init__(self, keys: Keys) -> None:
        self._sealer = Sealer(keys.subkey("published"))
        self._known: dict[tuple[str, int, str], bytes] = {}

    def seal(self, text: str | None, column: str, number: int) -> bytes | None:
        """The same bytes for the same text of the same number; None stays None."""
        if text is None:
            return None
        if (found := self._known.get((column, number, text))) is None:
            if len(self._known) >= _KEPT:
                self._known.clear()
            found = self._sealer.seal(text, column, number)
            assert found is not None
            self._known[column, number, text] = found
        return found


class People:
    """Writes `seen.parquet`, `households.parquet` and `doubtful.sealed` while rows are read, the last two only if there is something for them.

    A person and folded name are one line, a household and spelling of its number another; in a file of very many people a few may be two. What is
    doubtful waits in an unnamed temporary file.
    """

    def __init__(self, folder: Path, keys: Keys, seals: Seals) -> None:
        self._folder, self._keys, self._seals = folder, keys, seals
        self._out = ParquetOut(folder / "seen.parquet", SEEN)
        self._known: set[tuple[int, int | None]] = set()
        self._waiting: list[tuple[Any, ...]] = []
        self._doubtful: list[tuple[Any, ...]] = []
        self._houses: set[tuple[int, str]] = set()
        self._waiting_houses: list[tuple[Any, ...]] = []
        self._houses_out: ParquetOut | None = None
        self._copy = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - closed on exit
        self._doubts: pq.ParquetWriter | None = None

    def note(
        self,
        field: str,
        rows: Sequence[int],
        stamped: StampedIds,
        names: Sequence[str | None],
        name_keys: Sequence[int | None],
        phones: Sequence[str | None],
        certificates: Sequence[str | None],
    ) -> None:
        """One id18 field of accepted rows: all sequences by row."""
        known, seal = self._known, self._seals.seal
        lines = zip(rows, stamped.numbers, stamped.states, stamped.cleaned, names, name_keys, phones, certificates, strict=True)
        for row, number, state, cleaned, name, key, phone, certificate in lines:
            if number is not None and (number, key) not in known:
                if len(known) >= _KEPT:
                    known.clear()
                known.add((number, key))
                text = name.strip() if name else None
                sealed = (seal(cleaned or "", "id", number), seal(text, "name", number), seal(phone or None, "phone", number))
                self._waiting.append((number, key, text, *sealed))
            if state != "sound":
                self._doubtful.append((row, field, state, cleaned, name, certificate))
        if max(len(self._waiting), len(self._doubtful)) >= _WRITE_AT:
            self._flush()

    def house(self, number: int, shown: str, text: str) -> None:
        """A household by its number under the key: `shown` is what the lake has of the delivered number `text`, which may hold a citizen ID."""
        if (number, shown) not in self._houses:
            if len(self._houses) >= _KEPT:
                self._houses.clear()
            self._houses.add((number, shown))
            self._waiting_houses.append((number, shown, self._seals.seal(text, HOUSEHOLD_NO, number)))
            if len(self._waiting_houses) >= _WRITE_AT:
                self._flush()

    def __enter__(self) -> People:
        self._out.__enter__()
        return self

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        with self._copy:
            if kind is None:
                self._flush()
            self._out.__exit__(kind, error, trace)
            if self._houses_out is not None:
                self._houses_out.__exit__(kind, error, trace)
            if self._doubts is not None:
                self._doubts.close()
            if kind is None and self._doubts is not None:
                self._copy.seek(0)
                seal(self._copy, self._folder / "doubtful.sealed", self._keys)

    def _flush(self) -> None:
        for batch in _table(self._waiting, SEEN).to_batches():
            self._out.write(batch)
        if self._doubtful:
            self._doubts = self._doubts or pq.ParquetWriter(self._copy, DOUBTFUL, compression="zstd")
            self._doubts.write_table(_table(self._doubtful, DOUBTFUL))
        if self._waiting_houses:
            self._houses_out = self._houses_out or ParquetOut(self._folder / "households.parquet", HOUSES).__enter__()
            for batch in _table(self._waiting_houses, HOUSES).to_batches():
                self._houses_out.write(batch)
        self._waiting.clear()
        self._doubtful.clear()
        self._waiting_houses.clear()


def _table(lines: Sequence[tuple[Any, ...]], schema: pa.Schema) -> pa.Table:
    columns = list(zip(*lines, strict=True)) or [()] * len(schema)
    return pa.table([pa.array(column, kind) for column, kind in zip(columns, schema.types, strict=True)], schema=schema)
