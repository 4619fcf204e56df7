"""Pieces of batches, written one after the other into the files that they are parts of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType

import numpy as np
import pyarrow as pa

from doudi.contracts.model import Contract
from doudi.lake.parquet import ParquetOut
from doudi.simulation.batch import SEEN, TABLE, Piece


class Streams:
    """Open Parquet files. `rows` counts by table, `delivered` by delivery number.

    A batch counts its rows from 1 in each delivery; here they go on from where the batch before ended.
    """

    def __init__(self, deliveries: Mapping[int, Path], tables: Path, contracts: Mapping[str, Contract]) -> None:
        self._deliveries, self._tables, self._contracts = deliveries, tables, contracts
        self._open: dict[Path, ParquetOut] = {}
        self.rows: Counter[str] = Counter()
        self.delivered: Counter[int] = Counter()

    def write(self, pieces: Iterable[Piece]) -> None:
        """Append all pieces of a batch."""
        before = dict(self.delivered)
        pieces = list(pieces)
        for piece in pieces:
            if piece.kind == TABLE:
                content = _moved_on(piece.content, before)
                self._append(self._tables / f"{piece.name}.parquet", content)
                self.rows[piece.name] += content.num_rows
                continue
            folder = self._deliveries[piece.delivery]
            if piece.kind == SEEN:
                self._append(folder / "seen.parquet", piece.content)
            else:
                self._append(folder / "rows.parquet", _counted_on(piece.content, before.get(piece.delivery, 0)))
        for piece in pieces:
            if piece.kind == TABLE and "row" in piece.content.column_names and piece.name != "people":
                numbers, counts = np.unique(piece.content["delivery"].to_numpy(), return_counts=True)
                self.delivered.update(dict(zip(numbers.tolist(), counts.tolist(), strict=True)))

    def __enter__(self) -> Streams:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for out in self._open.values():
            out.__exit__(kind, error, trace)

    def _append(self, path: Path, content: pa.Table) -> None:
        out = self._open.get(path)
        if out is None:
            out = self._open[path] = ParquetOut(path, content.schema)
        for batch in content.combine_chunks().to_batches():
            out.write(batch)


def _counted_on(content: pa.Table, before: int) -> pa.Table:
    row = pa.array(content["row"].to_numpy() + np.int32(before))
    return content.set_column(content.column_names.index("row"), "row", row)


def _moved_on(content: pa.Table, before: Mapping[int, int]) -> pa.Table:
    """The same with row numbers that go on in each delivery."""
    if "row" not in content.column_names or not content.num_rows or not before:
        return content
    numbers, which = np.unique(content["delivery"].to_numpy(), return_inverse=True)
    base = np.array([before.get(number, 0) for number in numbers.tolist()], dtype=np.int32)
    row = pa.array(content["row"].to_numpy() + base[which])
    return content.set_column(content.column_names.index("row"), "row", row)
