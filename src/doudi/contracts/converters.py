"""One delivered text → one value, by type. Each converter raises Unreadable, with a code and the reason in Chinese."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal

from doudi.contracts.model import Field
from doudi.contracts.problems import (
    BOOL_UNKNOWN,
    CODE_UNKNOWN,
    DATE_IMPOSSIBLE,
    INT_IMPOSSIBLE,
    MONEY_IMPOSSIBLE,
    MONTH_IMPOSSIBLE,
    NUMBER_LOST,
    PHONE_IMPOSSIBLE,
    RATIO_IMPOSSIBLE,
    REGION_UNKNOWN,
)
from doudi.kernel.clock import CHINA
from doudi.kernel.ids import clean
from doudi.kernel.money import parse_fen
from doudi.kernel.months import month, month_of
from doudi.standards import CodeList

Convert = Callable[[str], object]
_EXCEL_DAY_0 = date(1899, 12, 30)

_YMD = re.compile(r"(\d{4})(\d\d)(\d\d)")
_SEPARATED = re.compile(r"(\d{4})(?P<by>[-/.])(\d{1,2})(?P=by)(\d{1,2})")
_HAN_DAY = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})[日号]")
_TIME = re.compile(r"[T ]?\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?$")
_STAMP = re.compile(r"(\d{8})\d{6}")
_ZONED = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)")
_SERIAL = re.compile(r"([1-9]\d{4})(?:\.\d+)?")
_YM = re.compile(r"(\d{4})(\d\d)|(\d{4})[-/](\d{1,2})|(\d{4})\.(\d\d)|(\d{4})年(\d{1,2})月份?")
_INT = re.compile(r"([-+−]?)(\d{1,3}(?:,\d{3})+|\d{1,15})(?:\.0*)?")
_RATIO = re.compile(r"(\d{1,9}(?:\.\d{1,9})?|\.\d{1,9})(%?)")
SCIENTIFIC = re.compile(r"(\d)(?:\.(\d+))?E\+?(\d+)", re.IGNORECASE)
_PROVINCES = frozenset("11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82".split())  # noqa: SIM905
_HAN_NUMBERS = {name: number for number, name in enumerate("一二三四五六七八九十", start=1)}
_YES = frozenset("是 有 1 TRUE T Y YES 对 √ 真".split())  # noqa: SIM905
_NO = frozenset("否 无 0 FALSE F N NO 不 不是 没有 × 假".split())  # noqa: SIM905


class Unreadable(ValueError):
    """A text that is no value of its type. `code` is a problem code, `reason` Chinese."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


def converter(field: Field, code_list: CodeList | None) -> Convert:
    """The converter for a field: text (not empty) → value; see each function for what the value is."""
    if field.type == "code":
        if code_list is None:
            raise ValueError(f"{field.name}: no code list {field.code_list}")
        return lambda text: to_code(text, code_list)
    simple: dict[str, Convert] = {"ratio": to_ratio, "bool": to_bool, "phone": to_phone, "id18": str, "name": str}
    if field.type in simple:
        return simple[field.type]
    if field.type in ("region12", "region6"):
        return lambda text: to_region(text, 12 if field.type == "region12" else 6)
    if field.type == "text":
        return to_embedding if field.embeds_id else to_record_no if field.record_no else str
    bounded: dict[str, Callable[[str, Field], object]] = {"date": to_date, "month": to_month, "money": to_fen, "int": to_int}
    return lambda text: bounded[field.type](text, field)


def to_date(text: str, field: Field) -> date:
    """A day: `20260308`, `2026-03-08`, `2026/3/8`, `2026年3月8日`, `2026.3.8`, a five-digit Excel serial; a time of day is dropped."""
    day = _day(_half_width(text))
    if day is None or not _within(day.toordinal(), field):
        raise Unreadable(DATE_IMPOSSIBLE, "不是可用的日期" if day is None else "日期超出合理范围")
    return day


def to_month(text: str, field: Field) -> int:
    """A month index: `202607`, `2026-07`, `2026/7`, `2026年7月`, or a day in it."""
    plain = _half_width(text)
    match = _YM.fullmatch(plain.removesuffix(".0"))
    if match:
        year, number = (int(part) for part in match.groups() if part)
        index = month(year, number) if 1 <= number <= 12 else None
    else:
        day = _day(plain)
        index = month_of(day) if day else None
    if index is None or not _within(index, field):
        raise Unreadable(MONTH_IMPOSSIBLE, "不是可用的年月" if index is None else "年月超出合理范围")
    return index


def to_fen(text: str, field: Field) -> int:
    """Fen, from an amount in yuan."""
    try:
        fen = parse_fen(text)
    except ValueError:
        raise Unreadable(MONEY_IMPOSSIBLE, "不是可用的金额") from None
    if not _within(fen, field):
        raise Unreadable(MONEY_IMPOSSIBLE, "金额不能为负" if fen < 0 else "金额过大")
    return fen


