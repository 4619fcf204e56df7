"""Seals identities with AES-SIV: the same value under the same key is the same bytes.

Each sealed value is bound to its column and to the number it belongs to, so that values cannot be exchanged between lines. It is sealed once, where
it is delivered, and carried as it is through the person index and the cut into published runs. Both halves of the platform hold the key; it is in
none of these files.
"""

from __future__ import annotations

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from doudi.kernel.errors import DoudiError, Fault, code

WRONG_KEY = code("identities_wrong_key", "身份数据无法用现有密钥打开")


class Sealer:
    """Seals and opens identity values under a key of 64 bytes."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESSIV(key)

    def seal(self, value: str | None, column: str, number: int) -> bytes | None:
        """The sealed value; None stays None."""
        return None if value is None else self._cipher.encrypt(value.encode(), _bound(column, number))

    def open(self, sealed: bytes | None, column: str, number: int) -> str | None:
        """The value that was sealed. Raises DoudiError if the key, the column or the number is another."""
        if sealed is None:
            return None
        try:
            return self._cipher.decrypt(sealed, _bound(column, number)).decode()
        except InvalidTag as error:
            raise DoudiError(Fault(WRONG_KEY, "身份数据打不开", why="密钥不对，或数据被改动", todo="请检查 DOUDI_KEYS 指向的密钥文件夹")) from error


def _bound(column: str, number: int) -> list[bytes]:
    return [f"doudi identities 2 {column} {number}".encode()]  # in one piece: each costs the cipher time
