"""Invented names: common surnames and characters of given names, so that a name tells nothing of anybody real."""

from __future__ import annotations

from functools import cache

import numpy as np
import pyarrow as pa

from doudi.identity.keys import Keys
from doudi.identity.stamp import Stamper
from doudi.simulation.draws import Bools, Draws, Ids, Ints

SURNAMES = (
    "李王张刘陈杨黄周吴罗谢唐彭曾邓蒋胡肖何谭龙贺欧易袁朱向廖高林赵徐孙马郭梁宋郑韩冯于董程曹潘杜戴夏钟汪田任姜范方石姚邹熊金陆郝孔白崔康毛邱秦江"
    "史顾侯邵孟万段雷钱汤尹黎常武乔赖龚文阳聂颜成米滕符舒卜左凌匡邝佘"
)
_MEN = "建国志强伟明军平华文波辉刚勇斌杰涛超亮飞鹏宇浩俊峰磊林松海龙"
_WOMEN = "丽芳英秀红梅燕玲霞娟敏静萍艳琴兰慧婷娜洁雪莲凤云玉珍月桂香琳"
_OF_A_SEX = len(_MEN) + len(_MEN) ** 2
"""Given names of one sex: of one character and of two."""


@cache
def given_names() -> tuple[str, ...]:
    """All given names: those of men, then those of women."""
    return tuple(name for pool in (_MEN, _WOMEN) for name in (*pool, *(a + b for a in pool for b in pool)))


def draw_names(draws: Draws, ids: Ids, houses: Ids, male: Bools, own_surname: Bools) -> Ints:
    """A name's number for each person; who has no surname of their own has the household's."""
    weights = 1.0 / (np.arange(len(SURNAMES)) + 4.0)
    surname = np.where(own_surname, draws.choice(ids, "surname", weights), draws.choice(houses, "surname", weights))
    short = draws.chance(ids, "short_name", 0.16)
    pool = len(_MEN)
    given = np.where(short, draws.below(ids, "given", pool), pool + draws.below(ids, "given", pool * pool))
    return surname * (2 * _OF_A_SEX) + np.where(male, 0, _OF_A_SEX) + given


def name_texts(numbers: Ints) -> pa.Array:
    """The names."""
    words = pa.array(_all_words())
    at = pa.DictionaryArray.from_arrays(pa.array(numbers.astype(np.int32)), words)
    return at.dictionary_decode()


@cache
def _all_words() -> list[str]:
    return [surname + given for surname in SURNAMES for given in given_names()]


class NameKeys:
    """The keyed hashes of names, made when first asked for. Memory: eight bytes for each name there is."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys
        self._known = np.full(len(SURNAMES) * len(given_names()), -1, dtype=np.int64)

    def of(self, numbers: Ints) -> Ints:
        """Hash of each name."""
        missing = np.unique(numbers[self._known[numbers] < 0])
        if len(missing):
            words, stamper = _all_words(), Stamper(self._keys)
            self._known[missing] = [stamper.name_key(words[at]) for at in missing.tolist()]
        return self._known[numbers]
