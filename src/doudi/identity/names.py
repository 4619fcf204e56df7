"""Chinese names: folding, comparing, and names delivered in pinyin (policy section 4).

Folding takes away what departments write differently and means nothing: spaces, middle dots, full width, case, traditional and variant
characters. Comparing gives three answers, because a name that half agrees is neither proof nor disproof.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from functools import lru_cache
from typing import Literal

import opencc
import pypinyin

Likeness = Literal["same", "between", "different"]

WILDCARDS = frozenset("?某□*�〓■")
"""What stands for one character that was lost or withheld (after NFKC, which makes ？ and ＊ plain)."""

_LOST = "?"
_VARIANTS = {
    "靑": "青", "眞": "真", "閲": "阅", "凃": "涂", "姪": "侄", "濬": "浚", "邨": "村", "寗": "宁", "甯": "宁", "昻": "昂", "锺": "钟", "馀": "余",
    "谘": "咨", "渖": "沈", "迳": "径", "钜": "巨", "著": "着", "髙": "高", "呉": "吴", "姫": "姬", "氷": "冰", "姉": "姊", "塡": "填",
    "兎": "兔", "幷": "并", "並": "并",
}  # fmt: skip
"""Variant characters that OpenCC leaves alone or sends elsewhere, but registers use side by side."""

_DOTS = "·•・‧∙⋅．.。｡ㆍ᛫•・̇`´'’‘-—_"
_NOTHING = re.compile(rf"[\s\u200b-\u200f\u2060\ufeff\u00ad{re.escape(_DOTS)}]+")
_MIDDLE = re.compile("[·•・‧∙⋅．.ㆍ᛫]")
_LATIN = re.compile(r"[a-zü]+")
_TONE = re.compile(r"(?<=[a-zü])[1-5]")
_HAN = re.compile(r"[㐀-鿿\U00020000-\U0003ffff]")
_MOST_READINGS = 512

SURNAME_READINGS = {
    "曾": "zeng", "单": "shan", "仇": "qiu", "解": "xie", "查": "zha", "区": "ou", "盖": "ge", "朴": "piao", "覃": "qin",
    "任": "ren", "华": "hua", "尉": "yu", "缪": "miao", "宓": "mi", "翟": "zhai", "乐": "yue", "员": "yun", "黑": "he", "秘": "bi",
    "折": "she", "种": "chong", "召": "shao", "谌": "chen", "郇": "xun", "燕": "yan", "宁": "ning", "繁": "po", "洗": "xian", "逄": "pang",
}  # fmt: skip
"""How a character is read as a surname where dictionaries put another reading first."""


@lru_cache(maxsize=200_000)
def fold_name(name: str) -> str:
    """The name without what does not matter; every lost character is `?`. Empty if nothing is left."""
    plain = _NOTHING.sub("", unicodedata.normalize("NFKC", name)).casefold()
    return _TONE.sub("", "".join(map(_fold_character, plain)))


def compare_names(left: str, right: str) -> Likeness:
    """Whether two names, as delivered, are the same (policy section 4), quite different, or something between.

    Same: equal after folding, a lost character agreeing with any one; or one is a reading of the other in pinyin. Different: fewer than half of
    the characters agree. Names of different lengths are laid beside each other as well as they fit, so one lost character is between.
    An empty name, or one of nothing but lost characters, is between: it says nothing.
    """
    dotted = _dotted(left), _dotted(right)
    left, right = fold_name(left), fold_name(right)
    if left == right:
        return "same" if left.strip(_LOST) else "between"
    if not left.strip(_LOST) or not right.strip(_LOST):
        return "between"
    if is_pinyin(left) != is_pinyin(right):
        latin, han = (left, right) if is_pinyin(left) else (right, left)
        return "same" if latin in pinyin_readings(han) else "different" if _HAN.search(han) else "between"
    if len(left) == len(right) and all(map(_agree, left, right)):
        return "same" if any(a == b for a, b in zip(left, right, strict=True)) else "between"
    if _covers(*dotted) or _covers(_units(left), _units(right)):
        return "same"
    agreeing, longest = _agreeing(left, right), max(len(left), len(right))
    return "different" if 2 * agreeing < longest else "between"


def is_pinyin(folded: str) -> bool:
    """Whether a folded name is written in Latin letters only."""
    return bool(_LATIN.fullmatch(folded))


@lru_cache(maxsize=50_000)
def pinyin_readings(folded: str) -> frozenset[str]:
    """All ways to write a folded Chinese name in Latin letters: every reading, without tones and spaces, surname first or last."""
    if not _HAN.search(folded):
        return frozenset()
    readings = [_readings(character, first=at == 0) for at, character in enumerate(folded)]
    found: set[str] = set()
    for spoken in itertools.islice(itertools.product(*readings), _MOST_READINGS):
        found.update("".join(spoken[at:] + spoken[:at]) for at in (0, 1, 2) if at < len(spoken))
    return frozenset(found)


@lru_cache(maxsize=100_000)
def _fold_character(character: str) -> str:
    if character in WILDCARDS:
        return _LOST
    if not _HAN.match(character):
        return _plain_letter(character)
    simple = _converter("t2s").convert(character)
    if not _is_common(simple):  # perhaps a form of Japan, Hong Kong or Taiwan, of which a file of mainland registers has a few by mistake
        forms = (_converter("t2s").convert(_converter(way).convert(simple)) for way in ("jp2t", "hk2t", "tw2t"))
        simple = next((form for form in forms if _is_common(form)), simple)
    return _VARIANTS.get(simple, simple)


@lru_cache(maxsize=4)
def _converter(way: str) -> opencc.OpenCC:
    return opencc.OpenCC(way)


def _is_common(character: str) -> bool:
    """Whether a character is one of the 6,763 of GB 2312: these are never taken for variants of others, such as 芸 for 藝."""
    try:
        return bool(character.encode("gb2312"))
    except UnicodeEncodeError:
        return False


def _plain_letter(character: str) -> str:
    """A Latin letter without its tone mark; ü stays apart from u."""
    apart = unicodedata.normalize("NFD", character).replace("u\u0308", "\u00fc")
    return "".join(c for c in apart if not unicodedata.combining(c))


def _readings(character: str, *, first: bool) -> list[str]:
    spoken = pypinyin.pinyin(character, style=pypinyin.Style.NORMAL, heteronym=True, v_to_u=True)[0]
    if first and character in SURNAME_READINGS:
        spoken = [SURNAME_READINGS[character], *spoken]
    written = [form for reading in dict.fromkeys(spoken) for form in _written(reading)]
    return list(dict.fromkeys(written))


def _written(reading: str) -> list[str]:
    """ü is written ü, v, u or yu (passports)."""
    return [reading.replace("ü", form) for form in ("ü", "v", "u", "yu")] if "ü" in reading else [reading]


def _dotted(name: str) -> str:
    """The folded name with its middle dots, which may be the character that was lost."""
    return "·".join(folded for part in _MIDDLE.split(unicodedata.normalize("NFKC", name)) if (folded := fold_name(part)))


def _units(folded: str) -> str:
    """A rare character beyond the first 65,536 twice: Windows loses it as two question marks."""
    return "".join(character * (1 + (character > "\uffff")) for character in folded)


def _covers(left: str, right: str) -> bool:
    """Whether two spellings of one length agree but for lost characters."""
    return len(left) == len(right) and all(map(_agree, left, right)) and any(a == b != _LOST for a, b in zip(left, right, strict=True))


def _agree(a: str, b: str) -> bool:
    return a == b or _LOST in (a, b)


def _agreeing(left: str, right: str) -> int:
    """The most characters that agree in order: names of different length are compared where they fit best."""
    if len(left) == len(right):
        return sum(map(_agree, left, right))
    row = [0] * (len(right) + 1)
    for a in left:
        before, row = row, [0]
        for at, b in enumerate(right):
            row.append(max(before[at] + 1 if _agree(a, b) else 0, before[at + 1], row[at]))
    return row[-1]
