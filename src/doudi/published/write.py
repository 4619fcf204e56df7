"""Writes a published run: equal content is equal bytes. The folder is made, flushed and put in its place by whoever calls."""

from __future__ import annotations

import base64
import hashlib
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from doudi.published.manifest import MANIFEST, TIMES, File, Manifest
from doudi.published.schema import Table

ROW_GROUP = 100_000
WRITERS = 2
WORDS = pa.dictionary(pa.int32(), pa.string())
"""Texts by number, with the texts beside them."""


@dataclass(frozen=True)
class Numbered:
    """How a repeated text comes by number, because a million copies of a sentence are dear: the column with the numbers, and the texts, each once.

    Written it is the same as if the texts had come.
    """

    column: str
    texts: pa.StringArray


Told = Mapping[str, Numbered]
"""Column of the table -> how it comes."""
NONE: Told = {}


class RunWriter:
    """Writes the files of one run into a folder and notes their checksums for `run.json`, which `finish` writes last."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files: dict[str, File] = {}

    def table(self, table: Table, batches: Iterable[pa.RecordBatch] | pa.Table) -> int:
        """Write a table from batches that are in the order of its key; returns the number of rows.

        Columns are taken by name and cast to the declared types. Raises ValueError if a column is missing, an empty value
        stands where none may, or the rows are not strictly ascending by key.
        """
        path = self.folder / table.file
        rows = write_table(path, table, batches.to_batches() if isinstance(batches, pa.Table) else batches)
        self._note(path, rows)
        return rows

    def parted(self, table: Table, batches: Iterable[pa.RecordBatch], told: Told = NONE) -> None:
        """Write a table in parts. `batches` have besides a column `part` and are in order of part and key; see `table`. `told`: columns by number.

        Parts are written side by side while the next ones come; three of them are in memory at most. Raises ValueError if a part comes twice.
        """
        written: set[str] = set()
        waiting: deque[Future[None]] = deque()
        with ThreadPoolExecutor(WRITERS) as pool:
            for part, rows in groupby(runs_of_parts(batches), key=lambda run: run[0]):
                if part in written:
                    raise ValueError(f"{table.name}: part {part} comes twice")
                written.add(part)
                waiting.append(pool.submit(self._write_part, table, part, [batch for _, batch in rows], told))
                if len(waiting) > WRITERS:
                    waiting.popleft().result()
            for each in waiting:
                each.result()

    def wait(self) -> None:
        """Until every part that was given is on disk; here they are when `parted` returns."""

    def bytes(self, name: str, content: bytes) -> None:
        """Write any other file, `name` relative to the run's folder."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        self._note(path)

    def finish(self, manifest: Manifest, times: bytes) -> Manifest:
        """Write `times.json`, and `run.json` with the checksums of all files; returns what `run.json` holds."""
        complete = replace(manifest, files=dict(sorted(self.files.items())))
        (self.folder / TIMES).write_bytes(times)
        (self.folder / MANIFEST).write_bytes(complete.dump())
        return complete

    def _write_part(self, table: Table, part: str, batches: Iterable[pa.RecordBatch], told: Told) -> None:
        path = self.folder / table.part_file(part)
        path.parent.mkdir(parents=True, exist_ok=True)
        self._note(path, write_table(path, table, batches, told))

    def _note(self, path: Path, rows: int | None = None) -> None:
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        self.files[path.relative_to(self.folder).as_posix()] = File(digest, path.stat().st_size, rows)


def runs_of_parts(batches: Iterable[pa.RecordBatch]) -> Iterator[tuple[str, pa.RecordBatch]]:
    """The rows, which have a column `part`, in runs of one part each."""
    for batch in batches:
        runs, start = pc.run_end_encode(batch.column("part")), 0
        for part, end in zip(runs.values.to_pylist(), runs.run_ends.to_pylist(), strict=True):
            yield part, batch.slice(start, end - start)
            start = end


def write_table(path: Path, table: Table, batches: Iterable[pa.RecordBatch], told: Told = NONE) -> int:
    """Write one Parquet file: fixed schema, fixed row groups, zstd; see `RunWriter.table`. Returns the number of rows."""
    rows, last = 0, None
    options = {"version": "2.6", "compression": "zstd", "compression_level": 1, "store_schema": False, **_encoding(table)}
    with pq.ParquetWriter(path, _schema(table, dict.fromkeys(table.repeated, WORDS)), **options) as writer:
        for arrived in _groups(batches, table, told):
            group = _by_number(arrived, table.repeated, told)
            keys = group.select(list(table.key))
            check_order(keys if last is None else pa.concat_tables([last, keys]), table)
            writer.write_table(group, row_group_size=ROW_GROUP)
            rows, last = rows + group.num_rows, keys.slice(keys.num_rows - 1)
        writer.add_key_value_metadata({"ARROW:schema": base64.b64encode(table.arrow.serialize())})  # of the words, however they came
    return rows


