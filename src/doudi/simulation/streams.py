"""Pieces of batches, written one after the other into the files that they are parts of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from types import TracebackType

import numpy as np
import pyarrow as pa

from doudi.contracts.model import Contract
from doudi.intake.settling.identities import IDENTITIES as CUT_IDENTITIES
from doudi.lake.parquet import ParquetOut
from doudi.simulation.batch import IDENTITIES, TABLE, Piece


class RowNumbers:
    """A batch counts its rows from 1 in each delivery; this lets them go on from where the batch before ended. `counts` by delivery number."""

    def __init__(self) -> None:
        self.counts: Counter[int] = Counter()

    def moved(self, pieces: Iterable[Piece]) -> list[Piece]:
        """The pieces of the next batch with row numbers that go on."""
        pieces, before = list(pieces), dict(self.counts)
        for piece in pieces:
            if piece.kind == TABLE and "row" in piece.content.column_names and piece.name != "people":
                numbers, counts = np.unique(piece.content["delivery"].to_numpy(), return_counts=True)
                self.counts.update(dict(zip(numbers.tolist(), counts.tolist(), strict=True)))
        return [replace(piece, content=_moved_on(piece, before)) for piece in pieces]


class Streams:
    """Open Parquet files. `rows` counts by table, `delivered` by delivery number."""

    def __init__(self, deliveries: Mapping[int, Path], lake: Path, contracts: Mapping[str, Contract]) -> None:
        self._deliveries, self._lake, self._contracts = deliveries, lake, contracts
        self._open: dict[Path, ParquetOut] = {}
        self._numbers = RowNumbers()
        self.rows: Counter[str] = Counter()

    @property
    def delivered(self) -> Counter[int]:
        """Rows by delivery number."""
        return self._numbers.counts

    def write(self, pieces: Iterable[Piece]) -> None:
        """Append all pieces of a batch."""
        for piece in self._numbers.moved(pieces):
            if piece.kind == TABLE:
                self._append(self._lake / "tables" / f"{piece.name}.parquet", piece.content)
                self.rows[piece.name] += piece.content.num_rows
            elif piece.kind == IDENTITIES:
                self._append(self._lake / CUT_IDENTITIES, piece.content)
            else:
                self._append(self._deliveries[piece.delivery] / f"{piece.kind}.parquet", piece.content)

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


def _moved_on(piece: Piece, before: Mapping[int, int]) -> pa.Table:
    """The content with row numbers that go on in each delivery."""
    content = piece.content
    if "row" not in content.column_names or not content.num_rows or not before:
        return content
    if piece.kind == TABLE:
        numbers, which = np.unique(content["delivery"].to_numpy(), return_inverse=True)
        base = np.array([before.get(number, 0) for number in numbers.tolist()], dtype=np.int32)[which]
    else:
        base = np.full(content.num_rows, before.get(piece.delivery, 0), dtype=np.int32)
    return content.set_column(content.column_names.index("row"), "row", pa.array(content["row"].to_numpy() + base))
