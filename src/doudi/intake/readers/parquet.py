"""Parquet, row group by row group, every column as text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from doudi.intake.readers.cells import cell_text, number_text
from doudi.intake.readers.model import BATCH_ROWS, Batch, Limits, Opened, Sheet
from doudi.intake.readers.refusals import BROKEN, KIND, TOO_LARGE, refused

_FAULTS = (pa.ArrowException, OSError, ValueError, OverflowError, MemoryError, UnicodeError, KeyError, IndexError)
"""What the library raises for damaged files. MemoryError: a header that claims more than there is."""
_ROWS_MOST = 100_000_000
_THRIFT = 64 << 20


def open_parquet(stream: BinaryIO, limits: Limits) -> Opened:
    """One sheet; rows are numbered as records. Raises FileRefused for damaged files, nested columns, and groups larger than the limit."""
    file = _open(stream)
    try:
        _bound(file, limits, _size(stream))
        schema = file.schema_arrow
    except _FAULTS as error:
        raise _broken(error) from None
    for field in schema:
        if pa.types.is_nested(field.type):
            raise refused(KIND, f"列“{field.name}”是嵌套结构，不是一个值", todo="请展开成普通的列后报送")
    return Opened("parquet", (Sheet("", lambda: _batched(stream, limits), tuple(schema.names)),))


def _open(stream: BinaryIO) -> pq.ParquetFile:
    stream.seek(0)
    try:
        return pq.ParquetFile(
            _Kept(stream),
            pre_buffer=False,
            thrift_string_size_limit=_THRIFT,
            thrift_container_size_limit=1_000_000,
            page_checksum_verification=True,
        )
    except _FAULTS as error:
        raise _broken(error) from None


def _bound(file: pq.ParquetFile, limits: Limits, size: int) -> None:
    meta = file.metadata
    if meta.num_columns > limits.columns:
        raise refused(TOO_LARGE, f"有 {meta.num_columns:,} 列，最多 {limits.columns} 列")
    if not 0 <= meta.num_rows <= _ROWS_MOST:
        raise refused(TOO_LARGE, f"文件头声称有 {meta.num_rows:,} 行，最多 {_ROWS_MOST:,} 行")
    for number in range(meta.num_row_groups):
        group = meta.row_group(number)
        columns = [group.column(at) for at in range(group.num_columns)]
        unpacked = sum(column.total_uncompressed_size for column in columns)
        packed = sum(column.total_compressed_size for column in columns)
        if unpacked < 0 or packed < 0 or packed > size:
            raise refused(BROKEN, "文件头里的大小与文件不符")
        if unpacked > limits.group_bytes:
            raise refused(TOO_LARGE, f"文件头声称第 {number + 1} 个行组展开后有 {unpacked:,} 字节，最多 {limits.group_bytes:,} 字节")


def _batched(stream: BinaryIO, limits: Limits) -> Iterator[Batch]:
    number = 0
    try:
        for piece in _open(stream).iter_batches(batch_size=BATCH_ROWS, use_threads=False):
            columns = [_texts(column) for column in piece.columns]
            rows = list(range(number + 1, number + piece.num_rows + 1))
            number += piece.num_rows
            yield Batch(rows, [list(cells) for cells in zip(*columns, strict=True)] if columns else [[] for _ in rows])
    except _FAULTS as error:
        raise _broken(error) from None


def _texts(column: Any) -> list[str]:
    kind = column.type
    if pa.types.is_dictionary(kind):
        column = column.dictionary_decode()
        kind = column.type
    if pa.types.is_floating(kind):
        return ["" if value is None or value != value else number_text(value) for value in column.to_pylist()]
    if pa.types.is_integer(kind) or pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return pc.fill_null(column.cast(pa.string()), "").to_pylist()
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind):
        return ["" if value is None else value.decode("utf-8") for value in column.to_pylist()]
    return [cell_text(value) for value in column.to_pylist()]


def _broken(error: Exception) -> Exception:
    return refused(BROKEN, "Parquet 文件不完整或已损坏", why=" ".join(str(error).split())[:120])


def _size(stream: BinaryIO) -> int:
    return stream.seek(0, 2)


class _Kept:
    """A file object the library may close without closing the stream, with an own place in it: a sheet may be read twice."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self._at, self.closed, self.mode = stream, 0, False, "rb"

    def read(self, size: int = -1) -> bytes:
        self._stream.seek(self._at)
        data = self._stream.read(size)
        self._at += len(data)
        return data

    def seek(self, offset: int, whence: int = 0) -> int:
        base = {0: 0, 1: self._at, 2: self._stream.seek(0, 2)}[whence]
        self._at = max(0, base + offset)
        return self._at

    def tell(self) -> int:
        return self._at

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def writable(self) -> bool:
        return False

    def flush(self) -> None:
        return None

    def close(self) -> None:
        self.closed = True