def _schema(table: Table, others: Mapping[str, pa.DataType]) -> pa.Schema:
    """The table's schema, with some columns of another type."""
    fields = [field.with_type(others.get(field.name, field.type)) for field in table.arrow]
    return pa.schema(fields, metadata=table.arrow.metadata)


def _by_number(group: pa.Table, repeated: Iterable[str], told: Told) -> pa.Table:
    """Repeated texts as numbers and words, each word of the group once, in the order of their first appearance."""
    for name in repeated:
        at = group.schema.get_field_index(name)
        came = group.column(at).combine_chunks()
        numbers, words = (came.indices, came.dictionary) if came.type == WORDS else (came, told[name].texts if name in told else None)
        found = numbers.dictionary_encode()
        if words is not None:
            found = pa.DictionaryArray.from_arrays(found.indices, words.take(found.dictionary))
        group = group.set_column(at, group.schema.field(at).with_type(found.type), found)
    return group


def in_words(batch: pa.RecordBatch, told: Told) -> pa.RecordBatch:
    """The texts themselves beside their numbers."""
    for name, numbered in told.items():
        batch = batch.append_column(name, numbered.texts.take(batch[numbered.column]))
    return batch


def _encoding(table: Table) -> dict[str, list[str]]:
    """Only texts gain by a dictionary; only subjects and keys are looked for."""
    texts = [field.name for field in table.arrow if field.type == pa.string()]
    sought = [field.name for field in table.arrow if field.name in (*table.key, "alert", "person", "household")]
    return {"use_dictionary": texts, "write_statistics": sought}


def _groups(batches: Iterable[pa.RecordBatch], table: Table, told: Told) -> Iterator[pa.Table]:
    """The rows in tables of exactly ROW_GROUP rows (the last one fewer), whatever the sizes of the batches."""
    waiting: list[pa.Table] = []
    count = 0
    for batch in batches:
        waiting.append(_conform(batch, table, told))
        count += batch.num_rows
        while count >= ROW_GROUP:
            whole = pa.concat_tables(waiting)
            yield whole.slice(0, ROW_GROUP).combine_chunks()
            waiting, count = [whole.slice(ROW_GROUP)], count - ROW_GROUP
    if count:
        yield pa.concat_tables(waiting).combine_chunks()


def _conform(batch: pa.RecordBatch, table: Table, told: Told) -> pa.Table:
    """The declared columns in their order and types, numbers where they are told so, and repeated texts by number if they come so.

    Raises ValueError for a missing column or an empty value that may not be.
    """
    by_number = {name: WORDS for name in table.repeated if name in batch.schema.names and batch.column(name).type == WORDS}
    schema = _schema(table, by_number | dict.fromkeys(told, pa.int32()))
    sources = [told[name].column if name in told else name for name in schema.names]
    lacking = set(sources) - set(batch.schema.names)
    if lacking:
        raise ValueError(f"{table.name}: columns {sorted(lacking)} are missing")
    columns = [batch.column(source).cast(field.type) for source, field in zip(sources, schema, strict=True)]
    hollow = [field.name for field, column in zip(schema, columns, strict=True) if not field.nullable and column.null_count]
    if hollow:
        raise ValueError(f"{table.name}: empty values in {hollow}")
    return pa.Table.from_arrays(columns, schema=schema)


def check_order(rows: pa.Table, table: Table) -> None:
    """Raises ValueError unless the rows are strictly ascending by the table's key, empty values last: no ties, no doubles."""
    pairs = max(0, rows.num_rows - 1)
    ascending = pa.repeat(False, pairs)
    for name in reversed(table.key):
        column = comparable(rows[name].combine_chunks())
        a, b = column.slice(0, pairs), column.slice(1)
        less, same = pc.less(a, b), pc.equal(a, b)
        if column.null_count:
            less = pc.if_else(pc.is_null(a), False, pc.if_else(pc.is_null(b), True, less))
            same = pc.if_else(pc.is_null(a), pc.is_null(b), pc.fill_null(same, False))
        ascending = pc.or_(less, pc.and_(same, ascending))
    if not pc.all(ascending, min_count=0).as_py():
        at = pc.index(ascending, False).as_py()
        shown: Mapping[str, object] = rows.select(list(table.key)).slice(at + 1, 1).to_pylist()[0]
        raise ValueError(f"{table.name}: row {at + 1} is not after the one before it: {shown}")


def comparable(column: pa.Array) -> pa.Array:
    """Something in the same order: for texts by number the rank of each."""
    if not pa.types.is_dictionary(column.type):
        return column
    return pc.rank(column.dictionary, tiebreaker="dense").take(column.indices)
