"""What somebody searches for stays out of addresses, where proxies and browsers would keep it: the session holds it, sealed."""

from __future__ import annotations

import secrets
from base64 import b64decode, b64encode
from typing import Any

from doudi.casework.access.sealing import seal, unseal
from doudi.kernel.errors import DoudiError

KEPT, LAST = "searches", 8
"""Where the session keeps searches, and how many: enough for some tabs and the back button."""
PURPOSE = "session.search"


def search_keep(session: Any, words: str) -> str:
    """The key that stands for the words in an address; empty for no words."""
    words = words.replace("\x00", "")  # no text of the database can hold it
    if not words:
        return ""
    key = secrets.token_urlsafe(6)
    earlier = list(session.get(KEPT, {}).items())[1 - LAST :]
    session[KEPT] = dict([*earlier, (key, b64encode(seal(words, PURPOSE) or b"").decode())])
    return key


def search_of(session: Any, key: str) -> str:
    """The words; empty if the session does not know the key, or the words were sealed under one that is no more."""
    sealed = session.get(KEPT, {}).get(key)
    try:
        return (unseal(b64decode(sealed), PURPOSE) if sealed else None) or ""
    except DoudiError:
        return ""