def to_int(text: str, field: Field) -> int:
    """A whole number; the field's unit may stand behind it (`3人`), a grade may be a Chinese numeral (`三级`)."""
    plain = _half_width(text).replace(" ", "")
    if field.unit:
        plain = plain.removesuffix(field.unit)
    if field.unit == "级" and plain in _HAN_NUMBERS:
        return to_int(str(_HAN_NUMBERS[plain]), field)
    match = _INT.fullmatch(plain)
    if not match:
        raise Unreadable(INT_IMPOSSIBLE, "不是整数")
    number = int(match[2].replace(",", "")) * (-1 if match[1] in ("-", "−") else 1)
    if not _within(number, field):
        raise Unreadable(INT_IMPOSSIBLE, f"应在{_bound(field.low)}至{_bound(field.high)}之间")
    return number


def to_ratio(text: str) -> Decimal:
    """An exact share from 0 to 1: `0.35`, `35%`."""
    match = _RATIO.fullmatch(_half_width(text).replace(" ", ""))
    share = Decimal(match[1]) / (100 if match[2] else 1) if match else None
    if share is None or share > 1:
        raise Unreadable(RATIO_IMPOSSIBLE, "不是0到1之间的比例")
    return share


def to_bool(text: str) -> bool:
    """`是`/`否`, `有`/`无`, `1`/`0`, `true`/`false`, `Y`/`N`."""
    plain = _half_width(text).replace(" ", "").upper().removesuffix(".0")
    if plain in _YES or plain in _NO:
        return plain in _YES
    raise Unreadable(BOOL_UNKNOWN, "应填“是”或“否”")


def to_code(text: str, code_list: CodeList) -> str:
    """The code that a code, a label or both together mean."""
    found = code_list.code_for(text)
    if found is None:
        raise Unreadable(CODE_UNKNOWN, f"不在代码表“{code_list.title}”中")
    return found


def to_region(text: str, length: int) -> str:
    """A region code of `length` (12 or 6) digits; 9 or 6 digits are filled up with zeros, 12 or 9 cut to 6. Older codes are kept as they are."""
    plain = clean(text).removesuffix(".0")
    if not (plain.isdecimal() and plain.isascii() and len(plain) in (6, 9, 12) and plain[:2] in _PROVINCES):
        raise Unreadable(REGION_UNKNOWN, f"不是{length}位行政区划代码")
    return plain.ljust(length, "0")[:length]


def to_phone(text: str) -> str:
    """The digits of a phone number, 7 to 12 of them, without +86."""
    plain = re.sub(r"[\s()-]+", "", _half_width(text)).removesuffix(".0")
    digits = re.sub(r"^(?:\+|00)86", "", plain)
    if not (digits.isdecimal() and digits.isascii() and 7 <= len(digits) <= 12):
        raise Unreadable(PHONE_IMPOSSIBLE, "不是电话号码")
    return digits


def to_record_no(text: str) -> str:
    """A number that identifies a record, half-width and without spaces, so that equal numbers are equal texts.

    A spreadsheet's `4.3130001E+10` is written out if no digit is lost; else it would make one record of many, and is unreadable.
    """
    plain = re.sub(r"[\s'`]+", "", unicodedata.normalize("NFKC", text))
    match = SCIENTIFIC.fullmatch(plain)
    if match:
        digits, exponent = match[1] + (match[2] or ""), int(match[3])
        if len(digits) - 1 != exponent:
            raise Unreadable(NUMBER_LOST, "编号被写成科学计数，末尾数字已丢失")
        return digits
    return plain or text


def to_embedding(text: str) -> str:
    """A number that begins with a citizen ID, cleaned like one."""
    return clean(text)


def _half_width(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip(" '`")


def _within(number: int, field: Field) -> bool:
    return (field.low is None or number >= field.low) and (field.high is None or number <= field.high)


def _bound(number: int | None) -> str:
    return "不限" if number is None else str(number)


def _day(plain: str) -> date | None:
    """The day that a half-width text names, None if there is no such day."""
    try:
        if _ZONED.fullmatch(plain):
            return datetime.fromisoformat(plain).astimezone(CHINA).date()
        serial = _SERIAL.fullmatch(plain)
        if serial:
            return _EXCEL_DAY_0 + timedelta(days=int(serial[1]))
        stamp = _STAMP.fullmatch(plain)
        bare = stamp[1] if stamp else _TIME.sub("", plain).removesuffix(".0").replace(" ", "")
        for form in (_YMD, _SEPARATED, _HAN_DAY):
            match = form.fullmatch(bare)
            if match:
                year, number, day = (int(part) for part in match.groups() if part.isdigit())
                return date(year, number, day)
    except (ValueError, OverflowError):
        return None
    return None
