"""JSON Lines: one object a line. A line that is no object is an unreadable row; the columns are the keys of all records."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

import orjson

from doudi.intake.readers.cells import cell_text
from doudi.intake.readers.model import BATCH_ROWS, FIRST_ROWS, ROW_NOT_JSON, ROW_TRUNCATED, Batch, Limits, Opened, Sheet
from doudi.intake.readers.refusals import NO_RECORD, TOO_LARGE, refused
from doudi.intake.readers.text import Encoding, Lines, detect

_NESTED = frozenset((dict, list))

Record = dict[str, Any]


def open_jsonlines(stream: BinaryIO, limits: Limits) -> Opened:
    """One sheet; rows are numbered as records, blank lines not counted.

    Raises FileRefused if no line is a JSON object, or if records have more keys than a table may have columns.
    """
    encoding = detect(stream)
    keys: dict[str, None] = {}
    for _, record, _ in _records(Lines(stream, encoding, limits), encoding):
        if record is not None and not record.keys() <= keys.keys():
            keys.update(dict.fromkeys(record))
            if len(keys) > limits.columns:
                raise refused(TOO_LARGE, f"记录的字段名超过 {limits.columns} 种")
    if not keys:
        raise refused(NO_RECORD, "没有一行是 JSON 对象", todo='JSON Lines 要求每行一个对象，如 {"身份证号": "…", "姓名": "…"}')
    header = tuple(keys)

    def batches() -> Iterator[Batch]:
        return _batched(Lines(stream, encoding, limits), encoding, header)

    return Opened("jsonl", (Sheet("", batches, header),), {"encoding": encoding.codec.removesuffix("-sig").upper()})


def _records(lines: Lines, encoding: Encoding) -> Iterator[tuple[int, Record | None, str]]:
    """Number, record and fault code of each line that is not blank. Records of empty objects count as rows without values."""
    number = 0
    for _, line in lines:
        if not (text := line.strip()):
            continue
        number += 1
        try:
            value = orjson.loads(text)
        except orjson.JSONDecodeError:
            yield number, None, ROW_NOT_JSON if line.endswith(("\n", "\r")) else ROW_TRUNCATED
            continue
        plain = type(value) is dict and not _NESTED.intersection(map(type, value.values()))
        yield number, value if plain else None, "" if plain else ROW_NOT_JSON


def _batched(lines: Lines, encoding: Encoding, header: tuple[str, ...]) -> Iterator[Batch]:
    batch, full = Batch([], []), FIRST_ROWS
    for number, record, fault in _records(lines, encoding):
        if record is None:
            batch.broken[len(batch.rows)] = fault
            batch.cells.append([])
        else:
            get = record.get
            batch.cells.append([value if type(value := get(key)) is str else cell_text(value) for key in header])
        batch.rows.append(number)
        if len(batch.rows) == full:
            yield batch
            batch, full = Batch([], []), BATCH_ROWS
    if batch.rows:
        yield batch
