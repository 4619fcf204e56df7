"""How a name sounds, for searching: pinyin without tones, and its initials.

Surnames that sound otherwise than the character mostly does are in a table of their own; the library reads 曾 as `ceng`.
"""

from __future__ import annotations

from functools import cache, lru_cache

from pypinyin import lazy_pinyin

SURNAMES = {
    "曾": "zeng",
    "单": "shan",
    "仇": "qiu",
    "解": "xie",
    "区": "ou",
    "查": "zha",
    "任": "ren",
    "盖": "ge",
    "华": "hua",
    "朴": "piao",
    "翟": "zhai",
    "繁": "po",
    "覃": "qin",
    "冼": "xian",
    "缪": "miao",
    "乜": "nie",
    "尉迟": "yu chi",
    "万俟": "mo qi",
    "长孙": "zhang sun",
    "澹台": "tan tai",
    "令狐": "ling hu",
    "宓": "mi",
    "逄": "pang",
    "牟": "mu",
    "佘": "she",
    "员": "yun",
    "谌": "chen",
    "能": "nai",
    "黑": "he",
    "折": "she",
    "洗": "xian",
    "召": "shao",
    "祭": "zhai",
    "秘": "bi",
    "纪": "ji",
    "应": "ying",
    "宁": "ning",
    "卜": "bu",
    "种": "chong",
    "重": "chong",
    "郇": "xun",
    "车": "che",
    "那": "na",
    "都": "du",
    "干": "gan",
    "过": "guo",
}


@lru_cache(maxsize=200_000)
def spelled(name: str) -> tuple[str, str]:
    """(`zengxiaoming`, `zxm`) of 曾小明; letters stay, other signs are left out. Both in small letters."""
    surname = next((name[:length] for length in (2, 1) if name[:length] in SURNAMES), "")
    syllables = SURNAMES[surname].split() if surname else []
    syllables += [sound for character in name[len(surname) :] if (sound := _sound(character))]
    return "".join(syllables), "".join(syllable[0] for syllable in syllables)


@cache
def _sound(character: str) -> str:
    sound = lazy_pinyin(character)[0].lower()
    return sound if sound.isascii() and sound.isalnum() else ""
