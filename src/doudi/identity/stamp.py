"""Stamping: citizen IDs become person numbers, names, phones and households become keyed hashes.

A stamp needs nothing but the key, so the same text gives the same number in every delivery, in any order. Whose row a doubtful
number is, `identity.link` decides later. Everything here is memoised: deliveries name the same people again and again.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Literal

from doudi.identity.keys import Keys
from doudi.identity.names import fold_name
from doudi.kernel import ids

State = Literal["sound", "damaged", "kept15", "lost", "empty"]

_SCIENTIFIC = re.compile(r"([1-9])(?:\.(\d+))?E\+?(\d+)")
_FLOAT_TAIL = re.compile(r"(\d{15,18})\.0+")
_RUN = re.compile(r"(?<!\d)\d{15}(?:\d{2,}[Xx]?)?(?![\dXx])|\d{17,}[Xx]?")
_SPACE = re.compile(r"\s+")
_LOOKS_LIKE_X = str.maketrans("ХхΧχ×", "XXXXX")
_PROVINCES = frozenset((*range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55), *range(61, 66), 71, 81, 82, 83))


@dataclass(frozen=True)
class StampedIds:
    """One column of citizen IDs, stamped: three lists of the same length.

    numbers: person number where the number is sound, also where a `kept15` number happens to have the right check character; else None.
    states: see `State`.
    cleaned: the cleaned text (18 characters where sound; of 15 digits the 18 they stand for); None where empty.
    """

    numbers: list[int | None]
    states: list[State]
    cleaned: list[str | None]


class Stamper:
    """Makes person numbers and keyed hashes under one installation's keys. All integers are 63-bit, never negative."""

    def __init__(self, keys: Keys) -> None:
        self._person, self._name = keys.subkey("person"), keys.subkey("name")
        self._text, self._certificate = keys.subkey("text"), keys.subkey("certificate")
        self._ids: dict[str | None, tuple[int | None, State, str | None]] = {None: (None, "empty", None)}
        self._names: dict[str | None, int | None] = {None: None}
        self._texts: dict[str, int] = {}

    def person_number(self, id18: str) -> int:
        """The person number of a valid 18-character number."""
        return _hash(id18, self._person)

    def stamp_ids(self, cells: Sequence[str | None]) -> StampedIds:
        """Numbers, states and cleaned texts of a column as delivered (text, also where a workbook held a figure)."""
        known = self._ids
        for cell in set(cells) - known.keys():
            known[cell] = self._stamp(cell or "")
        found = [known[cell] for cell in cells]
        return StampedIds([f[0] for f in found], [f[1] for f in found], [f[2] for f in found])

    def name_key(self, name: str | None) -> int | None:
        """Keyed hash of the folded name; None if nothing is left of it."""
        if name not in self._names:
            folded = fold_name(name or "")
            self._names[name] = _hash(folded, self._name) if folded else None
        return self._names[name]

    def name_keys(self, names: Iterable[str | None]) -> list[int | None]:
        """`name_key` of a column."""
        return [self.name_key(name) for name in names]

    def household_number(self, text: str | None) -> int | None:
        """Keyed hash of a household's number, compared without spaces, width and case; None if empty."""
        return self._hash_text("household", text, _plain)

    def phone_key(self, text: str | None) -> int | None:
        """Keyed hash of the digits of a phone, without the country code; None if it has fewer than seven."""
        digits = _phone_digits(text or "")
        return self._hash_text("phone", digits, str) if len(digits) >= 7 else None

    def text_token(self, text: str) -> str:
        """`#` and 13 letters that stand for a text that must not be seen; equal texts give equal tokens."""
        number = self._hash_text("token", text, _plain) or 0
        return "#" + "".join("abcdefghijklmnopqrstuvwxyzABCDEF"[number >> shift & 31] for shift in range(60, -1, -5))

    def scrub_text(self, text: str) -> str:
        """The text with every citizen ID in it (17, 18 or more digits with a birth date, or an old number of 15) replaced by its token."""
        return _RUN.sub(self._scrub, text) if len(text) >= 15 else text

    def certificate(self, text: str | None) -> tuple[str | None, int | None, str | None]:
        """Tail, keyed hash, and the citizen ID it begins with (None if its check fails) of a disability certificate's number."""
        cleaned = _plain(text or "").replace("-", "")
        if not cleaned:
            return None, None, None
        start = cleaned[:18]
        return cleaned[18:][:6] or None, _hash(cleaned, self._certificate), start if ids.is_id18(start) else None

    def _stamp(self, cell: str) -> tuple[int | None, State, str | None]:
        cleaned, state = read_id(cell)
        if state == "sound" or (state == "kept15" and ids.is_id18(cleaned)):
            return self.person_number(cleaned), state, cleaned
        return None, state, cleaned or None

    def _hash_text(self, kind: str, text: str | None, plain: Callable[[str], str]) -> int | None:
        cleaned = plain(text or "")
        if not cleaned:
            return None
        key = f"{kind} {cleaned}"
        if key not in self._texts:
            self._texts[key] = _hash(key, self._text)
        return self._texts[key]

    def _scrub(self, run: re.Match[str]) -> str:
        text = unicodedata.normalize("NFKC", run[0])
        return self.text_token(text) if _may_be_id(text) else run[0]


