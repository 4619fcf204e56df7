"""Citizen ID numbers (GB 11643-1999): 6 address + 8 birth + 3 serial + 1 check character.

Address codes are not looked up: codes that existed when a number was issued are not in today's tables.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_WEIGHTS18 = (*_WEIGHTS, 1)
_CHECK = "10X98765432"
_VALUES = {"X": 10} | {digit: int(digit) for digit in "0123456789"}
_LONG = re.compile(r"\d{17}[\dX]")
_SHORT = re.compile(r"\d{15}")
_NOISE = re.compile(r"[\s'`‘’“”\"*​﻿-]+")


def clean(text: str) -> str:
    """A delivered number without spaces, apostrophes and hyphens, in half-width upper case. Says nothing of its validity."""
    return _NOISE.sub("", unicodedata.normalize("NFKC", text)).upper()


def check_character(first17: str) -> str:
    """The 18th character of a number, from its first 17 digits."""
    return _CHECK[sum(int(digit) * weight for digit, weight in zip(first17, _WEIGHTS, strict=True)) % 11]


def birth_of(id18: str) -> date | None:
    """The birth date in a number, None where its digits are no date."""
    try:
        return date(int(id18[6:10]), int(id18[10:12]), int(id18[12:14]))
    except ValueError:
        return None


def is_id18(text: str) -> bool:
    """Whether `text` (cleaned) has the form of a number, a real birth date from 1850 to 2100, and the right check character."""
    return bool(_LONG.fullmatch(text)) and check_character(text[:17]) == text[17] and _is_birth(text)


def _is_birth(text: str) -> bool:
    birth = birth_of(text)
    return birth is not None and 1850 <= birth.year <= 2100


def from_id15(text: str) -> str | None:
    """The 18-character number of an old 15-digit one (born in the 1900s); None if it is none."""
    if not _SHORT.fullmatch(text):
        return None
    first17 = text[:6] + "19" + text[6:]
    return first17 + check_character(first17) if birth_of(first17) else None


def sex_of(id18: str) -> str:
    """GB/T 2261.1 code of the sex in a number: 1 man (odd serial), 2 woman."""
    return "1" if int(id18[16]) % 2 else "2"


def near_ids(text: str) -> list[str]:
    """All valid numbers one wrong character or one swap of neighbours away from `text` (18 characters, cleaned), sorted."""
    if len(text) != 18:
        return []
    # in a valid number the weighted sum of all 18 characters is 1 modulo 11: most changes are ruled out before a text is made
    values = [_VALUES.get(character, 0) for character in text]
    total = sum(value * weight for value, weight in zip(values, _WEIGHTS18, strict=True))
    found: set[str] = set()
    for at, own in enumerate(text):
        for other in _CHECK if at == 17 else "0123456789":
            if other != own and (total + (_VALUES[other] - values[at]) * _WEIGHTS18[at]) % 11 == 1:
                found.add(text[:at] + other + text[at + 1 :])
        if at and text[at - 1] != own and (total + (values[at] - values[at - 1]) * (_WEIGHTS18[at - 1] - _WEIGHTS18[at])) % 11 == 1:
            found.add(text[: at - 1] + own + text[at - 1] + text[at + 1 :])
    return sorted(number for number in found if _LONG.fullmatch(number) and _is_birth(number))


def numbers_from(first15: str) -> list[str]:
    """The hundred numbers with the right check character that begin with these fifteen digits."""
    total = sum(int(digit) * weight for digit, weight in zip(first15, _WEIGHTS[:15], strict=True))
    tens, ones = _WEIGHTS[15:]
    return [f"{first15}{a}{b}{_CHECK[(total + a * tens + b * ones) % 11]}" for a in range(10) for b in range(10)]


def mask_id(text: str) -> str:
    """`431382**********24`: what a page may show of a number."""
    return f"{text[:6]}{'*' * max(0, len(text) - 8)}{text[-2:]}" if len(text) >= 12 else "*" * len(text)


def mask_name(name: str) -> str:
    """`张**`: what a page may show of a name."""
    return name[:1] + "*" * (len(name) - 1) if len(name) > 1 else name
