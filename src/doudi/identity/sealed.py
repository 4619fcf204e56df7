"""Sealed files: encrypted, and any change to them is found.

A sealed file is a header and chunks of AES-256-GCM. Each file has its own key (HKDF of the installation's key and a random salt); a chunk's
nonce holds its number and whether it is the last, so chunks that were cut off, swapped or taken from another file do not open.
Single values are sealed by `published.seal`.

    header: "DOUDISEAL" 01 | fingerprint of the key (8) | salt (32) | nonce prefix (7)
    chunk:  up to 65,536 bytes of text + 16 bytes tag; nonce = prefix (7) + number (4) + last (1)
"""

from __future__ import annotations

import io
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from doudi.identity.keys import Keys
from doudi.kernel.errors import DoudiError, Fault, code

SEAL_BROKEN = code("seal_broken", "加密文件已损坏或被改动")
SEAL_OTHER_KEY = code("seal_other_key", "加密文件用的是另一把密钥")

CHUNK = 65_536
_MAGIC = b"DOUDISEAL\x01"
_TAG = 16
_HEADER = len(_MAGIC) + 8 + 32 + 7


def seal(source: BinaryIO, path: Path, keys: Keys) -> int:
    """Encrypt everything that can be read from `source` into a new file `path`; returns the bytes read. Memory: a chunk."""
    with path.open("xb") as out:
        os.chmod(path, 0o600)
        return _seal_stream(source, out, keys)


def open_sealed(path: Path, keys: Keys) -> BinaryIO:
    """A reader of what was sealed (forward only). Raises DoudiError, at the latest at the end of reading, if the file was changed or cut."""
    raw = path.open("rb")
    try:
        return io.BufferedReader(_Unsealing(raw, keys, str(path)), CHUNK)
    except BaseException:
        raw.close()
        raise


def seal_bytes(text: bytes, keys: Keys) -> bytes:
    """The same, for something that fits in memory."""
    out = io.BytesIO()
    _seal_stream(io.BytesIO(text), out, keys)
    return out.getvalue()


def unseal_bytes(sealed: bytes, keys: Keys, where: str = "") -> bytes:
    """What `seal_bytes` sealed. Raises DoudiError if it was changed; `where` says in the error what it was."""
    return b"".join(_unseal_chunks(io.BytesIO(sealed), keys, where))


class _Unsealing(io.RawIOBase):
    def __init__(self, raw: BinaryIO, keys: Keys, where: str) -> None:
        self._raw = raw
        self._left = b""
        self._chunks = _unseal_chunks(raw, keys, where)
        self._left = next(self._chunks)  # the header and the first chunk are checked at once

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        if not self._left:
            self._left = next(self._chunks, b"")
        count = min(len(buffer), len(self._left))
        buffer[:count], self._left = self._left[:count], self._left[count:]
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()


def _seal_stream(source: BinaryIO, out: BinaryIO, keys: Keys) -> int:
    header = _MAGIC + bytes.fromhex(keys.fingerprint) + secrets.token_bytes(39)
    cipher, prefix = _cipher(header, keys)
    out.write(header)
    total = number = 0
    chunk = _read_chunk(source, CHUNK)
    while True:
        following = _read_chunk(source, CHUNK) if len(chunk) == CHUNK else b""
        out.write(cipher.encrypt(_nonce(prefix, number, last=not following), chunk, None))
        total, number = total + len(chunk), number + 1
        if not following:
            return total
        chunk = following


def _unseal_chunks(raw: BinaryIO, keys: Keys, where: str) -> Iterator[bytes]:
    header = _read_chunk(raw, _HEADER)
    if len(header) < _HEADER or not header.startswith(_MAGIC):
        raise _broken(where)
    if header[len(_MAGIC) : len(_MAGIC) + 8].hex() != keys.fingerprint:
        raise DoudiError(Fault(SEAL_OTHER_KEY, "文件不是用本数据目录的密钥加密的", where, todo="把 DOUDI_KEYS 指向原来的密钥目录"))
    cipher, prefix = _cipher(header, keys)
    chunk, number = _read_chunk(raw, CHUNK + _TAG), 0
    while True:
        following = _read_chunk(raw, CHUNK + _TAG)
        try:
            yield cipher.decrypt(_nonce(prefix, number, last=not following), chunk, None)
        except InvalidTag as problem:
            raise _broken(where) from problem
        if not following:
            return
        chunk, number = following, number + 1


def _cipher(header: bytes, keys: Keys) -> tuple[AESGCM, bytes]:
    salt, prefix = header[-39:-7], header[-7:]
    key = HKDF(SHA256(), 32, salt=salt, info=b"doudi sealed file" + header).derive(keys.subkey("files"))
    return AESGCM(key), prefix


def _nonce(prefix: bytes, number: int, *, last: bool) -> bytes:
    return prefix + number.to_bytes(4, "big") + (b"\x01" if last else b"\x00")


def _read_chunk(source: BinaryIO, size: int) -> bytes:
    """Exactly `size` bytes, fewer only at the end: pipes and unpackers may give less at a time."""
    parts: list[bytes] = []
    while size and (part := source.read(size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def _broken(where: str) -> DoudiError:
    return DoudiError(Fault(SEAL_BROKEN, "加密文件已损坏或被改动，不予读取", where, todo="从备份恢复该文件，或请来源部门重新报送"))
