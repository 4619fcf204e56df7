"""ID numbers and telephones at rest: encrypted with SM4-GCM or AES-GCM by setting, found again through a keyed index.

A sealed value: `1` | number of the key | a or s | nonce (12) | ciphertext and tag, bound to where it stands; keys are in a file outside the database.
The index is HMAC-SM3 or HMAC-SHA-256 under a key of its own, cut to 128 bits; it stays under the oldest key, so that it outlives a rotation.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Callable
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SM3
from cryptography.hazmat.primitives.hmac import HMAC
from django.conf import settings

from doudi.casework.access.sitekeys import derived, masters
from doudi.kernel.errors import DoudiError, Fault, code

SEALED_DAMAGED = code("sealed_value_damaged", "加密的身份数据打不开")

VERSION = 1
NONCE, TAG = 12, 16
LETTER = {"aes": b"a", "sm4": b"s"}


def seal(value: str | None, place: str) -> bytes | None:
    """The sealed value, bound to its place (`table.column.key`); None and empty stay None."""
    if not value:
        return None
    key, cipher = len(masters()) - 1, settings.OPTIONS.cipher
    head = bytes([VERSION, key]) + LETTER[cipher]
    nonce = os.urandom(NONCE)
    return head + nonce + _encrypt(cipher, key, nonce, value.encode(), head + place.encode())


def unseal(sealed: bytes | memoryview | None, place: str) -> str | None:
    """The value. Raises DoudiError if it was altered, moved to another place, or its key is missing."""
    if sealed is None:
        return None
    data = bytes(sealed)
    head, nonce, body = data[:3], data[3 : 3 + NONCE], data[3 + NONCE :]
    cipher = {letter: name for name, letter in LETTER.items()}.get(head[2:3], "")
    try:
        if head[0] == VERSION and head[1] >= len(masters()):
            masters.cache_clear()  # another process changed keys meanwhile
        if head[0] != VERSION or not cipher or head[1] >= len(masters()):
            raise InvalidTag
        return _decrypt(cipher, head[1], nonce, body, head + place.encode()).decode()
    except (InvalidTag, IndexError, ValueError):
        raise DoudiError(Fault(SEALED_DAMAGED, "加密的身份数据打不开", place, "密钥不对，或数据被改动", "请系统管理员检查密钥文件和备份")) from None


def is_current(sealed: bytes | memoryview) -> bool:
    """Whether it is under the newest key and the chosen cipher; what is not, a rotation seals again."""
    return bytes(sealed)[:3] == bytes([VERSION, len(masters()) - 1]) + LETTER[settings.OPTIONS.cipher]


def index_of(value: str, purpose: str = "id") -> bytes:
    """16 bytes by which an equal value is found again; another purpose gives other bytes."""
    return _mac()(_index_key(purpose), value.strip().upper().encode())[:16]


def masked_id(value: str | None) -> str:
    """`430***********1234`; what is no ID number of 18 characters is masked whole."""
    return "" if not value else f"{value[:3]}***********{value[-4:]}" if len(value) == 18 else "*" * len(value)


def masked_name(value: str | None) -> str:
    """The first character and a star for each of the others."""
    return "" if not value else value[0] + "*" * (len(value) - 1)


def masked_phone(value: str | None) -> str:
    """`138****5678`."""
    return "" if not value else f"{value[:3]}****{value[-4:]}" if len(value) >= 11 else "*" * len(value)


@cache
def _index_key(purpose: str) -> bytes:
    return derived(f"index {purpose}", 0)


def _mac() -> Callable[[bytes, bytes], bytes]:
    return hmac_sm3 if settings.OPTIONS.cipher == "sm4" else hmac_sha256


def hmac_sha256(key: bytes, value: bytes) -> bytes:
    """32 bytes."""
    return hmac.new(key, value, hashlib.sha256).digest()


def hmac_sm3(key: bytes, value: bytes) -> bytes:
    """32 bytes; GB/T 32905 within HMAC."""
    mac = HMAC(key, SM3())
    mac.update(value)
    return mac.finalize()


def _encrypt(cipher: str, key: int, nonce: bytes, value: bytes, bound: bytes) -> bytes:
    if cipher == "aes":
        return _aes(key).encrypt(nonce, value, bound)
    encryptor = Cipher(algorithms.SM4(_cipher_key(cipher, key)), modes.GCM(nonce)).encryptor()
    encryptor.authenticate_additional_data(bound)
    return encryptor.update(value) + encryptor.finalize() + encryptor.tag


def _decrypt(cipher: str, key: int, nonce: bytes, body: bytes, bound: bytes) -> bytes:
    if cipher == "aes":
        return _aes(key).decrypt(nonce, body, bound)
    decryptor = Cipher(algorithms.SM4(_cipher_key(cipher, key)), modes.GCM(nonce, body[-TAG:])).decryptor()
    decryptor.authenticate_additional_data(bound)
    return decryptor.update(body[:-TAG]) + decryptor.finalize()


@cache
def _aes(key: int) -> AESGCM:
    return AESGCM(_cipher_key("aes", key))


@cache
def _cipher_key(cipher: str, key: int) -> bytes:
    return derived(f"seal {cipher}", key, 32 if cipher == "aes" else 16)
