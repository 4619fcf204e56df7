"""The installation's key: made at first use, kept outside the home, one subkey per purpose.

A home is bound to one key. Without that key its person numbers can neither be made again nor its sealed files read, so a home
whose key is missing is never opened with a new one.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import secrets
import tempfile
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from doudi.kernel.errors import DoudiError, Fault, code
from doudi.lake.home import Home

KEY_MISSING = code("key_missing", "找不到数据目录的密钥")
KEY_UNREADABLE = code("key_unreadable", "密钥文件无法读取")
KEY_OPEN_TO_OTHERS = code("key_open_to_others", "密钥文件可被他人读取")

PURPOSES = {
    "person": 64,  # person numbers
    "name": 64,  # name keys
    "text": 64,  # households, phones, and numbers inside other texts
    "certificate": 64,  # certificate numbers
    "files": 32,  # sealing of delivered files and of doubtful rows
    "published": 64,  # sealing of single identities: in the person index, in cuts and in published runs
}
"""Purpose -> length of its subkey in bytes."""


@dataclass(frozen=True)
class Keys:
    """One master key and what is derived from it. `fingerprint` (16 hex digits) names it and tells nothing about it."""

    fingerprint: str
    _master: bytes = field(repr=False)

    def subkey(self, purpose: str) -> bytes:
        """The subkey for one of `PURPOSES`; subkeys of different purposes tell nothing about each other."""
        return _derive(self._master, purpose)


@cache
def _derive(master: bytes, purpose: str) -> bytes:
    return HKDF(SHA256(), PURPOSES[purpose], salt=None, info=b"doudi " + purpose.encode()).derive(master)


def keys_of(master: bytes) -> Keys:
    """Keys from a master key of 32 bytes."""
    return Keys(hashlib.sha256(b"doudi fingerprint" + master).hexdigest()[:16], master)


def key_folder() -> Path:
    """`DOUDI_KEYS`, else `doudi` in the user's configuration folder."""
    if chosen := os.environ.get("DOUDI_KEYS"):
        return Path(chosen)
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "doudi"


def open_keys(home: Home, folder: Path | None = None) -> Keys:
    """The keys of a home: those it is bound to; a home not yet bound gets the installation's newest key, made if there is none.

    Raises DoudiError if the home's key is not in the folder (default: `key_folder()`), or the key file is damaged or open to others.
    """
    folder = folder or key_folder()
    path = folder / "keyring.json"
    bound = home.key_fingerprint
    ring = _read_ring(path)
    if bound is None:
        ring = ring or _make_ring(path)
        home.bind_key(ring[-1].fingerprint)
        return ring[-1]
    for keys in ring:
        if keys.fingerprint == bound:
            return keys
    why = "密钥文件中没有它的密钥" if ring else "密钥文件不存在"
    todo = "恢复密钥备份，或把 DOUDI_KEYS 指向保存密钥的目录；密钥丢失后，已加密的内容无法恢复，只能另建数据目录重新接收文件"
    raise DoudiError(Fault(KEY_MISSING, f"数据目录需要指纹为 {bound} 的密钥", str(path), why, f"{todo}（数据目录：{home.root}）"))


def _read_ring(path: Path) -> list[Keys]:
    try:
        if path.stat().st_mode & 0o077:
            raise DoudiError(Fault(KEY_OPEN_TO_OTHERS, "密钥文件的权限过宽", str(path), todo=f"chmod 600 {path}"))
        entries = json.loads(path.read_text("utf-8"))["keys"]
        masters = [base64.b64decode(entry["key"], validate=True) for entry in entries]
        if not masters or any(len(master) != 32 for master in masters):
            raise ValueError("wrong length")
        return [keys_of(master) for master in masters]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise DoudiError(Fault(KEY_UNREADABLE, "密钥文件无法读取", str(path), type(problem).__name__, "恢复密钥备份")) from problem


def _make_ring(path: Path) -> list[Keys]:
    """A new keyring. If two processes start at once, one link wins and both read the same file."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    content = json.dumps({"keys": [{"key": base64.b64encode(secrets.token_bytes(32)).decode()}]}).encode()
    handle, made = tempfile.mkstemp(prefix=".tmp-", dir=path.parent)  # mkstemp gives mode 0600
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        with suppress(FileExistsError):
            os.link(made, path)
    finally:
        os.unlink(made)
    return _read_ring(path)
