"""Sealing: what was sealed comes back, and nothing that was changed does."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doudi.identity.keys import keys_of
from doudi.identity.sealed import CHUNK, SEAL_BROKEN, SEAL_OTHER_KEY, open_sealed, seal, seal_bytes, unseal_bytes
from doudi.kernel.errors import DoudiError

KEYS = keys_of(b"k" * 32)
HEADER = 57


class Dripping(io.RawIOBase):
    """A source that gives a few bytes at a time, as pipes do."""

    def __init__(self, content: bytes) -> None:
        self._inner = io.BytesIO(content)

    def read(self, size: int = -1) -> bytes:
        return self._inner.read(min(size, 1000) if size > 0 else size)


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK])
def test_files_of_any_length_come_back(tmp_path: Path, size: int) -> None:
    content = bytes(n % 251 for n in range(size))
    assert seal(Dripping(content), tmp_path / "x", KEYS) == size
    assert (tmp_path / "x").stat().st_mode & 0o777 == 0o600
    with open_sealed(tmp_path / "x", KEYS) as source:
        parts = list(iter(lambda: source.read(10_007), b""))
    assert b"".join(parts) == content
    assert unseal_bytes((tmp_path / "x").read_bytes(), KEYS) == content


def test_the_same_content_never_seals_alike_and_shows_nothing() -> None:
    one, other = seal_bytes(b"43250319800517" * 10, KEYS), seal_bytes(b"43250319800517" * 10, KEYS)
    assert one[HEADER:] != other[HEADER:]
    assert b"4325" not in one


@given(st.binary(max_size=300), st.integers(min_value=0), st.integers(1, 255))
def test_one_changed_byte_anywhere_is_found(content: bytes, at: int, change: int) -> None:
    sealed = bytearray(seal_bytes(content, KEYS))
    sealed[at % len(sealed)] ^= change
    with pytest.raises(DoudiError) as caught:
        unseal_bytes(bytes(sealed), KEYS, "某文件")
    assert caught.value.faults[0].code in (SEAL_BROKEN, SEAL_OTHER_KEY)
    assert caught.value.faults[0].where == "某文件"


@given(st.integers(0, 4 * (CHUNK + 16)))
def test_a_file_cut_anywhere_is_found(kept: int) -> None:
    sealed = seal_bytes(bytes(3 * CHUNK + 5), KEYS)
    if kept < len(sealed):
        with pytest.raises(DoudiError):
            unseal_bytes(sealed[:kept], KEYS)


def test_chunks_that_were_swapped_dropped_doubled_or_borrowed_are_found() -> None:
    whole = seal_bytes(bytes(range(256)) * (3 * CHUNK // 256), KEYS)
    other = seal_bytes(bytes(range(256)) * (3 * CHUNK // 256), KEYS)
    head, chunks = whole[:HEADER], [whole[HEADER + n * (CHUNK + 16) : HEADER + (n + 1) * (CHUNK + 16)] for n in range(3)]
    borrowed = other[HEADER : HEADER + CHUNK + 16]
    assert len(unseal_bytes(head + b"".join(chunks), KEYS)) == 3 * CHUNK
    for changed in ([1, 0, 2], [0, 2], [0, 1], [0, 1, 1, 2], [0, 1, 2, 2]):
        with pytest.raises(DoudiError):
            unseal_bytes(head + b"".join(chunks[n] for n in changed), KEYS)
    with pytest.raises(DoudiError):
        unseal_bytes(head + borrowed + chunks[1] + chunks[2], KEYS)


def test_another_key_is_named_as_such(tmp_path: Path) -> None:
    seal(io.BytesIO(b"x"), tmp_path / "x", keys_of(b"o" * 32))
    with pytest.raises(DoudiError, match="DOUDI_KEYS") as caught:
        open_sealed(tmp_path / "x", KEYS)
    assert caught.value.faults[0].code == SEAL_OTHER_KEY


def test_a_sealed_file_is_not_overwritten(tmp_path: Path) -> None:
    seal(io.BytesIO(b"x"), tmp_path / "x", KEYS)
    with pytest.raises(FileExistsError):
        seal(io.BytesIO(b"y"), tmp_path / "x", KEYS)
