"""What stands on a sheet besides the table: titles, totals, notes, repeated headers, blank lines. None of them is a row.

A data row without an ID must never be taken for a total. So a total or a note needs a sign of its own in a place where it stands, and must
name no person: no digits of an ID, and no name but a count ("共8条").
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal["", "blank", "total", "note", "header", "title"]
"""What a row is; "" is a data row."""

HEADER_WITHIN = 30
"""Rows from the top of a sheet in which its header must stand."""

_SPACE = re.compile(r"[\s\x00-\x1f\x7f\u200b\ufeff]+")
"""White space, and what shows as nothing: the mark that ends old text files (Ctrl-Z), byte order marks between joined files."""

_TOTAL_WORD = r"(?:合计|总计|小计|共计|累计|总和|汇总|总数)"
_TOTAL = re.compile(rf"(?:本[页月季年次期表]|全[市县区乡镇省表部]|本?[乡镇村县市区])?{_TOTAL_WORD}")
_TOTAL_START = re.compile(rf"\S{{0,12}}?{_TOTAL_WORD}(?:人数|金额|户数|数|[:(\d].*)?")
_COUNT = re.compile(r"[-—/]+|(?:共|计|合计)?\d+(?:人|条|户|人次|笔|件|次|名|个)?")
_NOTE = re.compile(r"[(\[【*※]*(?:注|备注|附注|说明|注意|提示|填表说明|填报说明|备注说明|注意事项)[\d一二三四五六七八九]*[:、.)\]】]")
_LABELS = (
    "填表|填报|制表|经办|审核|复核|审批|负责|主管|分管领导|联系|打印|导出|报送|上报|统计|编制|截止|截至|数据来源|报表|盖章|公章|单位盖章|单位公章|单位负责|"
    "日期|时间|电话|金额单位|计量单位|单位"
)
_LABEL = re.compile(rf"(?:{_LABELS})(?:人|单位|部门|机构|日期|时间|电话|方式|号|章|领导|人员|员|科室|股室|\(盖章\)|\(公章\)|\(签字\)|\(签章\))*:")
_PAGE = re.compile(r"[-—]*(?:第\d+页|共\d+页|页码)")
_END = re.compile(r"[-—*=（(]*(?:(?:本[页表])?以下(?:空白|无正文|无内容)|以上|此页无内容|本页无数据|无数据|完|结束|END)[-—*=）)。]*", re.IGNORECASE)
_SEAL = re.compile(r"[(\[]*(?:(?:填报|报送|填表|经办|审核)?(?:单位|部门|人))?[(\[]*(?:盖章|公章|签章|签字|签名|印章)处?[)\]]*")
_HEADING = re.compile(r"\(?[一二三四五六七八九十]+[)、.]\D*|第[一二三四五六七八九十]+部分\D*")
_SENTENCE = re.compile(r"[,。;:]")
_SERIAL = {"序号", "编号", "顺序号", "序", "行号", "no", "no.", "xh", "id", "#"}


def plain(text: str) -> str:
    """A cell's text for comparing: NFKC, without white space and what shows as nothing."""
    return _SPACE.sub("", unicodedata.normalize("NFKC", text))


@dataclass(frozen=True)
class Found:
    """A header as found: the texts by column, the rows it covers, the texts above it."""

    header: tuple[str, ...]
    rows: tuple[int, ...]
    above: tuple[str, ...]


def find_header(rows: Sequence[tuple[int, Sequence[str]]], score: Callable[[Sequence[str]], int]) -> Found | None:
    """The row, or pair of rows, of the first 30 in which `score` recognises most columns; None where it recognises fewer than two.

    In a header of two rows a column may be named by the lower cell, by the upper, or by both together.
    """
    best: tuple[int, Found] = (1, Found((), (), ()))
    above: list[str] = []
    near = [(number, cells) for number, cells in rows if number <= HEADER_WITHIN]
    for at, (number, cells) in enumerate(near):
        found = score(cells)
        if found > best[0]:
            best = found, Found(tuple(cells), (number,), tuple(above))
        if found and at + 1 < len(near) and near[at + 1][0] == number + 1:
            joined = _join(cells, near[at + 1][1], score)
            both = score(joined)
            if both > max(best[0], score(near[at + 1][1])):
                best = both, Found(joined, (number, number + 1), tuple(above))
        above += [cell for cell in cells if cell.strip()]
    return best[1] if best[0] > 1 else None


