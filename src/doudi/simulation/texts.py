"""Texts of one width, by the million: record numbers, citizen IDs, digests."""

from __future__ import annotations

import binascii
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Letters = NDArray[np.uint8]
"""One row for each text, one column for each ASCII character."""

_ZERO = np.uint8(ord("0"))


def digits(numbers: NDArray[Any], width: int) -> Letters:
    """Numbers with zeros in front."""
    found = np.empty((len(numbers), width), dtype=np.uint8)
    rest = numbers.astype(np.int64)
    for at in range(width - 1, -1, -1):
        rest, found[:, at] = rest // 10, rest % 10 + 48
    return found


def letters(word: str, count: int) -> Letters:
    """The same word in every row."""
    return np.tile(np.frombuffer(word.encode(), dtype=np.uint8), (count, 1))


def side_by_side(*parts: Letters) -> Letters:
    """Texts put one after the other."""
    return np.concatenate(parts, axis=1)


def texts(table: Letters) -> pa.Array:
    """As an Arrow column."""
    count, width = table.shape
    offsets = np.arange(count + 1, dtype=np.int32) * np.int32(width)
    return pa.StringArray.from_buffers(count, pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(table)))


def hexadecimal(numbers: NDArray[np.uint64]) -> Letters:
    """Sixteen hexadecimal digits each."""
    found = binascii.hexlify(numbers.astype(">u8").tobytes())
    return np.frombuffer(found, dtype=np.uint8).reshape(len(numbers), 16)


def record_numbers(letter: str, townships: NDArray[Any], running: NDArray[Any]) -> pa.Array:
    """`431382101V0000123`: the township, a letter, and a number that runs in the township."""
    return texts(side_by_side(digits(townships, 9), letters(letter, len(townships)), digits(running, 7)))


def running_in(groups: NDArray[Any]) -> NDArray[np.int64]:
    """Numbers from 1 that begin anew with each group; equal groups stand together."""
    if not len(groups):
        return np.zeros(0, dtype=np.int64)
    starts = np.flatnonzero(np.concatenate([[True], groups[1:] != groups[:-1]]))
    counts = np.diff(np.append(starts, len(groups)))
    return np.arange(len(groups)) - np.repeat(starts, counts) + 1
