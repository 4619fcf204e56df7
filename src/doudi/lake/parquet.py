"""Parquet as Doudi writes it: zstd, row groups of fixed size, the same bytes for the same rows."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType

import pyarrow as pa
import pyarrow.parquet as pq

ROW_GROUP = 122_880
"""Rows in a row group: 60 vectors of DuckDB, small enough to keep memory bounded while writing."""


class ParquetOut:
    """A Parquet file that is written batch by batch. Row groups do not depend on how the rows were batched. `rows` counts."""

    def __init__(self, path: Path, schema: pa.Schema, row_group: int = ROW_GROUP) -> None:
        self._schema = schema.remove_metadata()
        self._writer = pq.ParquetWriter(path, self._schema, compression="zstd", version="2.6", store_schema=False)
        self._row_group = row_group
        self._waiting: list[pa.RecordBatch] = []
        self._count = 0
        self.rows = 0

    def write(self, batch: pa.RecordBatch) -> None:
        """Append rows; columns must be those of the schema, in its order."""
        self._waiting.append(batch)
        self._count += batch.num_rows
        self.rows += batch.num_rows
        if self._count >= self._row_group:
            self._write_groups(all_of_it=False)

    def __enter__(self) -> ParquetOut:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if error is None:
            self._write_groups(all_of_it=True)
        self._writer.close()

    def _write_groups(self, *, all_of_it: bool) -> None:
        rows = pa.Table.from_batches(self._waiting, self._schema)
        whole = rows.num_rows if all_of_it else rows.num_rows // self._row_group * self._row_group
        for start in range(0, whole, self._row_group):
            group = rows.slice(start, min(self._row_group, whole - start)).combine_chunks()
            self._writer.write_table(group, row_group_size=self._row_group)
        self._waiting = rows.slice(whole).to_batches()
        self._count = rows.num_rows - whole


def write_parquet(path: Path, content: pa.Table, row_group: int = ROW_GROUP) -> int:
    """Write a table that is in memory; returns its rows."""
    with ParquetOut(path, content.schema, row_group) as out:
        for batch in content.to_batches():
            out.write(batch)
    return out.rows
