"""Money is a whole number of fen (分). Floats never hold it: float sums create and end alerts by thread order alone."""

from __future__ import annotations

import re
import unicodedata

LIMIT_FEN = 10_000_000_000
"""100 million yuan: a figure this large or larger in a person's record is a slip (policy section 4)."""

_YUAN = re.compile(r"(?P<sign>[-+−]?)(?P<whole>\d{1,3}(?:,\d{3})+|\d+)?(?:\.(?P<part>\d*))?")


def parse_fen(text: str) -> int:
    """Fen from a delivered amount in yuan: `1,200.00`, `1200元`, `¥1,200.00`, full-width digits.

    Digits beyond the fen must be zeros or the rounding noise of a binary float (six or more digits), which is rounded.
    Raises ValueError if it is not an amount. The sign is kept: whether a negative amount is allowed is the contract's matter.
    """
    plain = unicodedata.normalize("NFKC", text).replace(" ", "").strip("'`")
    plain = plain.removeprefix("¥").removeprefix("￥").removeprefix("RMB").removesuffix("元整").removesuffix("元")
    found = _YUAN.fullmatch(plain)
    if not found or not (found["whole"] or found["part"]):
        raise ValueError(f"not an amount: {text!r}")
    part = found["part"] or ""
    fen = int((found["whole"] or "0").replace(",", "")) * 100 + int((part + "00")[:2])
    rest = part[2:]
    if rest.strip("0"):
        if len(rest) < 4:
            raise ValueError(f"finer than a fen: {text!r}")
        fen += rest[0] >= "5"
    return -fen if found["sign"] in ("-", "−") else fen


def show_yuan(fen: int) -> str:
    """`1,234.50 元` for 123450 fen."""
    sign, fen = ("-", -fen) if fen < 0 else ("", fen)
    return f"{sign}{fen // 100:,}.{fen % 100:02d} 元"


def show_short(fen: int) -> str:
    """`1.82 万元` from ten thousand yuan upwards, else as `show_yuan` without empty decimals; for sentences and charts."""
    if abs(fen) >= 1_000_000:
        wan = (abs(fen) + 5_000) // 10_000  # hundredths of a wan yuan
        return f"{'-' if fen < 0 else ''}{wan // 100:,}.{wan % 100:02d} 万元"
    return show_yuan(fen).replace(".00 ", " ")
