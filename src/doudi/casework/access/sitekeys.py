"""The site's own keys: made at first use in the key folder, outside the database, readable by their owner only.

`site-keys.json` holds a list of keys, the newest last: that one encrypts, all of them decrypt. `DOUDI_KEYS` names the folder.
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
import secrets
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from doudi.kernel.errors import DoudiError, Fault, code

SITE_KEYS_UNREADABLE = code("site_keys_unreadable", "网站的密钥文件无法读取")
SITE_KEYS_OPEN = code("site_keys_open_to_others", "网站的密钥文件可被他人读取")


def key_file() -> Path:
    """`site-keys.json` in `DOUDI_KEYS`, else in the user's configuration folder."""
    chosen = os.environ.get("DOUDI_KEYS")
    folder = Path(chosen) if chosen else Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "doudi"
    return folder / "site-keys.json"


@cache
def masters() -> tuple[bytes, ...]:
    """The keys of this installation, oldest first; made if there are none. Raises DoudiError if the file is damaged or open to others."""
    path = key_file()
    with suppress(FileNotFoundError):
        return _read(path)
    _write(path, [secrets.token_bytes(32)], new=True)
    return _read(path)


def rotate() -> int:
    """Add a key that encrypts from now on; returns how many there are. The old ones stay, to decrypt. Two at once add one after the other."""
    masters()
    handle = os.open(key_file().parent, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        _write(key_file(), [*_read(key_file()), secrets.token_bytes(32)], new=False)
    finally:
        os.close(handle)
    masters.cache_clear()
    site_secret.cache_clear()
    return len(masters())


@cache
def site_secret(purpose: str, key: int = 0) -> str:
    """A secret for one purpose, of the oldest key unless told otherwise: what it signs or indexes must outlive a rotation."""
    return derived(purpose, key).hex()


def derived(purpose: str, key: int, length: int = 32) -> bytes:
    """The subkey of a purpose; subkeys of different purposes tell nothing about each other. `key` counts from the oldest, 0."""
    return HKDF(SHA256(), length, salt=None, info=f"doudi site {purpose}".encode()).derive(masters()[key])


def _read(path: Path) -> tuple[bytes, ...]:
    try:
        if path.stat().st_mode & 0o077:
            raise DoudiError(Fault(SITE_KEYS_OPEN, "密钥文件的权限过宽", str(path), todo=f"chmod 600 {path}"))
        found = tuple(base64.b64decode(key, validate=True) for key in json.loads(path.read_text("utf-8"))["keys"])
        if not found or any(len(key) != 32 for key in found):
            raise ValueError("wrong length")
        return found
    except FileNotFoundError:
        raise
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise DoudiError(Fault(SITE_KEYS_UNREADABLE, "密钥文件无法读取", str(path), type(problem).__name__, "恢复密钥备份")) from problem


def _write(path: Path, keys: list[bytes], new: bool) -> None:
    """Whole or not at all. If two processes make the first key at once, one link wins and both read the same file."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, made = tempfile.mkstemp(prefix=".tmp-", dir=path.parent)
    with os.fdopen(handle, "w") as out:
        json.dump({"keys": [base64.b64encode(key).decode() for key in keys]}, out)
        out.flush()
        os.fsync(out.fileno())
    if not new:
        os.replace(made, path)
        return
    with suppress(FileExistsError):
        os.link(made, path)
    os.unlink(made)