def mask_ids(text: str) -> str:
    """The text as a page may show it: every run that `scrub_text` would replace masked, `431382**********24`."""
    return _RUN.sub(lambda run: ids.mask_id(run[0]) if _may_be_id(unicodedata.normalize("NFKC", run[0])) else run[0], text)


def read_id(cell: str) -> tuple[str, State]:
    """The cleaned text of a delivered number, and what it is worth. Old numbers come back with 18 characters."""
    text = ids.clean(cell.translate(_LOOKS_LIKE_X))
    if not text:
        return "", "empty"
    if ids.is_id18(text) and not text.endswith("000"):
        return text, "sound"
    return _read_odd(text, masked_end=cell.rstrip().endswith(("*", "＊")))


def _read_odd(text: str, *, masked_end: bool) -> tuple[str, State]:
    if longer := ids.from_id15(text):
        return longer, "sound"
    if found := _SCIENTIFIC.fullmatch(text):
        digits = found[1] + (found[2] or "")
        if found[3] != "17" or len(digits) < 15:  # 15 digits of 15-digit numbers are never written so
            return text, "lost"
        return _kept(digits[:15])
    if found := _FLOAT_TAIL.fullmatch(text):
        text = found[1]
        if len(text) == 18 and int(float(text)) == int(text):  # went through a binary float: its last three digits mean nothing
            return _kept(text[:15])
        return read_id(text)
    if len(text) == 18 and text.isdigit() and text.endswith("000") and ids.birth_of(text):
        return _kept(text[:15])
    if masked_end and len(text) == 17 and ids.is_id18(text + "X"):  # old systems write the check character X as *
        return text + "X", "sound"
    return text, "damaged" if 15 <= len(text) <= 20 and sum(map(str.isdigit, text)) >= 14 else "lost"


def _kept(first15: str) -> tuple[str, State]:
    return first15 + "000", "kept15" if ids.birth_of(first15) else "lost"


def _may_be_id(run: str) -> bool:
    digits = run.rstrip("Xx")
    if len(digits) == 15:
        return int(digits[:2]) in _PROVINCES and ids.from_id15(digits) is not None
    if len(digits) <= 18 and ids.birth_of(digits) is not None:
        return True
    return any(ids.is_id18(run[at : at + 18].upper()) for at in range(len(run) - 17))


def _plain(text: str) -> str:
    return _SPACE.sub("", unicodedata.normalize("NFKC", text)).upper()


def _phone_digits(text: str) -> str:
    digits = "".join(c for c in unicodedata.normalize("NFKC", text) if c.isdigit())
    return digits.removeprefix("0086") if len(digits) > 13 else digits.removeprefix("86") if len(digits) > 11 else digits


def _hash(text: str, key: bytes) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8, key=key).digest(), "big") >> 1
