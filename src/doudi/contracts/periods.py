"""The period of a delivery, as manifests and file names write it: `202607`, `2026年7月`, `202510-202607`, `2026年第三季度`, `20261028`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from doudi.kernel.months import first_day, last_day, month

_NUMERALS = {"一": 1, "二": 2, "三": 3, "四": 4, "上": 1, "下": 2}
_RANGE = re.compile(r"[-~至到—–]+")
_MONTH_ONLY = re.compile(r"\d{1,2}月(?:份)?")
_START = re.compile(r"(?<!\d)(?:19|20)\d\d")
_AFTER_YEAR = re.compile(r"[-./年]\d")
"""Behind a bare year: it is not all that is said (`2026-10431382`), and nobody can tell what is."""
_LONGEST = 24
"""Characters of the longest spelling: 2025年10月1日至2026年10月31日 and the like."""


@dataclass(frozen=True, order=True)
class Period:
    """The days from `first` to `last`, both included."""

    first: date
    last: date


def parse_period(text: str) -> Period | None:
    """The period that `text` names, None if it names none: a day, week, month, quarter, half-year, term, school year, year, or a range."""
    plain = _plain(text)
    return _single(plain) or _range(plain)


def find_period(text: str) -> Period | None:
    """The period named somewhere in a file name. Of several, months and ranges come before single days (of export) and bare years."""
    plain = _plain(text)
    found: list[tuple[int, int, Period]] = []
    at = 0
    while match := _START.search(plain, at):
        start, at = match.start(), match.end()
        for end in range(min(len(plain), start + _LONGEST), start + 3, -1):
            goes_on = (plain[end - 1].isdigit() and plain[end : end + 1].isdigit()) or (end - start == 4 and _AFTER_YEAR.match(plain, end))
            period = None if goes_on else parse_period(plain[start:end])
            if period:
                found.append((_vagueness(period), start, period))
                at = end
                break
    return min(found)[2] if found else None


def _plain(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).upper()


def _vagueness(period: Period) -> int:
    days = (period.last - period.first).days
    return 1 if days == 0 else 2 if days >= 364 and period.first.replace(month=1, day=1) == period.first else 0


def _range(plain: str) -> Period | None:
    for between in _RANGE.finditer(plain):
        left, right = plain[: between.start()], plain[between.end() :]
        if _MONTH_ONLY.fullmatch(right):  # 2026年7-9月
            left, right = left.removesuffix("月"), left[:5] + right
            left += "月"
        first, last = _single(left), _single(right)
        if first and last and first.first <= last.first and _vagueness(first) == _vagueness(last):
            return Period(first.first, last.last)
    return None


def _single(plain: str) -> Period | None:
    for form, build in _FORMS:
        match = form.fullmatch(plain)
        if match:
            try:
                return build(*(_NUMERALS.get(part) or int(part) for part in match.groups()))
            except (ValueError, OverflowError):
                return None
    return None


def _days(year: int, number: int, day: int) -> Period:
    return Period(date(year, number, day), date(year, number, day))


def _months(year: int, first: int, count: int = 1) -> Period:
    start = month(year, first)
    return Period(first_day(start), last_day(start + count - 1))


def _quarter(year: int, number: int) -> Period:
    return _months(year, 3 * number - 2, 3)


def _half(year: int, number: int) -> Period:
    return _months(year, 6 * number - 5, 6)


def _term(year: int, next_year: int, number: int) -> Period:
    if next_year != year + 1:
        raise ValueError(next_year)
    return _months(year, 9, 5) if number == 1 else _months(next_year, 2, 7)


def _school_year(year: int, next_year: int) -> Period:
    return Period(_term(year, next_year, 1).first, _term(year, next_year, 2).last)


def _week(year: int, number: int) -> Period:
    monday = date.fromisocalendar(year, number, 1)
    return Period(monday, monday + timedelta(days=6))


_Y = r"((?:19|20)\d\d)"
_FORMS: tuple[tuple[re.Pattern[str], Callable[..., Period]], ...] = tuple(
    (re.compile(form), build)
    for form, build in (
        (rf"{_Y}(\d\d)(\d\d)", _days),
        (rf"{_Y}[-/.](\d{{1,2}})[-/.](\d{{1,2}})", _days),
        (rf"{_Y}年(\d{{1,2}})月(\d{{1,2}})[日号]", _days),
        (rf"{_Y}(\d\d)", _months),
        (rf"{_Y}[-/.](\d{{1,2}})(?:月份?)?", _months),
        (rf"{_Y}年(\d{{1,2}})月份?", _months),
        (rf"{_Y}-?Q([1-4])", _quarter),
        (rf"{_Y}年?第?([1-4一二三四])季度?", _quarter),
        (rf"{_Y}年?([上下])半年", _half),
        (rf"{_Y}-{_Y}-([12])", _term),
        (rf"{_Y}-{_Y}学年第?([12一二])学期", _term),
        (rf"{_Y}-{_Y}学年", _school_year),
        (rf"{_Y}-?W(\d{{1,2}})", _week),
        (rf"{_Y}年第(\d{{1,2}})周", _week),
        (rf"{_Y}(?:年度?)?", lambda year: _months(year, 1, 12)),
    )
)
