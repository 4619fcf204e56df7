"""Which column of a delivery is which field: headers as departments write them.

Headers match after NFKC, without spaces, `*` and what stands in brackets if that is a unit or a hint (`救助金额（元）`, `性别(必填)`).
An amount in another unit than yuan is never converted: intake refuses the file, since a guess would be wrong by a factor of ten thousand.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from doudi.contracts.model import Contract, Field

_NOISE = re.compile(r"[\s*\u200b\ufeff'`\"]+")
_BRACKET = re.compile(r"[(\[{【〔<](?P<inside>[^()\[\]{}【】〔〕<>]*)[)\]}】〕>]")
_HINT = re.compile(r"必填|选填|可选|必录|非空|格式|YYYY|是/否|0/1|代码|编码|示例|例如|如:|文本|数字|\d位|下拉|单选|单位", re.IGNORECASE)
_MONEY_UNITS = ("元", "亿元", "千万元", "百万元", "十万元", "万元", "千元", "百元", "角", "分", "亿", "万", "千", "美元", "港元", "港币", "欧元")
_OTHER_UNITS = ("秒", "分钟", "小时", "时", "天", "日", "周", "个月", "月", "年", "人", "辆", "套", "级", "户", "次", "%")
_ALIASES = {"人民币": "元", "RMB": "元", "CNY": "元", "圆": "元", "¥": "元", "MIN": "分钟", "USD": "美元", "HKD": "港元"}
_RATE = re.compile(r"/(?:人|户|次|月|年|人[.·]?月|人月|学年|学期)$")
_UNIT_WORD = re.compile(r"^(?:计量|金额|货币|币种)?(?:单位)?:?(?:人民币(?=.))?")
_SUFFIX = re.compile(r"(?P<header>.+?)[:/_-]?(?P<unit>亿元|千万元|百万元|十万元|万元|千元|百元|元|角)")
_UNIT_IN_TEXT = re.compile(r"单位[为是]?\s*:?\s*([^\s()]+)|以([^\s()]{1,5})为\w{0,2}单位")


@dataclass(frozen=True)
class HeaderMatch:
    """How the columns of a delivery fit a contract.

    `columns` gives for each field found the index of its cell; `unknown` the headers that are no field's; `missing_required` the required
    fields without a column; `duplicates` for each field with several columns all their indexes, the one in `columns` first;
    `unit_problem` a Chinese sentence if an amount is not in the contract's unit, else None.
    """

    columns: dict[str, int]
    unknown: list[str] = field(default_factory=list)
    missing_required: list[str] = field(default_factory=list)
    duplicates: dict[str, list[int]] = field(default_factory=dict)
    unit_problem: str | None = None


@dataclass(frozen=True)
class _Header:
    """A header cell taken apart: its text, the spellings to look for (surest first), the unit of its bracket or suffix."""

    text: str
    spellings: tuple[str, ...]
    unit: str | None


@lru_cache(maxsize=8192)
def plain_header(text: str) -> str:
    """A header in the form in which headers are compared; brackets are kept."""
    return _NOISE.sub("", unicodedata.normalize("NFKC", text)).rstrip(":").upper()


def match_headers(contract: Contract, header_cells: Sequence[object]) -> HeaderMatch:
    """Match a header row to the contract's fields: first by the fields' own headers, then by their variants."""
    headers = [_take_apart(cell) for cell in header_cells]
    found: dict[str, list[int]] = {}
    for names in _spellings(contract):
        for index, header in enumerate(headers):
            name = next((names[spelling] for spelling in header.spellings if spelling in names), None)
            if name is not None and not any(index in indexes for indexes in found.values()):
                found.setdefault(name, []).append(index)
    used = {index for indexes in found.values() for index in indexes}
    return HeaderMatch(
        columns={name: indexes[0] for name, indexes in found.items()},
        unknown=[header.text for index, header in enumerate(headers) if header.text and index not in used],
        missing_required=[each.name for each in contract.fields if each.required and each.name not in found],
        duplicates={name: indexes for name, indexes in found.items() if len(indexes) > 1},
        unit_problem=_unit_problem(contract, headers, found),
    )


def recognise(header_cells: Sequence[object], contracts: Mapping[str, Contract]) -> list[tuple[str, float]]:
    """The datasets whose required headers are all there, best first, with a score from 0 to 1 (1: exactly its headers).

    A header counts the less the more datasets have it: 身份证号 and 姓名 tell nothing. Headers that only other datasets know count against,
    and so do own fields that are missing. Twins with equal headers (two kinds of pension) have equal scores; the file's name decides.
    """
    shared = Counter(spelling for contract in contracts.values() for spelling in {s for names in _spellings(contract) for s in names})
    ranked = [(name, score) for name, contract in contracts.items() if (score := _score(contract, header_cells, shared)) is not None]
    return sorted(ranked, key=lambda entry: (-entry[1], entry[0]))


def other_unit(text: str) -> str | None:
    """The money unit other than 元 that a title or note names (`金额单位：万元`), None if it names none."""
    plain = unicodedata.normalize("NFKC", text).upper()
    parts = [match["inside"] for match in _BRACKET.finditer(plain)]
    parts += [named or counted for named, counted in _UNIT_IN_TEXT.findall(plain)]
    units = (_unit(_NOISE.sub("", part)) for part in parts)
    return next((unit for unit in units if unit in _MONEY_UNITS and unit != "元"), None)


def _take_apart(cell: object) -> _Header:
    text = "" if cell is None else str(cell).strip()
    plain = plain_header(text)
    inside = [match["inside"] for match in _BRACKET.finditer(plain)]
    units = [unit for part in inside if (unit := _unit(part))]
    short = _BRACKET.sub(lambda match: "" if _unit(match["inside"]) or _HINT.search(match["inside"]) else match[0], plain).rstrip(":")
    spellings, unit = [plain, short], units[0] if units else None
    suffix = _SUFFIX.fullmatch(short)
    if suffix:
        spellings.append(suffix["header"])
        unit = unit or suffix["unit"]
    return _Header(text, tuple(dict.fromkeys(spelling for spelling in spellings if spelling)), unit)


def _unit(text: str) -> str | None:
    for part in re.split("[,;、。]", text):
        bare = _RATE.sub("", _UNIT_WORD.sub("", part))
        bare = _ALIASES.get(bare, bare)
        if bare in _MONEY_UNITS or bare in _OTHER_UNITS:
            return bare
    return None


def _spellings(contract: Contract) -> tuple[dict[str, str], dict[str, str]]:
    """Field name by own header, and by variant."""
    own = {plain_header(each.header): each.name for each in contract.fields}
    variants = {plain_header(header): each.name for each in contract.fields for header in each.headers[1:]}
    return own, variants


def _unit_problem(contract: Contract, headers: Sequence[_Header], found: Mapping[str, list[int]]) -> str | None:
    for name, indexes in found.items():
        wanted = contract.field(name).unit
        for index in indexes:
            header = headers[index]
            if wanted and header.unit and header.unit != wanted:
                return f"“{header.text}”的单位是{header.unit}，应为{wanted}"
    return None


def _score(contract: Contract, header_cells: Sequence[object], shared: Mapping[str, int]) -> float | None:
    match = match_headers(contract, header_cells)
    if match.missing_required:
        return None
    own, _ = _spellings(contract)
    gained = total = 0.0
    for name, index in match.columns.items():
        spelling = next(s for s in _take_apart(header_cells[index]).spellings if s in shared)
        weight = 1 / shared[spelling]
        total += weight
        gained += weight if own.get(spelling) == name else 0.8 * weight
    foreign = (next((s for s in _take_apart(text).spellings if s in shared), None) for text in match.unknown)
    total += sum(1 / shared[spelling] for spelling in foreign if spelling)
    total += sum(0.5 / shared[plain_header(each.header)] for each in _absent(contract.fields, match))
    return gained / total if total else 0.0


def _absent(fields: Iterable[Field], match: HeaderMatch) -> Iterable[Field]:
    return (each for each in fields if each.name not in match.columns)