def _join(upper: Sequence[str], lower: Sequence[str], score: Callable[[Sequence[str]], int]) -> tuple[str, ...]:
    width = max(len(upper), len(lower))
    pairs = [(upper[at] if at < len(upper) else "", lower[at] if at < len(lower) else "") for at in range(width)]
    if sum(_looks_like_value(below) for _, below in pairs) > 1:
        return tuple(above for above, _ in pairs)
    return tuple(next((text for text in (below, above, above + below) if text.strip() and score([text])), below or above) for above, below in pairs)


def _looks_like_value(text: str) -> bool:
    """Digits are values, never names of columns."""
    return sum(character.isdigit() for character in text) >= 4


class Furniture:
    """Tells rows from furniture under one header. Columns are indexes: `ids` and `names` of persons, `known` all that a contract names."""

    def __init__(self, found: Found, ids: Iterable[int], names: Iterable[int], known: Iterable[int]) -> None:
        self._ids, self._names, self._known = tuple(ids), tuple(names), frozenset(known)
        self._header = {at: plain(text) for at, text in enumerate(found.header) if text.strip()}
        self._titles = {plain(text) for text in found.above}
        self._serials = frozenset(at for at, text in self._header.items() if text.lower() in _SERIAL and at not in self._known)

    def kind(self, cells: Sequence[str], *, wide: bool = False) -> Kind:
        """What a row is. `wide`: it begins a cell merged across the sheet."""
        if self.is_usual(cells):
            return ""
        filled = [(at, text) for at, cell in enumerate(cells) if (text := plain(cell))]
        if not filled or all(self._is_number(at, text) for at, text in filled):
            return "blank"
        if self._repeats_header(filled):
            return "header"
        return self._sign(filled, wide=wide)

    def is_usual(self, cells: Sequence[str]) -> bool:
        """Whether a row has the digits of an ID where they belong: decided at once, as most rows are."""
        return any(at < len(cells) and cells[at].strip(" '")[:6].isdigit() and len(cells[at]) > 8 for at in self._ids)

    def _repeats_header(self, filled: list[tuple[int, str]]) -> bool:
        same = sum(self._header.get(at) == text for at, text in filled)
        return same >= min(2, len(self._header)) and same * 5 >= len(filled) * 3

    def _sign(self, filled: list[tuple[int, str]], *, wide: bool) -> Kind:
        shown = [(at, text) for at, text in filled if not self._is_number(at, text)]
        texts = [text for _, text in shown]
        alone = len(texts) == 1
        if alone and texts[0] in self._titles:
            return "title"
        if self._names_person(dict(filled)):
            return ""
        if any(map(_TOTAL.fullmatch, texts)) or (len(texts[0]) <= 24 and _TOTAL_START.fullmatch(texts[0])):
            return "total"
        if _NOTE.match(texts[0]) or _LABEL.match(texts[0]) or _PAGE.match(texts[0]) or _END.fullmatch(texts[0]) or _SEAL.fullmatch(texts[0]):
            return "note"
        heading = wide or shown[0][0] in self._serials or _HEADING.fullmatch(texts[0])
        if alone and (heading or (len(texts[0]) >= 12 and _SENTENCE.search(texts[0]))):
            return "note"
        return ""

    def _is_number(self, at: int, text: str) -> bool:
        """Whether a cell is the running number of a line, which a blank line may have too."""
        return at in self._serials and text.isalnum() and text.isascii()

    def _names_person(self, filled: dict[int, str]) -> bool:
        """Whether an ID column has the digits of one, or a name column something that may be a name."""
        if any(sum(character.isdigit() for character in filled.get(at, "")) >= 6 for at in self._ids if not self._is_sign(filled.get(at, ""))):
            return True
        return any(not self._is_sign(text) for at in self._names if (text := filled.get(at)))

    @staticmethod
    def _is_sign(text: str) -> bool:
        """Whether a text stands in a total or a note, and cannot be a name."""
        return bool(
            _TOTAL.fullmatch(text)
            or _TOTAL_START.fullmatch(text)
            or _COUNT.fullmatch(text)
            or _NOTE.match(text)
            or _LABEL.match(text)
            or _PAGE.match(text)
            or _END.fullmatch(text)
            or _SEAL.fullmatch(text)
            or _HEADING.fullmatch(text)
            or (len(text) >= 12 and _SENTENCE.search(text))
        )
